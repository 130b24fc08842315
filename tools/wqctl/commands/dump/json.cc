// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/dump/render.hh"
#include "term/json_writer.hh"
#include "snapshot/names.hh"

namespace wqctl {

namespace {

class DumpWriter {
public:
    explicit DumpWriter(const Dump& dump)
        : dump_(dump), s_(dump.snapshot), chosen_(dump.selection), pwq_cpus_(cpus_of_pwqs(s_))
    {
    }

    std::string document()
    {
        j_.object([this] {
            head();
            section(WQLAB_SECTION_SCOPES, &DumpWriter::scopes);
            section(WQLAB_SECTION_POOLS, &DumpWriter::pools);
            section(WQLAB_SECTION_WORKQUEUES, &DumpWriter::workqueues);
            section(WQLAB_SECTION_RESCUERS, &DumpWriter::rescuers);
            section(WQLAB_SECTION_NODES, &DumpWriter::nodes);
            section(WQLAB_SECTION_WORK, &DumpWriter::work);
            section(WQLAB_SECTION_TIMERS, &DumpWriter::timers);
            section(WQLAB_SECTION_HOGS, &DumpWriter::hogs);
            j_.line();
        });
        return j_.take();
    }

private:
    void section(uint32_t which, void (DumpWriter::*write)())
    {
        if (!(dump_.sections & which))
            return;
        j_.line();
        j_.key(section_name(which));
        (this->*write)();
    }

    // A line for each, so that grep finds it.
    template <typename List, typename Write>
    void records(const List& list, Write&& write)
    {
        j_.array([&] {
            for (const auto& row : list) {
                j_.line();
                j_.object([&] { write(row); });
            }
            if (!std::empty(list))
                j_.line();
        });
    }

    template <typename T>
    void unless(std::string_view name, bool absent, const T& value)
    {
        j_.member_if(!absent, name, value);
    }

    void time(std::string_view name, uint64_t ns) { unless(name, ns == WQLAB_NEVER, ns); }
    void string(std::string_view name, uint32_t index) { unless(name, index == WQLAB_NONE, s_.string(index)); }
    void id(std::string_view name, uint64_t identity) { unless(name, identity == 0, identity_text(identity)); }

    void cpus(std::string_view name, uint32_t mask)
    {
        unless(name, !s_.has_mask(mask), s_.has_mask(mask) ? format_cpu_list(s_.cpus(mask)) : "");
    }

    void workqueue(uint32_t index)
    {
        const wqlab_snap_workqueue* wq = s_.workqueue(index);
        unless("workqueue", !wq, wq ? s_.string(wq->name) : "");
        unless("workqueue_identity", !wq, wq ? identity_text(wq->identity) : "");
    }

    void head()
    {
        const wqlab_snap_head& head = s_.head;
        j_.member("schema", "wqlab/dump/1");
        j_.member("kernel", dump_.kernel);
        unless("source", dump_.source.empty(), dump_.source);
        j_.member("time_ns", head.time_ns);
        j_.member("took_ns", head.took_ns);
        j_.member("longest_hold_ns", head.longest_hold_ns);
        unless("longest_hold_pool", head.longest_hold_pool < 0, head.longest_hold_pool);
        j_.member("nr_cpu_ids", head.nr_cpu_ids);
        j_.member("hz", head.hz);
        cpus("possible_cpus", head.possible_cpus);
        cpus("online_cpus", head.online_cpus);
        cpus("unbound_cpus", head.unbound_cpus);
        cpus("requested_cpus", head.requested_cpus);
        cpus("isolated_cpus", head.isolated_cpus);
        unless("cache_shard_size", head.shard_size == WQLAB_NONE, head.shard_size);
        j_.member("cpu_intensive_thresh_us", head.cpu_intensive_thresh_us);
        unless("watchdog_thresh_s", head.watchdog_thresh == WQLAB_NONE, head.watchdog_thresh);
        j_.member("freezing", (head.flags & WQLAB_STATE_FREEZING) != 0);
        j_.member("force_rr_cpu", (head.flags & WQLAB_STATE_FORCE_RR) != 0);
        j_.member("filtered", chosen_.filtered);
        j_.member("troubles", s_.troubles);
        j_.member("sections", sections_to_names(dump_.sections));
        j_.key("unavailable");
        records(dump_.lacking, [&](const View& view) {
            j_.member("section", section_name(view.section));
            j_.member("lacks", view.lacks);
        });
    }

