# SPDX-License-Identifier: GPL-2.0
"""Which mutants are tried, by which checks, in which order; the verdicts are kept as they come.

Only checks that reach a mutant's place can see it. Of those the ones go first that have caught most in that function.
A guest serves for many mutants: after each that was caught the same check must pass again with the switch off, or else
the next one gets a new guest, and, if this one was not new, the mutant is tried once more."""
import collections
import json
import os
import threading
import time

from .guest import Gone, Guest, SWITCH

QUIET_SECONDS = 6  # of a guest, at least; or ten times what the slowest of these checks took
BOOT_SECONDS = 60
FIRST = 4  # checks are tried before the rest
MUTANTS_OF_A_GUEST = 80
KILLED = ("caught", "hung", "crashed")


class Results:
    """A line of JSON for each verdict; the last of an id counts. `recorded` is what was known before."""

    def __init__(self, path, recorded=()):
        self.path, self.of, self.lock = path, dict(recorded), threading.Lock()
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            lines = text.splitlines()
            if text and not text.endswith("\n"):  # somebody was ended while he wrote
                with open(path, "w", encoding="utf-8") as file:
                    file.writelines(line + "\n" for line in lines[:-1])
                lines.pop()
            for record in map(json.loads, lines):
                self.of[record["id"]] = record

    def add(self, record):
        with self.lock:
            self.of[record["id"]] = record
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")


