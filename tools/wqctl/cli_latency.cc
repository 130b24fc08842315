// SPDX-License-Identifier: GPL-2.0
#include "cli.hh"
#include "commands/latency/recording.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

constexpr const char* kExamples = R"(
Ctrl-C ends it early, with what there is by then.

Examples:
  wqctl latency -d 10
      every workqueue and function of the machine for 10 s
  wqctl latency events --by cpu --sort pending
      where items of workqueues with events in their name waited longest for a worker
  wqctl latency '^kblockd$' --by wq
      one workqueue, with its histograms
  wqctl latency --by wq --sort inactive
      which workqueue's max_active holds items back
)";

}  // namespace

void Cli::add_latency()
{
    CLI::App* latency = add_command("latency", "How long items of all workqueues wait, for what, and run");
    LatencyFlags& f = invocation_.latency;
    latency->add_option("REGEX", f.pattern, "Only workqueues whose name it matches somewhere")->type_name("");
    latency->add_option("-d,--duration", f.duration, "How long to record; default 5s")->type_name("TIME");
    latency->add_option("--by", f.by, "What is put together: " + enumerate(LatencyView::groupings(), "or") +
                                          " (item is a workqueue and a function; default)")->type_name("WHAT");
    latency->add_option("--sort", f.sort, "Highest first: " + enumerate(LatencyView::orders(), "or") +
                                              "; stages by their p99")->type_name("COLUMN");
    latency->add_flag("--json", f.json, "One JSON document (wqlab/latency/1)");
    latency->add_flag("--no-progress", f.no_progress, "No progress bar");
    latency->footer(kExamples);
}

}  // namespace wqctl
