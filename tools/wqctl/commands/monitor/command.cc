// SPDX-License-Identifier: GPL-2.0
#include <ctime>

#include "command.hh"
#include "commands/monitor/plan.hh"
#include "commands/monitor/render.hh"
#include "source/sampling.hh"
#include "system/deadlines.hh"
#include "system/renewed_file.hh"
#include "system/replace_file.hh"
#include "system/wait.hh"
#include "term/output.hh"

namespace wqctl {

namespace {

double wall_clock()
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::string rendered(const MonitorPlan& plan, const TotalsSample& sample, const Snapshot& snapshot, const Style& style)
{
    switch (plan.format) {
    case MonitorFormat::kTable: return render_monitor(sample, style);
    case MonitorFormat::kWqMonitor: return render_wq_monitor(sample);
    case MonitorFormat::kJson: return monitor_to_json(sample);
    case MonitorFormat::kOpenMetrics: break;
    }
    return render_openmetrics(sample, snapshot);
}

bool is_wanted(const MonitorPlan& plan, const WorkqueueTotals& workqueue)
{
    // The script knows no variables.
    return plan.patterns.match(workqueue.name) || (plan.format != MonitorFormat::kWqMonitor &&
                                                   !workqueue.symbol.empty() && plan.patterns.match(workqueue.symbol));
}

class MonitorCommand final : public Command {
    MonitorFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        const MonitorPlan plan = plan_monitor(flags_);
        Source& source = context.source(flags_.source);
        Output& output = context.output();
        Interrupts interrupts;
        Totals totals;
        RenewedFile file(plan.file);
        Deadlines deadlines(monotonic_ns(), plan.interval_ns);
        for (uint64_t taken = 1;; taken++) {
            const Snapshot snapshot = take_snapshot(source, plan.sections());
            TotalsSample sample = totals.take(snapshot);
            sample.timestamp = wall_clock();
            std::erase_if(sample.workqueues,
                          [&](const WorkqueueTotals& workqueue) { return !is_wanted(plan, workqueue); });
            const std::string text = rendered(plan, sample, snapshot, output.style());
            const bool is_last = taken == plan.count || !source.is_live();
            if (plan.file.empty())
                output.text(text);
            else if (is_last)
                replace_file(plan.file, text);  // nobody tries it again, so that fails the command
            else if (const std::string trouble = file.renew(text); !trouble.empty())
                print_note(trouble);
            if (!output.flush() || is_last)
                return kDone;
            if (wait_until(deadlines.next(monotonic_ns()), interrupts) != Woken::kByTime)
                return kDone;
        }
    }
};

}  // namespace

std::unique_ptr<Command> make_monitor() { return std::make_unique<MonitorCommand>(); }

}  // namespace wqctl
