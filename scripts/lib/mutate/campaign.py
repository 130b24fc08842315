# SPDX-License-Identifier: GPL-2.0
"""Which mutants are tried, by which checks, in which order; the verdicts are kept as they come, and of each whether
it was killed at once.

Only checks that reach a mutant's place can see it. Of those the ones go first that have caught most in that function.
A guest serves for many mutants."""
import collections
import hashlib
import json
import os
import threading
import time

from .judge import FIRST, KILLED, TRIED, Judge, SetAside, Unclear

MUTANTS_OF_A_GUEST = 80


class Results:
    """A line of JSON for each verdict; the last of an id counts. `recorded` is what was known before, `texts` are those
    of the mutants' functions by now, `digest` is that of a check. A kill is of the check that made it; when that has
    changed it is old, and waits to be made again, by that check first: "again" if it was, else "lost". Who survived has
    met checks, and holds as long as one of them is what it was; those that are new or others by now he has yet to meet.
    What does not hold, or is of another text of the function, is stale: the mutant is untried. `drawn`
    are those that came at random, and not because somebody asked for them: only of these there is a share. `alive` are
    those that some verdict did not kill. A kill of one of these is `learned`: checks have been written since for what
    survived, so it says nothing of what the suite sees of a fault that nobody has looked at. `suite` is the whole of
    the checks as they are, and `draws` tells by which each mutant was tried first."""

    def __init__(self, path, recorded=(), digest=lambda check: "", texts=None, suite=""):
        self.path, self.digest, self.texts, self.lock = path, digest, texts or {}, threading.Lock()
        self.suite = suite
        known = list(dict(recorded).values())
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            lines = text.splitlines()
            if text and not text.endswith("\n"):  # somebody was ended while he wrote
                with open(path, "w", encoding="utf-8") as file:
                    file.writelines(line + "\n" for line in lines[:-1])
                lines.pop()
            known += map(json.loads, lines)
        self.of = {record["id"]: record for record in known if self.holds(record)}
        self.stale = sorted({record["id"] for record in known if record["verdict"] != "untried"} - set(self.of))
        self.drawn = {record["id"] for record in known if record.get("asked") == "drawn"}
        self.draws = {record["id"]: record["draw"] for record in known if "draw" in record}
        self.alive = set()
        for record in known:
            if self.is_of_now(record):
                self._look_back(record)

    def is_of_now(self, record):
        return record.get("text") == self.texts.get(record["id"], record.get("text"))

    def _look_back(self, record):
        if record["verdict"] in ("survived", "unclear") or record.get("learned"):
            self.alive.add(record["id"])
        elif record["verdict"] in KILLED and record["id"] in self.alive:
            record["learned"] = True

    def is_old(self, name):
        """A kill that is to be made again."""
        record = self.of.get(name, {})
        return record.get("verdict") in KILLED and record.get("of", "") != self.digest(record.get("by", ""))

    def _compare(self, record):
        """What became of an old kill, which has been tried again."""
        before = self.of.get(record["id"], {})
        if self.is_old(record["id"]):
            record["again" if record["verdict"] in KILLED else "lost"] = True
        elif before.get("again") and record["verdict"] in KILLED:
            record["again"] = True

    def _keep_seconds(self, record):
        """Those of the first time: who is tried again meets a few checks."""
        before = self.of.get(record["id"], {})
        if before.get("verdict") in TRIED:
            record.pop("seconds", None)
            record |= {"seconds": before["seconds"]} if "seconds" in before else {}

    def holds(self, record):
        if not self.is_of_now(record) or record["verdict"] == "untried":
            return False
        if record["verdict"] in KILLED:
            return True
        return "met" not in record or bool(self.met(record["id"], record))

    def met(self, name, record=None):
        """The checks that this one has met as they are now."""
        met = (record or self.of.get(name, {})).get("met", {})
        return {check: of for check, of in met.items() if of == self.digest(check)}

    def left(self, name, checks):
        """Those of these checks that have yet to be asked: of one that is killed none, of one that is unclear all, if
        one is new."""
        record = self.of.get(name)
        if record is None or record["verdict"] in ("unreached", "unasked"):
            return checks
        left = [check for check in checks if check not in self.met(name)]
        if record["verdict"] in KILLED:
            return checks if self.is_old(name) else []
        return checks if left and record["verdict"] == "unclear" else left

    def draw(self, name):
        """What is known of it counts."""
        with self.lock:
            record = self.of.setdefault(name, {"id": name, "verdict": "unasked"})
            if "asked" in record:
                self.drawn.add(name)
                self._keep({**record, "asked": "drawn"})
            return self.of[name]

    def _keep(self, record):
        self.of[record["id"]] = record
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def add(self, record, drawn=True):
        """`record` has the checks that were asked in this order, as "met", if nothing was seen."""
        with self.lock:
            if record["verdict"] in KILLED:
                record["of"] = self.digest(record.get("by", ""))
            else:
                record["met"] = {**self.met(record["id"]), **{check: self.digest(check) for check in record["met"]}}
            if record["id"] in self.texts:
                record["text"] = self.texts[record["id"]]
            if drawn and record["id"] not in self.drawn:
                self.drawn.add(record["id"])
                if self.suite:
                    self.draws[record["id"]] = self.suite
            if record["id"] in self.draws:
                record["draw"] = self.draws[record["id"]]
            self._compare(record)
            self._look_back(record)
            self._keep_seconds(record)
            asked = "drawn" if record["id"] in self.drawn else "only"
            self._keep({**record, "asked": asked})


