#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs QEMU, connects the guest's command to our own stdin, stdout and stderr, and exits with the command's status.

usage: vmio.py [options] --qemu-arguments N -- QEMU-ARGUMENT... COMMAND...

scripts/vm calls this. It is Python and not shell because every stream must arrive byte-exact and complete, with the
counts compared before the machine is ended, and because QEMU takes socket pairs as open descriptors: so nothing is
left behind in the file system, whatever kills us. scripts/guest/init is the other side and describes the protocol.
"""

import argparse
import base64
import contextlib
import errno
import fcntl
import os
import re
import queue
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import tty

from qmp import Monitor

EXIT_SETUP, EXIT_TIMEOUT, EXIT_DIED = 123, 124, 125  # also in the help of scripts/vm
# A kernel full of debug options needs 15 on an idle host, and 200 on one with ten times more to do than cores.
BOOT_SECONDS = 600
LOG_LINES, MOST_LOG_LINES = 40, 200
DEATH = re.compile(rb"Kernel panic|BUG: |Oops: ")  # a stack behind it may be longer than LOG_LINES
PANIC = b"Kernel panic"  # behind that no kernel goes on, as it may behind the others
START_MARK, END_MARK = b"wqlab-vm: ready", b"wqlab-vm: the command ended"  # what the guest's init writes to the log
NOT_UNPACKED = "not all of /out could be unpacked in"
LOOK_SECONDS = 0.01  # between two looks whether all that it said is out
ESCAPE, ESCAPE_PRESSES, ESCAPE_SECONDS = 0x1D, 3, 1.0  # Ctrl-], as in systemd-nspawn


def write_all(fd, data):
    """os.write until all is out, also where somebody made the descriptor non-blocking."""
    while data:
        try:
            data = data[os.write(fd, data):]
        except BlockingIOError:
            select.select([], [fd], [])


class Pump(threading.Thread):
    """Copies what QEMU sends on a socket to `sink`, and counts it; tells of a sink that takes no more."""

    def __init__(self, source, sink, on_broken=lambda error: None):
        super().__init__(daemon=True)
        self.source, self.sink, self.on_broken = source, sink, on_broken
        self.count = 0
        self.start()

    def run(self):
        with contextlib.suppress(ConnectionResetError):
            while data := self.source.recv(65536):
                try:
                    self.sink(data)
                except OSError as error:
                    self.on_broken(error)
                    return
                self.count += len(data)


class Log:
    """The serial console: the kernel's log, kept to be shown if the kernel dies."""

    def __init__(self, path):
        self.file = open(path, "wb", buffering=0) if path else None
        self.text, self.ended = b"", threading.Event()

    def add(self, data):
        data = data.replace(b"\r", b"")
        if self.file:
            self.file.write(data)
        self.text = (self.text + data)[-65536:]
        if END_MARK in self.text[-len(data) - len(END_MARK):]:
            self.ended.set()
        time.sleep(0.001)  # what comes octet by octet becomes more: not each should cost what many do

    def show_tail(self):
        """The last lines, more if the kernel's death began before them; of these those since the guest was ready."""
        lines = self.text.splitlines()[-MOST_LOG_LINES:]
        death = [number for number, line in enumerate(lines) if DEATH.search(line)]
        lines = lines[min(death[:1] + [max(0, len(lines) - LOG_LINES)]):]
        ready = [number for number, line in enumerate(lines) if START_MARK in line]
        lines = [line.decode(errors="replace") for line in lines[ready[0] if ready else 0:]]
        if lines:
            print("vm: the end of the kernel log:", *lines, sep="\n    ", file=sys.stderr)


def with_added(initrd, directories):
    """The initramfs and one archive for each directory, in memory: the kernel unpacks a row of archives as one."""
    memory = os.memfd_create("initrd", 0)
    with open(initrd, "rb") as base:
        os.sendfile(memory, base.fileno(), 0, os.fstat(base.fileno()).st_size)
    for directory in directories:
        names = subprocess.check_output(["find", ".", "-mindepth", "1", "-print0"], cwd=directory)
        subprocess.run(["cpio", "--quiet", "-0oH", "newc", "-R", "0:0"], cwd=directory, check=True, input=names,
                       stdout=memory)
    return memory


