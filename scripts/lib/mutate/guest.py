# SPDX-License-Identifier: GPL-2.0
"""A running guest with the kernel of mutants: a shell at the other end of a pipe, told what to do and waited for."""
import os
import queue
import re
import shlex
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

SWITCH = "/sys/module/workqueue/parameters/wqlab_mutant"
REACHED = "/sys/kernel/debug/wqlab_mutants"
DEATHS = re.compile(r"(Kernel panic[^\n]*|BUG: [^\n]*|Oops: [^\n]*|watchdog: [^\n]*)")


class Gone(Exception):
    """The guest did not answer in time, or is no more."""

    def __init__(self, how, words):
        super().__init__(words)
        self.how, self.words = how, words


class Hung(Gone):
    def __init__(self, how, answer):
        super().__init__(how, f"nothing after {answer.last}" if answer.last else "nothing at all")
        self.answer = answer


@dataclass
class Answer:
    lines: list = field(default_factory=list)
    status: int = 0

    @property
    def failures(self):
        """(check, what it saw), of wqctl check --ktap."""
        found, said = [], []
        for line in self.lines:
            match = re.match(r"\s+(not )?ok \d+ (\S+)(?: # (.*))?", line)
            if not match:
                said = said + [line.strip(" #")] if re.match(r"\s+# ", line) else said
                continue
            if match[1] and not (match[3] or "").lower().startswith(("known", "skip", "todo")):
                seen = [one.removeprefix("seen: ") for one in said if one.startswith("seen: ")]
                found.append((match[2], "; ".join(seen) or match[3] or ""))
            said = []
        return found

    @property
    def last(self):
        """The last check that has ended."""
        ended = [match[1] for line in self.lines if (match := re.match(r"\s+(?:not )?ok \d+ (\S+)", line))]
        return ended[-1] if ended else ""


class Guest:
    def __init__(self, root, kernel, options, append="", boot_seconds=120):
        self.log = tempfile.NamedTemporaryFile(prefix="wqlab-mutate-", suffix=".log")
        self.stderr = tempfile.TemporaryFile()
        words = [os.path.join(root, "scripts/vm"), "--kernel", kernel, *options, "--timeout", "0"]
        words += ["--dmesg", self.log.name]
        if append:
            words += ["--append", append]
        self.process = subprocess.Popen([*words, "--", "sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.stderr, text=True, errors="replace", start_new_session=True)
        self.lines = queue.Queue()
        self.asked = 0
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.run(":", boot_seconds)
        except Gone:
            self.end()
            raise

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def run(self, command, seconds, quiet=None):
        """`quiet` is how long it may print nothing, `seconds` how long it may take at all."""
        self.asked += 1
        mark = f"@done {self.asked} "
        answer = Answer()
        try:
            self.process.stdin.write(f"{{ {command}\n}} 2>&1; echo \"{mark}$?\"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Gone(*self.death()) from None
        ends = time.monotonic() + seconds
        while True:
            wait = ends - time.monotonic()
            try:
                line = self.lines.get(timeout=max(0.01, min(wait, quiet or wait)))
            except queue.Empty:
                raise Hung("hung", answer) from None
            if line is None:
                raise Gone(*self.death())
            if line.startswith(mark):
                answer.status = int(line[len(mark):])
                return answer
            answer.lines.append(line)

    def death(self):
        self.process.wait()
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            found = DEATHS.findall(file.read())
        return "crashed", found[0] if found else "the guest ended"

    def check(self, checks, mutant, seconds, quiet):
        """With this mutant, until the first that fails. The switch is off again afterwards."""
        ids = " ".join(shlex.quote(check) for check in checks)
        return self.run(f"echo 1 >/sys/kernel/debug/clear_warn_once; echo {mutant} >{SWITCH}; "
                        f"wqctl check --ktap --fail-fast {ids}; s=$?; echo 0 >{SWITCH}; (exit $s)",
                        seconds, quiet)

    def reached(self):
        return {int(line) for line in self.run(f"cat {REACHED}", 10).lines if line.isdigit()}

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdin.close()
        self.log.close()
