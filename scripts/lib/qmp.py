# SPDX-License-Identifier: GPL-2.0
"""QEMU's machine protocol, as far as vmio.py needs it."""
import contextlib
import json
import os
import queue
import shlex
import sys
import threading
import time


GONE = {"error": {"desc": "QEMU is gone"}}


class Monitor(threading.Thread):
    """Tells when the guest has ended itself, and writes its memory or its whole state to a file."""

    SECONDS = 600  # for one answer

    def __init__(self, connection, on_end):
        super().__init__(daemon=True)
        self.connection, self.on_end, self.answers, self.moved = connection, on_end, queue.Queue(), queue.Queue()
        self.dumped = False
        self.start()
        self._ask("qmp_capabilities")

    def _answer(self, command, **arguments):
        try:
            self.connection.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
            return self.answers.get(timeout=self.SECONDS)
        except queue.Empty:
            return {"error": {"desc": f"QEMU said nothing within {self.SECONDS} s"}}
        except BrokenPipeError:
            return GONE

    def _ask(self, command, **arguments):
        """What is wrong, or nothing."""
        answer = self._answer(command, **arguments)
        return answer["error"]["desc"] if "error" in answer else ""

    def run(self):
        # Of one that is killed the last line may be a piece.
        with contextlib.suppress(ConnectionResetError, json.JSONDecodeError):
            for line in self.connection.makefile():
                message = json.loads(line)
                if message.get("event") == "SHUTDOWN":
                    self.on_end()
                elif message.get("event") == "MIGRATION":
                    self.moved.put(message["data"]["status"])
                elif "return" in message or "error" in message:
                    self.answers.put(message)
        self.answers.put(GONE)
        self.moved.put("gone")

    def dump(self, path, form):
        """The guest stands still meanwhile. With scripts/vm --core QEMU does not end with the guest (-action
        shutdown=pause), so that there is still a memory."""
        wrong = self._ask("dump-guest-memory", paging=False, protocol="file:" + os.path.abspath(path), format=form)
        self.dumped = True
        if wrong:
            print(f"vm: no {path}: {wrong}", file=sys.stderr)

    def save(self, path):
        """The guest goes on, but while the last of it is written. `path` is whole or is not there. What is wrong, or
        nothing."""
        part = f"{path}.{os.getpid()}"
        word = shlex.quote(part)
        wrong = self._ask("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
        wrong = wrong or self._ask("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        wrong = wrong or self._ask("migrate", uri=f"exec:cat >{word} || rm -f {word}")
        wrong = wrong or self._moved()
        # Written, but QEMU has yet to wait for the child, and does not go on before. No event tells when.
        while not wrong and self._answer("query-status").get("return", {}).get("status") == "finish-migrate":
            time.sleep(0.01)
        wrong = wrong or self._ask("cont")
        try:
            if wrong:
                os.unlink(part)
            else:
                os.rename(part, path)
        except OSError as error:
            wrong = wrong or f"{path}: {error.strerror}"
        return wrong

    def _moved(self):
        """Waits for the end of a migration. What is wrong, or nothing."""
        with contextlib.suppress(queue.Empty):
            while True:
                status = self.moved.get(timeout=self.SECONDS)
                if status == "completed":
                    return ""
                if status in ("failed", "cancelled", "gone"):
                    return f"its state is not written: {status}"
        return f"its state is not written within {self.SECONDS} s"
