# SPDX-License-Identifier: GPL-2.0
"""What the tests beside this share."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../scripts/lib"))

from mutate import rules  # noqa: E402
from mutate.source import Source  # noqa: E402

SHIM = """
#define WQLAB_MUTANT_IS(number) (wqlab_mutant == (number))
#define WQLAB_MUTANT_SEEN(point) ((void)0)
static int wqlab_mutant;
"""


def small():
    with open(os.path.join(HERE, "small.c"), encoding="latin-1", newline="") as file:
        source = Source("small.c", ["-std=gnu11"], text=file.read())
    assert not source.errors, source.errors
    return source


def mutants(function=None):
    return rules.mutants_of(small(), function.__eq__ if function else lambda name: True)
