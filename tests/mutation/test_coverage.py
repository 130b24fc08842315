# SPDX-License-Identifier: GPL-2.0
"""Which checks reach a mutant, and which of these are asked: with guests that are made up."""
import os
import tempfile
import unittest

from machine import Machine, mutant
from mutate.coverage import Coverage
from mutate.guest import NeverUp


class Coverages(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.coverage = Coverage(os.path.join(self.directory.name, "coverage.json"))
        self.coverage.points = {"boot": {8}, "idle": set(), "one": {1, 2}, "two": {2}, "three": {3}}
        self.coverage.seconds = {"one": 1, "two": 1, "three": 1}

    def tearDown(self):
        self.directory.cleanup()

    def test_one_that_is_slow_is_asked_of_what_it_is_of_and_where_nobody_else_gets(self):
        self.coverage.slow = {"two": "kernel/workqueue.c: f(), g()", "three": "kernel/workqueue.c: g()"}
        self.coverage.points["three"] = {2, 3}
        self.assertEqual(self.coverage.of_mutant(mutant(1, 2)), ["one", "two"])
        self.assertEqual(self.coverage.of_mutant(mutant(1, 3)), ["three"])

    def test_what_judges_the_boot_is_asked_of_what_a_boot_reaches_and_of_nobody_else(self):
        self.coverage.points["boot.no-complaint"] = {2, 4, 8}
        self.assertEqual(self.coverage.asked(mutant(1, 2)), ["one", "two"])
        self.assertEqual(self.coverage.how(mutant(1, 4)), "nothing")
        self.assertIn("boot.no-complaint", self.coverage.asked(mutant(1, 8)))

    def measured(self, digests, jobs=1, **behaviour):
        """Of checks with these digests, by a machine of this behaviour; only where they have changed."""
        self.coverage.digest = digests.get
        self.machine = Machine(classes=list(digests), **behaviour)
        self.coverage.measure(self.machine, "", lambda text: None, jobs=jobs)
        self.assertEqual(self.machine.running, 0, "a guest is left")

    def test_a_line_that_is_reached_in_one_of_some_runs_is_reached_and_a_hang_costs_one_look(self):
        points = {"one": [{1}, {2}, {1}], "two": [{3}, {3}, {3}]}
        self.measured({"one": "a", "two": "a"}, points=points, goes={-1: ["hung"]})
        self.assertEqual(self.coverage.points, {"boot": set(), "idle": set(), "one": {1, 2}, "two": {3}})
        self.assertEqual((self.coverage.unsteady, self.coverage.checks), (set(), ["one", "two"]))
        self.assertEqual(self.coverage.untried(mutant(1, 7)), "unreached")

    def test_who_fails_twice_without_a_mutant_in_new_guests_is_not_asked_until_he_is_another(self):
        points = {"one": [{1}] * 9, "two": [{3}] * 9}
        self.measured({"one": "a", "two": "a"}, points=points, sees=[(-1, "one")])
        self.assertEqual((self.coverage.unsteady, self.coverage.checks), ({"one"}, ["two"]))
        self.assertEqual(self.coverage.how(mutant(1, 3)), "checks")
        self.measured({"one": "a", "two": "a"}, points=points)
        self.assertEqual((self.machine.asked, self.coverage.unsteady), ([], {"one"}))
        self.measured({"one": "b", "two": "a"}, points=points)
        self.assertEqual({checks for _, checks in self.machine.asked}, {("one",)})
        self.assertEqual((self.coverage.unsteady, self.coverage.points["two"]), (set(), {3}))

    def test_two_guests_see_what_one_does_and_one_that_can_not_boot_ends_both(self):
        names = [f"check{number}" for number in range(20)]
        self.measured(dict.fromkeys(names, "a"), jobs=2, points={name: [{at}, set(), {at + 100}]
                                                                 for at, name in enumerate(names)})
        self.assertEqual([self.coverage.points[name] for name in names], [{at, at + 100} for at in range(20)])
        with self.assertRaises(NeverUp):
            self.measured(dict.fromkeys(names, "b"), jobs=2, boots={0: ["hung"] * 99})
        self.assertEqual(self.machine.asked, [])

    def test_coverage_is_of_the_checks_that_there_are(self):
        self.measured({"one": "a", "two": "a"}, points={"one": [{1}], "two": [{2}]})
        self.measured({"three": "a", "one": "a"}, points={"one": [{9}], "three": [{3}]})
        self.assertEqual(list(self.coverage.points), ["boot", "idle", "three", "one"])
        self.assertEqual(self.coverage.points["one"], {1})
        self.assertEqual(Coverage(self.coverage.path, digest={"one": "a", "three": "a"}.get).of,
                         {"three": "a", "one": "a"})

    def test_where_nobody_has_looked_what_was_seen_in_another_clone_is_taken(self):
        shared = os.path.join(self.directory.name, "shared.json")
        self.coverage.shared = shared
        self.measured({"one": "a", "two": "a"}, points={"one": [{1}], "two": [{2}]})
        there = os.path.join(self.directory.name, "another clone's.json")
        self.coverage = Coverage(there, digest={"one": "a", "two": "b"}.get, shared=shared)
        self.assertEqual(self.coverage.points["one"], {1})
        self.assertEqual(Coverage(there, "other mutants", shared=shared).points, {})
        self.measured({"one": "a", "two": "b"}, points={"one": [{8}], "two": [{9}]})
        self.assertEqual(({checks for _, checks in self.machine.asked}, self.coverage.points["one"]), ({("two",)}, {1}))

    def test_what_a_clone_has_seen_is_shared_where_nothing_is(self):
        self.measured({"one": "a"}, points={"one": [{1}]})
        shared = os.path.join(self.directory.name, "shared.json")
        Coverage(self.coverage.path, shared=shared)
        self.assertEqual(Coverage(shared).points["one"], {1})

    def test_what_a_clone_has_seen_itself_goes_first(self):
        shared = os.path.join(self.directory.name, "shared.json")
        for path, point in ((shared, 7), (self.coverage.path, 1)):
            self.coverage.points = {"boot": set(), "idle": set(), "one": {point}}
            self.coverage.save(path)
        self.assertEqual(Coverage(self.coverage.path, shared=shared).points["one"], {1})


if __name__ == "__main__":
    unittest.main()
