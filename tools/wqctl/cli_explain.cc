// SPDX-License-Identifier: GPL-2.0
#include "cli.hh"

namespace wqctl {

namespace {

constexpr const char* kExamples = R"(
Each topic is a short experiment on workqueues made for it. It says what was
done and what was seen, and checks every sentence on this kernel; what is not
as documented is said loudly, and the exit code is 1. For a moment, "rescuer"
lets no thread be created, "hotplug" takes a CPU offline, and "spinning" sets
cpu_intensive_thresh_us; these are restored, whatever happens to wqctl.

Examples:
  wqctl explain                      what can be asked
  wqctl explain sharing strict       ask two
  wqctl explain --all --json         ask everything, as one JSON document
)";

}  // namespace

void Cli::add_explain()
{
    ExplainFlags& f = invocation_.explain;
    CLI::App* explain = add_command("explain", "Short experiments that show how workqueues work on this kernel");
    explain->add_option("TOPIC", f.topics, "What to ask; without one, what there is")->type_name("");
    explain->add_flag("--all", f.all, "Every topic, one after the other");
    explain->add_flag("--list", f.list, "The topics and their questions");
    explain->add_flag("--json", invocation_.json, "One JSON document (wqlab/explain/1)");
    explain->footer(kExamples);
}

}  // namespace wqctl
