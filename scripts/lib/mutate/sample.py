# SPDX-License-Identifier: GPL-2.0
"""Does the suite kill as many as it did? Some that were tried are tried again: one of them may go another way by a
race, so it is the number that is judged, by how unlikely so few would be."""
import math

from .judge import KILLED

UNLIKELY = 0.001
ENOUGH = 10  # below that nothing could be said


def tried(recorded):
    return {name: verdict for name, verdict in recorded.items() if verdict in (*KILLED, "survived")}


def at_most(killed, count, rate):
    """How likely at most so many are killed of `count`, each with this probability."""
    return sum(math.comb(count, k) * rate ** k * (1 - rate) ** (count - k) for k in range(killed + 1))


def line(name, recorded, now):
    """Of TAP. `now` is {id: verdict or None} of the sample."""
    before = tried(recorded)
    judged = tried(now)
    if len(judged) < ENOUGH:
        return f"ok - {name}: mutants are killed as before # SKIP {len(judged)} judged, of {len(before)} on record"
    # Half a mutant more in each heap: a record without a survivor does not make one impossible.
    rate = (sum(verdict in KILLED for verdict in before.values()) + 0.5) / (len(before) + 1)
    killed = sum(verdict in KILLED for verdict in judged.values())
    word = "not ok" if at_most(killed, len(judged), rate) < UNLIKELY else "ok"
    return f"{word} - {name}: {killed} of {len(judged)} mutants are killed, {100 * rate:.0f} % before"
