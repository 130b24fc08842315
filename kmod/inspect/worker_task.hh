// SPDX-License-Identifier: GPL-2.0
// What a worker's task is doing, and whether its pool knows.
#pragma once

#include "busy_time.hh"
#include "walk_state.hh"

namespace wqlab {

// WORKER_NOT_RUNNING: with one of these nr_running leaves it out.
inline constexpr uint32_t kNotRunning = WQLAB_WORKER_PREP | WQLAB_WORKER_CPU_INTENSIVE | WQLAB_WORKER_UNBOUND |
                                        WQLAB_WORKER_REBOUND;

// Under pool->lock. The CPU time of its task; a BH worker has none.
inline uint64_t copy_worker_task(const Kernel& kernel, const Snapshot& snapshot, WalkState& state,
                                 const wqlab_snap_pool& pool, const WorkerBytes& worker, wqlab_snap_worker& row,
                                 WorkerAt& at)
{
    // wq_worker_sleeping() sets it before it takes the worker out of nr_running, and wq_worker_running() clears it
    // after that has counted the worker again.
    const bool known_asleep = kernel.has(Field::kWorkerSleeping) && worker.get<int32_t>(Field::kWorkerSleeping) != 0;
    if (known_asleep)
        row.flags |= WQLAB_WORKER_KNOWN_ASLEEP;
    else if (kernel.has(Field::kWorkerSleeping) && !(row.flags & (kNotRunning | WQLAB_WORKER_IDLE)))
        row.flags |= WQLAB_WORKER_COUNTED;

    uint64_t* cpus = state.worker_cpus.end();
    state.worker_cpus.grow(snapshot.masks.words_each());
    const Address task = worker.get<Address>(Field::kWorkerTask);
    Task look;
    if (!task || !look_at(kernel, task, look)) {
        if (pool.flags & WQLAB_POOL_BH) {
            row.flags |= WQLAB_WORKER_BH;
            row.cpu = pool.cpu;
        }
        row.nice = pool.nice;
        row.cpus = WQLAB_NONE;
        return 0;
    }
    state.note(task, look);
    row.pid = look.pid;
    row.cpu = look.cpu;
    row.nice = look.nice;
    row.flags |= (look.sleeps ? WQLAB_WORKER_SLEEPING : 0) | (look.on_cpu ? WQLAB_WORKER_ON_CPU : 0) |
                 (look.about_to_sleep ? WQLAB_WORKER_ABOUT_TO_SLEEP : 0) | (look.is_worker ? 0 : WQLAB_WORKER_UNHOOKED);
    __builtin_memcpy(at.command, look.command, sizeof(at.command));
    if (!kernel.read(cpus, look.cpus, snapshot.masks.words_each() * sizeof(uint64_t)))
        row.cpus = WQLAB_NONE;
    return look.runtime_ns;
}

}  // namespace wqlab
