// SPDX-License-Identifier: GPL-2.0
#include "commands/explain/flags.hh"

#include "commands/explain/experiment.hh"

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

void ExplainFlags::declare(Args& args)
{
    std::vector<std::string> names;
    for (const Experiment& experiment : experiments())
        names.emplace_back(experiment.topic);
    args.words("TOPIC", topics, "What to ask; without one, what there is").values(std::move(names));
    args.flag("--all", all, "Every topic, one after the other");
    args.flag("--list", list, "The topics and their questions");
    args.json(json, {"wqlab/explain/1", "wqlab/topics/1"});
    args.examples(kExamples);
}

}  // namespace wqctl
