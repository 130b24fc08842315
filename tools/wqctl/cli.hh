// SPDX-License-Identifier: GPL-2.0
// The command line: what may be said, and what was.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "commands/check/flags.hh"
#include "commands/dump/flags.hh"
#include "commands/monitor/plan.hh"
#include "commands/top/flags.hh"
#include "commands/where/flags.hh"
#include "args/completion.hh"
#include "scenario/flags.hh"

namespace wqctl {

struct ExplainFlags {
    std::vector<std::string> topics;
    bool all = false;
    bool list = false;
};

struct LatencyFlags {
    std::string pattern;
    std::string duration = "5s";
    std::string by = "item";
    std::string sort = "executed";
    bool json = false;
    bool no_progress = false;
};

struct Invocation {
    std::string command;  // "run"; empty: only text to print
    std::string text;     // help or version
    RunFlags run;
    CheckFlags check;
    DumpFlags dump;
    MonitorFlags monitor;
    TopFlags top;
    ExplainFlags explain;
    WhereFlags where;
    LatencyFlags latency;
    bool json = false;
    std::string id;       // show, stop
    std::string preset;   // presets
    std::string shell;    // completion
};

class Cli {
public:
    Cli();

    // Throws usage errors, with the nearest known word.
    Invocation parse(std::vector<std::string> arguments);
    std::vector<CommandModel> model() const;

private:
    void add_run();
    void add_dump();
    void add_monitor();  // each in a file of its own
    void add_top();
    void add_explain();
    void add_where();
    void add_latency();
    void add_others();
    void add_check();
    CLI::App* add_command(const std::string& name, const std::string& description);

    Invocation invocation_;
    CLI::App app_;
};

}  // namespace wqctl
