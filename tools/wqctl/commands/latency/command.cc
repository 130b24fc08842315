// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include "command.hh"
#include "commands/latency/flags.hh"
#include "commands/latency/queuers.hh"
#include "commands/latency/render.hh"
#include "recorder/trace_recording.hh"
#include "report/recording_requests.hh"
#include "snapshot/workqueue_labels.hh"
#include "source/source.hh"
#include "system/wait.hh"
#include "term/output.hh"
#include "term/progress.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

constexpr uint64_t kBlink = 200'000'000;  // how often the bar moves

// Until the time is up or somebody interrupts.
void wait(uint64_t duration_ns, Interrupts& interrupts, Progress& progress)
{
    const uint64_t begun = monotonic_ns();
    for (uint64_t elapsed = 0; elapsed < duration_ns; elapsed = monotonic_ns() - begun) {
        progress.say(latency_progress(elapsed, duration_ns, progress.style()));
        if (wait_for(std::min(duration_ns - elapsed, kBlink), interrupts) == Woken::kByInterrupt)
            return;
    }
}

LatencyRecording record(Lab& lab, uint64_t duration_ns, Interrupts& interrupts, Progress& progress)
{
    start_latency(lab);
    wait(duration_ns, interrupts, progress);
    stop_latency(lab);
    return fetch_latency(lab);
}

// By who queues: events, one by one, because the module's sums don't know that.
LatencyRecording record_queuers(Lab& lab, uint64_t duration_ns, Interrupts& interrupts, Progress& progress)
{
    constexpr uint64_t kPoll = 10'000'000;
    TraceOptions options;
    options.kinds = 1u << WQLAB_TRACE_KIND_QUEUE | 1u << WQLAB_TRACE_KIND_ACTIVATE | 1u << WQLAB_TRACE_KIND_START |
                    1u << WQLAB_TRACE_KIND_END;
    options.duration_ns = duration_ns;
    TraceRecording trace(lab, options);
    Queuers queuers;
    Tail tail;
    queuers.sink().begin({}, trace.tables());
    const auto take = [&] { tail.events += trace.take([&](const Event& event) { queuers.sink().event(event); }); };
    for (uint64_t elapsed; (elapsed = trace.elapsed_ns()) < duration_ns; take()) {
        progress.say(latency_progress(elapsed, duration_ns, progress.style()));
        if (wait_for(std::min(duration_ns - elapsed, kPoll), interrupts) == Woken::kByInterrupt)
            break;
    }
    trace.stop();
    take();
    trace.fill(tail);
    queuers.sink().end(tail);
    LatencyRecording recording;
    queuers.fill(recording, trace.tables());
    recording.elapsed_ns = tail.elapsed_ns;
    recording.lost_events = tail.lost_events();
    recording.memory_bytes = trace.memory_bytes();
    recording.probes = tail.events;
    recording.probes_timed = 1;
    recording.probes_ns = static_cast<uint64_t>(tail.ns_per_event);
    return recording;
}

class LatencyCommand final : public Command {
    LatencyFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        flags_.view.check();
        const uint64_t duration_ns = parse_seconds(flags_.duration);
        Lab& lab = context.lab();
        Output& output = context.output();
        Interrupts interrupts;
        Progress progress(!flags_.no_progress);
        LatencyRecording recording = flags_.view.by == LatencyGrouping::kQueuer
                                         ? record_queuers(lab, duration_ns, interrupts, progress)
                                         : record(lab, duration_ns, interrupts, progress);
        progress.clear();
        recording.kernel = context.source().info().release;
        recording.provenance = Provenance::of(context.words());
        recording.labels = WorkqueueLabels(context.source().snapshot(WQLAB_SECTION_WORKQUEUES)).by_identity();
        if (flags_.json)
            output.text(latency_recording_to_json(recording, flags_.view));
        else
            output.text(render_latency(recording, flags_.view, output.style()));
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_latency() { return std::make_unique<LatencyCommand>(); }

}  // namespace wqctl
