// SPDX-License-Identifier: GPL-2.0
#include "commands/top/flags.hh"

namespace wqctl {

namespace {

constexpr const char* kExamples = R"(
h shows the keys and what the columns mean.

Examples:
  wqctl top
      workqueues, the busiest first
  wqctl top --view workers --idle-hidden
      who works on what, and for how long
  wqctl top --batch -n 1 --view functions
      one picture as text, of the second that follows
)";

}  // namespace

void TopFlags::declare(Args& args)
{
    args.words("REGEX", patterns, "Show what matches one of these; default all");
    args.option("-d,--delay", delay, "SECS", "From sample to sample; default 1");
    args.option("-n,--count", count, "COUNT", "End after so many samples");
    args.choice("--view", view, kTopViews, "view", "VIEW",
                "workqueues (default), workers, functions, pools, or queuers: who queues how much on what");
    args.flag("-i,--idle-hidden", hides_quiet, "Hide what is idle");
    args.flag("-b,--batch", batch, "Text instead of a screen, for scripts");
    source.declare(args);
    args.examples(kExamples);
}

}  // namespace wqctl
