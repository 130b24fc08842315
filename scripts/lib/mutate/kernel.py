# SPDX-License-Identifier: GPL-2.0
"""One kernel with all mutants of its workqueue.c in it, and the list of them beside it.

What of workqueue.h is code each caller has a copy of. Those with mutants are there once more, and a module that is
built for this kernel calls them; all else in it has the plain ones, and need not be compiled again.

The switch is an integer, workqueue.wqlab_mutant: a parameter at boot and a file in sysfs. 0 is the plain kernel. At -1
each host notes that it was reached, and /sys/kernel/debug/wqlab_mutants lists them. workqueue.wqlab_mutants_key says of
which list the numbers are."""
import difflib
import hashlib
import json
import os
import re
import shutil
import subprocess

from . import rules, weed
from .mutant import Edit, Host, Mutant, Switched, diff, text_hash
from .source import Source, clang_arguments, compiler_line

HEADER = r"""/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/types.h>

#ifdef WQLAB_MUTANT /* one alone, to compare its code */
#define WQLAB_MUTANT_IS(number) ((number) == WQLAB_MUTANT)
#define WQLAB_MUTANT_SEEN(point) ((void)0)
#else
extern int wqlab_mutant;
extern u8 wqlab_mutant_seen[];
#define WQLAB_MUTANT_IS(number) unlikely(wqlab_mutant == (number))
#define WQLAB_MUTANT_SEEN(point) ((void)(unlikely(wqlab_mutant < 0) && (wqlab_mutant_seen[point] = 1)))
#endif
"""

# Behind which stand the functions.
INLINES = r"""/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/workqueue.h>
#include "workqueue_mutants.h"
"""

FOOTER = r"""
#ifndef WQLAB_MUTANT
#include <linux/debugfs.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>

int wqlab_mutant __read_mostly;
EXPORT_SYMBOL_GPL(wqlab_mutant);
u8 wqlab_mutant_seen[@POINTS@];
EXPORT_SYMBOL_GPL(wqlab_mutant_seen);

static int wqlab_mutant_set(const char *text, const struct kernel_param *param)
{
	int error = param_set_int(text, param);

	if (!error && wqlab_mutant < 0)
		memset(wqlab_mutant_seen, 0, sizeof(wqlab_mutant_seen));
	return error;
}

static const struct kernel_param_ops wqlab_mutant_ops = {
	.set = wqlab_mutant_set,
	.get = param_get_int,
};
module_param_cb(wqlab_mutant, &wqlab_mutant_ops, &wqlab_mutant, 0644);

static char wqlab_mutants_key[] = "@KEY@";
module_param_string(wqlab_mutants_key, wqlab_mutants_key, sizeof(wqlab_mutants_key), 0444);

static int wqlab_mutants_show(struct seq_file *file, void *unused)
{
	int point;

	for (point = 0; point < ARRAY_SIZE(wqlab_mutant_seen); point++)
		if (wqlab_mutant_seen[point])
			seq_printf(file, "%d\n", point);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(wqlab_mutants);

static int __init wqlab_mutants_init(void)
{
	debugfs_create_file("wqlab_mutants", 0400, NULL, NULL, &wqlab_mutants_fops);
	return 0;
}
late_initcall(wqlab_mutants_init);
#endif
"""

PATH, HEADER_PATH = "kernel/workqueue.c", "include/linux/workqueue.h"
INTERNAL = '#include "workqueue_internal.h"\n'


class Base:
    """A kernel of the cache that is built: its source, and how its workqueue.c was compiled."""

    def __init__(self, directory):
        self.directory = os.path.realpath(directory)
        self.build = os.path.realpath(os.path.join(self.directory, "build"))
        self.words = compiler_line(os.path.join(self.build, "kernel/.workqueue.o.cmd"))
        self.source = Source(self.words[-1], clang_arguments(self.words), self.build)
        if self.source.errors:
            raise SystemExit("mutate: clang does not understand the source:\n" + "\n".join(self.source.errors[:5]))
        self.header = self.source.included(HEADER_PATH)
        self.sources = [self.source, self.header]


