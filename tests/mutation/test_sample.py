# SPDX-License-Identifier: GPL-2.0
"""When a sample says that the suite has become worse, and when not; and whose words a guest's log has."""
import os
import tempfile
import unittest
import warnings

import common  # noqa: F401  (the path)
from mutate import sample
from mutate.guest import Answer, Guest, OtherKernel


def verdicts(killed, survived, none=0):
    of = ["caught"] * killed + ["survived"] * survived + [None] * none
    return {f"id{number}": verdict for number, verdict in enumerate(of)}


class Samples(unittest.TestCase):
    def word(self, now):
        line = sample.line("7.3", now)
        return line.split(" - ")[0] + (" # SKIP" if "# SKIP" in line else "")

    def test_one_that_gets_away_is_no_failure(self):
        self.assertEqual(self.word(verdicts(50, 0)), "ok")
        self.assertEqual(self.word(verdicts(49, 1)), "ok")
        self.assertEqual(self.word(verdicts(198, 2)), "ok")

    def test_more_that_get_away_are(self):
        self.assertEqual(self.word(verdicts(48, 2)), "not ok")
        self.assertEqual(self.word(verdicts(197, 3)), "not ok")

    def test_the_odds_are_those_that_are_said(self):
        self.assertLess(sample.at_most(48, 50, sample.AGAIN), 1 / 800)
        found = [100 * sample.at_most(48, 50, 1 - share) for share in (0.02, 0.05, 0.1)]
        self.assertEqual([round(each) for each in found], [26, 72, 97])

    def test_what_has_no_verdict_is_not_counted_but_where_hardly_any_has_one_that_fails(self):
        self.assertEqual(self.word(verdicts(10, 0, 40)), "ok")
        self.assertEqual(self.word(verdicts(9, 0, 41)), "not ok")

    def test_where_few_are_on_record_nothing_is_said(self):
        self.assertEqual(self.word(verdicts(5, 4)), "ok # SKIP")

    def test_only_who_was_killed_is_tried(self):
        of = {"a": "unreached", "b": "hung", "c": "equivalent", "d": "survived"}
        self.assertEqual(list(sample.killed(of)), ["b"])


class Guests(unittest.TestCase):
    def guest(self, log, mark):
        class Ended:
            def wait(self):
                pass
        guest = Guest.__new__(Guest)
        guest.process, guest.mark, guest.log = Ended(), mark, tempfile.NamedTemporaryFile()
        guest.log.write(log.encode())
        guest.log.flush()
        return guest.death(Answer())

    def test_only_what_its_log_says_since_the_mutant_began_is_a_crash(self):
        before, since = "[ 1.0] BUG: of an earlier one\n", "[ 2.0] Kernel panic - not syncing\n"
        self.assertEqual(self.guest(before, len(before)).how, "ended")
        gone = self.guest(before + since, len(before))
        self.assertEqual((gone.how, gone.words), ("crashed", "Kernel panic - not syncing"))

    def test_a_guest_of_other_mutants_is_refused(self):
        with tempfile.TemporaryDirectory() as root, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the pipes
            os.mkdir(os.path.join(root, "scripts"))
            with open(os.path.join(root, "scripts/vm"), "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\necho @heard 1; echo another key; echo @done 1 0\nexec cat >/dev/null\n")
            os.chmod(file.name, 0o755)
            with self.assertRaises(OtherKernel):
                Guest(root, "made up", [], "the key")


if __name__ == "__main__":
    unittest.main()
