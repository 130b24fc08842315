// SPDX-License-Identifier: GPL-2.0
#include "commands/trace/flags.hh"

namespace wqctl {

namespace {

constexpr const char* kExamples = R"(
Examples:
  wqctl trace -o machine.pftrace
      every workqueue of the machine for 5 s; open the file at ui.perfetto.dev
  wqctl trace -d 1s --format text events
      a line for each item of workqueues with events in their name
  wqctl trace show machine.pftrace
      sums, and the items that waited longest; --sort ran: those that ran longest
  wqctl trace show machine.pftrace --item slowest '^kblockd$'
      one item's story: who queued it, what it waited behind, where it ran
)";

}  // namespace

void TraceFlags::declare(Args& args)
{
    args.words("REGEX", words,
               "Only workqueues whose name one of them matches somewhere; show FILE [REGEX...] reads a file");
    args.option("-d,--duration", duration, "TIME", "How long to record; default 5s");
    args.option("--buffer", buffer, "SIZE", "Memory of all CPUs together, default 64M");
    args.group("Output");
    args.option("-o,--output", output, "FILE", "Where to; default standard output").file();
    args.choice(
        "--format", format, kTraceFormats, "format", "FORMAT",
        "perfetto (default, to a file), text: a line an item (default), json: the same as lines of JSON, events: a "
        "line an event");
    args.flag("--no-progress", no_progress, "No progress bar");
    show.declare(args);
    args.examples(kExamples);
}

}  // namespace wqctl
