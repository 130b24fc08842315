# SPDX-License-Identifier: GPL-2.0
"""docs/mutation.md."""
import collections
import math
import os

from .guest import SILENT_SECONDS
from .judge import HURRY, KILLED, TRIED
from .verdicts import ENOUGH, carried, contradicted, mean_seconds, reasons, record_path, stale, written
from .words import NO_MUTANTS

ORDER = ["caught", "hung", "crashed", "survived", "unclear", "unseen", "unasked", "unreached", "equivalent", "untried"]


def verdict_of(mutant, results):
    return results.of.get(mutant.id, {"verdict": "untried"})["verdict"]


def at_first(mutant, results):
    """Who is killed by now and was not before had survived."""
    return "survived" if results.of.get(mutant.id, {}).get("learned") else verdict_of(mutant, results)


def counts(mutants, results, verdict_of=verdict_of):  # pylint: disable=redefined-outer-name
    found = collections.Counter(verdict_of(mutant, results) for mutant in mutants)
    return {verdict: found[verdict] for verdict in ORDER if found[verdict]}


def total(found, *verdicts):
    return sum(found.get(verdict, 0) for verdict in verdicts)


def interval(killed, tried):
    """Wilson's, of 95 %."""
    z = 1.96
    share, weight = killed / tried, z * z / tried
    middle = (share + weight / 2) / (1 + weight)
    half = z * math.sqrt(share * (1 - share) / tried + weight / tried / 4) / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(found, *verdicts, of=(*TRIED, "unseen")):
    """How many of those tried have these verdicts, and between which bounds that is known; those that are equivalent
    nobody could see. What is unclear was not killed: left out it would make the share of killed too large."""
    tried, count = total(found, *of), total(found, *verdicts)
    if tried < ENOUGH:
        return f"{tried} tried: too few"
    low, high = interval(count, tried)
    return f"{percent(count / tried)} of {tried} ({percent(low)} to {percent(high)})"


def by_now(found, of=(*TRIED, "unseen")):
    """How many are killed when checks have been written for survivors. It is known of these alone: no bounds."""
    tried = total(found, *of)
    return "" if tried < ENOUGH else percent(total(found, *KILLED) / tried)


def percent(value):
    return f"{100 * value:.1f} %"


def changed_lines(mutant):
    return [line for line in mutant.diff.splitlines()[3:] if line[:1] in "-+"]


def cell(count):
    return str(count) if count else ""


def by_function(version):
    functions = {}
    for mutant in version.mutants:
        functions.setdefault(mutant.function, []).append(mutant)
    lines = ["| function | " + " | ".join(ORDER) + " |", "|---" * (len(ORDER) + 1) + "|"]
    for function, mutants in functions.items():
        found = counts(mutants, version.results)
        lines.append(f"| {function}() | " + " | ".join(cell(found.get(column)) for column in ORDER) + " |")
    return lines, functions


def without(version):
    """Those of the kernel's functions that are not in the table, and why."""
    left_out = [name for name in version.functions if NO_MUTANTS.match(name)]
    empty = sorted(set(version.functions) - set(left_out) - {mutant.function for mutant in version.mutants},
                   key=version.functions.index)
    for why, names in (("No mutants are made of what only prints, checks locks or is there for a debugger", left_out),
                       ("The rules find nothing that would change the code of", empty)):
        if names:
            yield from ("", f"{why}: " + ", ".join(f"{name}()" for name in names) + ".")


def survivors(version, functions):
    lines = []
    for function, mutants in functions.items():
        alive = [mutant for mutant in mutants if verdict_of(mutant, version.results) == "survived"]
        if not alive:
            continue
        lines += ["", f"#### {function}()", "", "```diff"]
        for mutant in alive:
            lines += [f"@@ {mutant.line} @@ {mutant.id}", *changed_lines(mutant)]
        lines.append("```")
    return lines


