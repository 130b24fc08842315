// SPDX-License-Identifier: GPL-2.0
// The walk over workqueues, their pool_workqueues and the pools. It holds
// wq_pool_mutex from beginning to end, and so none of these goes: a listed
// workqueue is destroyed, and a pool or an unbound pwq freed, only under it,
// and a bound pwq only after its workqueue has left the list.
#pragma once

#include "snapshot.hh"

namespace wqlab {

// What the walk knows of the rows of a snapshot while addresses still mean something.
struct PoolAt {
    Address pool;
    Address attrs;
    uint32_t first_pwq;  // in Machine::by_pool
    uint32_t nr_pwqs;
};

struct WorkerAt {
    Address work, function, pwq;
    Address rescue_wq;
    char command[16];
    char description[32];
};

struct WorkAt {
    Address work, function, pwq;
    Address barrier_target;
    char waiter[16];
};

struct FlusherAt {
    char waiter[16];
};

// Side by side with the snapshot's tables of these names.
struct Machine {
    Table<PoolAt> pools;
    Table<Address> workqueues;
    Table<Address> pwqs;
    Table<WorkerAt> workers;
    Table<uint64_t> worker_cpus;  // words of a mask for each worker
    Table<WorkAt> works;
    Table<FlusherAt> flushers;

    AddressMap pool_numbers;
    AddressMap workqueue_numbers;
    AddressMap pwq_numbers;
    Table<uint32_t> by_pool;  // numbers of pwqs, those of a pool side by side
};

// All under wq_pool_mutex. The first two allocate and sleep between locks; the
// last one looks up names once all locks of pools are released.
Result<void> gather_pools(const Kernel& kernel, Snapshot& snapshot, Machine& machine);
Result<void> gather_workqueues(const Kernel& kernel, Snapshot& snapshot, Machine& machine);
Result<void> copy_pools(const Kernel& kernel, Snapshot& snapshot, Machine& machine);
Result<void> resolve(Snapshot& snapshot, Machine& machine);

}  // namespace wqlab
