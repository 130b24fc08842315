# SPDX-License-Identifier: GPL-2.0
"""Who judges what, in which guest, and what is kept of it: with guests that are made up."""
import json
import os
import re
import tempfile
import unittest

import common
from machine import Machine, mutant
from mutate import judge, report
from mutate.campaign import Campaign, Results, chosen
from mutate.coverage import Coverage
from mutate.guest import NeverUp
from mutate.judge import Stop


class Campaigns(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.directory.name, "results.jsonl")
        self.coverage = Coverage(os.path.join(self.directory.name, "coverage.json"))
        self.coverage.points = {"boot": {8}, "idle": set(), "one": {1, 2}, "two": {2}, "three": {3}}
        self.coverage.seconds = {"one": 1, "two": 1, "three": 1}
        self.coverage.of = dict.fromkeys(self.coverage.seconds, "")

    def tearDown(self):
        self.directory.cleanup()

    def verdicts(self, mutants, machine):
        self.said = []
        self.results = Results(self.path)
        Campaign(mutants, self.coverage, self.results, machine, self.said.append).run(mutants)
        self.assertEqual(machine.running, 0, "a guest is left")
        return {name: record["verdict"] for name, record in self.results.of.items()}

    def one(self, point=1, **behaviour):
        """The verdict of a mutant in a machine of this behaviour, or None."""
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.machine = Machine(**behaviour)
        return self.verdicts([mutant(1, point)], self.machine).get("id1")

    def test_only_checks_that_reach_a_mutant_are_asked(self):
        machine = Machine()
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 3)], machine), {"id1": "survived", "id2": "survived"})
        self.assertEqual(machine.asked, [(1, ("one",)), (2, ("three",))])

    def test_what_nobody_reaches_is_unreached_and_what_only_a_boot_reaches_has_boots_of_its_own(self):
        machine = Machine(sees=[(2, "three")])
        self.assertEqual(self.verdicts([mutant(1, 9), mutant(2, 8)], machine), {"id1": "unreached", "id2": "caught"})
        self.assertEqual((machine.boots, machine.went_on), ([2, 0, 2, 0], 0))

    def test_a_check_that_has_caught_one_of_the_function_goes_first(self):
        machine = Machine(sees=[(1, "two"), (2, "two")])
        self.verdicts([mutant(1, 2), mutant(2, 2)], machine)
        self.assertEqual([checks[0] for number, checks in machine.asked if number == 2][0], "two")

    def test_a_catch_has_controls_before_and_after_and_is_seen_twice(self):
        self.assertEqual(self.one(sees=[(1, "one")]), "caught")
        self.assertEqual([number for number, _ in self.machine.asked], [1, 0, 1, 0])

    def test_a_guest_goes_on_after_a_mutant_that_left_it_well(self):
        machine = Machine(sees=[(1, "one")])
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 1)], machine), {"id1": "caught", "id2": "survived"})
        self.assertEqual(len(machine.boots), 1)

    def test_after_one_that_left_it_broken_there_is_a_new_guest(self):
        machine = Machine(sees=[(1, "one")], stays=[1])
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 1)], machine), {"id1": "caught", "id2": "survived"})

    def test_what_a_broken_guest_says_is_not_believed(self):
        # The first is caught, the second breaks the guest for later checks only, so the third looks caught.
        machine = Machine(sees=[(1, "one")], stays=[2])
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 1), mutant(3, 1)], machine),
                         {"id1": "caught", "id2": "survived", "id3": "survived"})

    def test_a_mutant_that_kills_the_kernel_is_crashed_and_the_next_one_is_judged(self):
        machine = Machine(goes={1: ["crashed", "crashed"]})
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 1)], machine), {"id1": "crashed", "id2": "survived"})

    def test_a_guest_that_starves_once_is_no_hang(self):
        self.assertEqual(self.one(goes={1: ["hung"]}), "survived")

    def test_what_hangs_again_alone_in_a_new_guest_that_has_passed_is_hung(self):
        self.assertEqual(self.one(goes={1: ["hung", "hung"]}), "hung")
        self.assertEqual(self.results.of["id1"]["by"], "one")
        self.assertEqual([number for number, _ in self.machine.asked], [1, 0, 1, 0])

    def test_an_earlier_mutant_s_hang_is_not_the_next_one_s(self):
        machine = Machine(stays=[1], broken="hung")
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 1)], machine), {"id1": "survived", "id2": "survived"})

    def test_a_check_that_fails_without_the_mutant_too_kills_nobody(self):
        self.assertEqual(self.one(sees=[(0, "one"), (1, "one")]), "unasked")
        self.assertIn("is not asked any more", self.said[0])

    def test_a_check_that_fails_in_a_new_guest_without_any_mutant_is_not_asked_any_more(self):
        machine = Machine(sees=[(number, "one") for number in range(4)])
        self.assertEqual(self.verdicts([mutant(1, 1), mutant(2, 2), mutant(3, 1)], machine),
                         {"id1": "unasked", "id2": "survived", "id3": "unasked"})
        self.assertEqual(Coverage(self.coverage.path).unsteady, {"one"})

    def test_a_check_that_fails_once_in_many_controls_is_still_asked(self):
        for passed in [True] * 19 + [False] + [True] * 20:
            self.assertFalse(self.coverage.is_unsteady("one", passed))
        self.assertFalse(self.coverage.is_unsteady("one", False))  # two of 41
        self.assertTrue(self.coverage.is_unsteady("one", False))  # three of 42

    def test_a_check_that_another_thread_sets_aside_meanwhile_is_still_found(self):
        self.coverage.set_aside(["one"])
        self.assertEqual(self.coverage.next_to("one", ["two", "one"]), "two")

    def test_whatever_ends_a_thread_ends_the_campaign_and_is_heard_of(self):
        for jobs in (1, 2):
            with self.assertRaises(ZeroDivisionError):
                Campaign([], self.coverage, Results(self.path), lambda _: 1 / 0, str).run([mutant(1, 1)], jobs=jobs)

    def test_time_left_is_by_the_mean_of_those_that_checks_reach_and_of_those_that_have_boots(self):
        campaign = Campaign([], self.coverage, Results(self.path), Machine(), str)
        campaign.run([], jobs=2)
        campaign.all.update(checks=10, boot=5)
        campaign.done.update(checks=4)
        campaign.spent.update(checks=240)
        self.assertEqual(campaign.to_go(), "3 min and 5 by boot")
        campaign.means = {"boot": 60, "checks": 1}
        self.assertEqual(campaign.to_go(), "6 min")
        campaign.done.update(boot=1)
        campaign.spent.update(boot=600)
        self.assertEqual(campaign.to_go(), "23 min")

    def test_what_was_asked_for_is_not_drawn_and_what_was_drawn_stays_so(self):
        results = Results(self.path)
        for drawn, mutants in ((False, [mutant(1, 1)]), (True, [mutant(2, 1)]), (False, [mutant(2, 1)])):
            Campaign([], self.coverage, results, Machine(), str).run(mutants, drawn=drawn)
        self.assertEqual({name: record["asked"] for name, record in Results(self.path).of.items()},
                         {"id1": "only", "id2": "drawn"})
        self.assertEqual(report.drawn([mutant(1, 1), mutant(2, 1)], results), [mutant(2, 1)])

    def test_a_check_that_fails_once_kills_nobody(self):
        self.assertEqual(self.one(fails_once=["one"]), "survived")

    def test_a_control_that_is_skipped_is_none(self):
        self.assertEqual(self.one(sees=[(1, "one")], skips=[(0, "one")]), "unasked")

    def test_who_makes_a_check_be_skipped_has_not_survived_it(self):
        self.assertEqual(self.one(skips=[(1, "one")]), "unclear")
        self.assertEqual(self.one(2, skips=[(1, "one")]), "unclear")
        self.assertEqual([number for number, _ in self.machine.asked], [1, 0, 1, 1, 0])
        self.assertEqual(self.one(2, skips=[(1, "one")], sees=[(1, "two")]), "caught")

    def test_a_check_that_is_skipped_once_is_asked_again(self):
        self.assertEqual(self.one(2, skips_once=["one"]), "survived")

    def test_who_is_skipped_for_what_ran_before_him_has_a_guest_of_his_own(self):
        self.verdicts([mutant(1, 1), mutant(2, 1)], Machine(skips_again=["one"]))
        self.assertEqual({name: record["verdict"] for name, record in self.results.of.items()},
                         {"id1": "survived", "id2": "survived"})

    def test_who_makes_wqctl_end_without_a_word_has_not_survived(self):
        self.assertEqual(self.one(statuses={1: 139}), "unclear")

    def test_wqctl_that_can_t_be_asked_ends_the_campaign(self):
        for status in (2, 3):
            for point in (1, 8):
                with self.assertRaises(Stop):
                    self.one(point, status=status)
                self.assertEqual(self.machine.running, 0)

    def test_a_guest_that_ends_by_the_host_s_doing_is_no_crash(self):
        self.assertEqual(self.one(goes={1: ["ended"]}), "survived")
        self.assertEqual(self.one(goes={1: ["ended", "ended"]}), "unclear")

    def test_a_boot_that_fails_once_is_no_verdict(self):
        self.assertEqual(self.one(8, boots={1: ["hung"]}), "survived")
        self.assertEqual(self.one(1, boots={0: ["hung"]}), "survived")

    def test_a_mutant_with_which_no_boot_ends_well_is_killed_if_the_plain_kernel_boots(self):
        self.assertEqual(self.one(8, boots={1: ["hung"] * 9}), "hung")
        self.assertEqual(self.one(8, boots={1: ["ended"] * 9}), "crashed")
        self.assertEqual(self.machine.went_on, 0)
        with self.assertRaises(NeverUp):
            self.one(8, boots={1: ["hung"] * 9, 0: ["hung"] * 9})

    def test_verdicts_are_there_the_next_time_also_behind_a_line_that_was_cut_off(self):
        self.verdicts([mutant(1, 1)], Machine())
        with open(self.path, "a", encoding="utf-8") as file:
            file.write('{"id": "id2", "verd')
        self.assertEqual(list(Results(self.path).of), ["id1"])

    def test_of_two_verdicts_the_last_counts(self):
        for verdict in ("survived", "caught"):
            Results(self.path).add({"id": "id1", "verdict": verdict, "met": ["one"]})
        self.assertEqual(Results(self.path).of["id1"]["verdict"], "caught")
        with open(self.path, encoding="utf-8") as file:
            self.assertEqual([json.loads(line)["verdict"] for line in file], ["survived", "caught"])

    def known(self, **digests):
        """As it is when the checks are these."""
        return Results(self.path, (), lambda check: digests.get(check, ""), {"id1": "text1"})

    def test_a_kill_is_made_again_when_its_check_has_changed_and_it_is_known_what_came_of_it(self):
        self.known(one="a", two="a").add({"id": "id1", "verdict": "caught", "by": "one"})
        now = self.known(one="a", two="b", three="a")
        self.assertEqual((now.is_old("id1"), now.left("id1", ["one", "three"])), (False, []))
        now = self.known(one="b", two="a")
        self.assertEqual((list(now.of), now.stale, now.is_old("id1")), (["id1"], [], True))
        self.assertEqual(now.left("id1", ["one", "three"]), ["one", "three"])
        for verdict, mark in (("caught", "again"), ("survived", "lost"), ("hung", "learned")):
            now.add({"id": "id1", "verdict": verdict, **({"met": ["one"]} if verdict == "survived" else {"by": "one"})})
            self.assertTrue(now.of["id1"][mark])
            self.assertFalse(now.is_old("id1"))
            now = self.known(one=mark, two="a")
        self.assertNotIn("lost", now.of["id1"])

    def test_of_who_is_tried_again_the_seconds_of_the_first_time_are_kept(self):
        results = self.known(one="a")
        for seconds in (60, 1):
            results.add({"id": "id1", "verdict": "survived", "met": ["one"], "seconds": seconds})
        self.assertEqual(results.of["id1"]["seconds"], 60)
        results.of["id2"] = {"id": "id2", "verdict": "survived"}  # as verdicts on record are
        results.add({"id": "id2", "verdict": "survived", "met": ["one"], "seconds": 1})
        self.assertNotIn("seconds", results.of["id2"])

    def test_what_has_another_text_by_now_is_stale(self):
        self.known(one="a").add({"id": "id1", "verdict": "caught", "by": "one"})
        self.assertEqual(Results(self.path, (), lambda check: "a", {"id1": "another"}).stale, ["id1"])

    def test_who_survived_has_yet_to_meet_checks_that_are_new_or_others(self):
        self.known(one="a", two="a").add({"id": "id1", "verdict": "survived", "met": ["one", "two"]})
        now = self.known(one="a", two="b", three="a")
        self.assertEqual(now.left("id1", ["one", "two", "three"]), ["two", "three"])
        now.add({"id": "id1", "verdict": "survived", "met": ["two", "three"]})
        self.assertEqual(self.known(one="a", two="b", three="a").left("id1", ["one", "two", "three"]), [])
        self.assertEqual(self.known(one="b", two="c", three="d").stale, ["id1"])

    def test_of_who_is_unclear_all_are_asked_again_when_one_is_new(self):
        self.known(one="a").add({"id": "id1", "verdict": "unclear", "met": ["one"]})
        self.assertEqual(self.known(one="a").left("id1", ["one"]), [])
        self.assertEqual(self.known(one="a", two="a").left("id1", ["one", "two"]), ["one", "two"])

    def test_a_survivor_is_asked_again_only_what_he_has_not_met(self):
        self.verdicts([mutant(1, 2)], Machine())
        self.coverage.points["four"] = {2}
        machine = Machine(sees=[(1, "four")])
        self.assertEqual(self.verdicts([mutant(1, 2)], machine), {"id1": "caught"})
        self.assertEqual(machine.asked[0], (1, ("four",)))

    def test_who_was_asked_for_is_drawn_without_a_trial_when_his_turn_comes(self):
        results = Results(self.path)
        Campaign([], self.coverage, results, Machine(), str).run([mutant(1, 1)], drawn=False)
        machine = Machine()
        Campaign([], self.coverage, results, machine, str).run([mutant(1, 1)])
        self.assertEqual((machine.asked, Results(self.path).of["id1"]["asked"]), ([], "drawn"))

    def test_who_was_drawn_by_one_suite_is_of_that_draw_whatever_comes_later(self):
        for suite, names in (("", ["id1"]), ("first", ["id1", "id2", "id3"]), ("second", ["id2", "id4"])):
            results = Results(self.path, suite=suite)
            for name in names:
                results.add({"id": name, "verdict": "survived", "met": ["one"]}, name != "id3")
        self.assertEqual(Results(self.path, suite="third").draws, {"id2": "first", "id4": "second"})

    def test_a_kill_of_who_was_alive_before_is_learned_whoever_asked_for_it(self):
        results = self.known(one="a", two="a")
        for name, *verdicts in (("id1", "survived", "caught"), ("id2", "caught"), ("id3", "unclear", "hung")):
            for verdict in verdicts:
                results.add({"id": name, "verdict": verdict, "by": "two", "met": ["one"]}, verdict == verdicts[0])
        for now in (results, self.known(one="a", two="a")):
            self.assertEqual([name for name, record in now.of.items() if record.get("learned")], ["id1", "id3"])
        stale = self.known(one="b", two="b")
        self.assertEqual((list(stale.of), stale.alive), (["id1", "id2", "id3"], {"id1", "id3"}))
        stale.add({"id": "id1", "verdict": "caught", "by": "two"})
        self.assertTrue(stale.of["id1"]["learned"])
        self.assertEqual(Results(self.path, (), texts={"id1": "another"}).alive, {"id3"})

    def test_a_kill_that_an_older_line_does_not_call_learned_is(self):
        with open(self.path, "w", encoding="utf-8") as file:
            for verdict in ("survived", "caught"):
                file.write(json.dumps({"id": "id1", "verdict": verdict}) + "\n")
        self.assertTrue(Results(self.path).of["id1"]["learned"])

    def test_old_kills_go_first_and_those_of_slow_checks_last(self):
        mutants = [mutant(number, 1) for number in range(1, 9)]
        before = Results(self.path, (), lambda check: "a")
        for name, check in (("id3", "one"), ("id4", "two"), ("id5", "two")):
            before.add({"id": name, "verdict": "caught", "by": check})
        version = type("Version", (), {"mutants": mutants, "coverage": self.coverage,
                                       "results": Results(self.path, (), lambda check: "b")})
        self.coverage.slow = {"two": ["function1"]}
        order = [each.id for each in chosen(version)]
        self.assertEqual((order[0], set(order[-2:]), len(order)), ("id3", {"id4", "id5"}, 8))

    def test_only_who_is_drawn_and_known_goes_behind_all_others(self):
        mutants = [mutant(number, 1) for number in range(1, 9)]
        version = type("Version", (), {"mutants": mutants, "coverage": self.coverage, "results": Results(self.path)})
        plain = [each.id for each in chosen(version)]
        asked, drawn = plain[0], plain[1]
        version.results.add({"id": asked, "verdict": "survived", "met": ["one"]}, drawn=False)
        version.results.add({"id": drawn, "verdict": "survived", "met": ["one"]})
        self.assertEqual([each.id for each in chosen(version)], [asked, *plain[2:]])
        self.coverage.points["four"] = {1}
        self.assertEqual([each.id for each in chosen(version)], [asked, *plain[2:], drawn])
        self.assertEqual([each.id for each in chosen(version, only=[drawn])], [drawn])
        self.assertEqual(chosen(version, only=["survived"], equivalent={(asked, f"text{asked[2:]}")}),
                         [each for each in mutants if each.id == drawn])

    def test_who_is_unclear_has_met_only_what_he_was_asked(self):
        names = [f"c{number}" for number in range(9)]
        self.coverage.points = {"boot": {8}, "idle": set(), **{name: {1} for name in names}}
        self.coverage.seconds = dict.fromkeys(names, 1)
        self.assertEqual(self.one(goes={1: ["ended", "ended"]}), "unclear")
        met = self.results.of["id1"]["met"]
        self.assertEqual(sorted(met), sorted(self.machine.asked[0][1]))
        self.assertEqual(self.results.left("id1", names), names)

    def test_an_old_kill_is_tried_by_the_check_that_made_it_alone(self):
        self.coverage.points = {"boot": {8}, "idle": set(), **{f"c{number}": {1} for number in range(9)}}
        self.coverage.seconds = dict.fromkeys(self.coverage.points, 1)
        for sees, asked in (([(1, "c7")], [("c7",)]), ([(1, "c5")], [("c7",), ("c0", "c1")])):
            results = Results(os.devnull, {"id1": {"id": "id1", "verdict": "caught", "by": "c7", "of": "before"}})
            machine = Machine(sees=sees)
            Campaign([], self.coverage, results, machine, str).run([mutant(1, 1)])
            self.assertEqual(results.of["id1"]["by"], sees[0][1])
            first = [checks for number, checks in machine.asked if number == 1]
            self.assertEqual([checks[:2] for checks in first][:len(asked)], asked)

    def test_who_kills_the_same_fault_in_another_kernel_is_asked_first_and_alone(self):
        self.coverage.points["three"] = {1}
        machine = Machine(sees=[(1, "three")])
        campaign = Campaign([], self.coverage, Results(self.path), machine, str, {"id1": "three", "id2": "gone"})
        campaign.run([mutant(1, 1), mutant(2, 2)])
        self.assertEqual([checks for number, checks in machine.asked if number == 1], [("three",), ("three",)])
        self.assertEqual([checks for number, checks in machine.asked if number == 2], [("one", "two")])

    def test_who_kills_another_of_the_same_line_in_another_kernel_goes_ahead(self):
        self.coverage.points["three"] = {1}
        both = [mutant(1, 1), mutant(2, 1)]
        campaign = Campaign(both, self.coverage, Results(self.path), Machine(), str, {"id1": "three", "gone": "two"})
        self.assertEqual(campaign.order(both[1], ["one", "three"])[0], "three")
        unaided = Campaign(both, self.coverage, Results(self.path), Machine(), str)
        self.assertEqual(unaided.order(both[1], ["one", "three"])[0], "one")

    def test_what_has_caught_another_of_the_same_line_goes_before_what_has_caught_more_elsewhere(self):
        campaign = Campaign([], self.coverage, Results(self.path), Machine(), print)
        here, there = mutant(1, 2), mutant(2, 2)
        for one, check, times in ((there, "one", 3), (here, "two", 1)):
            for _ in range(times):
                campaign._count(one, check)
        self.assertEqual(campaign.order(here, ["one", "two"]), ["two", "one"])
        self.assertEqual(campaign.order(there, ["two", "one"]), ["one", "two"])

    def test_checks_that_are_dear_come_last_unless_they_catch_much(self):
        names = [f"c{number}" for number in range(40)]
        self.coverage.points = {"boot": {8}, "idle": set(), **{name: {1} for name in names}}
        self.coverage.seconds = {**dict.fromkeys(names, 1), "c2": 60, "c3": 60, "c35": 60}
        campaign = Campaign([], self.coverage, Results(self.path), Machine(), print)
        campaign.kills["f", "c3"] = 100
        batches = list(campaign.judge.batches(campaign.order(mutant(1, 1), names)))
        self.assertEqual(batches[0][0], "c3")
        self.assertEqual([len(batch) for batch in batches], [judge.FIRST, judge.NEXT - judge.FIRST, 14, 2])
        self.assertEqual(batches[-1], ["c2", "c35"])


class Bounds(unittest.TestCase):
    def test_who_is_called_hung_had_longer_than_a_check_may_last(self):
        with open(os.path.join(common.HERE, "../../kmod/core/check_bounds.hh"), encoding="utf-8") as file:
            text = file.read()
        seconds = dict(re.findall(r"uint64_t (k\w+) = (\d+) \* kSecond / kHurry;", text))
        most = sum(int(seconds[bound]) for bound in ("kLimit", "kCleanUp", "kGrace")) / judge.HURRY
        self.assertGreater(judge.PATIENCE_SECONDS, most)
        # What takes the kernel minutes takes as long in a guest.
        slow = re.search(r"uint64_t kSlowLimit = (\d+) \* kSecond;", text)
        self.assertGreater(judge.SLOW_SECONDS, most - int(seconds["kLimit"]) / judge.HURRY + int(slow[1]))


if __name__ == "__main__":
    unittest.main()
