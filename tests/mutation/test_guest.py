# SPDX-License-Identifier: GPL-2.0
"""When a guest is given up: by its own clock, and by what it was given to run; and what its words mean."""
import io
import queue
import signal
import subprocess
import tempfile
import time
import unittest

import common  # noqa: F401  (the path)
from mutate.guest import Answer, Gone, Guest
from mutate.pace import Pace

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


class Ticks:
    """A pace of so many seconds a look."""

    def __init__(self, seconds):
        self.seconds, self.spent = seconds, 0

    def look(self):
        self.spent += self.seconds
        return self.spent


class Process:
    def __init__(self):
        self.stdin = io.StringIO()


class Guests(unittest.TestCase):
    def guest(self, lines, seconds_a_look=0, is_heard=True):
        guest = Guest.__new__(Guest)
        guest.process, guest.pace, guest.lines = Process(), Ticks(seconds_a_look), queue.Queue()
        guest.asked, guest.clock = 0, 0
        for line in ["@heard 1", *lines] if is_heard else lines:
            guest.lines.put(line)
        return guest

    def test_a_line_is_whole_though_the_time_was_told_within_it(self):
        answer = self.guest(["    ok 1 queue@time 5@", ".kept", "@time 10@", "@done 1 0"]).run("")
        self.assertEqual((answer.passed, answer.status), ({"queue.kept"}, 0))

    def test_who_says_nothing_for_long_by_his_own_clock_is_hung(self):
        lines = ["    ok 1 queue.kept", *(f"@time {second}@" for second in range(0, 100, 5)), "@done 1 0"]
        self.assertEqual(self.guest(lines).run("", patience=100).status, 0)
        with self.assertRaises(Gone) as gone:
            self.guest(lines).run("", patience=90)
        self.assertEqual((gone.exception.how, gone.exception.last), ("hung", "queue.kept"))

    def test_time_that_passes_before_he_has_heard_is_the_host_s(self):
        lines = [*(f"@time {second}@" for second in range(0, 500, 5)), "@heard 1", "@time 500@", "@done 1 0"]
        self.assertEqual(self.guest(lines, 0.1, False).run("", patience=80).status, 0)
        with self.assertRaises(Gone) as gone:
            self.guest(lines, 1, False).run("", patience=80)
        self.assertEqual((gone.exception.how, gone.exception.last), ("hung", ""))

    def test_without_patience_his_clock_says_nothing(self):
        lines = [*(f"@time {second}@" for second in range(0, 500, 5)), "7", "@done 1 0"]
        self.assertEqual(self.guest(lines, 0.1).run("").lines, ["7"])
        with self.assertRaises(Gone):
            self.guest(lines, 1).run("")

    def test_who_says_something_now_and_then_is_not(self):
        lines = ["@time 0@", "@time 50@", "    ok 1 queue.kept", "@time 55@", "@time 105@", "@done 1 0"]
        self.assertEqual(self.guest(lines).run("", patience=60).status, 0)

    def test_who_does_not_even_tell_the_time_is_hung_when_he_has_run_for_long(self):
        with self.assertRaises(Gone) as gone:
            self.guest(["    ok 1 queue.kept"], 30).run("")
        self.assertEqual((gone.exception.how, gone.exception.last), ("hung", "queue.kept"))

    def test_a_guest_whose_switch_can_t_be_written_is_lost(self):
        guest = self.guest(["    ok 1 queue.kept", "@done 1 99"])
        with tempfile.NamedTemporaryFile() as guest.log, self.assertRaises(Gone) as gone:
            guest.check(["queue.kept"], 1, 60)
        self.assertEqual(gone.exception.how, "ended")

    def test_what_was_skipped_and_in_which_words_is_known(self):
        answer = Answer(["    ok 1 queue.kept", "    ok 2 queue.skipped # SKIP no such machine"])
        self.assertEqual((answer.passed, answer.skipped), ({"queue.kept"}, {"queue.skipped"}))
        self.assertEqual(answer.words_of("queue.skipped"), "ok 2 queue.skipped # SKIP no such machine")


class Verdicts(unittest.TestCase):
    def test_a_failure_is_one_that_is_neither_known_nor_skipped(self):
        self.assertEqual(Answer(KTAP.splitlines()).failures, [("flush.broken", "it did not wait")])

    def test_the_last_check_that_ended_is_known(self):
        self.assertEqual(Answer(KTAP.splitlines()[:7]).last, "queue.kept")

    def test_what_is_skipped_or_known_has_not_passed(self):
        self.assertEqual(Answer(KTAP.splitlines()).passed, {"queue.kept", "flush.kept"})


class Paces(unittest.TestCase):
    def pace(self, *words):
        process = subprocess.Popen(words)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return Pace(process.pid), process

    def until(self, holds):
        for _ in range(600):
            time.sleep(0.1)
            if holds():
                return
        self.fail("not within a minute")

    def test_what_runs_and_what_sleeps_goes_on_and_what_is_stopped_does_not(self):
        busy, process = self.pace("sh", "-c", "while :; do :; done")
        self.until(lambda: busy.look() > 0.1)
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        before = busy.look()
        time.sleep(0.5)
        self.assertEqual(busy.look(), before)
        asleep, _ = self.pace("sleep", "1000")
        self.until(lambda: asleep.look() > 0.3)


if __name__ == "__main__":
    unittest.main()
