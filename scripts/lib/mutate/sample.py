# SPDX-License-Identifier: GPL-2.0
"""Does the suite still kill whom it did? Of those on record as killed some are tried again, and who gets away is tried
a second and a third time. What was never killed can't be lost and is no part of it. By a race one may get away all the
same: so it fails by how unlikely it is to lose so many.

Of the first 1,657 kills that were tried once more when their check had changed one was lost: with a confidence of 95 %
not more than 3 of 1,000 are. If every second of these gets away again, each time, it is less than one of 1,000 in three
tries: two of 50 are lost in one of 800 samples at most. So of 50 one may be lost, of 100 and 200 two. A suite that does
not see 2 % of what it saw fails in 26 of 100 samples of 50, one that does not see 5 % in 72, 10 % in 97."""
import math

from .judge import KILLED

TRIES = 3
AGAIN = 0.999  # how likely who was killed is again, in so many
UNLIKELY = 0.002
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
    if len(now) < ENOUGH:
        return f"ok - {name}: mutants are killed as before # SKIP there are {len(now)} to be tried"
    if tried < ENOUGH:
        return f"not ok - {name}: mutants are killed as before: only {tried} of {len(now)} could be judged"
    word = "not ok" if at_most(again, tried, AGAIN) < UNLIKELY else "ok"
    return f"{word} - {name}: {again} of {tried} mutants that were killed are killed again"