def switched_text(base_text, mutants):
    switched = Switched(base_text, mutants)
    at = switched.result.index(INTERNAL) + len(INTERNAL)
    # In place of an empty line: all others keep their numbers.
    assert switched.result[at] == "\n"
    include = '#include "workqueue_mutants.h"'
    text = switched.result[:at] + include + switched.result[at:]
    return switched, text, at + len(include)


def inlines_text(header, mutants, first=0):
    """(Switched, the functions that have mutants, under names of their own)."""
    switched = Switched(header.text, mutants, first)
    lines, parts = switched.result.split("\n"), [INLINES]
    for function in header.functions:
        if any(mutant.function == function.name for mutant in mutants):
            text = "\n".join(lines[header.line_of(function.start) - 1:header.line_of(function.end)])
            parts.append(re.sub(rf"\b{function.name}\b", f"wqlab_inline_{function.name}", text, count=1))
            parts.append(f"\n#define {function.name}(...) wqlab_inline_{function.name}(__VA_ARGS__)\n")
    return switched, "".join(parts)


def footer(hosts, mutants):
    return FOOTER.replace("@POINTS@", str(max(1, hosts))).replace("@KEY@", key_of(mutants))


def key_of(mutants):
    """Of what a number and a point mean."""
    points = "".join(f"{m.id} {m.number} {m.points}\n" for m in mutants)
    return hashlib.sha256(points.encode()).hexdigest()


def write(path, text):
    with open(path, "w", encoding="latin-1", newline="") as file:
        file.write(text)


def compiling(base, mutants, work, say):
    """Without those mutants that compile in the plain text but not in a switch's branch."""
    lost = []
    file = os.path.join(work, "workqueue.c")
    while True:
        switched, text, shift = switched_text(base.source.text, mutants)
        write(file, text)
        said = subprocess.run(
            weed.compile_line(base.words, file, "/dev/null", ["-I" + work, "-fsyntax-only", "-fmax-errors=0"]),
            cwd=base.build, capture_output=True, text=True)
        if not said.returncode:
            return mutants, lost, switched, text
        wrong = wrong_ones(said.stderr, file, switched, text, shift)
        say(f"{len(wrong)} of {len(mutants)} can't be behind a switch")
        if not wrong:
            raise SystemExit("mutate: the text with all mutants does not compile:\n" + said.stderr[-3000:])
        lost += [mutant for mutant in mutants if mutant.number in wrong]
        mutants = [mutant for mutant in mutants if mutant.number not in wrong]


def inlining(base, mutants, work):
    """(those whose function compiles in a module with them behind a switch, the others)."""
    file, kept, lost = os.path.join(work, "inlines.c"), [], []
    for mutant in mutants:
        write(file, inlines_text(base.header, [mutant])[1])
        words = weed.compile_line(base.words, file, "/dev/null", ["-DMODULE", "-I" + work, "-fsyntax-only"])
        said = subprocess.run(words, cwd=base.build, capture_output=True, check=False)
        (lost if said.returncode else kept).append(mutant)
    return kept, lost


def wrong_ones(said, file, switched, text, shift):
    lines = [0]
    for line in text.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    wrong = set()
    for line, column in re.findall(
            rf"^{re.escape(file)}:(\d+):(\d+): (?:error|note: in expansion of macro)", said, re.M):
        at = lines[int(line) - 1] + int(column) - 1
        at -= shift - text.index(INTERNAL) - len(INTERNAL) if at > shift else 0
        mine = switched.mutants_at(at)
        if not mine:  # in what stands around them: any of the host's
            mine = [mutant for begin, _, mutant in switched.places
                    if lines[int(line) - 1] <= begin + 40 <= lines[int(line)]]
        wrong |= {mutant.number for mutant in mine}
    return wrong


def appended(before, tail):
    head = f"@@ -{len(before)},1 +{len(before)},{len(tail) + 1} @@\n"
    return [head, " " + before[-1], *("+" + line for line in tail)]


def new_file(path, text):
    return difflib.unified_diff([], text.splitlines(True), "/dev/null", "b/" + path)