def unreached(version, functions, how):
    """The lines of those that "nothing" reaches, or only a "boot"."""
    lines = []
    for function, mutants in functions.items():
        alive = [mutant for mutant in mutants if version.coverage.points and version.coverage.how(mutant) == how]
        if alive:
            numbers = sorted({mutant.line for mutant in alive})
            whole = " (all of it)" if len(alive) == len(mutants) else ""
            lines.append(f"- {function}(){whole}: " + ", ".join(map(str, numbers)))
    return lines


def catchers(version):
    found = collections.Counter(record["by"] for record in version.results.of.values()
                                if record["verdict"] == "caught" and record.get("by"))
    return [f"| `{check}` | {count} |" for check, count in found.most_common(20)]


HEAD = """# What the checks can't see

One fault at a time is put into `kernel/workqueue.c`, or into a function of `include/linux/workqueue.h` as the module
has it: a mutant. The checks that reach its place run, and whether one of them fails is written down. All are made by
rules (a condition negated or constant, an operator, a flag, a name or a constant replaced by its neighbour, a statement
gone or in another order, a return value inverted, another CPU), and all are in one kernel, behind a switch. This page
is made by `scripts/mutate --report`; `scripts/mutate --show ID` prints one with its surroundings, and
`scripts/mutate --only FUNCTION --again` tries a function's again. Who killed which, and what was seen, is in
`tests/mutation/VERSION.verdicts`; why one that survived changes nothing, or can't be told, in `tests/mutation/unseen.*`
and `equivalent.*`, one by one.
"""

NOTES = """
## What the words mean

*caught*: a check failed. *hung*: by the guest's own clock nothing more came for longer than a check may last there,
and the clean-up behind it; or the guest ran, for SILENT s of a CPU, and did not even tell the time. Then
`scripts/mutate` ends it, by killing the guest. *crashed*: the kernel died, and its log says of what. *Killed* are those
that were caught, hung or crashed. *survived*: each check that was asked passed with it. *unclear*: some check gave no
answer, twice (it was skipped, say, and without the mutant it is not), or what was seen once was not seen again.
*unseen*: it survived, and no user, tracer or reader of sysfs could tell in such a guest. *unasked*: only checks get
there that are not asked. *unreached*: no check and no boot gets there. *equivalent*: it changes nothing at all.

Shares are of what was drawn at random, in each row of the table for itself; what somebody asked for with `--only` is
not among it. Survivors are looked at, and checks are written for them. So "killed at first" is what the suite said of
each before that, by the suite as it was when the mutant was drawn, with an interval of 95 % (Wilson); a draw is of one
state of the suite, which had been sharpened by the survivors of the draws above it, and by none of its own. "Killed
since" are those of its survivors that today's suite kills, and "today" is the share that comes of it: of what nobody
has looked at that says nothing, and it has no interval. What is unclear counts as not killed. "To be seen" leaves out
what is unseen, as everything leaves out what is equivalent; whether they are is asked of survivors only. Below ENOUGH
there is no share.

## What these figures are not

They are of the suite in one kind of guest, and not of the suite as you run it:

- Its four CPUs are emulated by *one* thread, which has them run in turns: no two ever run at once, they change at the
  end of a slice or when one halts, and memory is as strongly ordered as can be. A window of a few instructions between
  two CPUs is next to never hit. A mutant that needs one (a statement in another order, a kick that is gone, a test that
  only a race needs) survives here, and might not on a machine whose CPUs are real; some of the unreached is of that
  kind as well.
- Time there is counted in instructions (`scripts/vm --icount`) and passes at once where nothing runs. So a wait in vain
  costs little, and hardly a verdict depends on how busy the host is. But all bounds of the checks are divided by HURRY:
  one waits 6 s for what must happen, and not 30 as in the wqctl that you have. What only delays something by 6 to 30 s
  is caught here and not by yours. Of checks of the class slow only the whole is not divided; they are asked of
  the functions that they say they are of, and where no other check gets.
- What a check reaches is turned on once the guest is up, which goes on from where one was when it had booted (before
  30 November 2026 each booted itself, and was called hung after 15 s of a CPU), and most have served other mutants.
  What such a mutant does at boot is not seen, nor what the kernel does once and then remembers.

What compiles to the code of the plain function, or of another mutant, is not counted. Not made are faults that only
lockdep or a debugging kernel would show, and faults in what only prints (below, the functions are named); few are made
that only a race would show (a lock not taken), and those survive here and count as unseen once somebody has said why.
Lock-free loads are not moved: across a lock, or to where they are used. What that lets in is a change between load and
lock, or use: by another CPU, which gets no turn there in these guests unless a slice ends just then or the lock is held
and waited for, or by an interrupt in these few instructions. What the suite sees of such faults is not known.

## When one counts as killed

No kill is believed at once: without the mutant the check must pass, with it the same must be seen a second time, and
without it the check must pass once more; what lost its guest is tried again in a new one. What a race shows one time in
some counts as survived. A check that fails without any mutant, in new guests, is not asked: if it does so twice when
what it reaches is looked at, or twice in one run of `scripts/mutate` and in more than one of twenty of its controls.

Verdicts add up. A kill is of the check that made it. When the text of that has changed, with all in `kmod/check` that
it mentions, the kill counts still, and is made again when time allows, by that check first; what came of it stands
below. Who survived has yet to meet the checks that are new or have changed, and no others. All is untried again when
the guest, the checks' bounds or the meaning of a verdict are changed, and a mutant when its function is. By hand,
where a change left what checks judge as it was (another name, one function for what several did), it was said of
survivors that they have met these checks. Verdicts do not notice what is behind a check and not mentioned there: how
tracepoints' hits get to it, the module's other rooms, which fill what it reads, and `wqctl`.
""".replace("ENOUGH", str(ENOUGH)).replace("HURRY", str(HURRY)).replace("SILENT", str(SILENT_SECONDS))


