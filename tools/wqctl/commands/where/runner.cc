// SPDX-License-Identifier: GPL-2.0
// From a pool to a worker: max_active, then who is idle, then concurrency
// management.
#include <fmt/core.h>

#include "commands/where/parts.hh"

namespace wqctl {

namespace {

class RunnerSearch {
public:
    RunnerSearch(const WhereView& view, const wqlab_snap_pool& pool, const wqlab_snap_pwq& pwq, WherePlace& place)
        : view_(view), pool_(pool), pwq_(pwq), place_(place)
    {
    }

    void run()
    {
        limit();
        find_cpus();
        if (place_.activity != Activity::kActive) {
            place_.runner = place_.activity == Activity::kUnknown ? Runner::kUnknown : Runner::kLater;
            return;
        }
        if (view_.running && view_.running->pool == pool_.id)
            return behind_itself();
        if (pool_.nr_pending)
            say("insert_work()", fmt::format("{} before it on the pool's worklist", pool_.nr_pending));
        if (pool_.flags & WQLAB_POOL_BH)
            return softirq();
        if (pool_.nr_workers == 0 && pool_.cpu >= 0)
            return nobody();
        if (pool_.nr_running > 0)
            return managed();
        if (const wqlab_snap_worker* idle = first_idle())
            wake(*idle);
        else
            manager();
        if (is_bound() && view_.wq.flags & WQLAB_WQ_CPU_INTENSIVE)
            say("process_one_work()", "WQ_CPU_INTENSIVE: once it runs, it does not hold back the pool's other items");
    }

private:
    void say(std::string_view function, std::string text) { place_.reasons.push_back({function, std::move(text)}); }

    // Concurrency management is for workers that are bound to their CPU.
    bool is_bound() const { return pool_.cpu >= 0 && !(pool_.flags & (WQLAB_POOL_BH | WQLAB_POOL_DISASSOCIATED)); }

    void inactive(Activity activity, std::string_view function, std::string text)
    {
        place_.activity = activity;
        say(function, "inactive: " + std::move(text));
    }

    void limit()
    {
        place_.activity = Activity::kActive;
        if (view_.is_bh()) {
            say("pwq_tryinc_nr_active()", "active: BH workqueues have no max_active");
            return;
        }
        if (!view_.counts_by_pwq()) {
            count_on_node();
        } else {
            place_.nr_active = pwq_.nr_active;
            place_.max_active = view_.wq.max_active;
        }
        const bool is_old = view_.is_unbound() && view_.counts_by_pwq();
        const std::string_view counter = is_old ? "__queue_work()" : "pwq_tryinc_nr_active()";
        if (view_.wq.flags & WQLAB_SNAP_WQ_FROZEN)
            return inactive(Activity::kFrozen, "wq_adjust_max_active()",
                            "workqueues are frozen, and this one is freezable: max_active is 0");
        if (pwq_.nr_inactive)
            return inactive(Activity::kBehind, "__queue_work()",
                            fmt::format("{} before it are inactive, too", pwq_.nr_inactive));
        if (view_.is_unbound() && pwq_.flags & WQLAB_PWQ_PLUGGED)
            return inactive(Activity::kPlugged, "pwq_tryinc_nr_active()",
                            "ordered, and older pool_workqueues have items yet (unplug_oldest_pwq())");
        if (view_.is_unbound() && pwq_.flags & WQLAB_PWQ_NODE_PENDING)
            return inactive(Activity::kBehind, "pwq_tryinc_nr_active()",
                            "its pool_workqueue waits for its turn already");
        if (!place_.nr_active) {
            place_.activity = Activity::kUnknown;
            say(counter, "how many are active is not in the snapshot");
            return;
        }
        const std::string where = !place_.counted_on       ? fmt::format("in the pool_workqueue of pool {}", pool_.id)
                                  : *place_.counted_on < 0 ? "in this workqueue"
                                                           : fmt::format("on node {}", *place_.counted_on);
        const std::string count = fmt::format("{} of at most {} are active {}", *place_.nr_active, *place_.max_active,
                                              where);
        if (*place_.nr_active < *place_.max_active)
            say(counter, "active: " + count);
        else
            inactive(Activity::kLimited, counter, count + "; it waits until one of them ends");
    }

    void count_on_node()
    {
        for (const wqlab_snap_node_active& row : view_.snapshot.node_active) {
            if (row.workqueue != view_.question.workqueue || row.node != pool_.node)
                continue;
            place_.nr_active = row.nr;
            place_.max_active = row.max;
            place_.counted_on = row.node;
        }
    }

    CpuList online(uint32_t mask) const { return common(view_.snapshot.cpus(mask), view_.online); }

