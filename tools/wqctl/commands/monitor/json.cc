// SPDX-License-Identifier: GPL-2.0
#include "commands/monitor/render.hh"

#include "snapshot/workqueue_labels.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

using Json = nlohmann::ordered_json;

Json only_if(bool has_it, uint64_t value) { return has_it ? Json(value) : Json(nullptr); }

Json rates_of(const TotalsSample& sample, const WorkqueueTotals& wq)
{
    const auto started = sample.per_second(wq.delta[WQLAB_PWQ_STAT_STARTED]);
    if (!started)
        return nullptr;
    const auto rate = [&](uint32_t counter) { return *sample.per_second(wq.delta[counter]); };
    const bool is_timed = !wq.is(WQLAB_WQ_BH);
    return {
        {"started_per_s", *started},
        {"completed_per_s", rate(WQLAB_PWQ_STAT_COMPLETED)},
        {"cpus", is_timed ? Json(rate(WQLAB_PWQ_STAT_CPU_TIME) / 1e6) : Json(nullptr)},
    };
}

}  // namespace

nlohmann::ordered_json monitor_to_json(const TotalsSample& sample)
{
    Json workqueues = Json::array();
    for (const WorkqueueTotals& wq : sample.workqueues) {
        const Counters& total = wq.total;
        const bool unbound = wq.is(WQLAB_WQ_UNBOUND);
        const bool reclaims = wq.is(WQLAB_WQ_MEM_RECLAIM);
        workqueues.push_back({
            {"name", wq.name},
            {"identity", identity_text(wq.identity)},
            {"symbol", wq.symbol.empty() ? Json(nullptr) : Json(wq.symbol)},
            {"flags", flags_to_names(wq.flags & WQLAB_WQ_FLAGS_ALL)},
            {"unbound", unbound},
            {"mem_reclaim", reclaims},
            {"max_active", wq.max_active},
            {"started", total[WQLAB_PWQ_STAT_STARTED]},
            {"completed", total[WQLAB_PWQ_STAT_COMPLETED]},
            {"in_flight", wq.in_flight()},
            {"pending", wq.pending()},
            {"inactive", wq.inactive},
            {"cpu_time_us", only_if(!wq.is(WQLAB_WQ_BH), total[WQLAB_PWQ_STAT_CPU_TIME])},
            {"cpu_intensive", only_if(!unbound, total[WQLAB_PWQ_STAT_CPU_INTENSIVE])},
            {"cm_wakeup", only_if(!unbound, total[WQLAB_PWQ_STAT_CM_WAKEUP])},
            {"repatriated", only_if(unbound, total[WQLAB_PWQ_STAT_REPATRIATED])},
            {"mayday", only_if(reclaims, total[WQLAB_PWQ_STAT_MAYDAY])},
            {"rescued", only_if(reclaims, total[WQLAB_PWQ_STAT_RESCUED])},
            {"rates", rates_of(sample, wq)},
        });
    }
    return {
        {"schema", "wqlab/monitor/1"},
        {"timestamp", sample.timestamp},
        {"time_ns", sample.time_ns},
        {"interval_ns", sample.interval_ns ? Json(sample.interval_ns) : Json(nullptr)},
        {"workqueues", std::move(workqueues)},
    };
}

}  // namespace wqctl