def is_drawn(mutant, results):
    return results.of.get(mutant.id, {}).get("asked", "drawn") == "drawn"


def drawn(mutants, results):
    return [mutant for mutant in mutants if is_drawn(mutant, results)]


def shares(name, version):
    """What only a boot reaches is tried last, so it is a heap of its own."""
    lines, heaps = [], heaps_of(version)
    for how, mutants in ((how, heaps[how]) for how in WHO if version.coverage.points):
        sample = drawn(mutants, version.results)
        lines.append(row(f"{name}: {WHO[how]}", len(mutants), sample, version.results))
        draws = {draw: [] for draw in ("", *version.draws)}
        for mutant in sample:
            draws.setdefault(version.results.draws.get(mutant.id, ""), []).append(mutant)
        large = {draw: mutants for draw, mutants in draws.items()
                 if total(counts(mutants, version.results, at_first), *TRIED, "unseen") >= ENOUGH}
        if set(large) - {""}:
            lines += [row(f"{name}: draw {number}", "", mutants, version.results)
                      for number, mutants in enumerate(large.values(), 1)]
    return lines


def heaps_of(version):
    """What reaches each mutant: checks, a boot, nothing. Empty where nobody has looked."""
    heaps = {"checks": [], "boot": [], "nothing": []}
    for mutant in version.mutants if version.coverage.points else ():
        heaps[version.coverage.how(mutant)].append(mutant)
    return heaps


