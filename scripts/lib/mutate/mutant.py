# SPDX-License-Identifier: GPL-2.0
"""A mutant is edits of the text. A host is the part of the text that a switch chooses: a condition, a value or a
statement, large enough that what is in it means the same as in the plain text."""
import difflib
import hashlib
import re
from dataclasses import dataclass, field

# How a host is chosen between: the mutated texts, and the plain one in which other hosts may lie.
CONTEXT = 3  # lines of a diff
CONDITION, VALUE, STATEMENT = "condition", "value", "statement"


@dataclass(frozen=True)
class Host:
    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Edit:
    host: Host
    start: int
    end: int
    text: str


@dataclass
class Mutant:
    function: str
    rule: str
    words: str
    edits: list
    line: int
    id: str = ""
    number: int = 0
    points: list = field(default_factory=list)
    text: str = ""  # text_hash() of its function
    path: str = "kernel/workqueue.c"


def one_line(text):
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", " ", text, flags=re.S)).strip()


def text_hash(text):
    return hashlib.sha256(one_line(text).encode("latin-1")).hexdigest()[:8]


def give_ids(mutants, text):
    """By what a mutant does and where, not by line: they stay when lines above come and go."""
    seen = {}
    for mutant in mutants:
        what = [mutant.function, mutant.rule]
        for edit in mutant.edits:
            host = edit.host
            what += [one_line(text[host.start:host.end]), one_line(text[host.start:edit.start]), edit.text]
        key = hashlib.sha256("\0".join(what).encode()).hexdigest()[:8]
        seen[key] = seen.get(key, 0) + 1
        mutant.id = key if seen[key] == 1 else f"{key}.{seen[key]}"
    return mutants


def applied(text, mutant):
    """The plain text with this one fault."""
    for edit in sorted(mutant.edits, key=lambda edit: -edit.start):
        lines = text.count("\n", edit.start, edit.end) - edit.text.count("\n")
        text = text[:edit.start] + edit.text + "\n" * lines + text[edit.end:]
    return text


def diff(text, mutant):
    """As diff -u has it."""
    begin, end = min(edit.start for edit in mutant.edits), max(edit.end for edit in mutant.edits)
    first = text.rfind("\n", 0, begin) + 1
    last = text.find("\n", end)
    after, at = [], first
    for edit in sorted(mutant.edits, key=lambda edit: edit.start):
        after += [text[at:edit.start], edit.text]
        at = edit.end
    after = re.sub(r"[ \t]+$", "", "".join(after) + text[at:last], flags=re.M).split("\n")
    before = text[first:last].split("\n")
    line = text.count("\n", 0, first)
    above = text[:first].split("\n")[-1 - CONTEXT:-1]
    below = text[last + 1:].split("\n", CONTEXT)[:CONTEXT]
    head = f"@@ -{line + 1 - len(above)},{len(above) + len(before) + len(below)} " \
        f"+{line + 1 - len(above)},{len(above) + len(after) + len(below)} @@ {mutant.function}()"
    body = []
    # Between two edits lines may be the same.
    for kind, b1, b2, a1, a2 in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        body += [" " + same for same in before[b1:b2]] if kind == "equal" else \
            ["-" + old for old in before[b1:b2]] + ["+" + new for new in after[a1:a2]]
    lines = [f"--- a/{mutant.path}", f"+++ b/{mutant.path}", head, *(" " + line for line in above),
             *body, *(" " + line for line in below)]
    return "\n".join(lines) + "\n"


class Switched:
    """One text with all mutants in it. Lines keep their numbers. `places` says which part of it is whose. Points are
    numbered from `first` on."""

    def __init__(self, text, mutants, first=0):
        self.text, self.places = text, []
        self.hosts = sorted({edit.host for mutant in mutants for edit in mutant.edits},
                            key=lambda host: (host.start, -host.end))
        self.points = {host: number for number, host in enumerate(self.hosts, first)}
        self.of_host = {host: [] for host in self.hosts}
        for mutant in mutants:
            mutant.points = sorted({self.points[edit.host] for edit in mutant.edits})
            for host in dict.fromkeys(edit.host for edit in mutant.edits):
                self.of_host[host].append(mutant)
        self.result = []
        self.length = 0
        self._render(0, len(text), self.hosts)
        self.result = "".join(self.result)

    def _put(self, text):
        self.result.append(text)
        self.length += len(text)

    def _render(self, start, end, hosts):
        """`hosts` are those in this range, each followed by those inside it."""
        while hosts:
            host = hosts[0]
            inside = 1
            while inside < len(hosts) and hosts[inside].start < host.end:
                inside += 1
            self._put(self.text[start:host.start])
            self._host(host, hosts[1:inside])
            start, hosts = host.end, hosts[inside:]
        self._put(self.text[start:end])

    def _host(self, host, inside):
        point, mutants = self.points[host], self.of_host[host]
        if host.kind == STATEMENT:
            self._put("{ ")
            for mutant in mutants:
                self._put(f"if (WQLAB_MUTANT_IS({mutant.number})) {{ ")
                self._variant(host, mutant, "{}")
                self._put(" } else ")
            self._put(f"{{ WQLAB_MUTANT_SEEN({point}); ")
            self._render(host.start, host.end, inside)
            self._put(" } }")
            return
        form = "!!({})" if host.kind == CONDITION else "({})"
        self._put(f"(WQLAB_MUTANT_SEEN({point}), ")
        for mutant in mutants:
            self._put(f"WQLAB_MUTANT_IS({mutant.number}) ? ")
            self._variant(host, mutant, form)
            self._put(" : ")
        before, after = form.split("{}")
        self._put(before)
        self._render(host.start, host.end, inside)
        self._put(after + ")")

    def _variant(self, host, mutant, form):
        text = self.text[host.start:host.end]
        for edit in sorted((edit for edit in mutant.edits if edit.host == host), key=lambda edit: -edit.start):
            text = text[:edit.start - host.start] + edit.text + text[edit.end - host.start:]
        begin = self.length
        self._put(form.format(one_line(text)))
        self.places.append((begin, self.length, mutant))

    def mutants_at(self, offset):
        return [mutant for begin, end, mutant in self.places if begin <= offset < end]
