#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Turns what `pairs`, `latency` or `dump` printed into tables: report.py speed|instructions|latency|dump < LINES"""
import collections
import math
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


def speed(lines):
    samples = read(lines)
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


def instructions(lines):
    samples = read(lines)
    print(f"{'workqueue':<10}{'depth':>6}{'bare':>9}{'+counting':>11}{'+timing':>9}{'= recording adds':>18}")
    for kind, depth in KINDS:
        bare, counted, full = (statistics.median(samples[kind, depth, what])
                               for what in ("bare", "counted", "full"))
        print(f"{kind:<10}{depth:>6}{bare:>9.0f}{counted - bare:>11.0f}{full - counted:>9.0f}"
              f"{full - bare:>18.0f}")
    print(f"guest instructions for an item (-icount shift=0: one nanosecond each), "
          f"medians of {len(samples[kind, depth, 'bare'])}")


def latency(lines):
    samples = read(lines)
    whats = ("off", "again", "on", "after", "said")
    print(f"{'workqueue':<10}{'depth':>6}" + "".join(f"{what:>8}" for what in whats))
    for kind, depth in dict.fromkeys(key[:2] for key in samples):
        values = (statistics.median(samples[kind, depth, what]) for what in whats)
        print(f"{kind:<10}{depth:>6}" + "".join(f"{value:>8.0f}" for value in values))
    print("guest instructions for an item, before (twice), during and after a recording; said: what the recording says "
          "that it costs, which leaves out how the kernel calls its probes")


def trace(lines):
    samples = read(lines)
    whats = ("off", "again", "on", "after", "said")
    print(f"{'workqueue':<10}{'depth':>6}" + "".join(f"{what:>8}" for what in whats) + f"{'event':>8}")
    for kind, depth in dict.fromkeys(key[:2] for key in samples):
        off, again, on, after, said = (statistics.median(samples[kind, depth, what]) for what in whats)
        print(f"{kind:<10}{depth:>6}{off:>8.0f}{again:>8.0f}{on:>8.0f}{after:>8.0f}{said:>8.0f}"
              f"{(on - (off + again + after) / 3) / 4:>8.0f}")
    print("guest instructions for an item, before (twice), during and after a trace into a ring that nobody reads;\n"
          "said: what the trace says that one event costs; event: a quarter of the difference, for an item has four "
          "(aim: 350)")


def flood(lines):
    print(f"{'asked':>9}{'items/s':>9}{'events/s':>10}{'kept':>11}{'lost':>11}{'took':>9}{'until':>8}"
          f"{'RSS':>6}{'file':>7}{'show':>8}{'RSS':>6}")
    for line in lines:
        if line.startswith("bare"):
            _, items, elapsed = line.split()
            rate = int(items) / int(elapsed) * 1e9
            print(f"{'bare':>9}{rate:>9,.0f}{4 * rate:>10,.0f}")
            continue
        rate, kept, lost, took, until, rss, size, show, show_rss = line.split()
        until, show = int(until) / 1e9, int(show) / 1e9
        events = (int(kept) + int(lost)) / float(took.rstrip("s"))
        print(f"{rate:>9}{events / 4:>9,.0f}{events:>10,.0f}{int(kept):>11,}{int(lost):>11,}{took:>9}{until:>7.1f}s"
              f"{int(rss) // 1024:>6}{int(size) / 1e6:>7.0f}{show:>7.1f}s{int(show_rss) // 1024:>6}")
    print("items a second that 4 issuers were asked for, or as many as they can: full, and bare, when nothing is\n"
          "traced (of an item there would be four events); of a trace with the default buffer: events, kept and lost,\n"
          "in a second that it took, and a quarter of them; of all those kept and lost; how long it says it took, and\n"
          "until wqctl ended; MiB of memory, MB of file; then wqctl trace show of it")


def file(lines):
    samples = collections.defaultdict(list)
    for line in lines:
        what, wall, rss, size = line.split()
        samples[what].append((int(wall) / 1e9, int(rss) / 1024, int(size) / 1e6))
    for what, aims in ("write", "5 s, 200 MB"), ("show", "2 s"):
        walls, rss, sizes = zip(*samples[what])
        print(f"{what:<6}{statistics.median(walls):>6.2f} s  {f'{min(walls):.2f}..{max(walls):.2f}':<11}"
              f"{max(rss):>6.0f} MiB{sizes[0]:>7.0f} MB  (aim: {aims})")
    print(f"medians of {len(walls)} of a million items, 4.5 events each; the highest RSS, and the file")


