// SPDX-License-Identifier: GPL-2.0
#include "report/render.hh"

#include <algorithm>

#include "term/latency_json.hh"
#include "scenario/file.hh"
#include "term/json_writer.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

void write_attributes(JsonWriter& j, const WqAttributes& attributes)
{
    if (attributes.scope) {
        j.member("scope", *attributes.scope);
        j.member("scope_is_default", attributes.scope_is_default);
    }
    j.member_if_any("strict", attributes.strict);
    j.member_if_any("nice", attributes.nice);
    if (attributes.cpumask)
        j.member("cpumask", format_cpu_list(*attributes.cpumask));
}

void write_workqueue(JsonWriter& j, const WorkqueueReport& wq)
{
    j.member("name", wq.name);
    j.member("flags", flags_to_names(wq.flags));
    j.member("queued", wq.queued);
    j.member("coalesced", wq.refused);
    j.member("cancelled", wq.cancelled);
    j.member("executed", wq.executed);
    j.member("items_per_s", wq.items_per_s());
    j.object("latency_ns", [&] {
        for (uint32_t which = 0; which < wq.latency.size(); which++)
            write_latency(j, latency_name(which), wq.latency[which]);
    });
    j.array("cpus", [&] {
        for (const auto& one : by_cpu(wq))
            j.object([&] {
                j.member("cpu", one.first);
                j.member("queued", one.second.queued);
                j.member("executed", one.second.executed);
            });
    });
    j.member("off_cpu", wq.off_cpu);
    j.member("off_scope", wq.off_scope);
    j.member("workers", wq.workers.size());
    j.member("max_concurrency", wq.max_concurrency);
    j.object("context", [&] {
        j.member("process", wq.executed - std::min(wq.executed, wq.softirq));
        j.member("softirq", wq.softirq);
    });
    j.array("nice", [&] {
        for (const auto& [nice, workers] : by_nice(wq))
            j.value(nice);
    });

    j.member("kernel_name", wq.kernel_name);
    j.member_if(!wq.system.empty(), "system", wq.system);
    j.member("max_active", wq.max_active);
    j.member("scope", wq.scope);
    j.object("attributes", [&] { write_attributes(j, wq.attributes); });
    j.member("elapsed_ns", wq.elapsed_ns);
    j.member("drained", wq.drained);
    j.member("flushed", wq.flushed);
    j.member("modified", wq.modified);
    j.member("late", wq.late);
    j.member("late_max_ns", wq.late_max_ns);
    j.member("alloc_failed", wq.alloc_failed);
    j.member("migrated", wq.migrated);
    j.member("workers_lost", wq.workers_lost);
    j.member("reordered", wq.reordered);
    j.objects("flows", wq.flows, [&](const Flow& flow) {
        j.member("from", flow.from);
        j.member("to", flow.to);
        j.member("count", flow.count);
    });
    j.objects("worker_list", wq.workers, [&](const Worker& worker) {
        j.member("pid", worker.pid);
        j.member("nice", worker.nice);
    });
}

}  // namespace

std::string report_to_json(const RunReport& report)
{
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/run/1");
        j.member("kernel", report.kernel);
        write_provenance(j, report.provenance);
        j.key("scenario");
        report.scenario ? write_scenario(j, *report.scenario) : j.value(nullptr);
        j.member("elapsed_ns", report.run.elapsed_ns);
        j.member("id", report.run.id);
        j.member("label", report.run.label);
        j.member("state", run_state_name(report.run.state));
        j.member("end_reason", end_reason_name(report.run.end_reason));
        j.member("memory_bytes", report.run.memory_bytes);
        j.member("broken_promises", broken_promises(report));
        j.objects("workqueues", report.workqueues, [&](const WorkqueueReport& wq) { write_workqueue(j, wq); });
    });
    return j.take();
}

}  // namespace wqctl