class Machine:
    """QEMU, with its ports as sockets of ours."""

    def __init__(self, options, stdin, with_terminal):
        self.arguments = options.qemu + ["-device", "virtio-serial-pci,max_ports=8"]
        initrd, descriptors = options.initrd, []
        self.goes_on = bool(options.state) and not options.initrd
        if options.add and not self.goes_on:  # else it is there
            descriptors = [with_added(initrd, options.add)]
            initrd = f"/proc/self/fd/{descriptors[0]}"
        if not self.goes_on:
            self.arguments += ["-initrd", initrd]
        self.theirs = []
        self.serial = self._socket("serial", ["-serial", "chardev:serial"])
        if with_terminal:
            self.terminal = self._socket("terminal", ["-device", "virtconsole,nr=0,chardev=terminal"])
        self.control = self._port(1, "control")
        # Only a plain descriptor delivers its end of file after all of its data; a socket's hang-up overtakes them.
        self.arguments += ["-chardev", "stdio,id=stdin,signal=off", "-device", "virtserialport,nr=2,chardev=stdin"]
        if self.goes_on:
            # Of a stream that has nothing in it QEMU waits for the beginning, for ever.
            self.arguments += ["-incoming", f"exec:cat {shlex.quote(options.state)} || kill -KILL $PPID"]
        needs_monitor = options.core or options.state and not self.goes_on
        self.monitor = self._socket("monitor", ["-mon", "chardev=monitor,mode=control"]) if needs_monitor else None
        self.stdout, self.stderr, self.files = self._port(3, "stdout"), self._port(4, "stderr"), self._port(5, "files")
        # setpriv: however we end, QEMU ends with us.
        self.complaints = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *self.arguments], stdin=stdin,
            stdout=subprocess.DEVNULL, stderr=self.complaints,
            pass_fds=descriptors + [s.fileno() for s in self.theirs])
        for s in self.theirs:
            s.close()
        for descriptor in descriptors:
            os.close(descriptor)

    def _socket(self, name, device):
        ours, theirs = socket.socketpair()
        self.theirs.append(theirs)
        self.arguments += ["-chardev", f"socket,id={name},fd={theirs.fileno()}", *device]
        return ours

    def _port(self, number, name):
        return self._socket(name, ["-device", f"virtserialport,nr={number},chardev={name}"])

    def complaint(self):
        self.complaints.seek(0)
        return self.complaints.read().decode(errors="replace").strip()

    def kill(self):
        self.process.kill()
        self.process.wait()


class Terminal:
    """Our terminal, in raw mode while it is the guest's."""

    def __init__(self, machine, on_escape):
        self.machine, self.on_escape = machine, on_escape
        self.saved = termios.tcgetattr(0)
        tty.setraw(0)
        signal.signal(signal.SIGWINCH, lambda *_: machine.control.sendall(b"%d %d\n" % self.size()))
        threading.Thread(target=self._read_keys, daemon=True).start()

    @staticmethod
    def size():
        rows, columns = struct.unpack("hhhh", fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))[:2]
        return rows or 24, columns or 80

    def restore(self):
        termios.tcsetattr(0, termios.TCSADRAIN, self.saved)

    def _read_keys(self):
        presses = []
        while keys := os.read(0, 4096):
            for key in keys:
                presses = (presses + [time.monotonic()])[-ESCAPE_PRESSES:] if key == ESCAPE else []
                if len(presses) == ESCAPE_PRESSES and presses[-1] - presses[0] < ESCAPE_SECONDS:
                    self.on_escape()
            self.machine.terminal.sendall(keys)


def pump_stdin(fd, may_begin):
    """A pipe that gets all of our stdin. QEMU must not have the descriptor itself: it would make it non-blocking for
    all its users."""
    ours, theirs = os.pipe()

    def copy():
        out = os.fdopen(theirs, "wb", buffering=0)
        may_begin.wait()
        try:
            while data := os.read(fd, 65536):
                write_all(out.fileno(), data)
        except OSError:
            pass  # the guest is gone, or our stdin was never readable
        out.close()

    threading.Thread(target=copy, daemon=True).start()
    return ours


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=float, default=0)
    parser.add_argument("--dmesg")
    parser.add_argument("--out")
    parser.add_argument("--core")
    parser.add_argument("--core-format", default="elf")
    parser.add_argument("--state")
    parser.add_argument("--module", action="store_true")
    parser.add_argument("--initrd", required=True)
    parser.add_argument("--add", action="append", default=[])
    parser.add_argument("--qemu-arguments", type=int, required=True)
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    rest = options.rest[1:]  # after the --
    options.qemu, options.command = rest[:options.qemu_arguments], rest[options.qemu_arguments:]
    return options


def is_terminal(fd):
    try:
        return os.isatty(fd)
    except OSError:
        return False


def wanted(options, with_terminal):
    """The shell script that tells the guest's init what to do."""
    rows, columns = Terminal.size() if with_terminal else (24, 80)
    settings = {
        "module": int(options.module), "files": int(bool(options.out)), "terminal": int(with_terminal),
        "core": int(bool(options.core)), "state": int(bool(options.state)),
        "stderr_apart": int(not is_terminal(2)), "rows": rows, "columns": columns,
    }
    lines = [f"{name}={value}" for name, value in settings.items()]
    if with_terminal:
        lines.append("export TERM=" + shlex.quote(os.environ.get("TERM", "vt100")))
    lines.append("set -- " + shlex.join(options.command))
    return base64.b64encode("\n".join(lines).encode(errors="surrogateescape")) + b"\n"


