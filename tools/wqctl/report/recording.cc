// SPDX-License-Identifier: GPL-2.0
#include "report/recording.hh"

#include <algorithm>
#include <map>
#include <tuple>

#include "text/patterns.hh"

namespace wqctl {

namespace {

Patterns patterns_of(const LatencyView& view) { return view.pattern.empty() ? Patterns() : Patterns({view.pattern}); }

LatencyRow group_of(const LatencyRow& row, LatencyGrouping by)
{
    LatencyRow group;
    if (by != LatencyGrouping::kFunction) {
        group.workqueue = row.workqueue;
        group.identity = row.identity;
    }
    if (by != LatencyGrouping::kWorkqueue)
        group.function = row.function;
    if (by == LatencyGrouping::kCpu)
        group.cpu = row.cpu;
    if (by == LatencyGrouping::kQueuer)
        group.queuer = row.queuer;
    return group;
}

}  // namespace

uint64_t LatencyRecording::executed() const
{
    uint64_t all = 0;
    for (const LatencyRow& one : rows)
        all += one.executed();
    return all;
}

double LatencyRecording::ns_per_probe() const
{
    return probes_timed ? static_cast<double>(probes_ns) / static_cast<double>(probes_timed) : 0;
}

double LatencyRecording::ns_per_item() const
{
    const uint64_t items = executed();
    return items ? ns_per_probe() * static_cast<double>(probes) / static_cast<double>(items) : 0;
}

void LatencyView::check() const { patterns_of(*this); }

std::vector<LatencyRow> LatencyView::rows(const LatencyRecording& recording) const
{
    const Patterns patterns = patterns_of(*this);
    // Names are no keys: two workqueues are called "events".
    using Key = std::tuple<std::string, std::string, uint64_t, std::string, std::optional<uint32_t>>;
    std::map<Key, LatencyRow> groups;
    for (const LatencyRow& row : recording.rows) {
        // A row of no known workqueue is of none that anybody asked for.
        if (!patterns.empty() && !(row.is_of_known_workqueue() && patterns.match(row.workqueue)))
            continue;
        const LatencyRow group = group_of(row, by);
        const Key key = {group.queuer, group.workqueue, group.identity, group.function, group.cpu};
        const auto at = groups.try_emplace(key, group).first;
        for (size_t stage = 0; stage < row.stages.size(); stage++)
            at->second.stages[stage].merge(row.stages[stage]);
    }
    std::vector<LatencyRow> result;
    for (auto& [key, row] : groups)
        result.push_back(std::move(row));

    const auto rank = [this](const LatencyRow& row) -> uint64_t {
        switch (order) {
        case LatencyOrder::kExecuted: return row.executed();
        case LatencyOrder::kInactive: return row.stages[WQLAB_STAGE_INACTIVE].percentile(0.99);
        case LatencyOrder::kPending: return row.stages[WQLAB_STAGE_PENDING].percentile(0.99);
        case LatencyOrder::kRun: return row.stages[WQLAB_STAGE_RUN].percentile(0.99);
        case LatencyOrder::kName: return 0;
        }
        return 0;
    };
    std::stable_sort(result.begin(), result.end(),
                     [&](const LatencyRow& a, const LatencyRow& b) { return rank(a) > rank(b); });
    return result;
}

}  // namespace wqctl
