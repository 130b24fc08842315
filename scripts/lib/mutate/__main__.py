# SPDX-License-Identifier: GPL-2.0
"""What scripts/mutate is asked for; its help is there."""
import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import time

from . import campaign, coverage, guest, judge, kernel, report, sample, suite, verdicts

ROOT, CACHE = os.environ["WQLAB_ROOT"], os.environ["WQLAB_CACHE"]
# Four CPUs, on which each scope has pods of its own. Their time is counted in instructions, 8 ns each, and passes at
# once where nothing runs: so to wait costs nothing, and a busy host makes nobody late. Of the log only warnings go
# through the serial line, octet by octet; and what an emulated CPU can't betray need not be guarded.
GUEST = ["--topology", "2:1:2", "--numa", "2", "--icount", "--icount-shift", "3",
         "--append", "loglevel=5 mitigations=off no5lvl"]
VERSIONS = ("7.3", "6.12")
CLASSES = "hotplug,freezer,negative,numa,memory,slow"
UNTRIED = {"verdict": "untried"}
BEGAN = time.monotonic()


def say(text):
    print(f"mutate: [{time.monotonic() - BEGAN:4.0f} s] {text}", file=sys.stderr, flush=True)


def run(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout.strip()


class Version:
    """A kernel's mutants and what is known of them."""

    def __init__(self, name):
        self.name, self.kernel = name, f"{name}-mutants"
        self.made = os.path.join(CACHE, "mutate", name)
        self.work = os.path.join(ROOT, "build/mutate", name)
        os.makedirs(self.work, exist_ok=True)

    def path(self, name):
        return os.path.join(self.work, name)

    def key(self, base):
        """Of the source, and of all that makes mutants of it."""
        digest = hashlib.sha256("".join(source.text for source in base.sources).encode("latin-1"))
        here = os.path.dirname(__file__)
        for name in ("source", "mutant", "hosts", "rules", "words", "weed", "kernel"):
            with open(os.path.join(here, name + ".py"), "rb") as file:
                digest.update(file.read())
        return digest.hexdigest()

    def is_built(self):
        return all(map(os.path.exists, (os.path.join(CACHE, "kernels", self.kernel, "release"),
                                        os.path.join(self.made, "mutants.json"), os.path.join(self.made, "key"))))

    def build(self, jobs):
        base = kernel.Base(run("scripts/kernel", "get", f"{self.name}-plain"))
        key, mark = self.key(base), os.path.join(self.made, "key")
        if not os.path.exists(mark) or open(mark, encoding="utf-8").read() != key:
            kernel.make(base, self.made, jobs, say)  # the mark is gone until there is a kernel of these
        run("scripts/kernel", "build", f"{self.name}-plain", "--patch", os.path.join(self.made, "mutants.patch"),
            "--as", self.kernel)
        with open(mark, "w", encoding="utf-8") as file:
            file.write(key)

    def build_module(self):
        directory = run("scripts/kernel", "get", self.kernel)
        for words in (["tool"], ["module", f"KDIR={directory}/build", f"KCFLAGS=-DWQLAB_CHECK_HURRY={judge.HURRY}"]):
            said = subprocess.run(["make", "--no-print-directory", f"-j{os.cpu_count()}", *words], cwd=ROOT,
                                  capture_output=True, text=True)
            if said.returncode:
                raise SystemExit(said.stdout[-2000:] + said.stderr[-2000:])

    def load(self):
        if not self.is_built():
            raise SystemExit(f"mutate: no kernel of {self.name}'s mutants is built: "
                             f"scripts/mutate --kernel {self.name} --build")
        try:
            self.mutants, self.document = kernel.load(os.path.join(self.made, "mutants.json"))
        except KeyError:
            raise SystemExit(f"mutate: {self.name}'s list of mutants is an older one's: "
                             f"scripts/mutate --kernel {self.name} --build") from None
        # What verdicts are of beside their checks.
        self.suite = suite.Suite(ROOT, f"{judge.MEANING} {judge.HURRY} {GUEST}")
        # What coverage is of beside the checks.
        key = hashlib.sha256(f"{self.document['key']} {GUEST}".encode()).hexdigest()
        self.coverage = coverage.Coverage(self.path("coverage.json"), key, self.suite.digest,
                                          os.path.join(self.made, "coverage.json"))
        self.results = campaign.Results(self.path("results.jsonl"), verdicts.recorded(ROOT, self.name),
                                        self.suite.digest, {mutant.id: mutant.text for mutant in self.mutants},
                                        self.suite.whole)
        self.drawn_before = verdicts.draws_of(ROOT, self.name)
        self.seconds_before = verdicts.seconds_of(ROOT, self.name)
        if self.coverage.points:
            self.look_at_coverage()
        return self

    @property
    def draws(self):
        """The suites that drew mutants, in their order."""
        return list(dict.fromkeys((*self.drawn_before, *self.results.draws.values())))

    def look_at_coverage(self):
        """What no check reached, and one does now, is untried; so is what an unsteady check has caught."""
        for mutant in self.mutants:
            record = self.results.of.get(mutant.id, UNTRIED)
            if record.get("by") in self.coverage.unsteady or record["verdict"] in ("unreached", "unasked", "untried"):
                self.results.of.pop(mutant.id, None)
                if word := self.coverage.untried(mutant):
                    self.results.of[mutant.id] = {"id": mutant.id, "verdict": word}

    def guests(self):
        return guest.guests(ROOT, self.kernel, GUEST, self.document["key"])

    def cover(self, options, new_guest):
        """The coverage of checks that are new or others by now, or of all."""
        if self.coverage.measure(new_guest, options.classes, say, anew=options.cover, jobs=options.jobs):
            self.look_at_coverage()
        if self.results.stale:
            say(f"{len(self.results.stale)} verdicts are of other checks or functions: untried again")


def chosen(version, options):
    mutants = campaign.chosen(version, options.only, options.again,
                              verdicts.reasons(ROOT, "equivalent", version.name))
    known = version.results.of
    words = {word for mutant in version.mutants
             for word in (mutant.function, mutant.id, known.get(mutant.id, UNTRIED)["verdict"])}
    if options.only and not words & set(options.only):
        raise SystemExit(f"mutate: --only {' '.join(options.only)}: no such function, id or verdict")
    if options.boot:
        mutants = [mutant for mutant in mutants if version.coverage.how(mutant) == "boot"]
    return mutants


def go_on(version, options):
    version.build(options.jobs)
    version.build_module()
    version.load()
    new_guest = version.guests()
    version.cover(options, new_guest)
    campaign.Campaign(version.mutants, version.coverage, version.results, new_guest, say,
                      verdicts.killers(ROOT, version.name), verdicts.mean_seconds(version)).run(
        chosen(version, options), options.minutes and 60 * options.minutes - (time.monotonic() - BEGAN), options.jobs,
        not options.only, options.again)
    counts = report.counts(version.mutants, version.results)
    say(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))


