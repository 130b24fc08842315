// SPDX-License-Identifier: GPL-2.0
#include "commands/trace/flags.hh"

#include "text/error.hh"

namespace wqctl {

namespace {

constexpr const char* kExamples = R"(
Ctrl-C ends it early, with what there is by then.

Examples:
  wqctl trace -o machine.pftrace
      every workqueue of the machine for 5 s; ui.perfetto.dev opens the file
  wqctl trace -d 1s events
      a line for each item of workqueues with events in their name
  wqctl trace --until 'wait > 10ms' -o bad.pftrace
      the last 64M before the first item that waited so long for a worker, and 100 ms after
  wqctl trace show bad.pftrace --item slowest
      who queued it, and what it waited behind
)";

}  // namespace

void TraceFlags::declare(Args& args)
{
    args.words("REGEX", words,
               "Only workqueues whose name one of them matches somewhere; or the word show, a FILE, and REGEXes: what "
               "an earlier trace says");
    args.group("Recording");
    args.option("-d,--duration", duration, "TIME",
                "How long to record; default 5s, with --until until that comes, with --ring until Ctrl-C");
    args.option("--buffer", buffer, "SIZE", "Memory of all CPUs together, default 64M; what does not fit is lost");
    args.option("--ring", ring, "SIZE", "Keep the last events only, as many as fit into SIZE").excludes("--buffer");
    args.option(
            "--until", until, "CONDITION",
            "Stop at the first item of which it holds: \"wait > 10ms\" (for a worker), \"run > 1s\" or \"inactive "
            "> 5ms\" (behind max_active); or at the first new finding of wqctl doctor: \"doctor\". \" of REGEX\": of "
            "some workqueues or functions only. Implies --ring 64M")
        .excludes("--buffer");
    args.group("Output");
    args.option("-o,--output", output, "FILE", "Where to; default standard output, as text").file();
    args.choice("--format", format, kTraceFormats, "format", "FORMAT",
                "perfetto (default with -o), text: a line an item, json: the same as lines of JSON, events: a line an "
                "event");
    args.json(json, {"wqlab/trace/1"}).excludes("--format");
    args.flag("--no-progress", no_progress, "No progress bar");
    show.declare(args);
    args.examples(kExamples);
}

void TraceFlags::check() const
{
    if (shows() && (duration || buffer || ring || until))
        throw Error::usage("-d, --buffer, --ring and --until are of a recording, and show reads one",
                           "wqctl trace --until CONDITION -o FILE, and then wqctl trace show FILE");
    if (shows() && output)
        throw Error::usage("show has no -o: it prints", "wqctl trace show FILE >OUTPUT");
    if (!shows() && show.any())
        throw Error::usage("--item, --by, --sort and --slowest are of show",
                           "wqctl trace -o FILE, and then wqctl trace show FILE --item slowest");
}

}  // namespace wqctl
