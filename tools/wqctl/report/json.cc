// SPDX-License-Identifier: GPL-2.0
#include "report/render.hh"

#include "report/latency_json.hh"
#include "scenario/file.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const WqAttributes& attributes)
{
    Json json = Json::object();
    if (attributes.scope) {
        json["scope"] = *attributes.scope;
        json["scope_is_default"] = attributes.scope_is_default;
    }
    if (attributes.strict)
        json["strict"] = *attributes.strict;
    if (attributes.nice)
        json["nice"] = *attributes.nice;
    if (attributes.cpumask)
        json["cpumask"] = format_cpu_list(*attributes.cpumask);
    return json;
}

Json to_json(const WorkqueueReport& wq)
{
    Json json = {
        {"name", wq.name},           {"flags", flags_to_names(wq.flags)}, {"queued", wq.queued},
        {"coalesced", wq.refused},   {"cancelled", wq.cancelled},         {"executed", wq.executed},
        {"items_per_s", wq.items_per_s()},
    };
    Json latencies = Json::object();
    for (uint32_t which = 0; which < wq.latency.size(); which++)
        latencies[std::string(latency_name(which))] = latency_to_json(wq.latency[which]);
    json["latency_ns"] = std::move(latencies);
    json["cpus"] = Json::array();
    for (const auto& [cpu, counts] : by_cpu(wq))
        json["cpus"].push_back({{"cpu", cpu}, {"queued", counts.queued}, {"executed", counts.executed}});
    json["off_cpu"] = wq.off_cpu;
    json["off_scope"] = wq.off_scope ? Json(*wq.off_scope) : Json(nullptr);
    json["workers"] = wq.workers.size();
    json["max_concurrency"] = wq.max_concurrency;
    json["context"] = {{"process", wq.executed - std::min(wq.executed, wq.softirq)}, {"softirq", wq.softirq}};
    json["nice"] = Json::array();
    for (const auto& [nice, workers] : by_nice(wq))
        json["nice"].push_back(nice);

    json["kernel_name"] = wq.kernel_name;
    json["system"] = wq.system.empty() ? Json(nullptr) : Json(wq.system);
    json["max_active"] = wq.max_active ? Json(*wq.max_active) : Json(nullptr);
    json["scope"] = wq.scope;
    json["attributes"] = to_json(wq.attributes);
    json["elapsed_ns"] = wq.elapsed_ns;
    json["drained"] = wq.drained;
    json["flushed"] = wq.flushed;
    json["modified"] = wq.modified;
    json["late"] = wq.late;
    json["late_max_ns"] = wq.late_max_ns;
    json["alloc_failed"] = wq.alloc_failed;
    json["migrated"] = wq.migrated;
    json["workers_lost"] = wq.workers_lost;
    json["reordered"] = wq.reordered;
    json["flows"] = Json::array();
    for (const Flow& flow : wq.flows)
        json["flows"].push_back({{"from", flow.from}, {"to", flow.to}, {"count", flow.count}});
    json["worker_list"] = Json::array();
    for (const Worker& worker : wq.workers)
        json["worker_list"].push_back({{"pid", worker.pid}, {"nice", worker.nice}});
    return json;
}

}  // namespace

nlohmann::ordered_json report_to_json(const RunReport& report)
{
    Json json = {
        {"schema", "wqlab/run/1"},
        {"kernel", report.kernel},
        {"scenario", report.scenario ? to_json(*report.scenario) : Json(nullptr)},
        {"elapsed_ns", report.run.elapsed_ns},
        {"id", report.run.id},
        {"label", report.run.label},
        {"state", run_state_name(report.run.state)},
        {"end_reason", end_reason_name(report.run.end_reason)},
        {"memory_bytes", report.run.memory_bytes},
        {"broken_promises", broken_promises(report)},
    };
    json["workqueues"] = Json::array();
    for (const WorkqueueReport& wq : report.workqueues)
        json["workqueues"].push_back(to_json(wq));
    return json;
}

}  // namespace wqctl