def chosen(version, only=(), again=False, equivalent=()):
    """What is to be tried, in which order. That is the same each time, so that who got no verdict, or lost it, is not
    put back into the heap: what has been drawn is drawn. What somebody asked for has a verdict, and keeps its place."""
    results, known = version.results, version.results.of
    mutants = list(version.mutants)
    if only:
        def wanted(mutant):
            return {mutant.function, mutant.id, known.get(mutant.id, {}).get("verdict")} & set(only)
        mutants = [mutant for mutant in mutants if wanted(mutant)]
    if not again:
        mutants = [mutant for mutant in mutants if (mutant.id, mutant.text) not in equivalent and
                   (results.left(mutant.id, version.coverage.asked(mutant)) or
                    not only and known.get(mutant.id, {}).get("asked") == "only")]

    def order(mutant):
        lot = hashlib.sha256(mutant.id.encode()).digest()
        drawn = mutant.id in results.drawn
        is_old = results.is_old(mutant.id)
        # A boot each: last. Kills that are to be made again are quick, unless it takes minutes to hear that a check of
        # the class slow is hung. Who has yet to meet a new check has a verdict.
        is_dear = is_old and known[mutant.id].get("by") in version.coverage.slow
        return (version.coverage.how(mutant) == "boot", is_dear, not is_old, drawn and mutant.id in known, not drawn,
                lot)
    return sorted(mutants, key=order)


