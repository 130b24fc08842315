# SPDX-License-Identifier: GPL-2.0
"""What is said of all verdicts, and what the tree keeps of each."""
import glob
import os
import tempfile
import unittest

import common
from machine import mutant
from mutate import report, verdicts
from mutate.campaign import Results
from mutate.coverage import Coverage


class Reports(unittest.TestCase):
    def test_a_share_has_its_number_and_its_interval(self):
        found = {"caught": 200, "hung": 40, "crashed": 60, "survived": 100, "unreached": 9, "equivalent": 5}
        # Wilson's interval of 300 of 400: (0.75 + 0.004802 -+ 1.96 sqrt(0.00046875 + 0.0000060)) / 1.009604
        self.assertEqual(report.share(found, *report.KILLED), "75.0 % of 400 (70.5 % to 79.0 %)")

    def test_what_is_unclear_is_not_killed(self):
        self.assertEqual(report.share({"caught": 300, "unclear": 100}, *report.KILLED),
                         "75.0 % of 400 (70.5 % to 79.0 %)")

    def test_of_few_there_is_no_share(self):
        self.assertEqual(report.share({"caught": 50, "survived": 49}, "caught"), "99 tried: too few")

    def test_what_is_unseen_is_in_one_of_the_two_shares(self):
        found = {"caught": 300, "survived": 50, "unseen": 50}
        self.assertEqual(report.share(found, "caught")[:13], "75.0 % of 400")
        self.assertEqual(report.share(found, "caught", of=report.TRIED)[:13], "85.7 % of 350")

    def test_the_interval_is_of_first_verdicts_and_what_was_learned_stands_beside_it(self):
        mutants = [mutant(number, 1) for number in range(400)]
        results = Results(os.devnull)
        for number in range(400):
            results.of[f"id{number}"] = {"id": f"id{number}", "verdict": "caught" if number < 320 else "survived",
                                         **({"learned": True} if number < 20 else {})}
        results.of["id399"]["verdict"] = "unseen"
        coverage = Coverage(os.devnull + ".none")
        coverage.points = {"boot": set(), "idle": set(), "one": {1}}
        version = type("Version", (), {"mutants": mutants, "coverage": coverage, "results": results, "draws": []})
        cells = report.shares("7.3", version)[0].split(" | ")
        self.assertEqual(cells[2:4], ["75.0 % of 400 (70.5 % to 79.0 %)", "75.2 % of 399 (70.7 % to 79.2 %)"])
        self.assertEqual(cells[4:], ["20", "80.0 %", "80.2 % |"])
        self.assertTrue(report.summary("7.3", version)[1].endswith(
            "of the 400 mutants that checks reach, without those that change nothing, all have been drawn. Today's "
            "suite kills 80.0 % of them, and 80.2 % of those that somebody could tell. So of all 400 that change "
            "something it is known to kill 80.0 %, and of those that checks or a boot reach 80.0 %."))

    def test_what_nothing_reaches_and_what_only_a_boot_does_is_in_shares_beside(self):
        results = Results(os.devnull)
        results.of = {f"id{number}": {"id": f"id{number}", "verdict": verdict} for number, verdict in enumerate(
            ["caught"] * 180 + ["unseen"] * 20 + ["equivalent"] * 20 + ["untried"] * 180
            + ["unreached"] * 90 + ["equivalent"] * 10 + ["hung"] * 5 + ["survived"] * 5 + ["untried"] * 90)}
        points = [1] * 400 + [3] * 100 + [2] * 100
        coverage = Coverage(os.devnull + ".none")
        coverage.points = {"boot": {2}, "idle": set(), "one": {1}}
        version = type("Version", (), {"coverage": coverage, "results": results, "draws": [],
                                       "mutants": [mutant(number, point) for number, point in enumerate(points)]})
        said = report.summary("7.3", version)[1]
        self.assertIn("of the 380 mutants that checks reach, without those that change nothing, 200 have been drawn. "
                      "Today's suite kills 90.0 % of them, and 100.0 % of", said)
        # Of 90 that nothing reaches as many count as of the others are drawn, 90 * 200 / 380.
        self.assertIn("With the 90 that neither a check nor a boot reaches, as survivors, it is 72.8 % and 79.2 %",
                      said)
        self.assertIn("Only a boot reaches 100 more; 10 of these have been tried, and 5 are killed.", said)
        self.assertIn("of all 570 that change something it is known to kill 32.5 %", said)
        self.assertIn("of those that checks or a boot reach 38.5 %", said)

    def test_each_draw_has_its_own_share(self):
        mutants = [mutant(number, 1) for number in range(300)]
        results = Results(os.devnull)
        results.of = {f"id{number}": {"id": f"id{number}", "verdict": "caught" if number % 2 else "survived"}
                      for number in range(300)}
        coverage = Coverage(os.devnull + ".none")
        coverage.points = {"boot": set(), "idle": set(), "one": {1}}
        version = type("Version", (), {"mutants": mutants, "coverage": coverage, "results": results,
                                       "draws": ["later", "last"]})
        self.assertEqual(len(report.shares("7.3", version)), 2)  # of one draw nothing more is to be said
        results.draws = {f"id{number}": "later" for number in range(150, 260)} | {"id280": "last"}
        results.of["id151"]["learned"] = True
        rows = [row.split(" | ")[:3] for row in report.shares("7.3", version)]
        self.assertEqual(rows[1:3], [["| 7.3: draw 1", "", "50.3 % of 189 (43.2 % to 57.3 %)"],
                                     ["| 7.3: draw 2", "", "49.1 % of 110 (39.9 % to 58.3 %)"]])
        self.assertEqual(len(rows), 4)  # of one mutant there is no share

    def test_who_was_seen_is_neither_unseen_nor_equivalent(self):
        results = Results(os.devnull)
        results.of = {name: {"id": name, "verdict": name} for name in ("caught", "survived", "unclear")}
        for kind in ("unseen", "equivalent"):
            for name in ("caught", "survived", "unclear", "untried"):
                report.reread(results, name, kind)
        self.assertEqual({name: record["verdict"] for name, record in results.of.items()}, {
            "caught": "caught", "survived": "equivalent", "unclear": "equivalent", "untried": "equivalent"})

    def test_it_is_said_by_whom_and_for_what_those_that_hang_were_ended(self):
        mutants, results = [mutant(number, 1) for number in range(5)], Results(os.devnull)
        for at, words in enumerate(("nothing after one, for 82 s of its time", "nothing after two, for 9 s of its time",
                                    "nothing after one, and it does not tell the time", "at boot, 3 times")):
            results.of[f"id{at}"] = {"id": f"id{at}", "verdict": "hung", "words": words}
        version = type("Version", (), {"mutants": mutants, "results": results})
        self.assertTrue(report.hung_of("7.3", version)[1].endswith(
            "4 that hung were ended by `scripts/mutate`, which kills the guest: 2 said nothing more for so long by "
            "their own clock, 1 did not tell the time, 1 did not boot."))
        results.of.clear()
        self.assertEqual(report.hung_of("7.3", version), [])

    def test_verdicts_are_read_as_they_were_written(self):
        class Version:
            suite = type("Suite", (), {"at": ["one", "two", "three", "four"],
                                       "digest": staticmethod(lambda check: f"of-{check}")})
            mutants, draws = [mutant(number, 1) for number in range(1, 9)], ["suite0", "suite1"]
            seconds_before = {"checks": 11.25}
            results = Results(os.devnull, (), suite.digest, {f"id{number}": f"text{number}" for number in range(1, 9)},
                              "suite1")
        for record in ({"id": "id1", "verdict": "caught", "by": "two", "words": "1 @ 2 # 3"},
                       {"id": "id2", "verdict": "crashed"},
                       {"id": "id3", "verdict": "survived", "met": ["one", "two", "four"]},
                       {"id": "id4", "verdict": "unclear", "met": ["three"]}):
            Version.results.add(record, record["id"] != "id3")
        for words in ({"verdict": "survived", "met": ["two"]}, {"verdict": "hung", "by": "one"}):
            Version.results.add({"id": "id7", **words}, drawn=False)
        Version.results.of["id5"] = {"id": "id5", "verdict": "unreached", "text": "text5"}
        Version.results.alive |= {"id6", "id8"}  # they are untried again
        Version.results.drawn.add("id6")
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "tests/mutation"))
            with open(verdicts.record_path(root, "7.3"), "w", encoding="utf-8") as file:
                file.writelines(line + "\n" for line in verdicts.written(Version))
            found = verdicts.recorded(root, "7.3")
            self.assertEqual(verdicts.draws_of(root, "7.3"), Version.draws)
            self.assertEqual(verdicts.seconds_of(root, "7.3"), {"checks": 11.2})
            self.assertEqual(verdicts.texts_of(root, "7.3"), {f"text{number}" for number in range(1, 9)})
            untried = {name: found.pop(name) for name in ("id6", "id8")}
            self.assertEqual(found, Version.results.of)
            self.assertEqual({name for name, record in found.items() if record.get("draw") == "suite1"},
                             {"id1", "id2", "id4"})
            again = Results(os.devnull, untried, Version.suite.digest)
            self.assertEqual((again.of, again.alive, again.stale, again.drawn), ({}, {"id6", "id8"}, [], {"id6"}))

    def test_lines_that_no_check_executes_are_told_apart_by_whether_a_boot_does(self):
        coverage = Coverage(os.devnull + ".none")
        coverage.points = {"boot": {2}, "idle": set(), "one": {1}}
        mutants = [mutant(1, 1), mutant(2, 2), mutant(3, 3), mutant(4, 3, "g")]
        version = type("Version", (), {"mutants": mutants, "coverage": coverage})
        functions = {"f": mutants[:3], "g": mutants[3:]}
        self.assertEqual(report.unreached(version, functions, "nothing"), ["- f(): 3", "- g() (all of it): 4"])
        self.assertEqual(report.unreached(version, functions, "boot"), ["- f(): 2"])

    def test_functions_without_mutants_are_named_and_why(self):
        version = type("Version", (), {"mutants": [mutant(1, 1)], "functions": ["z", "show_pwq", "f", "a"]})
        said = [line.split(": ")[-1] for line in report.without(version) if line]
        self.assertEqual(said, ["show_pwq().", "z(), a()."])
        version.functions = ["f"]
        self.assertEqual(list(report.without(version)), [])

    def test_how_long_all_take_is_known_of_those_that_were_tried_here_or_from_the_record(self):
        coverage = Coverage(os.devnull + ".none")
        coverage.points = {"boot": {2}, "idle": set(), "one": {1}}
        mutants, results = [mutant(number, 1 + number // 720) for number in range(1080)], Results(os.devnull)
        version = type("Version", (), {"mutants": mutants, "coverage": coverage, "results": results,
                                       "seconds_before": {}})
        self.assertEqual(report.time_of("7.3", version), [])
        results.of = {f"id{number}": {"seconds": number % 2 * 20} for number in range(100)}
        self.assertIn("what checks reach takes 10 s a mutant in one guest, all 720 about 2 h",
                      report.time_of("7.3", version)[1])
        version.seconds_before = {"checks": 30.0, "boot": 100.0}
        self.assertEqual(verdicts.mean_seconds(version), {"checks": 10, "boot": 100})
        self.assertIn("what only a boot reaches takes 100 s a mutant in one guest, all 360 about 10 h",
                      report.time_of("7.3", version)[1])

    def test_a_reason_is_for_one_text_of_the_function(self):
        self.assertEqual(verdicts.stale([mutant(1, 1)], {("id1", "text1"): "it is so", ("id1", "old"): "it was so"}),
                         [("id1", "old")])

    def test_a_reason_for_what_is_no_mutant_any_more_fails(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "tests/mutation"))
            with open(os.path.join(root, "tests/mutation/unseen.7.3"), "w", encoding="utf-8") as file:
                file.write("id1 text1 nobody can\n")
            version = type("Version", (), {"name": "7.3", "mutants": [mutant(1, 1)]})
            self.assertTrue(verdicts.reasons_line(root, version).startswith("ok - 7.3: "))
            version.mutants = [mutant(2, 1)]
            self.assertEqual(verdicts.reasons_line(root, version).splitlines()[0], "# id1 text1 is none any more")
            self.assertTrue(verdicts.reasons_line(root, version).splitlines()[1].startswith("not ok - 7.3: "))

    def test_a_reason_for_who_was_killed_fails(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "tests/mutation"))
            for name, text in (("unseen.7.3", "id1 text1 nobody can\nid2 text2 nobody can\nid3 text3 nobody can\n"),
                               ("7.3.verdicts", "check a\nid1 text1 crashed\nid2 old crashed\nid3 text3 unreached\n")):
                with open(os.path.join(root, "tests/mutation", name), "w", encoding="utf-8") as file:
                    file.write(text)
            version = type("Version", (), {"name": "7.3", "mutants": [mutant(number, 1) for number in range(1, 4)]})
            said = verdicts.reasons_line(root, version).splitlines()
            self.assertEqual(said[:-1], ["# id1 text1 is unseen, and was crashed"])
            self.assertTrue(said[-1].startswith("not ok - 7.3: "))

    def test_reasons_in_the_tree_are_for_functions_as_they_were_at_the_last_report_and_for_nobody_killed(self):
        root = os.path.join(common.HERE, "../..")
        versions = [os.path.basename(path).removesuffix(".verdicts")
                    for path in glob.glob(os.path.join(common.HERE, "*.verdicts"))]
        for name in versions:
            known, texts = verdicts.recorded(root, name), verdicts.texts_of(root, name)
            for kind in ("unseen", "equivalent"):
                why = verdicts.reasons(root, kind, name)
                self.assertEqual(verdicts.contradicted(known, why), [])
                if texts:  # the report was written by a scripts/mutate that keeps them
                    self.assertEqual([one for one in why if one[1] not in texts], [])

    def test_a_reason_of_another_version_is_asked_about_where_the_function_is_the_same(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "tests/mutation"))
            for name, lines in (("equivalent.7.3", ["id1 text1 it is so", "id2 old it was so", "id3 text3 always"]),
                                ("unseen.7.3", ["id4 text4 nobody can"]), ("unseen.6.12", ["id3 text3 not here"])):
                with open(os.path.join(root, "tests/mutation", name), "w", encoding="utf-8") as file:
                    file.writelines(line + "\n" for line in lines)
            mutants = [mutant(number, 1) for number in range(1, 9)]
            self.assertEqual(verdicts.carried(root, "equivalent", "6.12", mutants), {("id1", "text1"): "it is so"})
            self.assertEqual(verdicts.carried(root, "unseen", "6.12", mutants), {("id4", "text4"): "nobody can"})
            self.assertEqual(verdicts.carried(root, "unseen", "7.3", mutants), {})


if __name__ == "__main__":
    unittest.main()
