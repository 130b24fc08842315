// SPDX-License-Identifier: GPL-2.0
#include "report/session.hh"

#include "report/render.hh"
#include "report/placement.hh"
#include "report/wq_sysfs.hh"
#include "system/wait.hh"
#include "text/error.hh"

namespace wqctl {

uint32_t parse_run_id(const std::string& text)
{
    try {
        return parse_count32(text);
    } catch (const Error&) {
        throw Error::usage("\"" + text + "\" is not a run; give a number that wqctl list shows");
    }
}

void stop_run(Lab& lab, uint32_t id)
{
    try {
        lab.stop(id);
    } catch (const Error& error) {
        if (error.exit_code == kUnavailable || !lab.state(id).ended())
            throw;
    }
}

void follow(Lab& lab, Events& events, uint32_t id, Interrupts& interrupts, Progress& progress)
{
    // Events can be lost when their socket overflows, so silence is asked about.
    constexpr uint64_t kPatience = 500'000'000;
    for (;;) {
        RunState latest;
        switch (wait_for(kPatience, interrupts, events.fd())) {
        case Woken::kByInterrupt:
            progress.say("stopping; again to quit at once");
            stop_run(lab, id);
            continue;
        case Woken::kByTime:
            latest = lab.state(id);
            break;
        case Woken::kByInput:
        case Woken::kByHangup:
            events.take([&](const RunState& state) {
                if (state.id == id)
                    latest = state;
            });
        }
        if (latest.id != id)
            continue;
        if (latest.ended())
            return;
        progress.update(latest);
    }
}

RunReport fetch_report(Lab& lab, uint32_t id, const Machine& machine)
{
    RunReport report = lab.report(id);
    report.kernel = lab.info().release;
    for (WorkqueueReport& workqueue : report.workqueues) {
        workqueue.attributes = read_attributes(workqueue.kernel_name);
        judge_placement(workqueue, machine);
    }
    return report;
}

int print_report(const RunReport& report, bool json, Output& output)
{
    if (json)
        output.json(report_to_json(report));
    else
        output.text(render_report_table(report, output.style()));
    output.finish();
    const auto broken = broken_promises(report);
    for (const std::string& promise : broken)
        print_loud(promise);
    return broken.empty() ? kDone : kBad;
}

}  // namespace wqctl
