# SPDX-License-Identifier: GPL-2.0
"""Does the suite still kill whom it did? Of those on record as killed some are tried again, twice if they have to be.
What was never killed can't be lost and is no part of it. By a race one may get away all the same: so it fails by how
unlikely it is to lose so many."""
import math

from .judge import KILLED

AGAIN = 0.995  # how likely who was killed is again, in two tries
UNLIKELY = 0.001
ENOUGH = 10  # below that nothing could be said


def killed(verdicts):
    return {name: verdict for name, verdict in verdicts.items() if verdict in KILLED}


def lost(now):
    """Those that are not killed any more, of {id: verdict or None}; what has no verdict was not tried."""
    return [name for name, verdict in now.items() if verdict and verdict not in KILLED]


def at_most(count, tries, likely):
    """How likely it is that of so many tries at most so many succeed, each with this probability."""
    return sum(math.comb(tries, k) * likely ** k * (1 - likely) ** (tries - k) for k in range(count + 1))


def line(name, now):
    """Of TAP."""
    tried, again = sum(bool(verdict) for verdict in now.values()), len(killed(now))
    if tried < ENOUGH:
        return f"ok - {name}: mutants are killed as before # SKIP {tried} judged, of {len(now)}"
    word = "not ok" if at_most(again, tried, AGAIN) < UNLIKELY else "ok"
    return f"{word} - {name}: {again} of {tried} mutants that were killed are killed again"
