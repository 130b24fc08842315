# SPDX-License-Identifier: GPL-2.0
"""What a check's word is of: its own text, and the text of all that it mentions.

The suite's files fall into parts: what begins in the first column of a line, up to the next that does. A part mentions
another by its name, in its own file or in those that checks share. So a new check, or a helper that only new ones
mention, leaves the others as they were; whoever touches what all mention makes all of them others. Comments, blanks,
conditions of the preprocessor and the order of parts are nobody's. So is what answers a check that does not mention it:
what C calls (wqlab_trace_seen()), the rest of the module, and wqctl."""
import functools
import hashlib
import os
import re

PLACE = "kmod/check"
BOUNDS = "kmod/core/check_bounds.hh"
RUNNER = "harness/runner.cc"  # what runs them: of each
# Lists of all, which grow with each, and faults that only a stand-in has.
NOBODYS = {"suite.cc", "harness/suite.hh", "harness/api.hh", "harness/fault.cc", "harness/fault.hh",
           "harness/fault_threads.cc", "harness/fault_threads.hh"}
BEGINS = re.compile(r"(?!(?:public|private|protected|namespace|extern \"C\")\b)[A-Za-z_\[]|#define ")
NAME = re.compile(r"[A-Za-z_]\w*")
TEMPLATE = re.compile(r"template <[^\n]*>$")
PROMISE = re.compile(r'\bkPromise = \{\s*\d+,\s*"\w*",\s*"([^"]+)"')


def parts_of(text):
    """The text's parts, each on one line."""
    text = re.sub(r"(^|\s)//.*", "", re.sub(r"^}  // namespace.*\n", "", text, flags=re.M), flags=re.M)
    parts = []
    for line in text.splitlines():
        if BEGINS.match(line) and not (parts and TEMPLATE.fullmatch(parts[-1])):
            parts.append(line)
        elif parts and not re.match(r"#|namespace ", line):
            parts[-1] += "\n" + line
    return [re.sub(r"\s+", " ", part).strip() for part in parts]


def names_of(part):
    """What it is called by: a method also by its class."""
    part = re.sub(r"^template <.*?> (?=\w)", "", part)
    part = re.sub(r"\[\[.*?\]\] ?", "", part)
    if part.startswith("#define "):
        return {NAME.search(part, len("#define "))[0]}
    if match := re.match(r"(?:\w+ )*?(?:struct|class|enum class|enum|union|using) (\w+)(?= [:={]|;)", part):
        return {match[1]}
    if match := re.match(r"(?:\w+ )*struct \{.*\} (\w+)", part):
        return {match[1]}
    head = re.split(r"[({=;]|\[(?!\[)", part, maxsplit=1)[0].rstrip()
    return set(NAME.findall(head.rsplit(" ", 1)[-1]))


class Suite:
    """Of the tree `root`, for what else `basis` says a verdict is of."""

    def __init__(self, root, basis=""):
        self.basis, self.own, self.shared, self.at, self.entries = basis, {}, {}, {}, {}
        place = os.path.join(root, PLACE)
        names = sorted(os.path.relpath(os.path.join(folder, name), place)
                       for folder, _, files in os.walk(place) for name in files)
        texts = {name: self._read(os.path.join(place, name)) for name in names if name not in NOBODYS}
        texts[BOUNDS] = self._read(os.path.join(root, BOUNDS))
        self.runner = [part for part in parts_of(texts.get(RUNNER, "")) if part]
        for file, text in texts.items():
            parts = parts_of(text)
            checks = {match[1]: part for part in parts for match in PROMISE.finditer(part)}
            named = self.own.setdefault(file, {}) if checks else self.shared
            for part in parts:
                for name in names_of(part):
                    named.setdefault(name, set()).add(part)
            for check, part in checks.items():
                self.at[check] = file, part
                kept = "|".join(map(re.escape, names_of(part)))
                self.entries[check] = sorted(set(re.findall(rf"check_of<(?:{kept})>\([^()]*\)", " ".join(parts))))

    @staticmethod
    def _read(path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    @functools.cache  # pylint: disable=method-cache-max-size-none
    def digest(self, check):
        """Of this check, nothing if there is none; of "": what all verdicts are of."""
        if check and check not in self.at:
            return ""
        file, part = self.at.get(check, ("", ""))
        own, seen, todo = self.own.get(file, {}), set(), [part, *self.runner] if check else []
        while todo:
            part = todo.pop()
            if part not in seen:
                seen.add(part)
                for name in set(NAME.findall(part)):
                    todo += own.get(name, ())
                    todo += self.shared.get(name, ())
        words = "\n".join([self.basis, check, *self.entries.get(check, ()), *sorted(seen)])
        return hashlib.sha256(words.encode()).hexdigest()[:8]

    @functools.cached_property
    def whole(self):
        """Of all checks as they are: what draws this suite."""
        return hashlib.sha256(" ".join(self.digest(check) for check in ("", *sorted(self.at))).encode()).hexdigest()[:8]