def try_sample(version, options):
    """As TAP: who is on record as killed is killed again; and the reasons in tests/mutation are of mutants."""
    version.build_module()
    version.load()
    recorded = verdicts.recorded(ROOT, version.name)
    before = {mutant.id: recorded[mutant.id]["verdict"] for mutant in version.mutants
              if recorded.get(mutant.id, {}).get("text") == mutant.text}
    picked = [mutant for mutant in version.mutants if mutant.id in sample.killed(before)]
    picked = random.Random(options.seed).sample(picked, min(options.sample, len(picked)))
    now, new_guest, mutants = {mutant.id: None for mutant in picked}, version.guests(), picked
    try:
        version.cover(options, new_guest)
        for _ in range(sample.TRIES):
            old = {mutant.id: {**recorded[mutant.id], "of": "old"} for mutant in mutants}  # so their killers go first
            results = campaign.Results(os.devnull, old, version.suite.digest)
            campaign.Campaign(version.mutants, version.coverage, results, new_guest, say).run(
                mutants, jobs=options.jobs)
            now |= {mutant.id: results.of[mutant.id]["verdict"] for mutant in mutants
                    if not results.is_old(mutant.id)}
            mutants = [mutant for mutant in mutants if mutant.id in sample.lost(now)]
    except guest.NeverUp as never:
        print(f"not ok - {version.name}: a guest of its mutants boots: {never}")
        return 1
    for mutant in mutants:
        print(f"# {mutant.id} {mutant.function}():{mutant.line} {mutant.words}: {now[mutant.id]}, and was "
              f"{before[mutant.id]} by {recorded[mutant.id].get('by') or 'not booting'}")
    lines = [f"{sample.line(version.name, now)} (seed {options.seed})", verdicts.reasons_line(ROOT, version)]
    print("\n".join(lines))
    return int(any(line.startswith("not ") for text in lines for line in text.splitlines()))


