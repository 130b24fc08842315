// SPDX-License-Identifier: GPL-2.0
#include "commands/monitor/render.hh"

#include <fmt/core.h>

#include "term/table.hh"

namespace wqctl {

namespace {

// The cell of a counter that only some workqueues have.
std::string only_if(bool has_it, uint64_t value) { return has_it ? grouped(value) : "-"; }

double seconds_of(uint64_t us) { return static_cast<double>(us) / 1e6; }

std::string percent_of_a_cpu(const TotalsSample& sample, const WorkqueueTotals& wq)
{
    const auto us = sample.per_second(wq.delta[WQLAB_PWQ_STAT_CPU_TIME]);
    return us && wq.counted && !wq.is(WQLAB_WQ_BH) ? fmt::format("{:.1f}", *us / 1e4) : "-";
}

// What the kernel counts differently for these two kinds shares a column.
uint64_t wakeups_or_repatriations(const WorkqueueTotals& wq)
{
    return wq.total[wq.is(WQLAB_WQ_UNBOUND) ? WQLAB_PWQ_STAT_REPATRIATED : WQLAB_PWQ_STAT_CM_WAKEUP];
}

}  // namespace

std::string render_monitor(const TotalsSample& sample, const Style& style)
{
    using enum Table::Align;
    Table table;
    table.column("workqueue", kLeft);
    for (const char* title :
         {"total", "items/s", "infl", "pend", "inact", "CPUtime", "CPU%", "CPUitsv", "CMW/RPR", "mayday", "rescued"})
        table.column(title);
    for (const WorkqueueTotals& wq : sample.workqueues) {
        const Counters& total = wq.total;
        const auto rate = sample.per_second(wq.delta[WQLAB_PWQ_STAT_STARTED]);
        const bool reclaims = wq.is(WQLAB_WQ_MEM_RECLAIM) && wq.counted;
        table.row({wq.label, only_if(wq.counted, total[WQLAB_PWQ_STAT_STARTED]),
                   rate && wq.counted ? human_count(*rate) : "-", grouped(wq.in_flight()), grouped(wq.pending()),
                   grouped(wq.inactive),
                   wq.is(WQLAB_WQ_BH) || !wq.counted
                       ? "-"
                       : fmt::format("{:.1f}", seconds_of(total[WQLAB_PWQ_STAT_CPU_TIME])),
                   percent_of_a_cpu(sample, wq),
                   only_if(!wq.is(WQLAB_WQ_UNBOUND) && wq.counted, total[WQLAB_PWQ_STAT_CPU_INTENSIVE]),
                   only_if(wq.counted, wakeups_or_repatriations(wq)), only_if(reclaims, total[WQLAB_PWQ_STAT_MAYDAY]),
                   only_if(reclaims, total[WQLAB_PWQ_STAT_RESCUED])});
    }
    return "\n" + table.render(style);
}

std::string render_wq_monitor(const TotalsSample& sample)
{
    std::string text = fmt::format("\n{:>24} {:>8} {:>5} {:>8} {:>7} {:>7} {:>7} {:>7}\n", "", "total", "infl",
                                   "CPUtime", "CPUitsv", "CMW/RPR", "mayday", "rescued");
    const auto dash_unless = [](bool has_it, uint64_t value) { return has_it ? std::to_string(value) : "-"; };
    for (const WorkqueueTotals& wq : sample.workqueues) {
        const bool reclaims = wq.is(WQLAB_WQ_MEM_RECLAIM);
        std::string name = wq.name;
        while (display_width(name) > 24) {
            // A code point, not a byte.
            do
                name.erase(0, 1);
            while ((static_cast<unsigned char>(name[0]) & 0xc0) == 0x80);
        }
        text += fmt::format("{} {:8} {:5} {:8.1f} {:>7} {:>7} {:>7} {:>7} \n", pad_right(name, 24),
                            wq.total[WQLAB_PWQ_STAT_STARTED], wq.in_flight(),
                            seconds_of(wq.total[WQLAB_PWQ_STAT_CPU_TIME]),
                            dash_unless(!wq.is(WQLAB_WQ_UNBOUND), wq.total[WQLAB_PWQ_STAT_CPU_INTENSIVE]),
                            wakeups_or_repatriations(wq), dash_unless(reclaims, wq.total[WQLAB_PWQ_STAT_MAYDAY]),
                            dash_unless(reclaims, wq.total[WQLAB_PWQ_STAT_RESCUED]));
    }
    return text;
}

}  // namespace wqctl
