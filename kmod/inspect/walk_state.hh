// SPDX-License-Identifier: GPL-2.0
// What the walk over workqueues, their pool_workqueues and the pools knows of
// the rows of a snapshot while addresses still mean something. In the module it
// holds wq_pool_mutex from beginning to end, and so none of these goes: a listed
// workqueue is destroyed, and a pool or an unbound pwq freed, only under it, and
// a bound pwq only after its workqueue has left the list.
#pragma once

#include "snapshot.hh"
#include "task.hh"

namespace wqlab {

struct PoolAt {
    Address pool;
    Address attrs;
    uint32_t first_pwq;  // in WalkState::by_pool
    uint32_t nr_pwqs;
};

struct PwqAt {
    Address pwq;
    uint32_t pool;  // its number in WalkState::pools: it never changes
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

struct TaskAt {
    Address task;
    Task look;
};

// Of a CPU's runqueue, 0: not known: what its clock says, and less what interrupts and a hypervisor took.
struct CpuClock {
    uint64_t clock, task;
};

struct FlusherAt {
    char waiter[16];
};

struct TimerAt {
    Address work;
    Address function;
    Address workqueue;
    uint64_t expires;
    uint32_t flags;
    int32_t cpu;
    uint32_t timer_cpu;
    uint32_t level;  // of the wheel
};

struct WalkState {
    // Side by side with the snapshot's tables of these names.
    Table<PoolAt> pools;
    Table<Address> workqueues;
    Table<PwqAt> pwqs;
    Table<WorkerAt> workers;
    Table<uint64_t> worker_cpus;  // words of a mask for each worker
    Table<WorkAt> works;
    Table<FlusherAt> flushers;
    // Of which the snapshot's are made when locks are no longer held.
    Table<TimerAt> timers;
    uint64_t timers_jiffies = 0;  // when they were copied
    Table<TaskAt> tasks;          // some more than once
    Table<CpuClock> clocks;       // a CPU each

    // Under any lock; where there is no room, it is not shown. Who may take the time calls look_closer() before.
    void note(Address task, const Task& look)
    {
        if (TaskAt* at = tasks.add())
            *at = {task, look};
    }

    AddressMap pool_numbers;
    AddressMap workqueue_numbers;
    AddressMap pwq_numbers;
    Table<uint32_t> by_pool;  // numbers of pwqs, those of a pool side by side

    // What is left to wait for the mutexes of all workqueues together, any of which may never come free: whoever wants
    // wq_pool_mutex waits meanwhile. A real hold is over in microseconds, but its holder may be preempted. Once that is
    // used up, each one that is held costs a millisecond more.
    uint64_t patience_ns = 5'000'000'000;
};

// Under wq_pool_mutex; they allocate, and so sleep, between other locks.
Result<void> gather_pools(const Kernel& kernel, Snapshot& snapshot, WalkState& state);
Result<void> gather_workqueues(const Kernel& kernel, Snapshot& snapshot, WalkState& state);
// Makes by_pool.
Result<void> sort_pwqs(WalkState& state);
Result<void> copy_pools(const Kernel& kernel, Snapshot& snapshot, WalkState& state);
// Takes each timer base's lock, for a 64th of its wheel at a time.
Result<void> copy_timers(const Kernel& kernel, Snapshot& snapshot, WalkState& state);

// Takes no lock.
Result<void> copy_cpus(const Kernel& kernel, Snapshot& snapshot, WalkState& state);

// Addresses become numbers and names. No lock is needed: it looks at no object
// of the kernel's, and looking up names takes long.
Result<void> resolve(const Kernel& kernel, Snapshot& snapshot, WalkState& state);
// Of that: the tasks and what the clocks tell.
Result<void> resolve_tasks(const Kernel& kernel, Snapshot& snapshot, const WalkState& state);

}  // namespace wqlab
