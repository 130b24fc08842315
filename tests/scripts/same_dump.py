#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compares two JSON documents of wqctl dump, of one moment and from two sources, and prints where they differ.

usage: same_dump.py FILE FILE [BETWEEN]

BETWEEN: more fields that may differ, because the second was taken later.
"""

import json
import sys

# Where it comes from. Times count from the moment of each, and there are no locks to be held where nothing runs any
# more.
MAY_DIFFER = {"source", "unlocked", "time_ns", "took_ns", "longest_hold_ns", "longest_hold_pool", "lock_hold_ns",
              "since_progress_ns", "idle_timer_ns", "mayday_timer_ns", "busy_ns", "idle_ns", "due_ns",
              "since_ns"}
# Hashes of addresses, each source's own: the same must be the same everywhere.
IDENTITIES = {"identity", "workqueue_identity", "item", "waits_for"}


def lines(value, path, names, skipped):
    """Each leaf with where it is; identities by the order in which they come."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in IDENTITIES and inner is not None:
                inner = names.setdefault(inner, f"#{len(names)}")
            if key not in skipped:
                yield from lines(inner, f"{path}.{key}", names, skipped)
    elif isinstance(value, list):
        yield f"{path}: {len(value)} of them"
        for number, inner in enumerate(value):
            yield from lines(inner, f"{path}[{number}]", names, skipped)
    else:
        yield f"{path}: {value}"


def main():
    skipped = MAY_DIFFER | set(sys.argv[3:])
    first, second = (list(lines(json.load(open(path)), "", {}, skipped)) for path in sys.argv[1:3])
    for line in sorted(set(first) - set(second)):
        print(f"only in {sys.argv[1]}: {line}")
    for line in sorted(set(second) - set(first)):
        print(f"only in {sys.argv[2]}: {line}")
    return first != second


if __name__ == "__main__":
    sys.exit(main())
