// SPDX-License-Identifier: GPL-2.0
#include "fields.hh"

#include "views.hh"

namespace wqlab {

namespace {

using want::constant;
using want::member;
using want::whole;
using F = Field;

constexpr uint32_t kAnyWalk = view::kMachine;
constexpr uint32_t kHasMasks = view::kMachine | view::kScopes;

consteval Wanted of_wq(const char* path, uint32_t views = kAnyWalk, uint32_t sizes = 0)
{
    return member("workqueue_struct", path, views, sizes);
}
consteval Wanted of_pool(const char* path, uint32_t views = kAnyWalk, uint32_t sizes = 0)
{
    return member("worker_pool", path, views, sizes);
}
consteval Wanted of_pwq(const char* path, uint32_t views = kAnyWalk, uint32_t sizes = 0)
{
    return member("pool_workqueue", path, views, sizes);
}
consteval Wanted of_worker(const char* path, uint32_t views, uint32_t sizes = 0)
{
    return member("worker", path, views, sizes);
}

constexpr uint32_t kWorkers = view::kWork | view::kRescuers;

}  // namespace

constinit const WantedTable<Field> kFields({
    {F::kWqPwqs, of_wq("pwqs", kAnyWalk, 16)},
    {F::kWqList, of_wq("list", kAnyWalk, 16)},
    {F::kWqMutex, of_wq("mutex")},
    {F::kWqWorkColor, of_wq("work_color", view::kWork, 4)},
    {F::kWqFlushColor, of_wq("flush_color", view::kWork, 4)},
    {F::kWqNrPwqsToFlush, of_wq("nr_pwqs_to_flush.counter", view::kWork, 4)},
    {F::kWqFirstFlusher, of_wq("first_flusher", view::kWork, 8)},
    {F::kWqFlusherQueue, of_wq("flusher_queue", view::kWork, 16)},
    {F::kWqFlusherOverflow, of_wq("flusher_overflow", view::kWork, 16)},
    {F::kWqMaydays, of_wq("maydays", view::kRescuers, 16)},
    {F::kWqRescuer, of_wq("rescuer", view::kRescuers, 8)},
    {F::kWqNrDrainers, of_wq("nr_drainers", view::kWork, 4)},
    {F::kWqMaxActive, of_wq("max_active", view::kWorkqueues | view::kNodes, 4)},
    {F::kWqMinActive, of_wq("min_active", view::kWorkqueues | view::kNodes, 4)},  // 5797b1c18919, 6.9
    {F::kWqSavedMaxActive, of_wq("saved_max_active", 0, 4)},
    {F::kWqSavedMinActive, of_wq("saved_min_active", 0, 4)},
    // 7.x: of every workqueue, and so renamed.
    {F::kWqAttrs, of_wq("attrs|unbound_attrs", view::kWorkqueues, 8)},
    {F::kWqDflPwq, of_wq("dfl_pwq", view::kWorkqueues, 8)},
    {F::kWqDevice, of_wq("wq_dev", 0, 8)},  // CONFIG_SYSFS
    {F::kWqName, of_wq("name", kAnyWalk | view::kLatency)},
    {F::kWqFlags, of_wq("flags", kAnyWalk, 4)},
    {F::kWqCpuPwq, of_wq("cpu_pwq", kAnyWalk, 8)},
    {F::kWqNodeNrActive, of_wq("node_nr_active", view::kNodes)},  // 91ccc6e7233b, 6.9

    {F::kPoolLock, of_pool("lock")},
    {F::kPoolCpu, of_pool("cpu", kAnyWalk, 4)},
    {F::kPoolNode, of_pool("node", kAnyWalk, 4)},
    {F::kPoolId, of_pool("id", kAnyWalk, 4)},
    {F::kPoolFlags, of_pool("flags", kAnyWalk, 4)},
    {F::kPoolProgress, of_pool("last_progress_ts|watchdog_ts", 0, 8)},
    {F::kPoolNrRunning, of_pool("nr_running", kAnyWalk, 4)},
    {F::kPoolWorklist, of_pool("worklist", kAnyWalk, 16)},
    {F::kPoolNrWorkers, of_pool("nr_workers", kAnyWalk, 4)},
    {F::kPoolNrIdle, of_pool("nr_idle", kAnyWalk, 4)},
    {F::kPoolIdleList, of_pool("idle_list", view::kWork, 16)},
    {F::kPoolIdleTimer, of_pool("idle_timer")},
    {F::kPoolMaydayTimer, of_pool("mayday_timer")},
    {F::kPoolBusyHash, of_pool("busy_hash", view::kWork, 8)},
    {F::kPoolManager, of_pool("manager", kAnyWalk, 8)},
    {F::kPoolAttrs, of_pool("attrs", kAnyWalk, 8)},
    {F::kPoolRefcnt, of_pool("refcnt", kAnyWalk, 4)},

    {F::kPwqPool, of_pwq("pool", kAnyWalk, 8)},
    {F::kPwqWq, of_pwq("wq", kAnyWalk | view::kLatency, 8)},
    {F::kPwqWorkColor, of_pwq("work_color", kAnyWalk, 4)},
    {F::kPwqFlushColor, of_pwq("flush_color", kAnyWalk, 4)},
    {F::kPwqRefcnt, of_pwq("refcnt", kAnyWalk, 4)},
    {F::kPwqInFlight, of_pwq("nr_in_flight", kAnyWalk, 4)},
    {F::kPwqPlugged, of_pwq("plugged", kAnyWalk, 1)},
    {F::kPwqNrActive, of_pwq("nr_active", kAnyWalk, 4)},
    {F::kPwqInactive, of_pwq("inactive_works", kAnyWalk, 16)},
    {F::kPwqPendingNode, of_pwq("pending_node", view::kNodes, 16)},
    {F::kPwqNode, of_pwq("pwqs_node", kAnyWalk, 16)},
    {F::kPwqMaydayNode, of_pwq("mayday_node", view::kRescuers, 16)},
    {F::kPwqStats, of_pwq("stats", kAnyWalk, 8)},

    {F::kWorker, whole("worker", kWorkers)},
    {F::kWorkerEntry, of_worker("entry", kWorkers, 16)},
    {F::kWorkerHashEntry, of_worker("hentry", kWorkers, 16)},
    {F::kWorkerWork, of_worker("current_work", kWorkers, 8)},
    {F::kWorkerFunction, of_worker("current_func", kWorkers, 8)},
    {F::kWorkerPwq, of_worker("current_pwq", kWorkers, 8)},
    {F::kWorkerRuntime, of_worker("current_at", 0, 8)},
    {F::kWorkerStart, of_worker("current_start", 0, 8)},  // 7.x
    {F::kWorkerScheduled, of_worker("scheduled", kWorkers, 16)},
    {F::kWorkerTask, of_worker("task", kWorkers, 8)},
    {F::kWorkerPool, of_worker("pool", kWorkers, 8)},
    {F::kWorkerLastActive, of_worker("last_active", kWorkers, 8)},
    {F::kWorkerFlags, of_worker("flags", kWorkers, 4)},
    {F::kWorkerId, of_worker("id", kWorkers, 4)},
    {F::kWorkerDescription, of_worker("desc", 0)},
    {F::kWorkerRescueWq, of_worker("rescue_wq", kWorkers, 8)},

    {F::kAttrsNice, member("workqueue_attrs", "nice", kHasMasks, 4)},
    {F::kAttrsCpus, member("workqueue_attrs", "cpumask", kHasMasks)},
    {F::kAttrsPodCpus, member("workqueue_attrs", "__pod_cpumask", kHasMasks)},  // 9546b29e4a6a, 6.6
    {F::kAttrsStrict, member("workqueue_attrs", "affn_strict", kHasMasks, 1)},
    {F::kAttrsScope, member("workqueue_attrs", "affn_scope", kHasMasks, 4)},

    {F::kNodeActiveMax, member("wq_node_nr_active", "max", view::kNodes, 4)},
    {F::kNodeActiveNr, member("wq_node_nr_active", "nr.counter", view::kNodes, 4)},
    {F::kNodeActiveLock, member("wq_node_nr_active", "lock", view::kNodes)},
    {F::kNodeActivePending, member("wq_node_nr_active", "pending_pwqs", view::kNodes, 16)},

    {F::kPodType, whole("wq_pod_type", view::kScopes)},
    {F::kPodTypeNrPods, member("wq_pod_type", "nr_pods", view::kScopes, 4)},
    {F::kPodTypeCpus, member("wq_pod_type", "pod_cpus", view::kScopes, 8)},
    {F::kPodTypeNode, member("wq_pod_type", "pod_node", view::kScopes, 8)},
    {F::kPodTypeCpuPod, member("wq_pod_type", "cpu_pod", view::kScopes, 8)},
    {F::kNrScopes, constant("WQ_AFFN_NR_TYPES", view::kScopes)},

    {F::kFlusherList, member("wq_flusher", "list", view::kWork, 16)},
    {F::kFlusherColor, member("wq_flusher", "flush_color", view::kWork, 4)},
    {F::kFlusherWaiters, member("wq_flusher", "done.wait.task_list", view::kWork, 16)},
    {F::kWaiterTask, member("swait_queue", "task", view::kWork, 8)},
    {F::kWaiterNode, member("swait_queue", "task_list", view::kWork, 16)},

    {F::kWorkData, member("work_struct", "data", view::kWork, 8)},
    {F::kWorkEntry, member("work_struct", "entry", view::kWork, 16)},
    {F::kWorkFunction, member("work_struct", "func", view::kWork | view::kTimers, 8)},
    {F::kBarrierWork, member("wq_barrier", "work", view::kWork)},
    {F::kBarrierTask, member("wq_barrier", "task", view::kWork, 8)},
    {F::kDelayedWork, member("delayed_work", "work", view::kTimers)},
    {F::kDelayedTimer, member("delayed_work", "timer", view::kTimers)},
    {F::kDelayedWq, member("delayed_work", "wq", view::kTimers, 8)},
    {F::kDelayedCpu, member("delayed_work", "cpu", view::kTimers, 4)},

    {F::kTimerEntry, member("timer_list", "entry", kAnyWalk, 16)},
    {F::kTimerExpires, member("timer_list", "expires", kAnyWalk, 8)},
    {F::kTimerFunction, member("timer_list", "function", view::kTimers, 8)},
    {F::kTimerFlags, member("timer_list", "flags", view::kTimers, 4)},
    {F::kTimerBase, whole("timer_base", view::kTimers)},
    {F::kTimerBaseLock, member("timer_base", "lock", view::kTimers)},
    {F::kTimerBaseCpu, member("timer_base", "cpu", view::kTimers, 4)},
    {F::kTimerBasePending, member("timer_base", "pending_map", view::kTimers, 8)},
    {F::kTimerBaseVectors, member("timer_base", "vectors", view::kTimers, 8)},

    {F::kHog, whole("wci_ent", view::kHogs)},
    {F::kHogFunction, member("wci_ent", "func", view::kHogs, 8)},
    {F::kHogCount, member("wci_ent", "cnt", view::kHogs, 8)},

    {F::kPoolBh, constant("POOL_BH")},
    {F::kPoolManagerActive, constant("POOL_MANAGER_ACTIVE")},
    {F::kPoolDisassociated, constant("POOL_DISASSOCIATED")},
    {F::kPoolBhDraining, constant("POOL_BH_DRAINING")},
    {F::kWorkerDie, constant("WORKER_DIE")},
    {F::kWorkerIdle, constant("WORKER_IDLE")},
    {F::kWorkerPrep, constant("WORKER_PREP")},
    {F::kWorkerCpuIntensive, constant("WORKER_CPU_INTENSIVE")},
    {F::kWorkerUnbound, constant("WORKER_UNBOUND")},
    {F::kWorkerRebound, constant("WORKER_REBOUND")},
    {F::kFlagBh, constant("WQ_BH")},
    {F::kFlagUnbound, constant("WQ_UNBOUND", kAnyWalk)},
    {F::kFlagFreezable, constant("WQ_FREEZABLE")},
    {F::kFlagMemReclaim, constant("WQ_MEM_RECLAIM")},
    {F::kFlagHighpri, constant("WQ_HIGHPRI")},
    {F::kFlagCpuIntensive, constant("WQ_CPU_INTENSIVE")},
    {F::kFlagSysfs, constant("WQ_SYSFS")},
    {F::kFlagPowerEfficient, constant("WQ_POWER_EFFICIENT")},
    {F::kFlagPercpu, constant("WQ_PERCPU")},
    {F::kFlagOrdered, constant("__WQ_ORDERED")},
    {F::kFlagDestroying, constant("__WQ_DESTROYING")},
    {F::kFlagDraining, constant("__WQ_DRAINING")},
    {F::kFlagLegacy, constant("__WQ_LEGACY")},
    {F::kFlagDeprecated, constant("__WQ_DEPRECATED")},
});

}  // namespace wqlab
