# SPDX-License-Identifier: GPL-2.0
"""How far a guest was given to come. On a busy host the wall's clock says nothing of that: what counts is the time that
the emulator's threads have run, or could have run and did not want to."""
import os
import time

TICKS = os.sysconf("SC_CLK_TCK")
MOST = 0.5  # s, of one look: of a longer time that nobody looked one look says nothing
SMALLEST = 0.05  # s: threads that look asleep for less may have been caught between two instructions


def descendants(pid):
    """Of this process, and itself."""
    found = [pid]
    for one in found:
        try:
            with open(f"/proc/{one}/task/{one}/children", encoding="ascii") as file:
                found += map(int, file.read().split())
        except OSError:
            pass
    return found


def threads_of(pid):
    """(a thread's state, its seconds of a CPU)."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        yield fields[0], (int(fields[11]) + int(fields[12])) / TICKS


class Pace:
    def __init__(self, pid):
        if not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
            raise OSError("a guest's threads can't be found: the host's kernel has no CONFIG_PROC_CHILDREN")
        self.pid, self.spent, self.ran, self.looked = pid, 0.0, 0.0, time.monotonic()

    def look(self):
        """Seconds since the start, as far as they were the guest's. To be asked often."""
        states, ran = set(), 0.0
        for pid in descendants(self.pid):
            try:
                for state, seconds in threads_of(pid):
                    states.add(state)
                    ran += seconds
            except OSError:
                pass  # it has ended
        now = time.monotonic()
        idle = min(now - self.looked, MOST) if states <= {"S"} and now - self.looked >= SMALLEST else 0.0
        self.spent += max(ran - self.ran, idle, 0.0)
        self.ran, self.looked = ran, now
        return self.spent