def summary(name, version):
    """Three shares: of what checks reach, with what nothing reaches, and with what only a boot does."""
    heaps, results = heaps_of(version), version.results
    found = counts(drawn(heaps["checks"], results), results)
    if not by_now(found, TRIED):
        return []
    tried = total(found, *TRIED, "unseen")
    every = {how: counts(mutants, results) for how, mutants in heaps.items()}
    change = {how: len(mutants) - total(every[how], "equivalent") for how, mutants in heaps.items()}
    words = f"**{name}**: of the {change['checks']} mutants that checks reach, without those that change nothing, " \
        f"{'all' if tried == change['checks'] else tried} have been drawn. Today's suite kills {by_now(found)} of " \
        f"them, and {by_now(found, TRIED)} of those that somebody could tell."
    if dark := total(every["nothing"], "unreached"):
        # Nobody draws these: so many as of the others have been.
        found["survived"] = total(found, "survived") + dark * tried / change["checks"]
        words += f" With the {dark} that neither a check nor a boot reaches, as survivors, it is {by_now(found)} and " \
            f"{by_now(found, TRIED)}."
    if change["boot"]:
        words += f" Only a boot reaches {change['boot']} more; {total(every['boot'], *TRIED, 'unseen')} of these " \
            f"have been tried, and {total(every['boot'], *KILLED)} are killed."
    killed, both = sum(total(each, *KILLED) for each in every.values()), change["checks"] + change["boot"]
    return ["", f"{words} So of all {sum(change.values())} that change something it is known to kill "
            f"{percent(killed / sum(change.values()))}, and of those that checks or a boot reach "
            f"{percent(killed / both)}."]


def row(name, number, sample, results):
    found, first = (counts(sample, results, verdict) for verdict in (verdict_of, at_first))
    cells = [share(first, *KILLED), share(first, *KILLED, of=TRIED)]
    cells += [cell(learned(sample, results)), by_now(found), by_now(found, TRIED)]
    return f"| {name} | {number} | " + " | ".join(cells) + " |"


def learned(mutants, results):
    return sum(at_first(mutant, results) != verdict_of(mutant, results) for mutant in mutants)


WHO = {"checks": "what checks reach", "boot": "what only a boot reaches"}


def page(versions):
    lines = [HEAD.rstrip("\n"), *(line for name, version in versions.items() for line in summary(name, version)), "",
             "| kernel | mutants | " + " | ".join(ORDER) + " |", "|---" * (len(ORDER) + 2) + "|"]
    for name, version in versions.items():
        found = counts(version.mutants, version.results)
        lines.append(f"| {name} | {len(version.mutants)} | "
                     + " | ".join(cell(found.get(verdict)) for verdict in ORDER) + " |")
    if rows := [row for name, version in versions.items() for row in shares(name, version)]:
        lines += ["", "| of | mutants | killed at first | of those to be seen | killed since | today "
                  "| of those to be seen |", "|---" * 7 + "|", *rows]
    lines += [NOTES, "## How it went", ""]
    lines += [f"Of {name}'s, " + ", ".join(f"{count} more were {WHY[why]}" for why, count in
                                           version.document["dropped"].items() if count) + "."
              for name, version in versions.items()]
    for name, version in versions.items():
        lines += time_of(name, version)
        if version.coverage.unsteady:
            lines += ["", f"Not asked on {name}, for they fail now and then without a mutant, too: "
                      + ", ".join(f"`{check}`" for check in sorted(version.coverage.unsteady)) + "."]
        if version.results.stale:
            lines += ["", f"{len(version.results.stale)} verdicts of {name} are of checks or functions that have "
                      "changed since, and count as untried."]
        lines += kills_of(name, version)
        lines += hung_of(name, version)
        if version.coverage.points and (left := to_be_met(version)):
            lines += ["", f"{left} survivors of {name} have yet to meet checks that are new or have changed."]
    for name, version in versions.items():
        table, functions = by_function(version)
        lines += ["", f"## {name}", "", *table, *without(version)]
        lines += ["", "The checks that caught most:", "", "| check | first to catch |", "|---|---|", *catchers(version)]
        lines += ["", f"### Survivors of {name}", *survivors(version, functions)]
        lines += ["", f"### Lines of {name} with mutants that no check executes", "", "Nor does a boot:", "",
                  *unreached(version, functions, "nothing"), "",
                  "A boot does, and checks may see what it did:", "", *unreached(version, functions, "boot")]
    return "\n".join(lines) + "\n"


