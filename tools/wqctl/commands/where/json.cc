// SPDX-License-Identifier: GPL-2.0
#include <fmt/format.h>

#include "commands/where/render.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

using Json = nlohmann::ordered_json;

const char* name_of(Fate fate)
{
    switch (fate) {
    case Fate::kQueued: return "queued";
    case Fate::kChainedOnly: return "chained_only";
    case Fate::kPending: return "pending";
    }
    return "unknown";
}

const char* name_of(Activity activity)
{
    switch (activity) {
    case Activity::kActive: return "active";
    case Activity::kLimited: return "limited";
    case Activity::kBehind: return "behind";
    case Activity::kFrozen: return "frozen";
    case Activity::kPlugged: return "plugged";
    case Activity::kUnknown: break;
    }
    return "unknown";
}

const char* name_of(Runner runner)
{
    switch (runner) {
    case Runner::kIdle: return "idle_worker";
    case Runner::kCurrent: return "current_worker";
    case Runner::kAfter: return "after_running_worker";
    case Runner::kManager: return "new_worker";
    case Runner::kSoftirq: return "softirq";
    case Runner::kLater: return "later";
    case Runner::kNobody: return "nobody";
    case Runner::kUnknown: break;
    }
    return "unknown";
}

Json reasons_to_json(const std::vector<Reason>& reasons)
{
    Json entries = Json::array();
    for (const Reason& reason : reasons)
        entries.push_back({{"function", reason.function}, {"text", reason.text}});
    return entries;
}

Json pool_to_json(const Snapshot& snapshot, const wqlab_snap_pool& pool)
{
    Json json = {{"id", pool.id}};
    if (pool.cpu >= 0)
        json["cpu"] = pool.cpu;
    if (pool.node >= 0)
        json["node"] = pool.node;
    json["nice"] = pool.nice;
    json["strict"] = static_cast<bool>(pool.flags & WQLAB_POOL_STRICT);
    json["disassociated"] = static_cast<bool>(pool.flags & WQLAB_POOL_DISASSOCIATED);
    json["pod_cpus"] = format_cpu_list(snapshot.cpus(pool.pod_cpus));
    json["cpus"] = format_cpu_list(snapshot.cpus(pool.cpus));
    json["nr_workers"] = pool.nr_workers;
    json["nr_idle"] = pool.nr_idle;
    return json;
}

Json worker_to_json(const Snapshot& snapshot, const wqlab_snap_worker& worker)
{
    Json json = {{"pid", worker.pid}};
    if (worker.command != WQLAB_NONE)
        json["command"] = snapshot.string(worker.command);
    if (worker.work)
        json["function"] = snapshot.string(worker.function);
    return json;
}

Json place_to_json(const Snapshot& snapshot, const WherePlace& place)
{
    Json json = {{"chosen_cpus", format_cpu_list(place.chosen)}};
    if (const wqlab_snap_pwq* pwq = snapshot.pwq(place.pwq))
        json["pwq"] = fmt::format("{:08x}", pwq->identity);
    if (const wqlab_snap_pool* pool = snapshot.pool(place.pool))
        json["pool"] = pool_to_json(snapshot, *pool);
    json["follows_item"] = place.follows_item;
    if (place.scope) {
        json["scope"] = snapshot.string(snapshot.scope(*place.scope)->name);
        json["pod"] = *place.pod;
        json["pod_left"] = place.is_whole;
    }
    json["starts_on"] = format_cpu_list(place.starts_on);
    json["runs_on"] = format_cpu_list(place.runs_on);
    json["activity"] = name_of(place.activity);
    if (place.nr_active) {
        json["nr_active"] = *place.nr_active;
        json["max_active"] = *place.max_active;
    }
    if (place.counted_on)
        json["counted_on_node"] = *place.counted_on;
    json["run_by"] = name_of(place.runner);
    if (place.worker)
        json["worker"] = worker_to_json(snapshot, *place.worker);
    json["reasons"] = reasons_to_json(place.reasons);
    return json;
}

Json workqueue_to_json(const Snapshot& snapshot, const wqlab_snap_workqueue& wq)
{
    Json json = {{"name", snapshot.string(wq.name)}, {"identity", fmt::format("{:08x}", wq.identity)}};
    if (wq.symbol != WQLAB_NONE)
        json["symbol"] = snapshot.string(wq.symbol);
    json["flags"] = flags_to_names(wq.flags);
    if (snapshot.has_mask(wq.cpus))
        json["cpumask"] = format_cpu_list(snapshot.cpus(wq.cpus));
    return json;
}

Json question_to_json(const WhereQuestion& question)
{
    Json json = {{"call", question.work_on ? "queue_work_on" : question.node ? "queue_work_node" : "queue_work"}};
    if (question.cpu)
        json["cpu"] = *question.cpu;
    if (question.work_on)
        json["work_on"] = *question.work_on;
    if (question.node)
        json["node"] = *question.node;
    if (question.work)
        json["work"] = fmt::format("{:08x}", question.work);
    if (!question.function.empty())
        json["function"] = question.function;
    return json;
}

}  // namespace

nlohmann::ordered_json where_to_json(const Snapshot& snapshot, const WhereQuestion& question,
                                     const std::vector<WhereAnswer>& answers)
{
    Json entries = Json::array();
    for (const WhereAnswer& answer : answers) {
        Json places = Json::array();
        for (const WherePlace& place : answer.places)
            places.push_back(place_to_json(snapshot, place));
        entries.push_back({
            {"from", answer.from},
            {"fate", name_of(answer.fate)},
            {"in_turn", answer.in_turn},
            {"reasons", reasons_to_json(answer.reasons)},
            {"places", std::move(places)},
        });
    }
    return {
        {"schema", "wqlab/where/1"},
        {"workqueue", workqueue_to_json(snapshot, snapshot.workqueues.at(question.workqueue))},
        {"question", question_to_json(question)},
        {"online_cpus", format_cpu_list(snapshot.cpus(snapshot.head.online_cpus))},
        {"unbound_cpus", format_cpu_list(snapshot.cpus(snapshot.head.unbound_cpus))},
        {"answers", std::move(entries)},
        {"troubles", snapshot.troubles},
    };
}

}  // namespace wqctl