def list_them(version, verdict):
    for mutant in version.mutants:
        record = version.results.of.get(mutant.id, {"verdict": "untried"})
        if verdict in ("all", record["verdict"]):
            by = f" by {record['by']}" if record.get("by") else ""
            print(f"{mutant.id:10} {record['verdict']:9} {mutant.function}():{mutant.line} {mutant.words}{by}")


def show(version, name):
    mutants = [mutant for mutant in version.mutants if mutant.id == name]
    if not mutants:
        raise SystemExit(f"mutate: no mutant of {version.name} is called \"{name}\"; see --list")
    record = version.results.of.get(name, {"verdict": "untried"})
    print(mutants[0].words)
    print(f"in a function whose text is {mutants[0].text}")
    print(record["verdict"] + (f" by {record['by']}" if record.get("by") else "")
          + (f": {record['words']}" if record.get("words") else "")
          + "; scripts/mutate killed the guest" * (record["verdict"] == "hung"))
    if version.coverage.points:
        print("reached by " + (" ".join(version.coverage.reaching(mutants[0])) or version.coverage.how(mutants[0])))
    print(mutants[0].diff, end="")


def to_report():
    """Of what has verdicts on record nothing may be missing here: the page would forget it."""
    versions = {}
    for name in VERSIONS:
        version, known = Version(name), verdicts.recorded(ROOT, name)
        if not version.is_built() and not known:
            continue
        versions[name] = version.load()
        base = kernel.Base(run("scripts/kernel", "get", f"{name}-plain"))
        version.functions = [function.name for source in base.sources for function in source.functions]
        if known and not version.coverage.points:
            raise SystemExit(f"mutate: nobody has looked at what the checks reach on {name} here: "
                             f"scripts/mutate --kernel {name} --cover")
    return versions


def main():
    parser = argparse.ArgumentParser(prog="scripts/mutate", add_help=False)
    parser.add_argument("--kernel", default=VERSIONS[0], choices=VERSIONS)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", action="append")
    parser.add_argument("--boot", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--cover", action="store_true")
    parser.add_argument("--class", dest="classes", default=CLASSES)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", nargs="?", const="all")
    parser.add_argument("--show")
    parser.add_argument("--build", action="store_true")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    version = Version(options.kernel)
    if options.report:
        return report.write(ROOT, to_report())
    if options.build:
        return version.build(options.jobs)
    if options.list:
        return list_them(version.load(), options.list)
    if options.show:
        return show(version.load(), options.show)
    if options.sample:
        return try_sample(version, options)
    return go_on(version, options)


signal.signal(signal.SIGTERM, lambda *_: sys.exit("mutate: ended"))  # and its guests with it
try:
    sys.exit(main() or 0)
except (guest.Gone, guest.OtherKernel, judge.Stop) as gone:
    sys.exit(f"mutate: {gone}")