def to_be_met(version):
    return sum(verdict_of(mutant, version.results) in ("survived", "unseen") and
               bool(version.results.left(mutant.id, version.coverage.asked(mutant))) for mutant in version.mutants)


def kills_of(name, version):
    """Which of them are made by the checks as they are."""
    killed = [mutant.id for mutant in version.mutants if verdict_of(mutant, version.results) in KILLED]
    old = sum(map(version.results.is_old, killed))
    marks = collections.Counter(mark for record in version.results.of.values() for mark in ("again", "lost")
                                if record.get(mark))
    return ["", f"Of {name}'s {len(killed)} kills {len(killed) - old} were made by their check as it is, {old} by an "
            f"earlier text of it. So far {marks['again'] + marks['lost']} kills were tried again after such a change: "
            f"{marks['again']} of them were killed again."]


def hung_of(name, version):
    """Who ended them, and for what."""
    words = [version.results.of[mutant.id].get("words", "") for mutant in version.mutants
             if verdict_of(mutant, version.results) == "hung"]
    if not words:
        return []
    silent, boot = (sum(said in one for one in words) for said in ("does not tell the time", "at boot"))
    return ["", f"{name}'s {len(words)} that hung were ended by `scripts/mutate`, which kills the guest: "
            f"{len(words) - silent - boot} said nothing more for so long by their own clock, {silent} did not tell the "
            "time" + f", {boot} did not boot" * bool(boot) + "."]


def time_of(name, version):
    means, lines = mean_seconds(version), []
    for how in (how for how in WHO if how in means):
        count = sum(version.coverage.how(mutant) == how for mutant in version.mutants)
        lines.append(f"On {name} {WHO[how]} takes {means[how]:.0f} s a mutant in one guest, all {count} about "
                     f"{means[how] * count / 3600:.0f} h, and with `--jobs 2` half of that.")
    if lines and "boot" not in means:
        lines.append("What only a boot reaches is not in it: each has boots of its own, and every check is asked.")
    return ["", " ".join(lines)] if lines else []


WHY = {"not C": "no C", "the same code": "the same code as without", "another's code": "the same code as another",
       "no switch": "not to be had behind a switch"}


def reread(results, name, kind):
    """What a reason is given for is that, unless somebody saw it; unseen is what was tried, equivalent need not be."""
    record = results.of.get(name, {"id": name, "verdict": "untried"})
    if record["verdict"] == "survived" or kind == "equivalent" and record["verdict"] not in KILLED:
        results.of[name] = {**record, "verdict": kind}


def write(root, versions):
    os.makedirs(os.path.join(root, "tests/mutation"), exist_ok=True)
    for name, version in versions.items():
        with open(record_path(root, name), "w", encoding="utf-8") as file:
            file.write("# SPDX-License-Identifier: GPL-2.0\n")
            file.write(f"# What scripts/mutate saw last of the mutants of {name}. By scripts/mutate --report.\n")
            file.writelines(line + "\n" for line in written(version))
        for kind in ("unseen", "equivalent"):
            why = reasons(root, kind, name)
            for gone in stale(version.mutants, why):
                print(f"tests/mutation/{kind}.{name}: {' '.join(gone)} is no mutant any more: \"{why[gone]}\"")
            for other in versions:
                for one in contradicted(versions[other].results.of, why):
                    print(f"tests/mutation/{kind}.{name}: {' '.join(one)} was killed on {other}: \"{why[one]}\"")
            elsewhere = carried(root, kind, name, version.mutants)
            for one in sorted(elsewhere.keys() - contradicted(version.results.of, elsewhere)):
                print(f"tests/mutation/{kind}.{name}: does this hold of {name}, too? {' '.join(one)} {elsewhere[one]}")
            for mutant in version.mutants:
                if (mutant.id, mutant.text) in why:
                    reread(version.results, mutant.id, kind)
    with open(os.path.join(root, "docs/mutation.md"), "w", encoding="utf-8") as file:
        file.write(page(versions))