    void scopes()
    {
        std::vector<const wqlab_snap_scope*> real;
        for (const wqlab_snap_scope& scope : s_.scopes)
            if (scope.type != 0)  // "default" stands for another one
                real.push_back(&scope);
        records(real, [&](const wqlab_snap_scope* row) {
            const wqlab_snap_scope& scope = *row;
            j_.member("name", s_.string(scope.name));
            j_.member("default", scope.is_default != 0);
            j_.array("pods", [&] {
                for (const wqlab_snap_pod& pod : s_.pods)
                    if (pod.scope == scope.type)
                        j_.object([&] {
                            j_.member("pod", pod.pod);
                            unless("node", pod.node < 0, pod.node);
                            cpus("cpus", pod.cpus);
                        });
            });
            j_.array("cpu_pods", [&] {
                for (const wqlab_snap_cpu_pod& entry : s_.cpu_pods)
                    if (entry.scope == scope.type)
                        j_.object([&] {
                            j_.member("cpu", entry.cpu);
                            unless("pod", entry.pod < 0, entry.pod);
                        });
            });
        });
    }

    void pools()
    {
        records(chosen_.pools, [&](const wqlab_snap_pool* pool) {
            j_.member("id", pool->id);
            j_.member("type", pool->flags & WQLAB_POOL_BH ? "bh" : pool->cpu < 0 ? "unbound" : "percpu");
            unless("cpu", pool->cpu < 0, pool->cpu);
            unless("node", pool->node < 0, pool->node);
            j_.member("flags", pool_flag_words(pool->flags));
            j_.member("raw_flags", pool->raw_flags);
            j_.member("refcnt", pool->refcnt);
            j_.member("nice", pool->nice);
            j_.member("workers", pool->nr_workers);
            j_.member("idle", pool->nr_idle);
            j_.member("running", pool->nr_running);
            j_.member("pending", pool->nr_pending);
            j_.member("busy", pool->nr_busy);
            cpus("cpus", pool->cpus);
            cpus("pod_cpus", pool->pod_cpus);
            cpus("allowed_cpus", Snapshot::allowed_cpus(*pool));
            unless("manager", pool->manager == 0, pool->manager);
            time("since_progress_ns", pool->since_progress_ns);
            time("idle_timer_ns", pool->idle_timer_ns);
            time("mayday_timer_ns", pool->mayday_timer_ns);
            j_.member("lock_hold_ns", pool->hold_ns);
        });
    }

    void pwq(const wqlab_snap_pwq& pwq)
    {
        j_.member("identity", identity_text(pwq.identity));
        j_.member("pool", pwq.pool);
        j_.member("cpus", format_cpu_list(pwq_cpus_[static_cast<size_t>(&pwq - s_.pwqs.data())]));
        j_.member("refcnt", pwq.refcnt);
        j_.member("nr_active", pwq.nr_active);
        j_.member("nr_inactive", pwq.nr_inactive);
        j_.member("flags", pwq_flag_words(pwq.flags));
        j_.member("work_color", pwq.work_color);
        j_.member("flush_color", pwq.flush_color);
        j_.member("in_flight", pwq.in_flight);
        j_.object("stats", [&] {
            for (uint32_t stat = 0; stat < WQLAB_PWQ_STATS; stat++)
                j_.member(pwq_stat_name(stat), pwq.stats[stat]);
        });
    }

    void workqueues()
    {
        // Both are ordered by workqueue.
        auto next = chosen_.pwqs.begin();
        records(chosen_.workqueues, [&](const wqlab_snap_workqueue* wq) {
            const uint32_t index = s_.index_of(*wq);
            j_.member("name", s_.string(wq->name));
            j_.member("identity", identity_text(wq->identity));
            string("symbol", wq->symbol);
            j_.member("type", wq_type_name(wq->flags));
            j_.member("flags", wq_flag_words(wq->flags));
            j_.member("raw_flags", wq->raw_flags);
            const Scope scope = scope_of(s_, *wq);
            unless("scope", scope.name.empty(), scope.name);
            j_.member("scope_is_default", scope.is_default);
            j_.member("nice", wq->nice);
            cpus("cpumask", wq->cpus);
            cpus("effective_cpumask", s_.effective_cpus(*wq));
            j_.member("min_active", wq->min_active);
            j_.member("max_active", wq->max_active);
            j_.member("saved_min_active", wq->saved_min_active);
            j_.member("saved_max_active", wq->saved_max_active);
            j_.member("work_color", wq->work_color);
            j_.member("flush_color", wq->flush_color);
            j_.member("pwqs_to_flush", wq->nr_pwqs_to_flush);
            j_.member("drainers", wq->nr_drainers);
            const wqlab_snap_pwq* dfl = s_.pwq(wq->dfl_pwq);
            unless("default_pool", !dfl, dfl ? dfl->pool : 0);
            j_.objects("cpu_pools", pool_runs(entries_of(chosen_, index)), [&](const PoolRun& run) {
                j_.member("cpus", run.first_cpu == run.last_cpu ? std::to_string(run.first_cpu)
                                                                : fmt::format("{}-{}", run.first_cpu, run.last_cpu));
                unless("pool", run.pool < 0, run.pool);
            });
            j_.array("pwqs", [&] {
                while (next != chosen_.pwqs.end() && (*next)->workqueue < index)
                    ++next;
                for (; next != chosen_.pwqs.end() && (*next)->workqueue == index; ++next) {
                    j_.line();
                    j_.object([&] { pwq(**next); });
                }
            });
        });
    }

