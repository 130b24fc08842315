#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Turns what `pairs` or `latency` printed into tables: report.py speed|instructions|latency < LINES"""
import collections
import statistics
import sys

KINDS = [(kind, depth) for kind in ("percpu", "unbound") for depth in ("1", "32")]


def read(lines):
    """{(kind, depth, what): [nanoseconds for an item, one a pair]}"""
    samples = collections.defaultdict(list)
    for line in lines:
        kind, depth, what, elapsed, items = line.split()
        samples[kind, depth, what].append(int(elapsed) / int(items))
    return samples


def speed(samples):
    target = {("1", "full"): 0.95, ("32", "full"): 0.75, ("32", "sampled"): 0.95}
    print(f"{'workqueue':<10}{'depth':>6}  {'records':<10}{'bare/s':>10}{'wqlab/s':>10}"
          f"{'ratio':>8}  {'min..max':<14}{'target':>7}")
    for kind, depth in KINDS:
        bare = samples[kind, depth, "bare"]
        for what in ("full", "sampled", "counted"):
            own = samples[kind, depth, what]
            ratios = [b / o for b, o in zip(bare, own)]
            goal = target.get((depth, what))
            spread = f"{min(ratios):.2f}..{max(ratios):.2f}"
            print(f"{kind:<10}{depth:>6}  {what:<10}{1e9 / statistics.median(bare):>10.0f}"
                  f"{1e9 / statistics.median(own):>10.0f}{statistics.median(ratios):>8.3f}  "
                  f"{spread:<14}{goal or '':>7}")
    print(f"medians of {len(bare)} interleaved pairs; full: every item timed, sampled: one in 16, "
          "counted: one in a million")


def instructions(samples):
    print(f"{'workqueue':<10}{'depth':>6}{'bare':>9}{'+counting':>11}{'+timing':>9}{'= recording adds':>18}")
    for kind, depth in KINDS:
        bare, counted, full = (statistics.median(samples[kind, depth, what])
                               for what in ("bare", "counted", "full"))
        print(f"{kind:<10}{depth:>6}{bare:>9.0f}{counted - bare:>11.0f}{full - counted:>9.0f}"
              f"{full - bare:>18.0f}")
    print(f"guest instructions for an item (-icount shift=0: one nanosecond each), medians of {len(samples[kind, depth, 'bare'])}")


def latency(samples):
    whats = ("off", "again", "on", "after", "said")
    print(f"{'workqueue':<10}{'depth':>6}" + "".join(f"{what:>8}" for what in whats))
    for kind, depth in dict.fromkeys(key[:2] for key in samples):
        values = (statistics.median(samples[kind, depth, what]) for what in whats)
        print(f"{kind:<10}{depth:>6}" + "".join(f"{value:>8.0f}" for value in values))
    print("guest instructions for an item, before (twice), during and after a recording; said: what the recording says "
          "that it costs, which leaves out how the kernel calls its probes")


{"speed": speed, "instructions": instructions, "latency": latency}[sys.argv[1]](read(sys.stdin))
