// SPDX-License-Identifier: GPL-2.0
#include "commands/monitor/render.hh"

#include "snapshot/workqueue_labels.hh"
#include "term/json_writer.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

// Null in the first sample.
void write_rates(JsonWriter& j, const TotalsSample& sample, const WorkqueueTotals& wq)
{
    const auto started = sample.per_second(wq.delta[WQLAB_PWQ_STAT_STARTED]);
    if (!started || !wq.counted)
        return j.member("rates", nullptr);
    const auto rate = [&](uint32_t counter) { return *sample.per_second(wq.delta[counter]); };
    j.object("rates", [&] {
        j.member("started_per_s", *started);
        j.member("completed_per_s", rate(WQLAB_PWQ_STAT_COMPLETED));
        j.member_if(!wq.is(WQLAB_WQ_BH), "cpus", rate(WQLAB_PWQ_STAT_CPU_TIME) / 1e6);
    });
}

void write_workqueue(JsonWriter& j, const TotalsSample& sample, const WorkqueueTotals& wq)
{
    const Counters& total = wq.total;
    const bool unbound = wq.is(WQLAB_WQ_UNBOUND);
    const bool reclaims = wq.is(WQLAB_WQ_MEM_RECLAIM);
    j.member("name", wq.name);
    j.member("identity", identity_text(wq.identity));
    j.member_if(!wq.symbol.empty(), "symbol", wq.symbol);
    j.member("flags", flags_to_names(wq.flags & WQLAB_WQ_FLAGS_ALL));
    j.member("unbound", unbound);
    j.member("mem_reclaim", reclaims);
    j.member("max_active", wq.max_active);
    j.member_if(wq.counted, "started", total[WQLAB_PWQ_STAT_STARTED]);
    j.member_if(wq.counted, "completed", total[WQLAB_PWQ_STAT_COMPLETED]);
    j.member("in_flight", wq.in_flight());
    j.member("pending", wq.pending());
    j.member("inactive", wq.inactive);
    j.member_if(wq.counted && !wq.is(WQLAB_WQ_BH), "cpu_time_us", total[WQLAB_PWQ_STAT_CPU_TIME]);
    j.member_if(wq.counted && !unbound, "cpu_intensive", total[WQLAB_PWQ_STAT_CPU_INTENSIVE]);
    j.member_if(wq.counted && !unbound, "cm_wakeup", total[WQLAB_PWQ_STAT_CM_WAKEUP]);
    j.member_if(wq.counted && unbound, "repatriated", total[WQLAB_PWQ_STAT_REPATRIATED]);
    j.member_if(wq.counted && reclaims, "mayday", total[WQLAB_PWQ_STAT_MAYDAY]);
    j.member_if(wq.counted && reclaims, "rescued", total[WQLAB_PWQ_STAT_RESCUED]);
    write_rates(j, sample, wq);
}

}  // namespace

std::string monitor_to_json(const TotalsSample& sample)
{
    JsonWriter j(JsonLayout::kOneLine);
    j.object([&] {
        j.member("schema", "wqlab/monitor/1");
        j.member("timestamp", sample.timestamp);
        j.member("time_ns", sample.time_ns);
        j.member_if(sample.interval_ns, "interval_ns", sample.interval_ns);
        j.objects("workqueues", sample.workqueues, [&](const WorkqueueTotals& wq) { write_workqueue(j, sample, wq); });
    });
    return j.take();
}

}  // namespace wqctl
