# SPDX-License-Identifier: GPL-2.0
"""Who judges what, in which guest, and what is kept of it: with guests that are made up."""
import json
import os
import tempfile
import unittest

import common  # noqa: F401  (the path)
from mutate import report
from mutate.campaign import Campaign, Coverage, Results
from mutate.guest import Answer, Gone
from mutate.mutant import Mutant

KTAP = """KTAP version 1
1..1
    KTAP version 1
    # Subtest: workqueue
    1..5
    ok 1 queue.kept
    # 3 tries
    ok 2 queue.skipped # SKIP no such machine
    # seen: an old bug
    not ok 3 queue.known # known: not mended
    # promised: it waits
    # seen: it did not wait
    not ok 4 flush.broken
    ok 5 flush.kept"""


class Verdicts(unittest.TestCase):
    def test_a_failure_is_one_that_is_neither_known_nor_skipped(self):
        self.assertEqual(Answer(KTAP.splitlines()).failures, [("flush.broken", "it did not wait")])

    def test_the_last_check_that_ended_is_known(self):
        self.assertEqual(Answer(KTAP.splitlines()[:7]).last, "queue.kept")


class Machine:
    """`sees` says which check fails with which mutant, `kills` which mutants end the guest, `stays` which of them leave
    it broken: then each check fails."""

    def __init__(self, sees=(), kills=(), stays=()):
        self.sees, self.kills, self.stays = set(sees), set(kills), set(stays)
        self.asked, self.boots = [], []

    def __call__(self, append=""):
        self.boots.append(append)
        return Simulated(self)


class Simulated:
    def __init__(self, machine):
        self.machine, self.broken = machine, False

    def check(self, checks, number, _seconds, _quiet):
        self.machine.asked.append((number, tuple(checks)))
        if number in self.machine.kills:
            raise Gone("crashed", "BUG: made up")
        failing = [check for check in checks if self.broken or (number, check) in self.machine.sees]
        self.broken = self.broken or number in self.machine.stays
        lines = [f"    not ok 1 {failing[0]}"] if failing else [f"    ok 1 {checks[-1]}"]
        return Answer(lines, 1 if failing else 0)

    def end(self):
        pass


def mutant(number, point, function="f"):
    return Mutant(function, "removed", f"statement {number} gone", [], number, f"id{number}", number, [point])


class Campaigns(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.directory.name, "results.jsonl")
        self.coverage = Coverage(os.path.join(self.directory.name, "coverage.json"))
        self.coverage.points = {"boot": {8}, "idle": set(), "one": {1, 2}, "two": {2}, "three": {3}}
        self.coverage.seconds = {"one": 1, "two": 1, "three": 1}

    def tearDown(self):
        self.directory.cleanup()

    def verdicts(self, mutants, machine):
        results = Results(self.path)
        Campaign(mutants, self.coverage, results, machine, lambda text: None).run(mutants)
        return {name: record["verdict"] for name, record in results.of.items()}

    def test_only_checks_that_reach_a_mutant_are_asked(self):
        machine = Machine()
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 3)], machine), {"id1": "survived", "id2": "survived"})
        self.assertEqual(machine.asked, [(1, ("one",)), (2, ("three",))])

    def test_what_nobody_reaches_is_unreached_and_what_only_a_boot_reaches_has_a_boot_of_its_own(self):
        machine = Machine(sees=[(2, "three")])
        self.assertEqual(self.verdicts([mutant(1, 9), mutant(2, 8)], machine), {"id1": "unreached", "id2": "caught"})
        self.assertEqual(machine.boots, ["workqueue.wqlab_mutant=2"])

    def test_a_check_that_has_caught_one_of_the_function_goes_first(self):
        machine = Machine(sees=[(1, "two"), (2, "two")])
        self.verdicts([mutant(1, 2), mutant(2, 2)], machine)
        self.assertEqual(machine.asked[-2][1][0], "two")

    def test_a_guest_goes_on_after_a_mutant_that_left_it_well(self):
        machine = Machine(sees=[(1, "one")])
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 1)], machine), {"id1": "caught", "id2": "survived"})
        self.assertEqual(len(machine.boots), 1)

    def test_after_one_that_left_it_broken_there_is_a_new_guest(self):
        machine = Machine(sees=[(1, "one")], stays=[1])
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 1)], machine), {"id1": "caught", "id2": "survived"})
        self.assertEqual(len(machine.boots), 2)

    def test_what_a_broken_guest_says_is_not_believed(self):
        # The first is caught, the second breaks the guest for later checks only, so the third looks caught.
        machine = Machine(sees=[(1, "one")], stays=[2])
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 1), mutant(3, 1)], machine),
                         {"id1": "caught", "id2": "survived", "id3": "survived"})

    def test_a_mutant_that_ends_the_guest_is_crashed_and_the_next_one_is_judged(self):
        machine = Machine(kills=[1])
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 1)], machine), {"id1": "crashed", "id2": "survived"})

    def test_verdicts_are_there_the_next_time_also_behind_a_line_that_was_cut_off(self):
        self.verdicts([mutant(1, 1)], Machine())
        with open(self.path, "a", encoding="utf-8") as file:
            file.write('{"id": "id2", "verd')
        self.assertEqual(list(Results(self.path).of), ["id1"])

    def test_of_two_verdicts_the_last_counts(self):
        for verdict in ("survived", "caught"):
            Results(self.path).add({"id": "id1", "verdict": verdict})
        self.assertEqual(Results(self.path).of["id1"]["verdict"], "caught")
        with open(self.path, encoding="utf-8") as file:
            self.assertEqual([json.loads(line)["verdict"] for line in file], ["survived", "caught"])


class Reports(unittest.TestCase):
    def test_the_share_leaves_out_what_nobody_could_see_and_takes_what_was_not_tried_for_the_like(self):
        found = {"caught": 6, "hung": 1, "crashed": 1, "survived": 1, "unreached": 1, "equivalent": 5, "untried": 7}
        self.assertEqual(report.share(found), ("88.9 %", "83.7 %"))  # 8 of 9; and 16 of 17 are reached

    def test_a_reason_without_a_mutant_is_stale(self):
        self.assertEqual(report.stale([mutant(1, 1)], {"id1": "it is so", "gone": "it was so"}), ["gone"])


if __name__ == "__main__":
    unittest.main()