def exponent(points):
    """y grows with this power of x: the slope of the least squares of their logarithms."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    mean_x, mean_y = (statistics.mean(axis) for axis in zip(*logs))
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def dump(lines):
    runs = collections.defaultdict(list)
    for line in lines:
        what, *numbers = line.split()
        added, workqueues, pools, wall, rss, snapshot, hold = map(int, numbers)
        runs[what, added].append((workqueues, pools, wall / 1e6, snapshot / 1e6, rss / 1024, hold / 1e3))
    print(f"{'':<11}{'workqueues':>11}{'pools':>7}{'wall':>8}  {'min..max':<14}{'snapshot':>9}  {'min..max':<13}"
          f"{'RSS':>5}{'hold':>7}  {'min..max'}")
    curves = collections.defaultdict(lambda: ([], []))
    for (what, added), samples in runs.items():
        workqueues, pools, walls, snapshots, rss, holds = zip(*samples)
        wall, snapshot, hold = map(statistics.median, (walls, snapshots, holds))
        print(f"{what:<11}{max(workqueues) or '':>11}{max(pools) or '':>7}{wall:>8.1f}  "
              f"{f'{min(walls):.1f}..{max(walls):.1f}':<14}"
              f"{snapshot:>9.2f}  {f'{min(snapshots):.2f}..{max(snapshots):.2f}':<13}"
              f"{max(rss):>5.1f}{hold:>7.1f}  {min(holds):.1f}..{max(holds):.1f}")
        for curve, values in zip(curves[what], (walls, snapshots)):
            curve.append((max(pools if what == "pools" else workqueues), min(values)))
    print(f"medians of {len(samples)} runs: wall and snapshot in ms, the longest hold of a pool's lock in µs; "
          "the highest RSS in MiB\ntargets for stock: wall 30, RSS 10, hold 50; "
           "first: the guest's first one, which no cache helps")
    for what, (walls, snapshots) in curves.items():
        if len(walls) > 1:
            print(f"exponent of growth with {what}: wall {exponent(walls):.2f}, snapshot {exponent(snapshots):.2f} "
                  f"(target 1.1), of the fastest runs; of the last two rows alone {exponent(walls[-2:]):.2f} and "
                  f"{exponent(snapshots[-2:]):.2f}")


def kcore(lines):
    runs = collections.defaultdict(list)
    for line in lines:
        what, cpu, rss = line.split()
        runs[what].append((int(cpu) / 1e6, int(rss) / 1024))
    cpu = {what: statistics.median(took for took, _ in samples) for what, samples in runs.items()}
    print(f"{'':<11}{'CPU, ms':>8}{'RSS, MiB':>10}")
    for what, samples in runs.items():
        print(f"{what:<11}{cpu[what]:>8.1f}{max(rss for _, rss in samples):>10.1f}")
    print(f"medians of {len(samples)} runs, the highest RSS; of top's further looks each took "
          f"{(cpu['11-looks'] - cpu['1-look']) / 10:.1f} ms\n"
          "targets: dump 60 beside reading symbols, RSS 12, a look of top 30")


def drgn(lines):
    runs = collections.defaultdict(list)
    for line in lines:
        what, wall, cpu, rss, others = line.split()
        runs[what].append((int(wall) / 1e6, int(cpu) / 1e6, int(rss) / 1024, int(others)))
    print(f"{'':<6}{'wall, ms':>10}  {'min..max':<15}{'CPU, ms':>9}{'RSS, MiB':>10}{'lines of its own':>18}")
    for what, samples in runs.items():
        walls, cpus, rss, others = zip(*samples)
        print(f"{what:<6}{statistics.median(walls):>10.1f}  {f'{min(walls):.1f}..{max(walls):.1f}':<15}"
              f"{statistics.median(cpus):>9.1f}{max(rss):>10.1f}{max(others):>18}")
    print(f"medians of {len(walls)} runs in turn, the highest RSS; lines that the other did not print then")


def upstream(lines):
    times, switches = collections.defaultdict(list), collections.defaultdict(list)
    for line in lines:
        scope, what, ns, per_item = line.split()
        times[scope, what].append(float(ns))
        switches[scope, what].append(float(per_item))
    print(f"{'scope':<13}{'as it is':>10}{'patient':>9}{'wqlab':>8}{'ratio':>8}  {'min..max':<13}{'target':>7}  "
          "switches an item")
    for scope in dict.fromkeys(scope for scope, _ in times):
        as_it_is, theirs, ours = (times[scope, what] for what in ("upstream", "patient", "wqlab"))
        ratios = [t / o for t, o in zip(theirs, ours)]
        both = (statistics.median(switches[scope, what]) for what in ("patient", "wqlab"))
        print(f"{scope:<13}{1e9 / statistics.median(as_it_is):>10.0f}{1e9 / statistics.median(theirs):>9.0f}"
              f"{1e9 / statistics.median(ours):>8.0f}"
              f"{statistics.median(ratios):>8.3f}  {f'{min(ratios):.2f}..{max(ratios):.2f}':<13}{0.97:>7}  "
              "{:.2f}, {:.2f}".format(*both))
    print(f"items/s, medians of {len(theirs)} rounds in turn; patient: upstream's, whose threads sleep when they have "
          "finished; ratio: wqlab\nto that; switches of tasks: those two's, upstream's of all scopes together")


{"speed": speed, "instructions": instructions, "latency": latency, "trace": trace, "flood": flood, "file": file,
 "dump": dump, "kcore": kcore, "drgn": drgn, "upstream": upstream}[sys.argv[1]](sys.stdin)
