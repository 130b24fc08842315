// SPDX-License-Identifier: GPL-2.0
// A workqueue held still: tests/guest/hold/wqlab_hold.c, loaded as long as this
// lives. Its items wait for a gate, not for a time.
#pragma once

#include <list>
#include <string>

#include "dump_lab.hh"

class Hold {
public:
    // parameters: of the module.
    explicit Hold(Words parameters = {});
    ~Hold();
    Hold(const Hold&) = delete;

    // What it is to do, in this process: "queue 3". Makes no other.
    void tell(const std::string& what);
    // The same in a process of its own, whose pid this is, because it waits.
    int spawn(const std::string& what);
    // Opens the gate, and waits for those processes.
    void open();

    static constexpr const char* kName = "wqlab_hold";
    static constexpr const char* kFunction = "hold_func [wqlab_hold]";

private:
    std::list<Process> waiting_;
};

// How a command of wqctl ends and what it prints, run in this process: where no other can be made.
Outcome outcome_here(const Words& arguments);
// What a command of wqctl prints, run in this process: where no other can be made. It must end well.
std::string tool_here(const Words& arguments);
// `wqctl dump --json …` so.
json dump_here(Words arguments = {});
