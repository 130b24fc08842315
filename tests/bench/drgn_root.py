#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Copies drgn and all that it needs of this machine, Python and libraries, for a guest that has neither:
drgn_root.py DIRECTORY"""
import glob
import os
import re
import shutil
import subprocess
import sys
import sysconfig

import _drgn
import drgn

LEFT_OUT = ("__pycache__", "dist-packages", "ensurepip", "idlelib", "lib2to3", "test", "tkinter", "turtledemo",
            "config-*")


def copy(root, path):
    """A file, where it is here; in the guest /bin, /lib and /lib64 are links into /usr."""
    there = root + ("" if path.startswith("/usr/") else "/usr") + path
    os.makedirs(os.path.dirname(there), exist_ok=True)
    shutil.copy(path, there)


def main(root):
    library = sysconfig.get_paths()["stdlib"]
    shutil.rmtree(root, ignore_errors=True)
    for path in library, os.path.dirname(drgn.__file__):
        shutil.copytree(path, root + path, ignore=shutil.ignore_patterns(*LEFT_OUT))
    python = os.path.realpath(sys.executable)
    binaries = [python, _drgn.__file__, *glob.glob(library + "/lib-dynload/*.so")]
    said = subprocess.run(["ldd", *binaries], capture_output=True, text=True, check=True).stdout
    for path in {python, _drgn.__file__, *re.findall(r"(?:=> |^\t)(/\S+) \(", said, re.MULTILINE)}:
        copy(root, path)
    with open(root + "/usr/bin/drgn", "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nexec {python} -m drgn \"$@\"\n")
    os.chmod(root + "/usr/bin/drgn", 0o755)


main(sys.argv[1])
