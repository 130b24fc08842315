// SPDX-License-Identifier: GPL-2.0
// Workqueues that are stuck for real, by tests/guest/stuck, and what the doctor says of them.
#pragma once

#include <list>
#include <string>

#include "lab.hh"
#include "system/kept_value.hh"

// A state of wqlab_stuck.ko, as long as this lives.
class Stuck {
public:
    explicit Stuck(const std::string& state, int cpu = 1);
    ~Stuck();
    Stuck(const Stuck&) = delete;

    // Empty, or why this kernel can't be brought there.
    const std::string& why_not() const { return why_not_; }
    // Its second half.
    void go_on();
    // Opens its gate, and waits until all has ended.
    void undo();

private:
    int file_ = -1;
    std::string why_not_;
};

// True: this kernel can't be brought there, and the test, which returns, is reported as skipped.
bool left_out(const Stuck& stuck);

// A task of this process's that has a CPU to itself, SCHED_FIFO 50, called "poller", as long as this lives.
class Poller {
public:
    explicit Poller(int cpu);
    ~Poller();
    Poller(const Poller&) = delete;

    int pid() const { return pid_; }

private:
    void end();

    int pid_ = -1;
};

// Whoever is real-time may have this CPU to himself. Left as it is where the kernel has no such limit.
class Unthrottled {
public:
    explicit Unthrottled(int cpu);

private:
    std::list<wqctl::KeptValue> values_;
};

using Doctor = Outcome (*)(const Words& arguments);

// The findings of `wqctl doctor --json` that name one of ours, or all with other words.
json findings(
    const Words& words = {"stuck_"}, Doctor doctor = [](const Words& arguments) { return tool(arguments); });
// The finding by this rule, as soon as there is one.
json finding_by(
    const std::string& rule, Doctor doctor = [](const Words& arguments) { return tool(arguments); });
