// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include "command.hh"
#include "commands/trace/event_lines.hh"
#include "commands/trace/flags.hh"
#include "commands/trace/out_file.hh"
#include "commands/trace/show.hh"
#include "recorder/trace_recording.hh"
#include "source/source.hh"
#include "system/files.hh"
#include "system/wait.hh"
#include "term/output.hh"
#include "text/patterns.hh"
#include "text/units.hh"
#include "trace/formats.hh"
#include "trace/pools.hh"
#include "wire/lab.hh"

namespace wqctl {

namespace {

constexpr uint64_t kPoll = 10'000'000;  // how often the rings are looked at, when they don't fill up faster

class TraceCommand final : public Command {
    TraceFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override { return flags_.shows_file() ? show(context) : record(context); }

    int show(Context& context)
    {
        if (flags_.words.size() < 2)
            throw Error::usage("show needs a file, as `wqctl trace -o FILE` writes it");
        ShowFormat format = ShowFormat::kSums;
        if (flags_.format == TraceFormat::kText)
            format = ShowFormat::kText;
        else if (flags_.format == TraceFormat::kJson)
            format = ShowFormat::kJson;
        else if (flags_.format)
            throw Error::usage("a file is shown with --format text or json, or without --format as sums");
        return show_trace(flags_.words[1], {flags_.words.begin() + 2, flags_.words.end()}, flags_.show, format,
                          context.output());
    }

    // Who takes the events, for the format.
    std::unique_ptr<EventSink> writer(OutFile& file, Output& output) const
    {
        const TraceFormat format = flags_.format.value_or(file.is_standard_output() ? TraceFormat::kText
                                                                                    : TraceFormat::kPerfetto);
        if (format == TraceFormat::kEvents)
            return std::make_unique<EventLines>(output);
        if (format == TraceFormat::kPerfetto && file.is_standard_output() && output.style().is_terminal)
            throw Error::usage("--format perfetto is no text for a terminal", "-o FILE writes it to a file");
        return make_trace_writer(
            format, [&file](std::string_view bytes) { file.write(bytes); }, output.style());
    }

    int record(Context& context)
    {
        const Patterns patterns(flags_.words);
        const uint64_t duration_ns = parse_seconds(flags_.duration);
        TraceOptions options;
        if (flags_.buffer)
            options.buffer_bytes = parse_size(*flags_.buffer);
        Interrupts interrupts;
        OutFile file(flags_.output, context.output());
        const std::unique_ptr<EventSink> sink = writer(file, context.output());
        TraceRecording recording(context.lab(), options);
        Head head;
        head.kernel = context.source().info().release;
        head.version = context.source().info().module_version;
        head.machine = read_line("/proc/sys/kernel/hostname").value_or("");
        head.command = "wqctl trace -d " + flags_.duration;
        head.only = flags_.words;
        recording.fill(head);
        add_pools(recording.tables(), context.source().snapshot(WQLAB_SECTION_POOLS));
        sink->begin(head, recording.tables());
        Tail tail;
        const auto take = [&] { tail.events += recording.take([&](const Event& event) { sink->event(event); }); };
        tail.ended_by = "time";
        for (uint64_t elapsed; (elapsed = recording.elapsed_ns()) < duration_ns; take())
            if (wait_for(std::min(duration_ns - elapsed, kPoll), interrupts) == Woken::kByInterrupt) {
                tail.ended_by = "interrupt";
                break;
            }
        recording.stop();
        take();
        for (const Event& gap : recording.last_gaps())
            sink->event(gap);
        recording.fill(tail);
        sink->end(tail);
        file.finish();
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_trace() { return std::make_unique<TraceCommand>(); }

}  // namespace wqctl
