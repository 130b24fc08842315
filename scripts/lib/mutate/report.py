# SPDX-License-Identifier: GPL-2.0
"""docs/mutation.md, and the verdicts on record in tests/mutation, of which the sample must not fall short."""
import collections
import os

from .campaign import KILLED

ORDER = ["caught", "hung", "crashed", "survived", "unreached", "equivalent", "untried"]


def record_path(root, version):
    return os.path.join(root, "tests/mutation", f"{version}.verdicts")


def recorded(root, version):
    """{id: record} of the verdicts that are in the tree."""
    path, found = record_path(root, version), {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    name, verdict, *by = line.split()
                    found[name] = {"id": name, "verdict": verdict, **({"by": by[0]} if by else {})}
    return found


def equivalents(root, version):
    """{id: why nobody can see it}."""
    path, found = os.path.join(root, "tests/mutation", f"equivalent.{version}"), {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    name, why = line.strip().split(" ", 1)
                    found[name] = why.strip()
    return found


def stale(mutants, why):
    """Reasons that are for no mutant any more: the source or a rule has changed."""
    names = {mutant.id for mutant in mutants}
    return sorted(name for name in why if name not in names)


def verdict_of(mutant, results):
    return results.of.get(mutant.id, {"verdict": "untried"})["verdict"]


def counts(mutants, results):
    found = collections.Counter(verdict_of(mutant, results) for mutant in mutants)
    return {verdict: found[verdict] for verdict in ORDER if found[verdict]}


def share(found):
    """(of those reached and tried, of all): how many the suite kills. Nobody could see those that are equivalent; what
    is untried is taken to be like what was tried."""
    killed = sum(found.get(verdict, 0) for verdict in KILLED)
    tried = killed + found.get("survived", 0)
    if not tried:
        return "-", "-"
    reached = tried + found.get("untried", 0)
    share_of_reached = killed / tried
    return percent(share_of_reached), percent(share_of_reached * reached / (reached + found.get("unreached", 0)))


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
    columns = ["caught", "hung", "crashed", "survived", "unreached", "equivalent", "untried"]
    lines = ["| function | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for function, mutants in functions.items():
        found = counts(mutants, version.results)
        lines.append(f"| {function}() | " + " | ".join(cell(found.get(column)) for column in columns) + " |")
    return lines, functions


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


def unreached(version, functions):
    lines = []
    for function, mutants in functions.items():
        alive = [mutant for mutant in mutants if verdict_of(mutant, version.results) == "unreached"]
        if alive:
            numbers = sorted({mutant.line for mutant in alive})
            whole = " (all of it)" if len(alive) == len(mutants) else ""
            lines.append(f"- {function}(){whole}: " + ", ".join(map(str, numbers)))
    return lines


def catchers(version):
    found = collections.Counter(record["by"] for record in version.results.of.values() if record.get("by"))
    return [f"| `{check}` | {count} |" for check, count in found.most_common(20)]


HEAD = """# What the checks can't see

Made by `scripts/mutate --report`. Each mutant is one fault in `kernel/workqueue.c`, made by a rule: a condition negated
or constant, an operator, a flag, a name, a constant replaced by its neighbour, a statement gone or in another order, a
return value inverted, another CPU. All are in one kernel, one is turned on, and the checks run that reach its place.
*caught*: a check failed. *hung*: nothing more came for ten times what the slowest check takes, and the guest was ended.
*crashed*: the kernel died. *unreached*: no check and no boot gets there. *equivalent*: nobody could see it;
`tests/mutation` says why. *Killed* are those that were caught, hung or crashed. Mutants are tried at random, so that
what is untried may be taken to be like the rest.

What compiles to the code of the plain function, or of another mutant, is not counted. Not made are faults that only a
race, lockdep or a debugging kernel would show (a lock not taken), and faults in what only prints.

`scripts/mutate --show ID` prints one with its surroundings, `scripts/mutate --only FUNCTION --again` tries a function's
again.
"""


def page(versions):
    lines = [HEAD, "| kernel | mutants | " + " | ".join(ORDER) + " | killed of those reached | of all |",
             "|---" * (len(ORDER) + 4) + "|"]
    for name, version in versions.items():
        found = counts(version.mutants, version.results)
        lines.append(f"| {name} | {len(version.mutants)} | " + " | ".join(cell(found.get(verdict)) for verdict in ORDER)
                     + " | " + " | ".join(share(found)) + " |")
    lines += ["", *(f"Of {name}'s, " + ", ".join(f"{count} more were {WHY[why]}" for why, count in
                                                 version.document["dropped"].items() if count) + "."
                    for name, version in versions.items())]
    for name, version in versions.items():
        lines += time_of(name, version)
    for name, version in versions.items():
        table, functions = by_function(version)
        lines += ["", f"## {name}", "", *table]
        lines += ["", "The checks that caught most:", "", "| check | first to catch |", "|---|---|", *catchers(version)]
        lines += ["", f"### Survivors of {name}", *survivors(version, functions)]
        lines += ["", f"### Lines of {name} that no check reaches", "", *unreached(version, functions)]
    return "\n".join(lines) + "\n"


def time_of(name, version):
    seconds = [record["seconds"] for record in version.results.of.values() if "seconds" in record]
    if not seconds:
        return []
    mean = sum(seconds) / len(seconds)
    reached = sum(verdict_of(mutant, version.results) != "unreached" for mutant in version.mutants)
    return ["", f"One of {name}'s takes {mean:.0f} s on average in one guest, all that are reached about "
            f"{mean * reached / 3600:.0f} h, and with `--jobs 2` half of that."]


WHY = {"not C": "no C", "the same code": "the same code as without", "another's code": "the same code as another",
       "no switch": "not to be had behind a switch"}


def write(root, versions):
    os.makedirs(os.path.join(root, "tests/mutation"), exist_ok=True)
    for name, version in versions.items():
        why = equivalents(root, name)
        for gone in stale(version.mutants, why):
            print(f"tests/mutation/equivalent.{name}: {gone} is no mutant any more: \"{why[gone]}\"")
        with open(record_path(root, name), "w", encoding="utf-8") as file:
            file.write("# SPDX-License-Identifier: GPL-2.0\n")
            file.write(f"# What scripts/mutate saw last of the mutants of {name}. By scripts/mutate --report.\n")
            for mutant in version.mutants:
                record = version.results.of.get(mutant.id)
                if record:
                    file.write(f"{mutant.id} {record['verdict']} {record.get('by', '')}".rstrip() + "\n")
        for mutant in version.mutants:
            if mutant.id in why and verdict_of(mutant, version.results) in ("survived", "unreached", "untried"):
                version.results.of[mutant.id] = {"id": mutant.id, "verdict": "equivalent"}
    with open(os.path.join(root, "docs/mutation.md"), "w", encoding="utf-8") as file:
        file.write(page(versions))
