// SPDX-License-Identifier: GPL-2.0
#include "commands/monitor/render.hh"

#include <map>

#include <fmt/core.h>

#include "snapshot/workqueue_labels.hh"
#include "term/openmetrics.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

std::string joined_flags(uint32_t flags)
{
    std::string text;
    for (const std::string& name : flags_to_names(flags & WQLAB_WQ_FLAGS_ALL))
        text += (text.empty() ? "" : ",") + name;
    return text.empty() ? "percpu" : text;
}

std::string workqueue_metrics(const TotalsSample& sample)
{
    Metric info("wqlab_workqueue_info", "gauge",
                "A workqueue, its flags and the system workqueue's variable; always 1.");
    Metric started("wqlab_items_started_total", "counter", "Items that workers began to execute.");
    Metric completed("wqlab_items_completed_total", "counter", "Items that were executed.");
    Metric cpu("wqlab_cpu_seconds_total", "counter",
               "CPU time of items, as the scheduler's tick saw it. Not counted for BH.");
    Metric intensive("wqlab_cpu_intensive_total", "counter",
                     "Times an item held its CPU too long for concurrency management.");
    Metric wakeups("wqlab_cm_wakeups_total", "counter", "Workers woken because an item's worker went to sleep.");
    Metric repatriated("wqlab_repatriations_total", "counter", "Workers brought back into their affinity scope.");
    Metric maydays("wqlab_maydays_total", "counter", "Times the rescuer was called because no worker could be had.");
    Metric rescued("wqlab_rescued_items_total", "counter", "Items that the rescuer executed.");
    Metric in_flight("wqlab_items_in_flight", "gauge", "Items started and not completed.");
    Metric pending("wqlab_items_pending", "gauge", "Items that wait for a worker.");
    Metric inactive("wqlab_items_inactive", "gauge", "Items that max_active holds back.");
    Metric busy("wqlab_workers_busy", "gauge", "Workers that execute an item of this workqueue.");
    Metric max_active("wqlab_max_active", "gauge", "Items that may execute at once.");
    for (const WorkqueueTotals& wq : sample.workqueues) {
        const bool unbound = wq.is(WQLAB_WQ_UNBOUND);
        const Labels labels = {
            {"workqueue", wq.name}, {"identity", identity_text(wq.identity)}, {"unbound", unbound ? "true" : "false"}};
        Labels about = labels;
        about.insert(about.end(), {{"symbol", wq.symbol}, {"flags", joined_flags(wq.flags)}});
        info.add(about, 1);
        const auto add_if = [&](bool has_it, Metric& metric, uint32_t counter) {
            if (wq.counted && has_it)
                metric.add(labels, wq.total[counter]);
        };
        add_if(true, started, WQLAB_PWQ_STAT_STARTED);
        add_if(true, completed, WQLAB_PWQ_STAT_COMPLETED);
        if (wq.counted && !wq.is(WQLAB_WQ_BH))
            cpu.add(labels, decimal(wq.total[WQLAB_PWQ_STAT_CPU_TIME], 6));
        add_if(unbound, repatriated, WQLAB_PWQ_STAT_REPATRIATED);
        add_if(!unbound, intensive, WQLAB_PWQ_STAT_CPU_INTENSIVE);
        add_if(!unbound, wakeups, WQLAB_PWQ_STAT_CM_WAKEUP);
        add_if(wq.is(WQLAB_WQ_MEM_RECLAIM), maydays, WQLAB_PWQ_STAT_MAYDAY);
        add_if(wq.is(WQLAB_WQ_MEM_RECLAIM), rescued, WQLAB_PWQ_STAT_RESCUED);
        in_flight.add(labels, wq.in_flight());
        pending.add(labels, wq.pending());
        inactive.add(labels, wq.inactive);
        if (wq.busy)
            busy.add(labels, *wq.busy);
        max_active.add(labels, std::to_string(wq.max_active));
    }
    std::string text;
    for (const Metric* metric : {&info, &started, &completed, &cpu, &intensive, &wakeups, &repatriated, &maydays,
                                 &rescued, &in_flight, &pending, &inactive, &busy, &max_active})
        text += metric->text();
    return text;
}

std::string pool_metrics(const Snapshot& snapshot)
{
    Metric workers("wqlab_pool_workers", "gauge", "Workers of a pool, without rescuers.");
    Metric idle("wqlab_pool_idle_workers", "gauge", "Workers of a pool that have nothing to do.");
    Metric pending("wqlab_pool_pending_items", "gauge", "Items on a pool's list, as far as it was read.");
    Metric stalled("wqlab_pool_seconds_since_progress", "gauge",
                   "How long a pool with pending items has started none.");
    for (const wqlab_snap_pool& pool : snapshot.pools) {
        const Labels labels = {{"pool", std::to_string(pool.id)},
                               {"cpus", format_cpu_list(snapshot.cpus(pool.cpus))},
                               {"nice", std::to_string(pool.nice)},
                               {"kind", pool.flags & WQLAB_POOL_BH ? "bh"
                                        : pool.cpu < 0             ? "unbound"
                                                                   : "percpu"}};
        workers.add(labels, std::to_string(pool.nr_workers));
        idle.add(labels, std::to_string(pool.nr_idle));
        pending.add(labels, pool.nr_pending);
        stalled.add(labels, pool.since_progress_ns == WQLAB_NEVER ? "0" : decimal(pool.since_progress_ns, 9));
    }
    return workers.text() + idle.text() + pending.text() + stalled.text();
}

std::string hog_metrics(const Snapshot& snapshot)
{
    Metric hogs("wqlab_cpu_hogs_total", "counter",
                "Times an item function ran beyond cpu_intensive_thresh_us at a stretch.");
    // Static functions of one name are one here: a sample may not be there twice.
    std::map<std::string, uint64_t> counts;
    for (const wqlab_snap_hog& hog : snapshot.hogs)
        counts[snapshot.string(hog.function)] += hog.count;
    for (const auto& [function, count] : counts)
        hogs.add({{"function", function}}, count);
    return hogs.text();
}

}  // namespace

std::string render_openmetrics(const TotalsSample& sample, const Snapshot& snapshot)
{
    Metric took("wqlab_snapshot_seconds", "gauge", "How long the kernel was read for these numbers.");
    took.add({}, decimal(snapshot.head.took_ns, 9));
    Metric hold("wqlab_snapshot_longest_hold_seconds", "gauge", "The longest that this held a pool's lock.");
    hold.add({}, decimal(snapshot.head.longest_hold_ns, 9));
    Metric troubles("wqlab_snapshot_troubles", "gauge", "Lists that could not be read to their end.");
    troubles.add({}, snapshot.troubles.size());
    return workqueue_metrics(sample) + pool_metrics(snapshot) + hog_metrics(snapshot) + took.text() + hold.text() +
           troubles.text() + std::string(kEndOfMetrics);
}

}  // namespace wqctl
