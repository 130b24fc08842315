#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What is made of kmod/uapi/wqlab.yaml is what stands in the tree, byte for byte; and a spec that contradicts itself is
refused, with a text that names the place.

usage: spec_test.py SOURCE_DIR

Exit codes: 0 all is well, 1 it is not, 4 skipped: python3-yaml is not installed."""
import pathlib
import subprocess
import sys
import tempfile

FAULTS = {
    # what is done to the spec: (before, after, what the refusal names)
    "an enum that is not there": ("enum: run-state\n", "enum: no-such\n", 'run state: no enum "no-such"'),
    "a set that is not there": (
        "nested-attributes: issuer\n",
        "nested-attributes: no-such\n",
        'no attribute set "no-such"'),
    "a nest of nothing": ("        nested-attributes: limit\n", "", "info limit: a nest has nested-attributes"),
    "a struct that is not there": ("struct: snap-head\n", "struct: no-such\n", 'snapshot head: no struct "no-such"'),
    "rows that are not there": (
        "An array of struct snap-hog.",
        "An array of struct no-such.",
        'snapshot hogs: no struct "no-such"'),
    "an attribute that is not there": (
        "            - sections\n",
        "            - no-such\n",
        'snapshot: no attribute "no-such"'),
    "a group that is not there": ("mcgrp: events\n", "mcgrp: no-such\n", 'run-progress: no multicast group "no-such"'),
    "a constant that is not there": ("max: limit-depth\n", "max: no-such\n", 'issuer depth: no constant "no-such"'),
    "a key that is no key": ("render-max: true\n", "render-maximum: true\n", 'no such key "render-maximum"'),
    "one name twice": ("name: mod-percent\n", "name: poisson\n", 'issuer: "poisson" is there twice'),
    "a hole in a struct": (
        "      -\n        name: took-ns\n        type: u64\n",
        "      -\n        name: took-ns\n        type: u32\n",
        "struct snap-head longest-hold-ns: at byte 12 there would be a hole"),
    "an array of another length": ("len: 64\n", "len: 60\n", "struct snap-pwq stats: its len is 60"),
    "a count that is another": (
        "name: stages\n    doc: How many stage there are.\n    value: 3\n",
        "name: stages\n    doc: How many stage there are.\n    value: 4\n",
        "stages: is 4, and stage has 3"),
    "rows without their size": (
        "        name: row-size\n",
        "        name: rows-size\n",
        "flows: has rows and no row-size"),
    "a string without a bound": (
        "        checks:\n          max-len: 31\n",
        "",
        "check fault: a request has it, so it needs a max-len"),
    "a dump that nobody frees": ("        post: wqlab-nl-snapshot-done\n", "", "snapshot: a dump needs pre"),
}


def wire(source, *arguments):
    command = [sys.executable, source / "scripts/wire", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def faults_of(source, directory):
    spec = (source / "kmod/uapi/wqlab.yaml").read_text(encoding="utf-8")
    bad = directory / "bad.yaml"
    for name, (before, after, said) in FAULTS.items():
        if before not in spec:
            yield f"{name}: the spec has no {before!r} any more: mend this test"
            continue
        bad.write_text(spec.replace(before, after, 1), encoding="utf-8")
        outcome = wire(source, "--spec", bad, "--out", directory / "out")
        if outcome.returncode != 1 or said not in outcome.stderr:
            yield f"{name}: not refused with {said!r} but: {outcome.returncode} {outcome.stderr}"
        if (directory / "out").exists():
            yield f"{name}: files were written"


def stale_files_of(source, directory):
    """A file of the tree that is changed, or not there, is missed."""
    if wire(source, "--out", directory).returncode:
        yield "the files can't be written"
    paths = sorted(path for path in directory.rglob("*") if path.is_file())
    for path in paths:
        name, text = path.relative_to(directory), path.read_bytes()
        if text != (source / name).read_bytes():
            yield f"{name} is not what kmod/uapi/wqlab.yaml says: run scripts/wire, and commit what it writes"
        path.write_bytes(text.replace(b"\n", b" \n", 1))
        outcome = wire(source, "--check", "--out", directory)
        if outcome.returncode != 1 or str(name) not in outcome.stderr:
            yield f"{name}: a change of it is not noticed"
        path.write_bytes(text)
    if len(paths) < 6:
        yield f"only {len(paths)} files are made of the spec"


def main(source):
    outcome = wire(source, "--check")
    if outcome.returncode == 4:
        print(outcome.stdout, end="")
        return 4
    failures = [outcome.stderr] if outcome.returncode else []
    with tempfile.TemporaryDirectory() as directory:
        failures += stale_files_of(source, pathlib.Path(directory))
    with tempfile.TemporaryDirectory() as directory:
        failures += faults_of(source, pathlib.Path(directory))
    for failure in failures:
        print("FAIL:", failure)
    print(f"{len(FAULTS)} faults tried, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