def more_lines(base, path, tail):
    with open(os.path.join(base.build, "..", path), encoding="utf-8") as file:
        return [f"--- a/{path}\n", f"+++ b/{path}\n", *appended(file.read().splitlines(True), tail)]


def patch_of(base, text, inlines):
    """What scripts/kernel build --patch takes."""
    before = base.source.text.splitlines(True)
    lines = [*new_file("kernel/workqueue_mutants.h", HEADER), *new_file("kernel/workqueue_inlines.h", inlines)]
    # Lines keep their places, so what differs is found line by line.
    after = text.splitlines(True)
    hunks = []
    for number, (old, new) in enumerate(zip(before, after), 1):
        if old != new:
            if hunks and hunks[-1][0] + len(hunks[-1][1]) == number:
                hunks[-1][1].append(old)
                hunks[-1][2].append(new)
            else:
                hunks.append((number, [old], [new]))
    lines += ["--- a/kernel/workqueue.c\n", "+++ b/kernel/workqueue.c\n"]
    for number, old, new in hunks:
        lines.append(f"@@ -{number},{len(old)} +{number},{len(new)} @@\n")
        lines += ["-" + line for line in old] + ["+" + line for line in new]
    lines += appended(before, after[len(before):])
    # What the rules do is nothing to be warned of.
    lines += more_lines(base, "kernel/Makefile", ["CFLAGS_workqueue.o += -w\n"])
    lines += more_lines(base, "Makefile",
                        ["KBUILD_CFLAGS_MODULE += -include $(srctree)/kernel/workqueue_inlines.h\n"])
    return "".join(lines)


def save(path, mutants, base, dropped):
    texts = {function.name: text_hash(source.text[function.start:function.end])
             for source in base.sources for function in source.functions}
    of = dict(zip((PATH, HEADER_PATH), base.sources))
    document = {
        "key": key_of(mutants),
        "dropped": {why: len(lost) for why, lost in dropped.items()},
        "mutants": [{
            "number": m.number, "id": m.id, "function": m.function, "line": m.line, "rule": m.rule, "words": m.words,
            "text": texts[m.function], "points": m.points, "diff": diff(of[m.path].text, m),
            "edits": [[e.host.kind, e.host.start, e.host.end, e.start, e.end, e.text] for e in m.edits],
        } for m in mutants],
    }
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(document, file)
    os.replace(path + ".new", path)


def load(path):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    mutants = []
    for one in document["mutants"]:
        edits = [Edit(Host(kind, hs, he), start, end, text) for kind, hs, he, start, end, text in one["edits"]]
        mutant = Mutant(one["function"], one["rule"], one["words"], edits, one["line"], one["id"], one["number"],
                        one["points"])
        mutant.diff, mutant.text = one["diff"], one["text"]
        mutants.append(mutant)
    return mutants, document


def make(base, work, jobs, say, wanted=lambda name: True):
    """Generates, weeds and writes the text, its patch and the list. The kernel is built of that by scripts/kernel."""
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    mutants, inline = rules.mutants_of(base.source, wanted), rules.mutants_of(base.header, wanted)
    for mutant in inline:
        mutant.path = HEADER_PATH
    say(f"{len(mutants + inline)} mutants of {sum(len(source.functions) for source in base.sources)} functions")
    mutants, dropped = weed.weed(base.sources, base.words, base.build, mutants + inline, work, jobs, say)
    write(os.path.join(work, "workqueue_mutants.h"), HEADER)
    inline, lost = inlining(base, [mutant for mutant in mutants if mutant.path == HEADER_PATH], work)
    mutants, dropped["no switch"], switched, text = compiling(
        base, [mutant for mutant in mutants if mutant.path == PATH], work, say)
    dropped["no switch"] += lost
    inlines, inlines_of_module = inlines_text(base.header, inline, len(switched.hosts))
    mutants += inline
    text += footer(len(switched.hosts) + len(inlines.hosts), mutants)
    write(os.path.join(work, "mutants.patch"), patch_of(base, text, inlines_of_module))
    save(os.path.join(work, "mutants.json"), mutants, base, dropped)
    say(f"{len(mutants)} are left; " + ", ".join(f"{len(lost)} {why}" for why, lost in dropped.items()))
    return mutants, dropped
