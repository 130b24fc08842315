# SPDX-License-Identifier: GPL-2.0
"""What becomes of one mutant. Whatever a look sees is a suspicion only: a race may have gone another way, a guest may
be what a mutant before this one left of it. It takes a proof to say that it was killed: without the mutant the check
passes, with it the same is seen again, and without it the check passes once more. Of what lost its guest the proof is
in a new one. Nobody is called hung before the guest's own clock says that he had longer than a check waits."""
from dataclasses import dataclass

from .guest import Gone, NeverUp, booted

# Raised when a verdict comes to mean something else: all are untried then.
MEANING = 1
# A check's bounds are for machines that are busy. A guest's time is its own: a fraction of them is enough there.
HURRY = 5
# By the guest's clock: more than a check may last, and the clean-up behind (kmod/core/check_bounds.hh).
PATIENCE_SECONDS = 80
SLOW_SECONDS = 920  # of one of the class slow
FIRST, NEXT = 4, 24  # checks are tried before the rest
DEAR_SECONDS = 3  # what takes longer without any mutant comes behind what is left then
TRIES = 3  # at a control, before it is no accident
USAGE, NO_MODULE = 2, 3  # wqctl's
KILLED = ("caught", "hung", "crashed")
TRIED = (*KILLED, "survived", "unclear")


class Stop(Exception):
    """Nothing can be judged here."""


class Unclear(Exception):
    """Nothing can be said of this mutant, be it its doing or not. `asked`: the checks that it came to."""

    asked = ()


class SetAside(Exception):
    """A check is not asked any more: without it the mutant may be tried again at once."""


@dataclass
class Sight:
    """`how` is one of KILLED, or "ended" (the guest, for no reason that its log has), or "odd" (`by` is not judged)."""

    how: str
    by: str
    words: str

    @property
    def record(self):
        return {"verdict": self.how, "by": self.by, "words": self.words}


class Judge:
    def __init__(self, coverage, new_guest):
        self.coverage, self.new_guest = coverage, new_guest

    def boot(self, number=None):
        """(a guest, or None if this mutant lets none come up; how the tries have ended then). With a number it boots,
        with 0 as the plain kernel; without, it may go on from where another had booted."""
        try:
            return booted(self.new_guest, "" if number is None else f"workqueue.wqlab_mutant={number}"), []
        except NeverUp as never:
            if not number:
                raise
            return None, never.hows

    def judge(self, guest, mutant, checks, first=FIRST):
        """(a guest that may go on or None, the verdict). `guest` is one that has served, or None; so many checks are
        `first` to be asked."""
        asked = []
        try:
            return self._judge(guest, mutant, self.batches(checks, first), asked)
        except Unclear as unclear:
            unclear.asked = asked
            raise

    def _judge(self, guest, mutant, batches, asked):
        whole = self.coverage.how(mutant) == "boot"
        silent = None
        for batch in batches:
            if guest is None:
                guest, hows = self.boot(mutant.number if whole else None)
                if guest is None:
                    return None, self._never_up(hows, asked)
            asked += batch
            sight = self._see(guest, mutant.number, batch)
            if sight:
                if whole:
                    guest.end()
                guest, proven = self._prove(guest if sight.how == "caught" and not whole else None, mutant,
                                            batch, sight.by, whole)
                if proven and proven.how in KILLED:
                    return guest, proven.record
                silent = silent or proven
                if whole and guest:
                    guest.end()
                    guest = None
        if whole and guest:
            guest.end()
        if silent:
            return None if whole else guest, {"verdict": "unclear", "words": f"{silent.by}: {silent.words}"}
        return None if whole else guest, {"verdict": "survived"}

    def batches(self, checks, first=FIRST):
        """The likeliest, the next, and the rest, of which those that are dear come last. Within each wqctl has an order
        of its own."""
        dear = [check for check in checks[NEXT:] if self.coverage.seconds.get(check, 0) > DEAR_SECONDS]
        rest = [check for check in checks[NEXT:] if check not in dear]
        return filter(None, (checks[:first], checks[first:NEXT], rest, dear))

    def _see(self, guest, number, checks):
        """What is amiss, if something is. A guest that is lost is ended."""
        try:
            answer = self._ask(guest, number, checks)
        except Gone as gone:
            guest.end()
            return Sight(gone.how, self.coverage.next_to(gone.last, checks), gone.words)
        if answer.failures:
            return Sight("caught", *answer.failures[0])
        silent = [check for check in checks if check not in answer.passed]
        if silent or answer.status:  # each could be judged when it was looked at; or wqctl failed
            guest.end()
            words = answer.words_of(silent[0]) if silent else f"status {answer.status}"
            return Sight("odd", (silent or checks)[0], words)
        return None

    def _ask(self, guest, number, checks):
        slow = not self.coverage.slow.keys().isdisjoint(checks)
        answer = guest.check(checks, number, SLOW_SECONDS if slow else PATIENCE_SECONDS)
        if answer.status in (USAGE, NO_MODULE):
            guest.end()
            raise Stop("wqctl check can't be asked: " + " ".join(answer.lines[-2:]))
        return answer

    def _prove(self, guest, mutant, batch, suspect, whole):
        """(a guest or None, what was seen again or None, if all have passed then). The check alone, then with those
        around it."""
        for checks in dict.fromkeys(((suspect,), tuple(batch))):
            guest, passed = self._control(guest, checks, suspect, whole)
            if whole:
                guest.end()
                guest, _ = self.boot(mutant.number)
                if guest is None:
                    raise Unclear("it booted the first time, and does not now")
            sight = self._see(guest, mutant.number, checks)
            if sight and sight.how == "odd" and not whole:
                # Skipped, it may be for what the control left there: the log of boot is written over, say.
                guest, _ = self.boot()
                sight = self._see(guest, mutant.number, checks)
            if whole or sight and sight.how != "caught":
                guest.end()
                guest = None
            if sight and sight.how == "ended":
                raise Unclear(f"the guest ended twice, and its log says nothing of it: {sight.words}")
            if sight and sight.by in passed:
                guest, _ = self._control(guest, checks, sight.by, whole)
                return guest, sight
        if sight:
            if guest:
                guest.end()
            raise Unclear(f"{sight.by} did not pass the second time, and had not without it: {sight.words}")
        return guest, None

    def _control(self, guest, checks, wanted, whole):
        """(a guest in which these pass without any mutant, those that pass): this guest or else a new one, which has
        booted if the mutant's has."""
        for _ in range(TRIES):
            if new := guest is None:
                guest, _ = self.boot(0 if whole else None)
            try:
                answer = self._ask(guest, 0, checks)
                if answer.status == 0 and not answer.failures and wanted in answer.passed:
                    self.coverage.is_unsteady(wanted, True)
                    return guest, answer.passed
                unsteady = answer.failures[0][0] if answer.failures else wanted
                if new and (answer.failures or unsteady in answer.skipped):
                    guest.end()
                    guest = None
                    if not self.coverage.is_unsteady(unsteady, False):
                        continue
                    self.coverage.set_aside([unsteady])
                    raise SetAside(f"{unsteady} fails or is skipped without any mutant, too: it is not asked any more")
            except Gone:
                pass
            guest.end()
            guest = None
        raise Unclear(f"{wanted} does not pass without it either")

    def _never_up(self, hows, asked):
        """None of the tries; the plain kernel comes up."""
        if asked:
            raise Unclear("it booted the first time, and does not now")
        guest, _ = self.boot(0)
        guest.end()
        verdict = "hung" if "hung" in hows else "crashed"
        return {"verdict": verdict, "words": f"at boot, {len(hows)} times", "boot": True}
