// SPDX-License-Identifier: GPL-2.0
// Delayed items whose time has come, or whose timer nobody looks at.
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/words.hh"
#include "snapshot/overdue.hh"

namespace wqctl::live {

void find_timers(const Case& at, Findings& findings)
{
    const Snapshot& now = at.now();
    std::map<uint64_t, const wqlab_snap_timer*> before;
    for (const wqlab_snap_timer& timer : at.before().timers)
        before.emplace(timer.work, &timer);
    std::map<std::pair<bool, uint32_t>, std::vector<const wqlab_snap_timer*>> by_cpu;  // first: the CPU is away
    for (const wqlab_snap_timer& timer : now.timers) {
        const auto then = before.find(timer.work);
        if (then == before.end() || then->second->timer_cpu != timer.timer_cpu)
            continue;
        // It was set again: then it is due later.
        if (then->second->due_ns < timer.due_ns)
            continue;
        if (!timer.cpu_online && !then->second->cpu_online)
            by_cpu[{true, timer.timer_cpu}].push_back(&timer);
        else if (is_overdue(timer, kOld))
            by_cpu[{false, timer.timer_cpu}].push_back(&timer);
    }
    for (auto& [key, timers] : by_cpu) {
        const auto [is_away, cpu] = key;
        std::ranges::stable_sort(timers, std::less(), &wqlab_snap_timer::due_ns);
        const wqlab_snap_timer& first = *timers[0];
        const std::string& function = now.string(first.function);
        Finding& finding = findings.add(fmt::format("timers {}", cpu));
        finding.certainty = Certainty::kCertain;
        finding.weight = is_away ? 350 : 640;
        const std::string others = timers.size() == 1
                                       ? ""
                                       : fmt::format(", and {} other{}", timers.size() - 1, plural(timers.size() - 1));
        if (is_away)
            finding.sentence = fmt::format(
                "The timer of the delayed item {} of {}{} is on CPU {}, which is offline: it does not fire before the "
                "CPU is back",
                function, at.label(first.workqueue), others, cpu);
        else
            finding.sentence = fmt::format(
                "The delayed item {} of {}{} should have been queued {} ago: CPU {} does not look at its timers",
                function, at.label(first.workqueue), others, lasting(distance_ns(first)), cpu);
        finding.suspects.push_back(
            {function, at.label(first.workqueue), {}, fmt::format("on the timers of CPU {}", cpu)});
        for (size_t i = 0; i < std::min<size_t>(4, timers.size()); i++)
            finding.evidence.push_back(
                {{},
                 fmt::format("{} of {}: {} {}, on the timers of CPU {}", now.string(timers[i]->function),
                             at.label(timers[i]->workqueue), timers[i]->due_ns < 0 ? "overdue by" : "due in",
                             lasting(distance_ns(*timers[i])), cpu)});
        finding.next = is_away
                           ? "queue_delayed_work_on() must not name a CPU that can go away: leave the CPU open, or "
                             "set the timer anew when it goes"
                           : fmt::format("See what CPU {} does: interrupts off, or a softirq that does not end", cpu);
    }
}

}  // namespace wqctl::live
