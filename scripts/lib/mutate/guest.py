# SPDX-License-Identifier: GPL-2.0
"""A running guest with the kernel of mutants: a shell at the other end of a pipe, told what to do and waited for."""
import atexit
import contextlib
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

from .pace import Pace

SWITCH = "/sys/module/workqueue/parameters/wqlab_mutant"
KEY = "/sys/module/workqueue/parameters/wqlab_mutants_key"
REACHED = "/sys/kernel/debug/wqlab_mutants"
NO_SWITCH = 99  # an exit status that wqctl has not
TRIES = 3  # of a boot: on a machine that is busy one fails
# How often the guest tells the time by its own clock, and how long it may be silent when it is given a CPU of ours:
# several times what it needs for that if it spins, and endlessly more if it does not.
BEAT_SECONDS = 2
SILENT_SECONDS = 8
BUSY_SECONDS = 15  # of a CPU of ours: how long it may say nothing but the time where no patience is given
# Without a process each time: where a check has no thread made, one that ends would leave room for one.
CLOCK = ('(mkfifo /tmp/clock && exec 8<>/tmp/clock; while :; do '
         f'read -t {BEAT_SECONDS} -r _ <&8; read -r time _ </proc/uptime; echo "@time ${{time%.*}}@"; done)')
BOOT_SECONDS = 25  # of a CPU of ours: ten times what it takes
LOOKS = 0.2  # s, between two looks at whether it still runs
TIME = re.compile(r"@time (\d+)@$")
DEATHS = re.compile(r"(Kernel panic[^\n]*|BUG: [^\n]*|Oops: [^\n]*|watchdog: [^\n]*)")


class Gone(Exception):
    """The guest did not answer in time ("hung"), or is no more: its kernel died ("crashed"), or nothing says why
    ("ended"), so that it may be the host's doing. `last` is the last check that has ended."""

    def __init__(self, how, words, last=""):
        super().__init__(words)
        self.how, self.words, self.last = how, words, last


class NeverUp(Gone):
    """None of the tries did; `hows` is how each has ended."""

    def __init__(self, hows, words):
        super().__init__(hows[-1], words)
        self.hows = hows


class OtherKernel(Exception):
    """Its mutants have other numbers than those of the list."""


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
    def passed(self):
        return {match[1] for line in self.lines if (match := re.match(r"\s+ok \d+ (\S+)$", line))}

    @property
    def skipped(self):
        return {match[1] for line in self.lines if (match := re.match(r"\s+ok \d+ (\S+) # SKIP", line))}

    def words_of(self, check):
        """The line that says what became of it, or the last."""
        said = [line.strip() for line in self.lines if re.match(rf"\s+(not )?ok \d+ {re.escape(check)}( |$)", line)]
        return (said + [line.strip() for line in self.lines[-1:]] + ["nothing was said"])[0]

    @property
    def last(self):
        """The last check that has ended."""
        ended = [match[1] for line in self.lines if (match := re.match(r"\s+(?:not )?ok \d+ (\S+)", line))]
        return ended[-1] if ended else ""


alive = set()


@atexit.register
def end_all():
    for guest in list(alive):
        guest.end()


