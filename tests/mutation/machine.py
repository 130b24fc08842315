# SPDX-License-Identifier: GPL-2.0
"""Guests that are made up."""
import common  # noqa: F401  (the path)
from mutate.guest import Answer, Gone
from mutate.mutant import Mutant


def mutant(number, point, function="f"):
    return Mutant(function, "removed", f"statement {number} gone", [], number, f"id{number}", number, [point],
                  f"text{number}")


class Machine:
    """`sees`: (mutant, check) that fails. `fails_once`: checks that do, whatever is turned on. `skips`: (mutant,
    check); `skips_once`: checks. `goes`: {mutant: how the guest is lost, time after time}, `boots`: the same of those
    that come up. `stays`:
    mutants that leave the guest `broken`: then each check fails, or it is lost in this way. `status`: what wqctl ends
    with, whatever it is asked, and `statuses` of which mutants. `skips_again`: checks that a guest has once only."""

    def __init__(self, sees=(), fails_once=(), skips=(), goes=(), boots=(), stays=(), broken="", status=None,
                 points=(), classes=(), skips_once=(), statuses=(), skips_again=()):
        self.sees, self.fails_once, self.skips = set(sees), set(fails_once), set(skips)
        self.goes, self.lost_boots = {n: list(hows) for n, hows in dict(goes).items()}, dict(boots)
        self.skips_once, self.statuses = set(skips_once), dict(statuses)
        self.skips_again = set(skips_again)
        self.stays, self.broken, self.status = set(stays), broken, status
        self.points, self.classes = {check: list(each) for check, each in dict(points).items()}, list(classes)
        self.points_left = {check: list(each) for check, each in self.points.items()}
        self.asked, self.boots, self.running, self.went_on = [], [], 0, 0

    def __call__(self, append=""):
        number = int(append.rpartition("=")[2] or 0)
        self.boots.append(number)
        self.went_on += not append
        lost = self.lost_boots.get(number)
        if lost:
            raise Gone(lost.pop(), "it does not boot")
        self.running += 1
        return Simulated(self)


class Simulated:
    def __init__(self, machine):
        self.machine, self.is_broken, self.served, self.here, self.seen = machine, False, 0, True, set()
        self.had = set()

    def run(self, command):
        return Answer([] if "slow" in command else self.machine.classes)

    def reached(self):
        return self.seen

    def check(self, checks, number, _patience):
        machine = self.machine
        machine.asked.append((number, tuple(checks)))
        if machine.goes.get(number):
            raise Gone(machine.goes[number].pop(), "made up")
        if self.is_broken and machine.broken:
            raise Gone(machine.broken, "made up")
        if status := machine.status or machine.statuses.get(number):
            return Answer(["error: made up"], status)
        failing = [check for check in checks
                   if self.is_broken or (number, check) in machine.sees or check in machine.fails_once]
        machine.fails_once -= set(failing)
        self.is_broken = self.is_broken or number in machine.stays
        if failing:
            return Answer([f"    not ok 1 {failing[0]}"], 1)
        for check in checks:
            left = machine.points_left.get(check)
            self.seen = left.pop(0) if number == -1 and left else set()
        skipped = [check for check in checks if (number, check) in machine.skips or check in machine.skips_once
                   or check in machine.skips_again & self.had]
        self.had |= set(checks)
        machine.skips_once -= set(skipped)
        return Answer([f"    ok 1 {check}" + (" # SKIP made up" if check in skipped else "") for check in checks],
                      4 if skipped == list(checks) else 0)

    def end(self):
        self.machine.running -= self.here
        self.here = False
