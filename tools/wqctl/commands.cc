// SPDX-License-Identifier: GPL-2.0
// The table of commands: a command is its room and its line here. An explicit table, not registration by static
// objects: the order is meant, and a linker can't drop a line.
#include "command.hh"

// name, what help says of it in a line
#define WQCTL_COMMANDS(X)                                                                   \
    X(run, "Run a load and report what its items went through")                             \
    X(bench, "Measure a load for each value of its keys, and say which differ")             \
    X(compare, "Say whether two sides of benches, runs, ... differ, and how sure that is")  \
    X(report, "Make a page with charts of what the other commands print with --json")       \
    X(advise, "Say how a workqueue should be allocated for the load that it has")           \
    X(dump, "Show pools, workers, workqueues and their items, as they are now")             \
    X(monitor, "What each workqueue does: totals and rates, again and again")               \
    X(top, "Workqueues, workers, functions and pools on the whole screen")                  \
    X(doctor, "Say what is stuck, why, and who did it: of a machine or of its log")         \
    X(explain, "Short experiments that show how workqueues work on this kernel")            \
    X(where, "Which pool and worker an item would get, and why")                            \
    X(latency, "How long items of all workqueues wait, for what, and run")                  \
    X(trace, "Record every item's story: who queued it, what it waited for, where it ran")  \
    X(info, "What the module, its kernel and its limits are")                               \
    X(list, "The runs that there are")                                                      \
    X(show, "The report of a run, also while it goes on")                                   \
    X(stop, "Stop a run, report it and forget it")                                          \
    X(presets, "The scenarios that ship with the tool")                                     \
    X(completion, "A completion script for bash, zsh or fish")                              \
    X(check, "Judge whether this kernel keeps the promises of its workqueue documentation") \
    X(manual, "This manual page, for man -l")

namespace wqctl {

// Each is at the end of commands/NAME/command.cc.
#define DECLARE(name, summary) std::unique_ptr<Command> make_##name();
WQCTL_COMMANDS(DECLARE)
#undef DECLARE

std::vector<Entry> all_commands()
{
    std::vector<Entry> entries;
    const auto add = [&](const char* name, const char* summary, std::unique_ptr<Command> command) {
        auto args = std::make_unique<Args>(name, summary);
        command->declare(*args);
        entries.push_back({std::move(command), std::move(args)});
    };
#define ADD(name, summary) add(#name, summary, make_##name());
    WQCTL_COMMANDS(ADD)
#undef ADD
    return entries;
}

std::vector<const Args*> declarations(const std::vector<Entry>& commands)
{
    std::vector<const Args*> args;
    for (const Entry& entry : commands)
        args.push_back(entry.args.get());
    return args;
}

}  // namespace wqctl