def run(options):
    # A terminal is the guest's only if we have it to ourselves: in `scripts/vm ... | less` the keys are less's.
    with_terminal = is_terminal(0) and is_terminal(1)
    may_read = threading.Event()
    stdin = subprocess.DEVNULL if is_terminal(0) else pump_stdin(0, may_read)
    log = Log(options.dmesg)
    events = queue.Queue()
    machine = Machine(options, stdin, with_terminal)
    terminal, unpack, sink_files = None, None, lambda data: None
    if options.out:
        unpack = subprocess.Popen(["tar", "-x", "--no-same-owner", "-C", options.out], stdin=subprocess.PIPE)
        sink_files = lambda data: write_all(unpack.stdin.fileno(), data)
    broken = lambda error: events.put(f"broken {error.errno}")
    serial = Pump(machine.serial, log.add, broken)
    out = Pump(machine.stdout, lambda data: write_all(1, data), broken)
    err = Pump(machine.stderr, lambda data: write_all(2, data), broken)
    files = Pump(machine.files, sink_files, lambda error: events.put(f"fail {NOT_UNPACKED} {options.out}"))

    def read_control():
        with contextlib.suppress(ConnectionResetError):
            for line in machine.control.makefile(errors="replace"):
                events.put(line.rstrip("\n"))

    def read_end():
        machine.process.wait()
        events.put("gone")

    stop = lambda number, _frame: events.put(f"signal {number}")
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, stop)
    if options.core:
        signal.signal(signal.SIGUSR1, lambda *_: events.put("core"))
    # Without --core QEMU ends with the guest.
    on_end = lambda: events.put("gone") if options.core else None
    monitor = Monitor(machine.monitor, on_end) if machine.monitor else None
    threading.Thread(target=read_control, daemon=True).start()
    threading.Thread(target=read_end, daemon=True).start()
    message, show_log = None, True
    said = []  # when the command has ended: each pump, and how much it said there
    try:
        if machine.goes_on:  # where its init had said this
            events.put("start")
        else:
            machine.control.sendall(wanted(options, with_terminal))
        limit, deadline, what = BOOT_SECONDS, time.monotonic() + BOOT_SECONDS, "the kernel did not boot"
        while True:
            over = not any(pump.is_alive() for pump, _ in said)  # before the counts, which nobody raises then
            if said and all(pump.count >= count for pump, count in said):
                log.ended.wait(2)
                break
            if said and over:
                message, status = "QEMU ended before all that the command said had come", EXIT_DIED
                break
            try:
                wait = LOOK_SECONDS if said else deadline and max(0, deadline - time.monotonic())
                event, *rest = events.get(timeout=wait).split(" ", 1)
            except queue.Empty:
                if said:  # who reads it may take his time
                    continue
                message, status = f"{what} within {limit:g} s", EXIT_TIMEOUT
                break
            if event == "start":
                if options.state and not machine.goes_on and (wrong := monitor.save(options.state)):
                    message, status = wrong, EXIT_SETUP
                    break
                if options.state:
                    machine.control.sendall(b"\n")  # the command may begin: nothing of it is in the state
                may_read.set()
                limit, what = options.timeout, "the command did not end"
                deadline = time.monotonic() + limit if limit else None
                if with_terminal:
                    Pump(machine.terminal, lambda data: write_all(1, data))
                    terminal = Terminal(machine, lambda: events.put("escape"))
            elif event == "exit":
                status, *counts = map(int, rest[0].split())
                said = list(zip((out, err, files), counts))
            elif event == "core":
                monitor.dump(options.core, options.core_format)
            elif event == "fail":
                message, status = rest[0], EXIT_SETUP
                break
            elif event == "gone" and not said:
                message, status = "the kernel died, or the command ended the machine", EXIT_DIED
                if machine.process.poll() is None:  # it waits to be dumped
                    break
                for pump in out, err, files, serial:
                    pump.join()
                if machine.process.returncode:  # a guest's end, however violent, is a success for QEMU
                    failure = f"QEMU failed ({machine.process.returncode}): {machine.complaint()}"
                    if PANIC in log.text:  # it may fall over when a dying guest resets it
                        message += "; then " + failure
                    else:
                        message, status = failure, EXIT_SETUP
                break
            elif event == "broken":
                status = 128 + signal.SIGPIPE  # as a process is ended that writes to a pipe that nobody reads
                if int(rest[0]) != errno.EPIPE:
                    message, status, show_log = f"its output: {os.strerror(int(rest[0]))}", EXIT_SETUP, False
                break
            elif event == "signal":
                status = 128 + int(rest[0])
                break
            elif event == "escape":
                message, status, show_log = "ended by Ctrl-] three times", 128 + signal.SIGINT, False
                break
    finally:
        if options.core and not monitor.dumped:
            monitor.dump(options.core, options.core_format)
        machine.kill()
        if options.core:
            for pump in out, err, files:
                pump.join()
        serial.join()  # what a dead kernel said last may still be in the socket
        if terminal:
            terminal.restore()
    if unpack:
        with contextlib.suppress(BrokenPipeError):
            unpack.stdin.close()
        if unpack.wait() and not message:
            message, status, show_log = f"{NOT_UNPACKED} {options.out}", status or EXIT_SETUP, False
    if message:
        print(f"vm: {message}", file=sys.stderr)
        if show_log:
            log.show_tail()
    return status


if __name__ == "__main__":
    # Threads may sit in a read of our stdin for ever; they end with us.
    exit_status = run(parse_arguments())
    sys.stderr.flush()
    os._exit(exit_status)
