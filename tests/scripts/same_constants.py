#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Have two headers the same enum constants, with the same values?

usage: same_constants.py HEADER OTHER [NAME...]

  NAME   a constant that only OTHER has

Exit status: 0 they have, 1 they have not, and what differs is printed."""
import re
import sys


def constants(path):
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    found = {}
    for body in re.findall(r"enum\s+\w*\s*\{(.*?)\}", text, re.S):
        value = -1
        for entry in filter(None, (part.strip() for part in body.split(","))):
            name, _, expression = (part.strip() for part in entry.partition("="))
            value = eval(expression, {}, found) if expression else value + 1  # pylint: disable=eval-used
            found[name] = value
    return found


def main(header, other, *only_in_other):
    left, right = constants(header), constants(other)
    expected = set(only_in_other)
    differing = [name for name in sorted(left.keys() | right.keys())
                 if left.get(name) != right.get(name) and name not in expected]
    for name in differing:
        print(f"{name}: {left.get(name)} in {header}, {right.get(name)} in {other}")
    print(f"{len(left)} constants")
    return 1 if differing or len(left) < 100 else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
