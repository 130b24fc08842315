// SPDX-License-Identifier: GPL-2.0
#include "commands/bench/flags.hh"

#include "commands/bench/presets.hh"

namespace wqctl {

namespace {

constexpr const char* kExamples = R"(
Every cell has its turn once in each pass, in an order drawn anew; the first pass warms up and is dropped. It goes on
until the 95% interval of each cell's items/s is as narrow as --precision, or the budget is spent.
Ctrl-C ends it early, with what there is by then.

Examples:
  wqctl bench --preset scopes
      which affinity scope of unbound workqueues carries most here
  wqctl bench --flags unbound --vary scope=cpu,smt,cache,numa,system --vary depth=1,32 --spin 5us
      ten cells
  wqctl bench --vary flags=percpu/unbound/unbound,highpri --spin 20us --budget 2m --precision 1%
      values that have commas are parted by slashes
  wqctl bench mine.json --vary max_active=1,16 --json > after.json
      to be compared: wqctl compare before.json -- after.json
)";

}  // namespace

void BenchFlags::declare(Args& args)
{
    args.group("Scenario (instead of the flags below)");
    args.word("FILE", run.file, "A scenario file (JSON), perhaps with \"vary\"; - is standard input").file();
    args.option("--preset", run.preset, "NAME", "One that ships with the tool; see --list")
        .values(bench_preset_names());
    args.flag("--list", list, "The presets, and what each is for");

    args.group("Bench");
    args.options("--vary", vary, "KEY=A,B,...", "A key of the scenario and the values it takes; may be given again");
    args.option("--precision", precision, "SHARE", "End when each interval is +- this share of its median; default 2%");
    args.option("--budget", budget, "TIME", "End after this time anyway; default 60s, none with --rounds");
    args.option("--rounds", rounds, "N", "Measure each cell so often, whatever the precision");
    args.option("--baseline", baseline, "CELL", "What ratios are to, such as scope=cache; default the first");
    args.option("--order-seed", order_seed, "N", "Of the order of cells; default drawn, and printed");

    for (const ShapingFlag& flag : shaping_flags()) {
        FlagValue& value = run[flag.flag];
        args.group(std::string(flag.group));
        if (flag.type.empty())
            args.flag(flag.flag, value.set, std::string(flag.help));
        else
            args.option(flag.flag, value.text, std::string(flag.type),
                        std::string(flag.of_a_round.empty() ? flag.help : flag.of_a_round))
                .values(flag.values)
                .is_list = flag.is_list;
    }

    args.group("Output");
    args.json(json, {"wqlab/bench/1"});
    args.flag("--no-progress", no_progress, "No progress bar");
    args.examples(kExamples);
}

}  // namespace wqctl
