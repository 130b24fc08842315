// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include "command.hh"
#include "commands/trace/event_lines.hh"
#include "commands/trace/flags.hh"
#include "recorder/trace_recording.hh"
#include "source/source.hh"
#include "system/wait.hh"
#include "term/output.hh"
#include "text/patterns.hh"
#include "text/units.hh"
#include "wire/lab.hh"

namespace wqctl {

namespace {

constexpr uint64_t kPoll = 10'000'000;  // how often the rings are looked at, when they don't fill up faster

class TraceCommand final : public Command {
    TraceFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        const Patterns patterns(flags_.words);
        const uint64_t duration_ns = parse_seconds(flags_.duration);
        TraceOptions options;
        if (flags_.buffer)
            options.buffer_bytes = parse_size(*flags_.buffer);
        Interrupts interrupts;
        EventLines sink(context.output());
        TraceRecording recording(context.lab(), options);
        Head head;
        head.kernel = context.source().info().release;
        head.only = flags_.words;
        recording.fill(head);
        sink.begin(head, recording.tables());
        Tail tail;
        const auto take = [&] {
            tail.events += recording.take([&](const Event& event) { sink.event(event); });
        };
        tail.ended_by = "time";
        for (uint64_t elapsed; (elapsed = recording.elapsed_ns()) < duration_ns; take())
            if (wait_for(std::min(duration_ns - elapsed, kPoll), interrupts) == Woken::kByInterrupt) {
                tail.ended_by = "interrupt";
                break;
            }
        recording.stop();
        take();
        for (const Event& gap : recording.last_gaps())
            sink.event(gap);
        recording.fill(tail);
        sink.end(tail);
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_trace() { return std::make_unique<TraceCommand>(); }

}  // namespace wqctl
