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

    def test_some_that_get_away_are_no_failure(self):
        self.assertEqual(self.word(verdicts(50, 0)), "ok")
        self.assertEqual(self.word(verdicts(47, 3)), "ok")

    def test_a_tenth_that_gets_away_is(self):
        self.assertEqual(self.word(verdicts(45, 5)), "not ok")
        self.assertEqual(self.word(verdicts(180, 20)), "not ok")

    def test_what_has_no_verdict_is_not_counted_and_too_few_are_skipped(self):
        self.assertEqual(self.word(verdicts(9, 0, 41)), "ok # SKIP")
        self.assertEqual(self.word({}), "ok # SKIP")
        self.assertEqual(sample.lost(verdicts(1, 1, 1)), ["id1"])

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
                file.write("#!/bin/sh\nexec sh\n")
            os.chmod(file.name, 0o755)
            with self.assertRaises(OtherKernel):
                Guest(root, "made up", [], "the key")


if __name__ == "__main__":
    unittest.main()
