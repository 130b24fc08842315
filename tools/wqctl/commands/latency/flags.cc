// SPDX-License-Identifier: GPL-2.0
#include "commands/latency/flags.hh"

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
  wqctl latency --by queuer
      which task, or which function in an interrupt, queues how much on what
  wqctl latency --by wq --sort inactive
      which workqueue's max_active holds items back
)";

}  // namespace

void LatencyFlags::declare(Args& args)
{
    args.word("REGEX", view.pattern, "Only workqueues whose name it matches somewhere");
    args.option("-d,--duration", duration, "TIME", "How long to record; default 5s");
    args.choice("--by", view.by, kLatencyGroupings, "grouping", "WHAT",
                "What is put together: item (a workqueue and a function; default), wq, function, cpu, or queuer: "
                "items by who queued them");
    args.choice("--sort", view.order, kLatencyOrders, "order", "COLUMN",
                "Highest first: executed, inactive, pending, run or name; stages by their p99");
    args.json(json, {"wqlab/latency/1"});
    args.flag("--no-progress", no_progress, "No progress bar");
    args.examples(kExamples);
}

}  // namespace wqctl