    void find_cpus()
    {
        if (pool_.cpu >= 0 && (is_bound() || pool_.flags & WQLAB_POOL_BH)) {
            place_.starts_on = place_.runs_on = common({static_cast<uint32_t>(pool_.cpu)}, view_.online);
            return;
        }
        if (pool_.cpu >= 0) {
            const CpuList allowed = common(view_.unbound, view_.online);
            place_.starts_on = place_.runs_on = allowed.empty() ? view_.online : allowed;
            if (pool_.nr_workers)
                say("unbind_workers()", fmt::format("CPU {} is offline: the pool's workers are unbound, may run on {}, "
                                                    "and do not wait for each other",
                                                    pool_.cpu, format_cpu_list(place_.runs_on)));
            return;
        }
        if (view_.goes_by_node()) {
            const CpuList allowed = online(pool_.cpus);
            place_.starts_on = place_.runs_on = allowed.empty() ? view_.online : allowed;
            return say("worker_attach_to_pool()",
                       fmt::format("its workers run on {}", format_cpu_list(place_.runs_on)));
        }
        const bool strict = pool_.flags & WQLAB_POOL_STRICT;
        place_.starts_on = online(pool_.pod_cpus);
        place_.runs_on = strict ? place_.starts_on : online(pool_.cpus);
        // The scheduler then takes any (select_fallback_rq()).
        if (place_.runs_on.empty())
            place_.runs_on = view_.online;
        if (place_.starts_on.empty())
            place_.starts_on = place_.runs_on;
        say("pool_allowed_cpus()",
            strict ? fmt::format("strict: its workers run on {} only", format_cpu_list(place_.runs_on))
                   : fmt::format("not strict: kick_pool() starts a worker on {}, the scheduler may move it within {}",
                                 format_cpu_list(place_.starts_on), format_cpu_list(place_.runs_on)));
    }

    void behind_itself()
    {
        place_.runner = Runner::kCurrent;
        place_.worker = view_.running;
        say("assign_work()", fmt::format("{} runs the item now on this pool: it will run it again afterwards",
                                         view_.name_of(*view_.running)));
    }

    void softirq()
    {
        const char* vector = pool_.nice < 0 ? "HI_SOFTIRQ" : "TASKLET_SOFTIRQ";
        if (!contains(view_.online, static_cast<uint32_t>(pool_.cpu))) {
            place_.runner = Runner::kNobody;
            say("kick_bh_pool()",
                fmt::format("CPU {0} is offline: irq_work_queue_on() warns, and it waits until CPU {0} is back",
                            pool_.cpu));
            return;
        }
        place_.runner = Runner::kSoftirq;
        const bool idle = first_idle();
        say(idle ? "kick_bh_pool()" : "bh_worker()",
            idle ? fmt::format("raises {} on CPU {}; from another CPU, by an irq_work", vector, pool_.cpu)
                 : fmt::format("{} of CPU {} is at work and goes on with it", vector, pool_.cpu));
    }

    void nobody()
    {
        place_.runner = Runner::kNobody;
        say("workqueue_prepare_cpu()",
            fmt::format("the pool has no workers before CPU {} has come online for the first time: it waits for that",
                        pool_.cpu));
    }

    void managed()
    {
        place_.runner = Runner::kAfter;
        place_.worker = find_worker([](const wqlab_snap_worker& worker) {
            constexpr uint32_t not_running = WQLAB_WORKER_IDLE | WQLAB_WORKER_PREP | WQLAB_WORKER_CPU_INTENSIVE |
                                             WQLAB_WORKER_UNBOUND | WQLAB_WORKER_REBOUND | WQLAB_WORKER_SLEEPING;
            return !(worker.flags & not_running);
        });
        const uint64_t hog_us = view_.snapshot.head.cpu_intensive_thresh_us;
        say("need_more_worker()",
            fmt::format("nr_running is {}{}: nobody is woken. It waits until that worker sleeps "
                        "(wq_worker_sleeping()){} or has "
                        "ended its item (keep_working())",
                        pool_.nr_running,
                        place_.worker ? fmt::format(", {} with {}", view_.name_of(*place_.worker),
                                                    view_.snapshot.string(place_.worker->function))
                                      : "",
                        hog_us ? fmt::format(", has had the CPU for {} us (wq_worker_tick())", hog_us) : ""));
    }

    // As it was called before 6.6.
    std::string_view waker() const { return view_.goes_by_node() ? "wake_up_worker()" : "kick_pool()"; }

    void wake(const wqlab_snap_worker& idle)
    {
        place_.runner = Runner::kIdle;
        place_.worker = &idle;
        say(waker(), pool_.nr_idle == 1 ? fmt::format("wakes {}, the only one idle", view_.name_of(idle))
                                        : fmt::format("wakes {}, of {} idle ones that which became so last",
                                                      view_.name_of(idle), pool_.nr_idle));
        if (pool_.nr_idle == 1)
            say("manage_workers()", "with none left idle it makes another worker first; either may run the item");
    }

    void manager()
    {
        place_.runner = Runner::kManager;
        say(waker(), pool_.manager
                         ? fmt::format("no worker is idle: the manager, pid {}, makes one (maybe_create_worker())",
                                       pool_.manager)
                         : "no worker is idle: the first that is free or made takes it");
        if (view_.wq.rescuer_pid)
            say("pool_mayday_timeout()",
                fmt::format("should that take long, the rescuer, pid {}, runs it", view_.wq.rescuer_pid));
    }

    const wqlab_snap_worker* find_worker(const auto& wanted) const
    {
        for (const wqlab_snap_worker& worker : view_.snapshot.workers)
            if (worker.pool == pool_.id && wanted(worker))
                return &worker;
        return nullptr;
    }
    // Idle ones are in the order of the kernel's list.
    const wqlab_snap_worker* first_idle() const { return find_worker(is_idle); }

    const WhereView& view_;
    const wqlab_snap_pool& pool_;
    const wqlab_snap_pwq& pwq_;
    WherePlace& place_;
};

}  // namespace

void find_runner(const WhereView& view, WherePlace& place)
{
    const wqlab_snap_pwq* pwq = view.snapshot.pwq(place.pwq);
    const wqlab_snap_pool* pool = view.snapshot.pool(place.pool);
    if (pwq && pool)
        RunnerSearch(view, *pool, *pwq, place).run();
}

}  // namespace wqctl