class Campaign:
    """`killers`: {id: the check that kills the same fault in another kernel}. It is asked first, and is likely to see
    what is next to that, too. `means`: {what reaches it: the seconds that one takes}, until that is seen."""

    def __init__(self, mutants, coverage, results, new_guest, say, killers=(), means=()):
        self.coverage, self.results, self.say, self.killers = coverage, results, say, dict(killers)
        self.means = dict(means)
        self.judge = Judge(coverage, new_guest)
        self.kills = collections.Counter()
        by_id = {mutant.id: mutant for mutant in mutants}
        for name, check in (*self.killers.items(), *((name, each.get("by")) for name, each in results.of.items())):
            if check and name in by_id:
                self._count(by_id[name], check)
        self.lock = threading.Lock()

    def _count(self, mutant, check):
        self.kills[mutant.function, mutant.line, check] += 1
        self.kills[mutant.function, check] += 1
        self.kills[check] += 1

    def order(self, mutant, checks):
        """A check that has caught something in this line or function, then one that is quick and catches much."""
        def worth(check):
            caught = 3 * self.kills[mutant.function, mutant.line, check] + self.kills[mutant.function, check] + \
                0.01 * self.kills[check]
            return (caught + 0.01) / (self.coverage.seconds.get(check, 1) + 0.1)
        return sorted(checks, key=worth, reverse=True)

    def run(self, mutants, seconds=None, jobs=1, drawn=True, again=False):
        """Ends when all are tried, or after so many seconds. `drawn`: nobody has asked for these. `again`: also by the
        checks that they have met."""
        todo, self.drawn, self.again = collections.deque(), drawn, again
        for mutant in mutants:
            if word := self.coverage.untried(mutant):
                self.results.of.setdefault(mutant.id, {"id": mutant.id, "verdict": word})  # known from the coverage
            else:
                todo.append(mutant)
        self.began, self.ends, self.jobs, self.stopped = time.monotonic(), seconds, jobs, None
        # By heap: what only a boot reaches takes many times as long.
        self.all, self.done, self.spent = (collections.Counter() for _ in range(3))
        self.all.update(map(self.coverage.how, todo))
        threads = [threading.Thread(target=self._work, args=(todo,), daemon=True) for _ in range(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.stopped:
            raise self.stopped

    def _work(self, todo):
        guest = None
        try:
            while not (self.stopped or self.ends and time.monotonic() - self.began > self.ends):
                with self.lock:
                    if not todo:
                        return
                    mutant = todo.popleft()
                guest = self._try(guest, mutant)
        except Exception as stop:  # pylint: disable=broad-except  (run() raises it: no thread ends in silence)
            self.stopped = stop
        finally:
            if guest:
                guest.end()

    def _try(self, guest, mutant):
        """The guest that goes on, if one does."""
        began = time.monotonic()
        whole = self.coverage.how(mutant) == "boot"
        if guest and (whole or guest.served >= MUTANTS_OF_A_GUEST):
            guest.end()
            guest = None
        record = None
        while record is None:
            asked = self.coverage.asked(mutant)
            checks = self.order(mutant, asked if self.again else self.results.left(mutant.id, asked))
            killers = (self.results.of.get(mutant.id, {}).get("by"), self.killers.get(mutant.id))
            known = [check for check in dict.fromkeys(killers) if check in checks]
            checks = known + [check for check in checks if check not in known]
            if not checks:  # it was asked for before it was drawn, or all have been set aside meanwhile
                self._tell(mutant, self.results.draw(mutant.id) if self.drawn else self.results.of[mutant.id], began)
                return guest
            try:
                guest, record = self.judge.judge(guest, mutant, checks, len(known) or FIRST)
            except SetAside as aside:
                guest = None
                self.say(str(aside))
            except Unclear as unclear:
                guest, record = None, {"verdict": "unclear", "words": str(unclear)}
                checks = unclear.asked
        if guest:
            guest.served += 1
        record = {"id": mutant.id, **record, "seconds": round(time.monotonic() - began, 1)}
        if record["verdict"] not in KILLED:
            record["met"] = checks
        self.results.add(record, self.drawn)
        self._tell(mutant, record, began)
        return guest

    def to_go(self):
        """How long, by the mean of each heap."""
        left = self.all - self.done
        means = self.means | {how: self.spent[how] / done for how, done in self.done.items()}
        seconds = sum(left[how] * means.get(how, 0) for how in left) / self.jobs
        return " and".join([f"{seconds / 60:.0f} min", *(f" {left[how]} by {how}" for how in left if how not in means)])

    def _tell(self, mutant, record, began):
        with self.lock:
            if record.get("by"):
                self._count(mutant, record["by"])
            how = self.coverage.how(mutant)
            self.done[how] += 1
            self.spent[how] += time.monotonic() - began
            done, to_go = self.done.total(), self.to_go()
        by = f" by {record['by']}" if record.get("by") else ""
        self.say(f"{done} of {self.all.total()}, {to_go} to go: {mutant.function}:{mutant.line} {mutant.words[:70]}: "
                 f"{record['verdict']}{by}"
                 + (f": {record['words']}" if record["verdict"] == "unclear" else ""))
