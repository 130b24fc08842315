#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What scripts/timeline draws of stories that are known.

usage: timeline_test.py TREE"""
import json
import subprocess
import sys
import unittest
import xml.etree.ElementTree as xml

sys.dont_write_bytecode = True
TREE = sys.argv.pop(1)
SVG = "{http://www.w3.org/2000/svg}"


def item(function, workqueue, pool, queued, activated, started, ended, pid):
    return {
        "schema": "wqlab/trace/1",
        "kind": "item",
        "item": "0000000a",
        "function": function,
        "workqueue": workqueue,
        "pool": pool,
        "queued_ns": queued,
        "activated_ns": activated,
        "started_ns": started,
        "ended_ns": ended,
        "held_back": activated != queued,
        "by": {"comm": "cat <&>"} if queued is not None else None,
        "worker": {"pid": pid, "comm": f"kworker/{pid}", "cpu": 1} if started is not None else None,
    }


STORIES = [
    item("hog", "lab", 2, 0, 0, 1_000, 9_000_000, 61),
    item("victim", "events", 2, 1_000_000, 1_000_000, 9_000_000, 10_000_000, 61),
    item("held", "lab", 8, 2_000_000, 5_000_000, 5_000_000, 6_000_000, 62),
    item("seen_running", "lab", 8, None, None, 0, 1_000_000, 62),
    item("waits_on", "events", 2, 9_500_000, 9_500_000, None, None, 0),
]
REST = [
    {"schema": "wqlab/trace/1", "kind": "lost", "cpu": 1, "from_ns": 3_000_000, "until_ns": 4_000_000, "events": 42},
    {"schema": "wqlab/trace/1", "kind": "end", "elapsed_ns": 10_000_000},
]


def run(lines, *arguments):
    text = "".join(json.dumps(line) + "\n" for line in lines)
    return subprocess.run([f"{TREE}/scripts/timeline", *arguments], input=text, capture_output=True, text=True)


def bars(picture, kind):
    return {
        rect.find(f"{SVG}title").text.split(",")[0].split(" (")[0]: rect
        for rect in picture.iter(f"{SVG}rect")
        if rect.get("class") == kind
    }


class Timeline(unittest.TestCase):
    def drawn(self, *arguments):
        done = run(STORIES + REST, *arguments)
        self.assertEqual(done.stderr, "")
        return xml.fromstring(done.stdout)

    def test_who_ran_and_who_waited_is_there(self):
        picture = self.drawn()
        runs, waits, held = (bars(picture, kind) for kind in ("run", "wait", "held"))
        self.assertEqual(set(runs), {"hog", "victim", "held", "seen_running"})
        self.assertEqual(set(waits), {"hog", "victim", "held", "waits_on"})
        self.assertEqual(set(held), {"held"})
        # In one row, one after the other.
        self.assertEqual(runs["hog"].get("y"), runs["victim"].get("y"))
        self.assertLessEqual(
            float(runs["hog"].get("x")) + float(runs["hog"].get("width")), float(runs["victim"].get("x")) + 0.2
        )
        self.assertAlmostEqual(
            float(runs["hog"].get("width")) / float(waits["victim"].get("width")), 8.999 / 8, delta=0.01
        )

    def test_what_is_outside_is_not_drawn(self):
        runs = bars(self.drawn("--from", "9.2", "--to", "10"), "run")
        self.assertEqual(set(runs), {"victim"})

    def test_what_it_can_not_draw_is_refused(self):
        self.assertIn("no item", run(REST).stderr)
        self.assertIn("--to needs a value", run(STORIES, "--to").stderr)
        self.assertIn("not what wqctl trace show", run([{"schema": "wqlab/dump/1"}]).stderr)


unittest.main()
