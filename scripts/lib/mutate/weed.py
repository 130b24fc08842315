# SPDX-License-Identifier: GPL-2.0
"""Drops mutants that do not compile, and those whose code is that of the plain function or of another mutant.

One compilation does it for some hundred mutants: each is a copy of its function under a name of its own, behind the
file itself. What gcc complains of has the copy's name for a file name; of the rest the machine code is compared."""
import concurrent.futures
import os
import re
import subprocess

from .mutant import applied

AT_A_TIME = 250
# Each copy stands for itself: not merged with one that is alike, not specialised, and not taken apart.
ALIKE = ["-g0", "-fno-ipa-icf", "-fno-partial-inlining", "-fno-ipa-cp", "-fno-ipa-sra", "-fno-ipa-ra"]


def copy_of(source, function, name, text, file):
    """The function as `name`, from a text with the same lines."""
    head = source.text[function.start:function.name_at]
    begin = source.line_of(function.start)
    body = text[function.name_at + len(function.name):]
    return f'\n#line {begin} "{file}"\n__attribute__((__noinline__, __noclone__, __used__)) {head}{name}{body}\n'


def function_text(source, function, mutant=None):
    """From the file's begin to the function's end."""
    text = source.text[:function.end]
    return applied(text, mutant) if mutant else text


def unit(sources, mutants, plain):
    functions = {function.name: function for source in sources for function in source.functions}
    parts = [sources[0].text, "\n"]
    for name in plain:
        function = functions[name]
        text = function_text(function.source, function)
        parts.append(copy_of(function.source, function, f"wqlab_p_{name}", text, "plain"))
    for mutant in mutants:
        function = functions[mutant.function]
        parts.append(copy_of(function.source, function, f"wqlab_m{mutant.number}",
                             function_text(function.source, function, mutant), f"wqlab_m{mutant.number}"))
    return "".join(parts)


def compile_line(words, source, output, extra):
    """Kbuild's command with another file and output. Of its warnings only those are left that are errors."""
    line = [word for word in words if not word.startswith("-W") or word.startswith("-Werror=")]
    at = line.index("-o")
    del line[at:at + 2]
    line.pop()  # the file
    line.remove("-c")
    return line + extra + ["-o", output, "-x", "c", source]


def compile_copies(words, directory, file, extra):
    """The numbers of the mutants that do not compile. Some errors show only when code is made, and some hide others."""
    said = subprocess.run(compile_line(words, file, file + ".o", ["-fmax-errors=0", *extra]), cwd=directory,
                          capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    # The error itself may be in a macro of a header.
    wrong, inside = set(), None
    for line in said.stderr.splitlines():
        if match := re.search(r"In function ‘(\w+)’", line):
            inside = re.fullmatch(r"wqlab_m(\d+)", match[1])
        if inside and ": error: " in line:
            wrong.add(int(inside[1]))
    if said.returncode and not wrong:
        raise SystemExit("mutate: the copies do not compile:\n" + said.stderr[-2000:])
    return wrong


def code_of(object_file):
    """Of each copy its instructions as text, without its name and its place."""
    said = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", object_file], capture_output=True, text=True,
                          check=True)
    codes, name, lines = {}, None, []
    own = ""
    for line in said.stdout.splitlines():
        head = re.match(r"[0-9a-f]+ <(.+)>:$", line)
        if head:
            if name:
                codes[name] = codes.get(name, "") + "\n".join(lines)
            name, lines = head[1].removesuffix(".cold"), []
            if not name.startswith("wqlab_"):
                name = None
            own = name
        elif name:
            line = re.sub(r"^\s*[0-9a-f]+:", "", line)
            line = re.sub(r"\b[0-9a-f]+ <", "<", line)
            line = re.sub(rf"\b{re.escape(own)}\b", "SELF", line)
            lines.append(line)
    if name:
        codes[name] = codes.get(name, "") + "\n".join(lines)
    # In one section of the code, places that are relative to it differ.
    return {name: re.sub(r"(\.(text|init\.text|text\.unlikely|noinstr\.text)[.\w]*)\+0x[0-9a-f]+", r"\1+", code)
            for name, code in codes.items()}


def weed(sources, words, directory, mutants, work, jobs, say):
    """(those that are left, {why: those that are not}). `sources` are the file and its headers."""
    os.makedirs(work, exist_ok=True)
    for number, mutant in enumerate(mutants, 1):
        mutant.number = number
    parts = [mutants[at:at + AT_A_TIME] for at in range(0, len(mutants), AT_A_TIME)]

    def judge(number):
        part = parts[number]
        file = os.path.join(work, f"copies-{number}.c")
        plain = list(dict.fromkeys(mutant.function for mutant in part))
        wrong = set()
        while True:
            with open(file, "w", encoding="latin-1", newline="") as out:
                out.write(unit(sources, [mutant for mutant in part if mutant.number not in wrong], plain))
            more = compile_copies(words, directory, file, ["-fsyntax-only"]) or \
                compile_copies(words, directory, file, [*ALIKE, "-c"])
            if not more:
                break
            wrong |= more
        codes = code_of(file + ".o")
        os.unlink(file + ".o")
        say(f"{number + 1} of {len(parts)} parts compiled")
        return wrong, codes

    wrong, codes = set(), {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for more, code in pool.map(judge, range(len(parts))):
            wrong |= more
            codes.update(code)
    return sort_out(mutants, wrong, codes)


def sort_out(mutants, wrong, codes):
    kept, dropped, seen = [], {"not C": [], "the same code": [], "another's code": []}, {}
    for mutant in mutants:
        code = codes.get(f"wqlab_m{mutant.number}")
        if mutant.number in wrong:
            dropped["not C"].append(mutant)
        elif code is not None and code == codes.get(f"wqlab_p_{mutant.function}"):
            dropped["the same code"].append(mutant)
        elif code is not None and (mutant.function, code) in seen:
            dropped["another's code"].append(mutant)
        else:
            seen[mutant.function, code] = mutant
            kept.append(mutant)
    return kept, dropped
