#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes a document of each kind that a report is made of, as wqctl's schemas have them, with names that nobody should
have: report_documents.py DIRECTORY"""

import json
import os
import sys

HOSTILE = "</script><img src=x onerror=alert(1)><!--"
KERNEL = "6.12.0-test"
CPU = {"model": "Made Up 9000 " + HOSTILE, "cpus": "0-7", "cores": 4, "caches": 2, "nodes": 2, "guest": True,
       "parameters": [{"name": "default_affinity_scope", "value": "cache"}]}


def latency(middle, items=1000):
    """A hump about some time, in buckets an eighth of it wide."""
    buckets, low = [], middle // 2
    for share in (1, 3, 9, 20, 30, 20, 9, 5, 2, 1):
        high = low + middle // 8
        buckets.append({"low": low, "high": high, "count": share * items // 100})
        low = high
    return {"count": items, "min": middle // 2, "mean": middle * 1.02, "p50": middle, "p90": middle * 3 // 2,
            "p99": middle * 13 // 8, "p999": middle * 7 // 4, "max": middle * 7 // 4, "buckets": buckets}


def workqueue(name, middle, cpus=4):
    return {
        "name": name, "flags": ["unbound"], "queued": 1000, "coalesced": 0, "cancelled": 0, "executed": 1000,
        "items_per_s": 123456.7,
        "latency_ns": {"queue_call": latency(400), "wait": latency(middle), "run": latency(5000),
                       "total": latency(middle + 5000)},
        "cpus": [], "off_cpu": 100, "off_scope": None, "workers": 3, "max_concurrency": 4,
        "context": {"process": 1000, "softirq": 0}, "nice": [0], "kernel_name": "wqlab1-" + name, "system": None,
        "max_active": None, "scope": "cache", "attributes": {}, "elapsed_ns": 10**9, "drained": 0, "flushed": 0,
        "modified": 0, "late": 0, "late_max_ns": 0, "alloc_failed": 0, "migrated": 0, "workers_lost": 0, "reordered": 0,
        "flows": [{"from": a, "to": b, "count": 500 // (1 + abs(a - b))} for a in range(cpus) for b in range(cpus)],
        "worker_list": []}


def run(names, middle, cpus=4):
    return {"schema": "wqlab/run/1", "kernel": KERNEL, "command": ["wqctl", "run", "--label", HOSTILE], "machine": CPU,
            "scenario": {"description": HOSTILE}, "elapsed_ns": 10**9, "id": 1, "label": HOSTILE, "state": "ended",
            "end_reason": "items", "memory_bytes": 1, "broken_promises": [],
            "workqueues": [workqueue(name, middle * (i + 1), cpus) for i, name in enumerate(names)]}


def bench(speed):
    cells = []
    for scope, factor in (("cpu", 1.0), ("cache", 1.6), ("system", 1.4)):
        for depth in (1, 8, 32):
            figures = {"items_per_s": speed * factor * depth ** 0.5, "wait_p50_ns": 4000.0 * depth,
                       "wait_p99_ns": 21000.0 * depth, "queue_call_p50_ns": 470.0, "cpu_ns_per_item": 9000 / factor}
            cells.append({
                "row": f"scope={scope} depth={depth}", "values": {"scope": scope, "depth": str(depth)},
                "workqueue": "unbound", "scenario": {"duration": "200ms"}, "error": None, "letters": "a",
                "summary": {key: {"median": value, "low": value * 0.97, "high": value * 1.02}
                            for key, value in figures.items()},
                "to_baseline": None,
                "rounds": [{"pass": i + 1, "started_ns": i, **{key: value * (1 + (i % 5 - 2) / 200)
                                                               for key, value in figures.items()}}
                           for i in range(16)]})
    return {"schema": "wqlab/bench/1", "kernel": KERNEL, "cpus": "0-7", "command": ["wqctl", "bench"], "machine": CPU,
            "order_seed": 7, "precision": 0.02, "budget_ns": None, "round_ns": 10**8, "elapsed_ns": 10**10,
            "passes": 16, "end": "precise", "baseline": "scope=cpu depth=1", "best": "scope=cache depth=32",
            "broken_promises": [], "left_out": [{"cell": "scope=cache_shard", "reason": "this kernel has none"}],
            "cells": cells}


def recording():
    rows = [{"workqueue": name, "identity": f"{i + 10000000:08x}", "function": "work_fn [made_up]", "executed": 1000,
             "stages_ns": {"inactive": latency(300), "pending": latency(9000 + 4000 * i), "run": latency(60000)}}
            for i, name in enumerate(["events", "mm_percpu_wq", HOSTILE])]
    return {"schema": "wqlab/latency/1", "kernel": KERNEL, "command": ["wqctl", "latency"], "machine": CPU,
            "elapsed_ns": 10**10, "by": "item", "pattern": "", "worst_error_ppm": 15625,
            "cost": {"probes": 1, "probes_timed": 1, "ns_per_probe": 200, "ns_per_item": 800, "memory_bytes": 1},
            "unpaired": 0, "waiting": 0, "running": 0, "lost_items": 0, "lost_keys": 0, "rows": rows}


def samples(count):
    for i in range(count):
        yield {"schema": "wqlab/monitor/1", "timestamp": 1.8e9 + i, "time_ns": (50 + i) * 10**9,
               "interval_ns": 10**9 if i else None,
               "workqueues": [{
                   "name": name, "identity": f"{at + 10000000:08x}", "symbol": None, "flags": [], "unbound": False,
                   "mem_reclaim": False, "max_active": 256, "started": i, "completed": i, "in_flight": 1,
                   "pending": (i * 7 + at) % 5, "inactive": 0, "cpu_time_us": i, "cpu_intensive": 0, "cm_wakeup": 0,
                   "repatriated": None, "mayday": None, "rescued": None,
                   "rates": {"started_per_s": 1000.0, "completed_per_s": 1000.0 * (at + 1) + (i * 37) % 200,
                             "cpus": 0.2} if i else None} for at, name in enumerate(["events", "events", HOSTILE])]}


def checks():
    def check(name, status, reason=""):
        return {"id": name, "row": "1", "group": "flush", "title": "a promise " + HOSTILE, "source": "workqueue.c",
                "classes": [], "known": None, "proof": [], "status": status, "reason": reason, "evidence": [],
                "elapsed_ns": 10**6, "quarantined": False}
    return {"schema": "wqlab/check/1", "kernel": KERNEL, "command": ["wqctl", "check"], "machine": CPU,
            "checks": [check("flush.it-waits", "pass"), check("flush.it-ends", "fail", "it did not"),
                       check("flush.numa", "skip", "one node")],
            "summary": {"pass": 1, "fail": 1, "known": 0, "skip": 1}, "elapsed_ns": 10**9}


def doctor():
    return {"schema": "wqlab/doctor/1", "source": "the module", "kernel": KERNEL, "interval_ns": 10**9, "lines": None,
            "findings": [{
                "rule": "hog", "certainty": "certain", "sentence": "work_fn keeps CPU 3 " + HOSTILE,
                "suspects": [{"function": "work_fn", "workqueue": "events", "pid": 42, "task": None, "doing": "spins"}],
                "victims": ["vmstat_update of mm_percpu_wq"], "evidence": [{"line": None, "text": "for 12 s"}],
                "stacks": [{"states": "R", "tasks": [{"pid": 42, "command": "kworker/3:1"}],
                            "frames": ["work_fn", "process_one_work", "worker_thread"]}],
                "kernel": "process_one_work()", "next": "look at work_fn"}],
            "not_looked_at": [], "dumps": [], "stacks": [], "not_understood": 0}


def main(directory):
    documents = {"run": run(["unbound", HOSTILE], 8000), "other-run": run(["unbound"], 30000, 16),
                 "bench-a": bench(50000), "bench-b": bench(46000), "latency": recording(), "check": checks(),
                 "doctor": doctor()}
    for name, document in documents.items():
        with open(os.path.join(directory, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2)
    with open(os.path.join(directory, "monitor.json"), "w", encoding="utf-8") as file:
        for sample in samples(40):
            file.write(json.dumps(sample, separators=(",", ":")) + "\n")


main(sys.argv[1])
