// SPDX-License-Identifier: GPL-2.0
#include "commands/top/queuers.hh"

#include <fmt/core.h>

#include "text/printable.hh"
#include "text/units.hh"
#include "trace/pools.hh"
#include "uapi/wqlab.h"
#include "wire/lab.hh"

namespace wqctl {

QueuerCounts::QueuerCounts(Lab& lab, const Snapshot& snapshot)
    : recording_(lab, {.kinds = uint64_t{1} << WQLAB_TRACE_KIND_QUEUE})
{
    call_workqueues(recording_.tables(), snapshot);
}

void QueuerCounts::fill(TopData& data)
{
    for (auto& [key, count] : counts_)
        count.now = 0;
    recording_.take([&](const Event& event) {
        if (event.kind != EventKind::kQueue)
            return;
        Count& count = counts_[{Queuer(event.context, event.comm, event.caller), event.workqueue, event.function}];
        count.now++;
        count.total++;
    });
    const uint64_t now_ns = recording_.elapsed_ns();
    const double seconds = static_cast<double>(now_ns - std::exchange(last_ns_, now_ns)) / 1e9;
    const Tables& tables = recording_.tables();
    data.queuers.clear();
    for (const auto& [key, count] : counts_) {
        QueuerRow& row = data.queuers.emplace_back();
        row.queuer = queuer_name(std::get<0>(key), tables);
        row.workqueue = tables.workqueue(std::get<1>(key)).label;
        row.function = printable(tables.text(std::get<2>(key)));
        row.items_per_s = seconds > 0 ? static_cast<double>(count.now) / seconds : 0;
        row.total = count.total;
    }
    Tail tail;
    recording_.fill(tail);
    if (const uint64_t lost = tail.lost_events(); lost && data.summary.trouble.empty())
        data.summary.trouble = fmt::format("{} queue calls came faster than they could be read", grouped(lost));
}

}  // namespace wqctl
