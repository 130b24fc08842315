// SPDX-License-Identifier: GPL-2.0
// For how long a worker has been at its item. Before 7.x no one notes when an
// item begins, so that is a lower bound, of what can be known for certain.
#pragma once

#include "copy.hh"
#include "snapshot.hh"

namespace wqlab {

using WorkerBytes = Copy<512>;

// Under pool->lock, in jiffies: now, and when the pool last made progress.
struct PoolTimes {
    uint64_t now, progress;
};

// process_scheduled_works() stamps the pool's progress when a worker begins with
// what it took at once, and not for each item of it. A rescuer takes several.
// Another worker takes one, but assign_work() hands it each further instance of
// its item (the same work and function) that comes up meanwhile. So an item is
// the first for certain if what the worker did before was of another function;
// and was no barrier, which may have stood between two instances.
inline bool is_first_of_batch(const Kernel& kernel, const WorkerBytes& worker, const wqlab_snap_worker& row)
{
    if (row.flags & WQLAB_WORKER_RESCUER || !kernel.has(Field::kWorkerLastFunction))
        return false;
    const Address before = worker.get<Address>(Field::kWorkerLastFunction);
    return before != worker.get<Address>(Field::kWorkerFunction) && before != kernel[Symbol::kBarrierFunction];
}

// Fills busy_ns, and says if it is a bound. Runtime: the CPU time of the worker's task.
inline void copy_busy_time(const Kernel& kernel, const PoolTimes& pool, const WorkerBytes& worker, uint64_t runtime,
                           wqlab_snap_worker& row)
{
    const auto since = [&](uint64_t then) { return pool.now > then ? kernel.jiffies_to_ns(pool.now - then) : 0; };
    if (kernel.has(Field::kWorkerStart)) {
        row.busy_ns = since(worker.get<uint64_t>(Field::kWorkerStart));
        return;
    }
    row.flags |= WQLAB_WORKER_SINCE_AT_LEAST;
    row.busy_ns = 0;
    // The first of a batch began no later than the pool's last progress,
    if (kernel.has(Field::kPoolProgress) && is_first_of_batch(kernel, worker, row))
        row.busy_ns = since(pool.progress);
    // and no item has been running for less than the CPU time that it had.
    if (kernel.has(Field::kWorkerRuntime)) {
        const uint64_t then = worker.get<uint64_t>(Field::kWorkerRuntime);
        if (runtime > then && runtime - then > row.busy_ns)
            row.busy_ns = runtime - then;
    }
}

}  // namespace wqlab
