// SPDX-License-Identifier: GPL-2.0
#include "report/session.hh"

#include "report/placement.hh"
#include "report/render.hh"
#include "report/wq_sysfs.hh"
#include "system/wait.hh"
#include "text/error.hh"

namespace wqctl {

void stop_run(Runs& runs, uint32_t id)
{
    try {
        runs.stop(id);
    } catch (const Error& error) {
        if (error.exit_code == kUnavailable || !runs.state(id).ended())
            throw;
    }
}

bool follow(Runs& runs, Events& events, uint32_t id, Interrupts& interrupts, RunProgress& progress)
{
    // Events can be lost when their socket overflows, so silence is asked about.
    constexpr uint64_t kPatience = 500'000'000;
    bool interrupted = false;
    for (;;) {
        RunState latest;
        switch (wait_for(kPatience, interrupts, events.fd())) {
        case Woken::kByInterrupt:
            progress.say("stopping; again to quit at once");
            stop_run(runs, id);
            interrupted = true;
            continue;
        case Woken::kByTime: latest = runs.state(id); break;
        case Woken::kByInput:
        case Woken::kByHangup:
            Runs::take(events, [&](const RunState& state) {
                if (state.id == id)
                    latest = state;
            });
        }
        if (latest.id != id)
            continue;
        if (latest.ended())
            return interrupted;
        progress.update(latest);
    }
}

RunReport fetch_report(Lab& lab, const Info& info, uint32_t id, const Topology& topology)
{
    RunReport report = Runs(lab).report(id);
    report.kernel = info.release;
    for (WorkqueueReport& workqueue : report.workqueues) {
        workqueue.attributes = read_attributes(workqueue.kernel_name);
        judge_placement(workqueue, topology);
    }
    return report;
}

int print_report(const RunReport& report, bool json, Output& output)
{
    if (json)
        output.text(report_to_json(report));
    else
        output.text(render_report_table(report, output.style()));
    output.finish();
    const auto broken = broken_promises(report);
    for (const std::string& promise : broken)
        print_loud(promise);
    return broken.empty() ? kDone : kBad;
}

}  // namespace wqctl
