// SPDX-License-Identifier: GPL-2.0
#include "commands/run/flags.hh"

#include "scenario/presets/presets.hh"

namespace wqctl {

namespace {

constexpr const char* kExamples = R"(
T is a time: 10us, uniform 10us..50us, exponential with a mean exp:10us, or by quantiles
q:5us,9us,40us.

Examples:
  wqctl run --preset tour
      four kinds of workqueue side by side
  wqctl run --flags unbound,highpri --depth 32 --spin 20us
      keep 32 items of 20 us in flight on an own workqueue
  wqctl run --flags bh --rate 50k --poisson --duration 5s
      50,000 items a second at random times, in softirq context
  wqctl run --flags unbound --scope cache --strict --issuers 4 --cpus 0-3
      four threads, each bound to a CPU; items stay with the last-level cache
  wqctl run --system highpri --burst 100 --every 10ms --json > report.json
      bursts on the kernel's own system_highpri_wq, as one JSON document
  wqctl run --flags ordered --items 100k --spin exp:5us --dry-run > mine.json
      what would be done, as a scenario file to edit; then: wqctl run mine.json
)";

}  // namespace

void declare(Args& args, RunFlags& flags)
{
    args.group("Scenario (instead of the flags below)");
    args.word("SCENARIO", flags.file, "A scenario file (JSON); - is standard input").file();
    args.option("--preset", flags.preset, "NAME", "A scenario that ships with the tool; see wqctl presets")
        .values(preset_names());

    for (const ShapingFlag& flag : shaping_flags()) {
        FlagValue& value = flags[flag.flag];
        args.group(std::string(flag.group));
        if (flag.type.empty())
            args.flag(flag.flag, value.set, std::string(flag.help));
        else
            args.option(flag.flag, value.text, std::string(flag.type), std::string(flag.help))
                .values(flag.values)
                .is_list = flag.is_list;
    }

    args.group("Output");
    args.json(flags.json, {"wqlab/run/1", "wqlab/started/1"});
    args.flag("--no-progress", flags.no_progress, "No progress bar");
    args.flag("--dry-run", flags.dry_run, "Print the scenario with all its defaults, start nothing");
    args.flag("--detach", flags.detach, "Start it and leave; see wqctl list, show and stop");
    args.examples(kExamples);
}

}  // namespace wqctl
