// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <chrono>

#include <poll.h>

#include "wire/lab.hh"
#include "commands/commands.hh"
#include "report/session.hh"
#include "commands/latency/render.hh"
#include "term/progress.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

// Until the time is up or somebody interrupts.
void wait(uint64_t duration_ns, Interrupts& interrupts, Progress& progress)
{
    using Clock = std::chrono::steady_clock;
    const auto begun = Clock::now();
    for (;;) {
        const auto elapsed = static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now() - begun).count());
        if (elapsed >= duration_ns)
            return;
        progress.say(latency_progress(elapsed, duration_ns, progress.style()));
        pollfd fd = {interrupts.fd(), POLLIN, 0};
        const uint64_t left_ms = (duration_ns - elapsed + 999'999) / 1'000'000;
        poll(&fd, 1, static_cast<int>(std::min<uint64_t>(left_ms, 200)));
        if (interrupts.take())
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
