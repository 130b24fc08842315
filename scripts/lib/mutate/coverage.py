# SPDX-License-Identifier: GPL-2.0
"""Which check reaches which points of the text, as seen in guests of the plain kernel."""
import collections
import concurrent.futures
import json
import os
import threading
import time

from .guest import Gone, SWITCH, TRIES, booted

# Who runs as a rescuer, when a pool goes idle, which way a race goes: another run, another line.
ROUNDS = 3
NO_CHECKS = ("boot", "idle")
# What they judge is over when a mutant is turned on, unless it was so at boot.
OF_BOOT = ("boot.no-complaint",)


def checks_of(guest, classes):
    words = f"--class {classes} " if classes else ""
    return guest.run(f"wqctl check --list --json {words}| jq -r '.checks[].id'").lines


def slow_of(guest, classes):
    """What those of the class slow say that they are of."""
    words = f"--class {classes} " if classes else ""
    lines = guest.run(f"wqctl check --list --json {words}| jq -r '.checks[] | select(.classes | index(\"slow\")) | "
                      "\"\\(.id) \\(.source)\"'").lines
    return dict(line.split(" ", 1) for line in lines if " " in line)


class Coverage:
    """Of the mutants and the guest that `key` is of; `digest` is that of a check, and `of` what it was when its points
    were seen. "boot" and "idle" are no checks. `unsteady`: those that have failed without any mutant, twice, in new
    guests: what they say is nothing of one. `slow`: what each of those is of, which wait for minutes. `shared` is for
    clones in which nobody has looked. They have not all the same checks: who has looked goes on with a file of his own,
    from which no other takes any away."""

    def __init__(self, path, key="", digest=lambda check: "", shared=""):
        self.path, self.key, self.digest, self.of, self.points, self.seconds = path, key, digest, {}, {}, {}
        self.shared = shared
        self.unsteady, self.slow, self.controls = set(), {}, {}
        self.lock = threading.Lock()
        if not self._load(path) and shared:
            self._load(shared)
        if shared and self.points and not os.path.exists(shared):
            self.save(shared)

    def _load(self, path):
        """Whether it is there, and of this key."""
        if not os.path.exists(path):
            return False
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        if document["key"] != self.key or "of" not in document:
            return False
        self.of = document["of"]
        self.points = {check: set(points) for check, points in document["points"].items()}
        self.seconds = document["seconds"]
        self.unsteady = {check for check in document["unsteady"] if self.of.get(check) == self.digest(check)}
        self.slow = document["slow"]
        return True

    def measure(self, new_guest, classes, say, rounds=ROUNDS, anew=False, jobs=1):
        """Whether there was something to look at: checks that are new or others by now, or, `anew`, all. A guest that
        is lost takes one look of one check with it; who fails is looked at again, in guests of his own."""
        guest = booted(new_guest, "workqueue.wqlab_mutant=-1")
        try:
            points = {"boot": guest.reached()}
            guest.run(f"echo -1 >{SWITCH}; sleep 5")
            points["idle"] = guest.reached()
            checks, self.slow = checks_of(guest, classes), slow_of(guest, classes)
        finally:
            guest.end()
        todo = [check for check in checks if anew or self.of.get(check) != self.digest(check)]
        seen = {check: set() if check in todo else self.points.get(check, set()) for check in checks}
        failing = self._look_at_all(new_guest, todo * rounds, seen, say, jobs)
        steady = {check for check in failing if not self._fails_again(new_guest, check, seen[check])}
        if failing := {check: words for check, words in failing.items() if check not in steady}:
            say("these fail on the plain kernel, and are not asked: "
                + "; ".join(f"{check} ({words})" for check, words in sorted(failing.items())))
        self.unsteady = (self.unsteady & set(checks)) - set(todo) | set(failing)
        self.of = {check: self.digest(check) for check in checks}
        self.points = {**points, **{check: each for check, each in seen.items() if each}}
        for path in filter(None, (self.path, self.shared)):
            self.save(path)
        return bool(todo)

    def _look_at_all(self, new_guest, looks, seen, say, jobs):
        """{a check that failed: its words}, of so many guests at a time."""
        failing, left, lock = {}, collections.deque(looks), threading.Lock()

        def take():
            with lock:
                if left and (done := len(looks) - len(left)) and done % 20 == 0:
                    say(f"{done} of {len(looks)} looks")
                return left.popleft() if left else None

        def work():
            guest = None
            try:
                for check in iter(take, None):
                    guest, words = self._look(guest, new_guest, check, seen[check])
                    if words:
                        failing[check] = words
            finally:
                left.clear()  # who can not go on lets nobody else
                if guest:
                    guest.end()

        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            try:
                for each in [pool.submit(work) for _ in range(jobs)]:
                    each.result()
            finally:
                left.clear()  # who is interrupted waits for what was begun
        return failing

    def _look(self, guest, new_guest, check, points):
        """(the guest if it may go on, what is amiss)."""
        guest = guest or booted(new_guest)
        began, words = time.monotonic(), ""
        try:
            answer = guest.check([check], -1, 1000)
            words = answer.failures[0][1] or "fails" if answer.failures else ""
            if words or check in answer.passed:
                points.update(guest.reached())
        except Gone as gone:
            words = gone.words
        if words:
            guest.end()
            guest = None
        self.seconds[check] = time.monotonic() - began
        return guest, words

    def _fails_again(self, new_guest, check, points):
        """Twice, of so many in guests of its own."""
        fails = 0
        for _ in range(TRIES):
            guest, words = self._look(None, new_guest, check, points)
            if guest:
                guest.end()
            fails += bool(words)
        return fails > 1

    def is_unsteady(self, check, passed):
        """Of one that was asked without any mutant, in a new guest if it did not pass: whether it fails too often to be
        asked, which is twice, and in more than one of twenty, of those of this run."""
        with self.lock:
            counts = self.controls.setdefault(check, [0, 0])
            counts[not passed] += 1
            return counts[1] > 1 and 20 * counts[1] > sum(counts)

    def set_aside(self, checks):
        """Any thread may, at any time: whoever asks `checks` twice may get two answers."""
        with self.lock:
            self.unsteady = self.unsteady | set(checks)
            self.save(self.path)

    def save(self, path):
        new = f"{path}.{os.getpid()}"  # another clone may be about to write there, too
        with open(new, "w", encoding="utf-8") as file:
            json.dump({"key": self.key, "of": self.of, "seconds": self.seconds, "unsteady": sorted(self.unsteady),
                       "slow": self.slow,
                       "points": {check: sorted(points) for check, points in self.points.items()}}, file)
        os.replace(new, path)

    @property
    def checks(self):
        """In the order in which wqctl runs them, whatever the order in which it is told of them."""
        return [check for check in self.points if check not in NO_CHECKS and check not in self.unsteady]

    def of_mutant(self, mutant):
        return self.worth_it(mutant, [check for check in self.reaching(mutant) if check not in self.unsteady])

    def worth_it(self, mutant, checks):
        """One that is slow is asked of what it says that it is of, and where nobody else gets."""
        quick = [check for check in checks if check not in self.slow]
        return [check for check in checks if check not in self.slow or not quick or
                f"{mutant.function}()" in self.slow[check]]

    def asked(self, mutant):
        """What only a boot reaches each check is asked of."""
        return self.worth_it(mutant, self.checks) if self.how(mutant) == "boot" else self.of_mutant(mutant)

    def reaching(self, mutant):
        """Also those that are not asked, but for what judges the boot."""
        return [check for check, points in self.points.items()
                if check not in (*NO_CHECKS, *OF_BOOT) and not points.isdisjoint(mutant.points)]

    def how(self, mutant):
        """checks, boot or nothing: what reaches it."""
        if self.reaching(mutant):
            return "checks"
        return "nothing" if self.points["boot"].isdisjoint(mutant.points) else "boot"

    def untried(self, mutant):
        """Why it need not be tried, or nothing."""
        how = self.how(mutant)
        return "unreached" if how == "nothing" else "unasked" if how == "checks" and not self.of_mutant(mutant) else ""

    def next_to(self, last, checks):
        """Which of these runs when the one called `last` has ended."""
        in_order = sorted(checks, key=list(self.points).index)
        at = in_order.index(last) + 1 if last in in_order else 0
        return in_order[min(at, len(in_order) - 1)]