    void rescuers()
    {
        std::vector<const wqlab_snap_workqueue*> with_rescuer;
        for (const wqlab_snap_workqueue* wq : chosen_.workqueues)
            if (wq->rescuer_pid)
                with_rescuer.push_back(wq);
        records(with_rescuer, [&](const wqlab_snap_workqueue* wq) {
            workqueue(s_.index_of(*wq));
            j_.member("pid", wq->rescuer_pid);
            cpus("cpus", wq->rescuer_cpus);
            unless("pool", wq->rescuer_pool < 0, wq->rescuer_pool);
            j_.member("maydays", wq->nr_maydays);
            std::vector<int32_t> waiting;
            for (const wqlab_snap_pwq& pwq : s_.pwqs_of(*wq))
                if (pwq.flags & WQLAB_PWQ_MAYDAY)
                    waiting.push_back(pwq.pool);
            j_.member("mayday_pools", waiting);
        });
    }

    void nodes()
    {
        j_.object([this] {
            j_.key("machine");
            records(s_.nodes, [&](const wqlab_snap_node& node) {
                j_.member("node", node.node);
                cpus("cpus", node.cpus);
            });
            j_.key("active");
            records(chosen_.node_active, [&](const wqlab_snap_node_active* entry) {
                workqueue(entry->workqueue);
                unless("node", entry->node < 0, entry->node);
                j_.member("nr", entry->nr);
                j_.member("max", entry->max);
                j_.member("pending_pwqs", entry->nr_pending_pwqs);
            });
        });
    }

    void worker(const wqlab_snap_worker& worker)
    {
        unless("pool", worker.pool < 0, worker.pool);
        unless("pid", worker.pid == 0, worker.pid);
        j_.member("id", worker.id);
        string("command", worker.command);
        j_.member("flags", worker_flag_words(worker.flags));
        j_.member("raw_flags", worker.raw_flags);
        time("busy_ns", worker.busy_ns);
        time("idle_ns", worker.idle_ns);
        id("item", worker.work);
        string("function", worker.function);
        workqueue(worker.workqueue);
        string("description", worker.description);
        cpus("cpus", worker.cpus);
        unless("cpu", worker.cpu < 0, worker.cpu);
        j_.member("nice", worker.nice);
    }

    void item(const wqlab_snap_work& work)
    {
        j_.member("state", work_state_name(work.state));
        j_.member("pool", work.pool);
        id("item", work.identity);
        string("function", work.function);
        workqueue(work.workqueue);
        unless("worker", work.worker == 0, work.worker);
        j_.member("barrier", work.is_barrier != 0);
        id("waits_for", work.barrier_target);
        unless("waiter", work.waiter == 0, work.waiter);
        unless("waiter_command", work.waiter == 0 || work.waiter_command == WQLAB_NONE, s_.string(work.waiter_command));
    }

    void work()
    {
        j_.object([this] {
            j_.key("workers");
            records(chosen_.workers, [&](const wqlab_snap_worker* row) { worker(*row); });
            j_.key("items");
            records(chosen_.works, [&](const wqlab_snap_work* row) { item(*row); });
            j_.key("flushers");
            records(chosen_.flushers, [&](const wqlab_snap_flusher* flusher) {
                workqueue(flusher->workqueue);
                j_.member("state", flusher_state_name(flusher->state));
                j_.member("color", flusher->color);
                unless("pid", flusher->pid == 0, flusher->pid);
                string("command", flusher->command);
            });
        });
    }

    void timers()
    {
        records(chosen_.timers, [&](const wqlab_snap_timer* timer) {
            j_.member("due_ns", timer->due_ns);
            id("item", timer->work);
            string("function", timer->function);
            workqueue(timer->workqueue);
            unless("cpu", timer->cpu < 0, timer->cpu);
            j_.member("timer_cpu", timer->timer_cpu);
            j_.member("cpu_online", timer->cpu_online != 0);
            j_.member("deferrable", timer->deferrable != 0);
            const int32_t pool = pool_of(s_, *timer);
            unless("pool", pool < 0, pool);
        });
    }

    void hogs()
    {
        records(chosen_.hogs, [&](const wqlab_snap_hog* hog) {
            string("function", hog->function);
            j_.member("count", hog->count);
        });
    }

    const Dump& dump_;
    const Snapshot& s_;
    const Selection& chosen_;
    const std::vector<CpuList> pwq_cpus_;
    JsonWriter j_{JsonLayout::kRecords};
};

}  // namespace

std::string dump_to_json(const Dump& dump) { return DumpWriter(dump).document(); }

}  // namespace wqctl
