# SPDX-License-Identifier: GPL-2.0
"""Which check reaches which points of the text, as seen in guests of the plain kernel."""
import hashlib
import json
import os
import threading
import time

from .guest import Gone, SWITCH, booted

# Who runs as a rescuer, when a pool goes idle, which way a race goes: another run, another line.
ROUNDS = 3
NO_CHECKS = ("boot", "idle")


def checks_of(guest, classes):
    words = f"--class {classes} " if classes else ""
    return guest.run(f"wqctl check --list --json {words}| jq -r '.checks[].id'").lines


def slow_of(guest, classes):
    """What those of the class slow say that they are of."""
    words = f"--class {classes} " if classes else ""
    lines = guest.run(f"wqctl check --list --json {words}| jq -r '.checks[] | select(.classes | index(\"slow\")) | "
                      "\"\\(.id) \\(.source)\"'").lines
    return dict(line.split(" ", 1) for line in lines if " " in line)


def suite_of(checks):
    """Of their names; what they do is in the key."""
    return hashlib.sha256("\n".join(checks).encode()).hexdigest()[:8]


class Coverage:
    """Of the mutants and the regime that `key` is of, by the checks that `suite` is of; "boot" and "idle" are no
    checks. `unsteady`: those that have failed without any mutant, in a new guest: what they say is nothing of one.
    `slow`: what each of those is of, which wait for minutes."""

    def __init__(self, path, key=""):
        self.path, self.key, self.suite, self.points, self.seconds, self.unsteady = path, key, "", {}, {}, set()
        self.slow, self.controls = {}, {}
        self.lock = threading.Lock()
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            if document["key"] == key and "suite" in document:
                self.suite = document["suite"]
                self.points = {check: set(points) for check, points in document["points"].items()}
                self.seconds = document["seconds"]
                self.unsteady = set(document.get("unsteady", ()))
                self.slow = document.get("slow", {})

    def measure(self, new_guest, classes, say, rounds=ROUNDS):
        """A guest that is lost takes one look of one check with it; the next check has a new one."""
        guest = booted(new_guest, "workqueue.wqlab_mutant=-1")
        try:
            points, failing = {"boot": guest.reached()}, {}
            guest.run(f"echo -1 >{SWITCH}; sleep 5")
            points["idle"] = guest.reached()
            checks, self.slow = checks_of(guest, classes), slow_of(guest, classes)
            for number, check in enumerate(checks * rounds, 1):
                began = time.monotonic()
                try:
                    guest = guest or booted(new_guest)
                    answer = guest.check([check], -1, 1000)
                    if answer.failures:
                        failing[check] = answer.failures[0][1]
                    if answer.failures or check in answer.passed:
                        points.setdefault(check, set()).update(guest.reached())
                except Gone as gone:
                    failing[check] = gone.words
                    if guest:
                        guest.end()
                    guest = None
                self.seconds[check] = time.monotonic() - began
                if number % 20 == 0:
                    say(f"{number} of {rounds * len(checks)} looks")
        finally:
            if guest:
                guest.end()
        if failing:
            say("these fail on the plain kernel, and are not asked: "
                + "; ".join(f"{check} ({words})" for check, words in sorted(failing.items())))
        self.points, self.suite, self.unsteady = points, suite_of(checks), set(failing)
        self.save()

    def is_unsteady(self, check, passed):
        """Of one that was asked without any mutant, in a new guest if it did not pass: whether it fails too often to be
        asked, which is twice, and in one of twenty."""
        with self.lock:
            counts = self.controls.setdefault(check, [0, 0])
            counts[not passed] += 1
            return counts[1] > 1 and 20 * counts[1] > sum(counts)

    def set_aside(self, checks):
        """Any thread may, at any time: whoever asks `checks` twice may get two answers."""
        with self.lock:
            self.unsteady = self.unsteady | set(checks)
            self.save()

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump({"key": self.key, "suite": self.suite, "seconds": self.seconds, "unsteady": sorted(self.unsteady),
                       "slow": self.slow,
                       "points": {check: sorted(points) for check, points in self.points.items()}}, file)
        os.replace(self.path + ".new", self.path)

    @property
    def checks(self):
        """In the order in which wqctl runs them, whatever the order in which it is told of them."""
        return [check for check in self.points if check not in NO_CHECKS and check not in self.unsteady]

    def of_mutant(self, mutant):
        reaching = [check for check in self.checks if not self.points[check].isdisjoint(mutant.points)]
        return self.worth_it(mutant, reaching)

    def worth_it(self, mutant, checks):
        """One that is slow is asked of what it says that it is of, and where nobody else gets."""
        quick = [check for check in checks if check not in self.slow]
        return [check for check in checks if check not in self.slow or not quick or
                f"{mutant.function}()" in self.slow[check]]

    def reaching(self, mutant):
        """Also those that are not asked."""
        return [check for check, points in self.points.items()
                if check not in NO_CHECKS and not points.isdisjoint(mutant.points)]

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
