// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include "wire/lab.hh"
#include "commands/commands.hh"
#include "report/session.hh"
#include "commands/latency/render.hh"
#include "term/progress.hh"
#include "system/wait.hh"
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

}  // namespace

int command_latency(const Invocation& invocation, Output& output)
{
    const LatencyFlags& flags = invocation.latency;
    const LatencyView view = LatencyView::parse(flags.pattern, flags.by, flags.sort);
    const uint64_t duration_ns = parse_seconds(flags.duration);
    Lab lab;
    Interrupts interrupts;
    const Scenario unknown;
    Progress progress(unknown, !flags.no_progress);
    lab.start_latency();
    wait(duration_ns, interrupts, progress);
    lab.stop_latency();
    progress.clear();
    LatencyRecording recording = lab.latency();
    recording.kernel = lab.info().release;
    if (flags.json)
        output.json(latency_recording_to_json(recording, view));
    else
        output.text(render_latency(recording, view, output.style()));
    return kDone;
}

}  // namespace wqctl