class Coverage:
    """Which check reaches which points, of the mutants that `key` is of; "boot" and "idle" are no checks."""

    def __init__(self, path, key=""):
        self.path, self.key, self.points, self.seconds = path, key, {}, {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            if document["key"] == key:
                self.points = {check: set(points) for check, points in document["points"].items()}
                self.seconds = document["seconds"]

    def measure(self, new_guest, classes, say):
        guest = new_guest("workqueue.wqlab_mutant=-1")
        try:
            self.points = {"boot": guest.reached()}
            guest.run(f"echo -1 >{SWITCH}; sleep 5", 20)
            self.points["idle"] = guest.reached()
            checks = checks_of(guest, classes)
            failing = []
            for number, check in enumerate(checks, 1):
                began = time.monotonic()
                answer = guest.check([check], -1, 300, 300)
                self.seconds[check] = time.monotonic() - began
                if answer.status == 0:
                    self.points[check] = guest.reached()
                elif answer.failures:
                    failing.append(check)
                if number % 20 == 0:
                    say(f"{number} of {len(checks)} checks looked at")
        finally:
            guest.end()
        if failing:
            say("these fail on the plain kernel, and are not asked: " + " ".join(failing))
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump({"key": self.key, "points": {check: sorted(points) for check, points in self.points.items()},
                       "seconds": self.seconds}, file)
        os.replace(self.path + ".new", self.path)

    @property
    def checks(self):
        return [check for check in self.points if check not in ("boot", "idle")]

    def of_mutant(self, mutant):
        return [check for check in self.checks if not self.points[check].isdisjoint(mutant.points)]

    def how(self, mutant):
        """checks, boot or nothing: what reaches it."""
        if self.of_mutant(mutant):
            return "checks"
        return "nothing" if self.points["boot"].isdisjoint(mutant.points) else "boot"


def checks_of(guest, classes):
    words = f"--class {classes} " if classes else ""
    return guest.run(f"wqctl check --list --json {words}| jq -r '.checks[].id'", 30).lines


class Campaign:
    def __init__(self, mutants, coverage, results, new_guest, say):
        self.coverage, self.results, self.new_guest, self.say = coverage, results, new_guest, say
        self.kills = collections.Counter()
        by_id = {mutant.id: mutant for mutant in mutants}
        for record in results.of.values():
            if record.get("by") and record["id"] in by_id:
                self._count(by_id[record["id"]], record["by"])
        self.lock = threading.Lock()

    def _count(self, mutant, check):
        self.kills[mutant.function, check] += 1
        self.kills[check] += 1

    def _batches(self, checks):
        """The likeliest; then the slow ones apart, so that with the others a hang is soon seen."""
        rest = checks[FIRST:]
        slow = [check for check in rest if 10 * self.coverage.seconds.get(check, 1) > QUIET_SECONDS]
        return filter(None, (checks[:FIRST], [check for check in rest if check not in slow], slow))

    def _ask(self, guest, checks, number):
        slowest = max(self.coverage.seconds.get(check, 1) for check in checks)
        quiet = max(QUIET_SECONDS, 10 * slowest)
        return guest.check(checks, number, 20 * quiet, quiet)

    def order(self, mutant, checks):
        """A check that has caught something in this function, then one that is quick and catches much."""
        def worth(check):
            return (self.kills[mutant.function, check] + 0.02 * self.kills[check] + 0.01) / \
                (self.coverage.seconds.get(check, 1) + 0.1)
        return sorted(checks, key=worth, reverse=True)

    def run(self, mutants, seconds=None, jobs=1):
        """Those that have no verdict yet. Ends when all are tried, or after so many seconds."""
        todo = collections.deque(mutants)
        self.began, self.ends, self.left, self.done = time.monotonic(), seconds, len(todo), 0
        for mutant in list(todo):
            if self.coverage.how(mutant) == "nothing":
                self.results.of[mutant.id] = {"id": mutant.id, "verdict": "unreached"}  # known from the coverage
                todo.remove(mutant)
        self.left = len(todo)
        threads = [threading.Thread(target=self._work, args=(todo,)) for _ in range(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, todo):
        guest = None
        try:
            while not (self.ends and time.monotonic() - self.began > self.ends):
                with self.lock:
                    if not todo:
                        return
                    mutant = todo.popleft()
                began = time.monotonic()
                if self.coverage.how(mutant) == "boot":
                    record = self.judge_boot(mutant)
                else:
                    guest, record = self.judge(guest, mutant)
                record = {"id": mutant.id, **record, "seconds": round(time.monotonic() - began, 1)}
                self.results.add(record)
                self._tell(mutant, record)
        except Gone as gone:
            self.say(f"no guest boots: {gone.words}")
        finally:
            if guest:
                guest.end()

    def _tell(self, mutant, record):
        with self.lock:
            if record.get("by"):
                self._count(mutant, record["by"])
            self.done += 1
            spent = time.monotonic() - self.began
            left = spent / self.done * (self.left - self.done)
        by = f" by {record['by']}" if record.get("by") else ""
        self.say(f"{self.done} of {self.left}, {left / 60:.0f} min to go: {mutant.function}:{mutant.line} "
                 f"{mutant.words[:70]}: {record['verdict']}{by}")

    def _boot(self):
        """Nothing is turned on yet, so if a guest does not boot it is the machine's fault, of its load most likely."""
        for tries_left in (2, 1, 0):
            try:
                guest = self.new_guest()
                guest.served = 0
                return guest
            except Gone:
                if not tries_left:
                    raise

    def judge(self, guest, mutant, again=False):
        """(the guest that goes on, the verdict)."""
        if guest is None or guest.served >= MUTANTS_OF_A_GUEST:
            if guest:
                guest.end()
            guest = self._boot()
        guest.served += 1
        checks = self.order(mutant, self.coverage.of_mutant(mutant))
        judged = 0
        try:
            for batch in self._batches(checks):
                judged += len(batch)
                answer = self._ask(guest, batch, mutant.number)
                if answer.failures:
                    check, words = answer.failures[0]
                    record = {"verdict": "caught", "by": check, "words": words}
                    return self._confirmed(guest, mutant, record, again)
                if answer.status not in (0, 4):
                    record = {"verdict": "caught", "by": "wqctl", "words": " ".join(answer.lines[-2:])}
                    return self._confirmed(guest, mutant, record, again, batch[0])
        except Gone as gone:
            guest.end()
            # An earlier one's fault, perhaps. It is not asked of what hangs: that is seconds each, and all that were
            # before left a guest in which checks passed.
            if gone.how == "crashed" and guest.served > 1 and not again:
                return self.judge(None, mutant, True)
            return None, {"verdict": gone.how, "words": gone.words}
        return guest, {"verdict": "survived", "checks": judged}

    def _confirmed(self, guest, mutant, record, again, check=None):
        """With the switch off what failed must pass, or the guest is not what it was."""
        try:
            answer = self._ask(guest, [check or record["by"]], 0)
            if not answer.failures and answer.status in (0, 4):
                return guest, record
        except Gone:
            pass
        guest.end()
        return self.judge(None, mutant, True) if guest.served > 1 and not again else (None, record)

    def judge_boot(self, mutant):
        """What runs at boot only: a guest of its own, with the mutant from the beginning, and all checks."""
        checks = self.order(mutant, self.coverage.checks)
        try:
            guest = self.new_guest(f"workqueue.wqlab_mutant={mutant.number}")
        except Gone as gone:
            return {"verdict": gone.how, "words": "at boot: " + gone.words, "boot": True}
        try:
            for batch in self._batches(checks):
                answer = self._ask(guest, batch, mutant.number)
                if answer.failures:
                    check, words = answer.failures[0]
                    return {"verdict": "caught", "by": check, "words": words, "boot": True}
        except Gone as gone:
            return {"verdict": gone.how, "words": gone.words, "boot": True}
        finally:
            guest.end()
        return {"verdict": "survived", "checks": len(checks), "boot": True}


def guests(root, kernel, options):
    def new_guest(append=""):
        return Guest(root, kernel, options, append, BOOT_SECONDS)
    return new_guest
