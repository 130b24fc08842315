// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include "command.hh"
#include "commands/latency/flags.hh"
#include "commands/latency/render.hh"
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
        start_latency(lab);
        wait(duration_ns, interrupts, progress);
        stop_latency(lab);
        progress.clear();
        LatencyRecording recording = fetch_latency(lab);
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