class Guest:
    def __init__(self, root, kernel, options, key, append="", state=""):
        self.served, self.mark = 0, 0  # where in the log that begins which what runs now has to answer for
        self.log = tempfile.NamedTemporaryFile(prefix="wqlab-mutate-", suffix=".log")
        self.stderr = tempfile.TemporaryFile()
        words = [os.path.join(root, "scripts/vm"), "--kernel", kernel, *options, "--timeout", "0"]
        words += ["--dmesg", self.log.name]
        if append:
            words += ["--append", append]
        if state:
            words += ["--state", state]
        self.process = subprocess.Popen([*words, "--", "sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.stderr, text=True, errors="replace", start_new_session=True)
        alive.add(self)
        self.lines, self.pace = queue.Queue(), Pace(self.process.pid)
        self.asked, self.clock = 0, 0
        threading.Thread(target=self._read, daemon=True).start()
        try:
            said = self.run(f"{CLOCK} & cat {KEY}", silent=BOOT_SECONDS).lines[-1:]
        except Gone:
            self.end()
            raise
        if said != [key]:
            self.end()
            raise OtherKernel(f"the guest's kernel is of other mutants ({' '.join(said)}): scripts/mutate --build")

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def run(self, command, patience=None, silent=SILENT_SECONDS):
        """`patience` is how long it may say nothing by its own clock once it has heard the command; that leaps while
        the host has no time to hand it over. `silent` is how long it may not even tell the time, in seconds of a CPU of
        ours."""
        self.asked += 1
        heard, mark = f"@heard {self.asked}", f"@done {self.asked} "
        answer = Answer()
        try:
            self.process.stdin.write(f"echo \"{heard}\"; {{ {command}\n}} 2>&1; echo \"{mark}$?\"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.death(answer) from None
        begun, is_heard = "", False
        told, spent = None, self.pace.look()
        while True:
            try:
                line = self.lines.get(timeout=LOOKS)
            except queue.Empty:
                if self.pace.look() - spent > silent:
                    raise self._hung(answer, "and it does not tell the time") from None
                continue
            if line is None:
                raise self.death(answer)
            beat = TIME.search(line)
            if not beat or patience and is_heard:
                spent = self.pace.look() if self.lines.empty() else spent
            elif self.pace.look() - spent > max(silent, BUSY_SECONDS):
                raise self._hung(answer, "but the time")
            if beat:
                self.clock = int(beat[1])
                begun += line[:beat.start()]  # of a line that it has written in two pieces
                told = self.clock if told is None or not is_heard else told
                if patience and self.clock - told > patience:
                    raise self._hung(answer, f"for {self.clock - told} s of its time")
                continue
            line, begun, told = begun + line, "", None
            if line == heard:
                is_heard = True
                continue
            if line.startswith(mark):
                answer.status = int(line[len(mark):])
                return answer
            answer.lines.append(line)

    @staticmethod
    def _hung(answer, words):
        return Gone("hung", f"nothing after {answer.last or 'the start'}, {words}", answer.last)

    def death(self, answer):
        self.process.wait()
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            file.seek(self.mark)
            found = DEATHS.findall(file.read())
        return Gone("crashed", found[0], answer.last) if found else Gone("ended", "the guest ended", answer.last)

    def check(self, checks, mutant, patience):
        """With this mutant, until the first that fails. The switch is off again afterwards. A guest in which it can't
        be written is lost."""
        self.mark = os.path.getsize(self.log.name)
        ids = " ".join(shlex.quote(check) for check in checks)
        answer = self.run(f"echo 1 >/sys/kernel/debug/clear_warn_once; if echo {mutant} >{SWITCH}; then "
                          f"wqctl check --ktap --fail-fast {ids}; s=$?; else s={NO_SWITCH}; fi; "
                          f"echo 0 >{SWITCH} || s={NO_SWITCH}; (exit $s)", patience)
        if answer.status == NO_SWITCH:
            raise Gone("ended", f"{SWITCH} can't be written", answer.last)
        return answer

    def reached(self):
        return {int(line) for line in self.run(f"cat {REACHED}").lines if line.isdigit()}

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdin.close()
        self.log.close()
        alive.discard(self)


def booted(new_guest, append=""):
    """A guest, if it takes some tries."""
    hows = []
    for _ in range(TRIES):
        try:
            return new_guest(append)
        except Gone as gone:
            hows.append(gone.how)
            words = gone.words
    raise NeverUp(hows, f"no guest boots: {words}")


def guests(root, kernel, options, key):
    """A boot takes several times as long as what is asked then: all go on from where the first was when it had booted,
    but those that boot with something of their own."""
    kept, first = tempfile.TemporaryDirectory(prefix="wqlab-mutate-"), threading.Lock()

    def new_guest(append=""):
        if append:
            return Guest(root, kernel, options, key, append)
        state = os.path.join(kept.name, "state")
        with contextlib.nullcontext() if os.path.exists(state) else first:
            try:
                return Guest(root, kernel, options, key, state=state)
            except Gone:  # if it is the state's fault, the next boots
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(state)
                raise
    return new_guest
