// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/where/render.hh"
#include "term/json_writer.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

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

class WhereWriter {
public:
    WhereWriter(const Snapshot& snapshot, const WhereQuestion& question) : snapshot_(snapshot), question_(question) {}

    std::string document(const std::vector<WhereAnswer>& answers)
    {
        j_.object([&] {
            j_.member("schema", "wqlab/where/1");
            j_.object("workqueue", [&] { workqueue(snapshot_.workqueues.at(question_.workqueue)); });
            j_.object("question", [&] { question(); });
            j_.member("online_cpus", format_cpu_list(snapshot_.cpus(snapshot_.head.online_cpus)));
            j_.member("unbound_cpus", format_cpu_list(snapshot_.cpus(snapshot_.head.unbound_cpus)));
            j_.objects("answers", answers, [&](const WhereAnswer& one) { answer(one); });
            j_.member("troubles", snapshot_.troubles);
        });
        return j_.take();
    }

private:
    void workqueue(const wqlab_snap_workqueue& wq)
    {
        j_.member("name", snapshot_.string(wq.name));
        j_.member("identity", identity(wq.identity));
        if (wq.symbol != WQLAB_NONE)
            j_.member("symbol", snapshot_.string(wq.symbol));
        j_.member("flags", flags_to_names(wq.flags));
        if (snapshot_.has_mask(wq.cpus))
            j_.member("cpumask", format_cpu_list(snapshot_.cpus(wq.cpus)));
    }

    void question()
    {
        const WhereQuestion& q = question_;
        j_.member("call", q.work_on ? "queue_work_on" : q.node ? "queue_work_node" : "queue_work");
        j_.member_if_any("cpu", q.cpu);
        j_.member_if_any("work_on", q.work_on);
        j_.member_if_any("node", q.node);
        if (q.work)
            j_.member("work", identity(q.work));
        if (!q.function.empty())
            j_.member("function", q.function);
    }

    void answer(const WhereAnswer& answer)
    {
        j_.member("from", answer.from);
        j_.member("fate", name_of(answer.fate));
        j_.member("in_turn", answer.in_turn);
        reasons(answer.reasons);
        j_.objects("places", answer.places, [&](const WherePlace& one) { place(one); });
    }

    void place(const WherePlace& place)
    {
        j_.member("chosen_cpus", format_cpu_list(place.chosen));
        if (const wqlab_snap_pwq* pwq = snapshot_.pwq(place.pwq))
            j_.member("pwq", identity(pwq->identity));
        if (const wqlab_snap_pool* its = snapshot_.pool(place.pool))
            j_.object("pool", [&] { pool(*its); });
        j_.member("follows_item", place.follows_item);
        if (place.scope) {
            j_.member("scope", snapshot_.string(snapshot_.scope(*place.scope)->name));
            j_.member("pod", *place.pod);
            j_.member("pod_left", place.is_whole);
        }
        j_.member("starts_on", format_cpu_list(place.starts_on));
        j_.member("runs_on", format_cpu_list(place.runs_on));
        j_.member("activity", name_of(place.activity));
        if (place.nr_active) {
            j_.member("nr_active", *place.nr_active);
            j_.member("max_active", *place.max_active);
        }
        j_.member_if_any("counted_on_node", place.counted_on);
        j_.member("run_by", name_of(place.runner));
        if (place.worker)
            j_.object("worker", [&] { worker(*place.worker); });
        reasons(place.reasons);
    }

    void pool(const wqlab_snap_pool& pool)
    {
        j_.member("id", pool.id);
        if (pool.cpu >= 0)
            j_.member("cpu", pool.cpu);
        if (pool.node >= 0)
            j_.member("node", pool.node);
        j_.member("nice", pool.nice);
        j_.member("strict", (pool.flags & WQLAB_POOL_STRICT) != 0);
        j_.member("disassociated", (pool.flags & WQLAB_POOL_DISASSOCIATED) != 0);
        j_.member("pod_cpus", format_cpu_list(snapshot_.cpus(pool.pod_cpus)));
        j_.member("cpus", format_cpu_list(snapshot_.cpus(pool.cpus)));
        j_.member("nr_workers", pool.nr_workers);
        j_.member("nr_idle", pool.nr_idle);
    }

    void worker(const wqlab_snap_worker& worker)
    {
        j_.member("pid", worker.pid);
        if (worker.command != WQLAB_NONE)
            j_.member("command", snapshot_.string(worker.command));
        if (worker.work)
            j_.member("function", snapshot_.string(worker.function));
    }

    void reasons(const std::vector<Reason>& reasons)
    {
        j_.objects("reasons", reasons, [&](const Reason& reason) {
            j_.member("function", reason.function);
            j_.member("text", reason.text);
        });
    }

    static std::string identity(uint64_t of) { return fmt::format("{:08x}", of); }

    const Snapshot& snapshot_;
    const WhereQuestion& question_;
    JsonWriter j_;
};

}  // namespace

std::string where_to_json(const Snapshot& snapshot, const WhereQuestion& question,
                          const std::vector<WhereAnswer>& answers)
{
    return WhereWriter(snapshot, question).document(answers);
}

}  // namespace wqctl
