# SPDX-License-Identifier: GPL-2.0
"""What tests/mutation keeps: the verdicts on record, of whose kills the sample must not fall short, and the reasons why
some are equivalent or unseen."""
import glob
import os

from .judge import KILLED, TRIED

MARKS = ("learned", "again", "lost")
ENOUGH = 100  # tried, for a mean or a share of them
SEEN = 160  # octets of what was seen of one that is killed


def record_path(root, version):
    return os.path.join(root, "tests/mutation", f"{version}.verdicts")


def lines_of(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


def recorded(root, version):
    """{id: record} of the verdicts that are in the tree. Above them are the checks, each with its digest then; of a
    survivor those that he has met are told by their numbers in that list. Who was alive once is "learned" when killed,
    and also while untried again; an "old" kill is of a check that has changed since, one that was made "again" had been
    old, and who was not killed again is "lost". Behind an @ is the suite that drew him, behind a # what was seen.
    What else stands above is for told()."""
    of, found = {}, {}
    for line in lines_of(record_path(root, version)):
        line, _, seen = line.partition(" # ")
        line, _, draw = line.partition(" @")
        name, text, *words = line.split()
        if name in ("draw", "texts", "seconds"):
            continue
        if name == "check":
            of[words[0] if words else ""] = text
            continue
        verdict, *words = words
        record = found[name] = {"id": name, "text": text, "verdict": verdict, **({"draw": draw} if draw else {}),
                                **({"words": seen} if seen else {}), **{mark: True for mark in MARKS if mark in words}}
        asked = "only" if "only" in words else "drawn"
        is_old = "old" in words
        words = [word for word in words if word not in ("only", "old", *MARKS)]
        if verdict in KILLED:
            record |= {"of": "old" if is_old else of[words[0] if words else ""],
                       **({"by": words[0]} if words else {}), "asked": asked}
        elif verdict in TRIED:
            names = list(of)
            record |= {"met": {names[at]: of[names[at]] for at in numbers(*words)}, "asked": asked}
        elif verdict == "untried":
            record["asked"] = asked
    return found


def killers(root, version):
    """{id: the check that kills a fault of that id in another kernel's text}."""
    found = {}
    for path in sorted(glob.glob(os.path.join(root, "tests/mutation", "*.verdicts"))):
        other = os.path.basename(path).removesuffix(".verdicts")
        if other != version:
            found |= {name: record["by"] for name, record in recorded(root, other).items()
                      if record["verdict"] in KILLED and "by" in record}
    return found


def told(root, version, what):
    """The words of all lines there that begin with this one."""
    lines = map(str.split, lines_of(record_path(root, version)))
    return [word for first, *words in lines if first == what for word in words]


def draws_of(root, version):
    """The suites that drew mutants, in their order."""
    return told(root, version, "draw")


def texts_of(root, version):
    """The functions' texts as they were at the last report: a reason for another one is stale, which shows so without
    a kernel."""
    return set(told(root, version, "texts"))


def seconds_of(root, version):
    """{what reaches it: the mean seconds of a mutant}."""
    words = told(root, version, "seconds")
    return {how: float(mean) for how, mean in zip(words[::2], words[1::2])}


def mean_seconds(version):
    """The same, of those that were tried here if they are enough, else as it was on record."""
    found = {}
    for mutant in version.mutants:
        if "seconds" in (record := version.results.of.get(mutant.id, {})):
            found.setdefault(version.coverage.how(mutant), []).append(record["seconds"])
    return {**version.seconds_before,
            **{how: sum(each) / len(each) for how, each in found.items() if len(each) >= ENOUGH}}


def written(version):
    """The lines of that."""
    of = {check: version.suite.digest(check) for check in ("", *version.suite.at)}
    at = {check: number for number, check in enumerate(of)}
    yield from (f"check {digest} {check}".rstrip() for check, digest in of.items())
    yield from (f"draw {draw}" for draw in version.draws)
    yield from (f"seconds {how} {mean:.1f}" for how, mean in sorted(mean_seconds(version).items()))
    yield " ".join(dict.fromkeys(("texts", *(mutant.text for mutant in version.mutants))))
    for mutant in version.mutants:
        record = version.results.of.get(mutant.id)
        if record is None and mutant.id in version.results.alive:
            asked = "drawn" if mutant.id in version.results.drawn else "only"
            record = {"verdict": "untried", "learned": True, "asked": asked}
        if record:
            draw = version.results.draws.get(mutant.id)
            met = ranges(at[check] for check in version.results.met(mutant.id) if check in at)
            words = [word for word in ("only", *MARKS) if word in (record.get("asked"), *record)]
            words += ["old"] * version.results.is_old(mutant.id)
            seen = " ".join(record.get("words", "").split())[:SEEN] if record["verdict"] in KILLED else ""
            yield " ".join(filter(None, (mutant.id, mutant.text, record["verdict"], record.get("by") or met, *words,
                                         draw and "@" + draw, seen and "# " + seen)))


def ranges(values):
    """1-3,7 of 1, 2, 3 and 7."""
    found = []
    for value in sorted(values):
        if found and found[-1][1] == value - 1:
            found[-1][1] = value
        else:
            found.append([value, value])
    return ",".join(f"{first}-{last}" if first < last else str(first) for first, last in found)


def numbers(text):
    """The other way."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def reasons(root, kind, version):
    """{(id, text_hash() of its function): why it is equivalent, or unseen}."""
    lines = lines_of(os.path.join(root, "tests/mutation", f"{kind}.{version}"))
    return {(name, text): why for name, text, why in (line.split(None, 2) for line in lines)}


def carried(root, kind, version, mutants):
    """Those that other versions' files give for a mutant of just that function, and this one's gives not: somebody has
    to read whether they hold here, for they are of what is around the function, too."""
    others, known = {}, {}
    for path in glob.glob(os.path.join(root, "tests/mutation", "*.*")):
        name = os.path.basename(path)
        if name in (f"equivalent.{version}", f"unseen.{version}"):
            known |= reasons(root, *name.split(".", 1))
        elif name.startswith(f"{kind}."):
            others |= reasons(root, *name.split(".", 1))
    there = {(mutant.id, mutant.text) for mutant in mutants}
    return {one: why for one, why in sorted(others.items()) if one in there and one not in known}


def stale(mutants, why):
    """Reasons that are for no mutant any more: its function or a rule has changed."""
    there = {(mutant.id, mutant.text) for mutant in mutants}
    return sorted(one for one in why if one not in there)


def contradicted(of, why):
    """Reasons why nobody could see what a check has killed, by these verdicts."""
    return sorted((name, text) for name, text in why
                  if of.get(name, {}).get("verdict") in KILLED and of[name].get("text", text) == text)


def reasons_line(root, version):
    """Of TAP: whether each of them is for one that there is, and that nobody has killed."""
    of, wrong = recorded(root, version.name), []
    for kind in ("unseen", "equivalent"):
        why = reasons(root, kind, version.name)
        wrong += [f"# {' '.join(one)} is none any more" for one in stale(version.mutants, why)]
        wrong += [f"# {' '.join(one)} is {kind}, and was {of[one[0]]['verdict']}" for one in contradicted(of, why)]
    line = f"ok - {version.name}: each reason in tests/mutation is for a mutant that there is, and that was not killed"
    return "\n".join([*wrong, "not " * bool(wrong) + line])
