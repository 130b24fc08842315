// SPDX-License-Identifier: GPL-2.0
// What a snapshot says of a trial's own workqueues and threads, and of the
// machine. What takes a trial takes a snapshot, and skips the trial where there
// is none.
#pragma once

#include "../harness/trial.hh"

namespace wqlab {

// Its row, or nullptr.
const wqlab_snap_workqueue* row_of(const Snapshot& snapshot, const Queue& queue);
const char* string_of(const Snapshot& snapshot, uint32_t index);
// The pool that items of that queue go to which are queued on this CPU; nullptr: that can't be seen.
const wqlab_snap_pool* pool_of_cpu(const Snapshot& snapshot, const Queue& queue, uint32_t cpu);
// The same, by a look with these sections beside. nullptr: the trial is decided, skipped if it can't be seen.
const wqlab_snap_pool* own_pool(Trial& t, const Queue& queue, uint32_t cpu, uint32_t sections = 0);

// Whether that thread sleeps in flush_work(), behind a barrier; how many of them do.
bool sleeps_behind_barrier(Trial& t, int32_t pid);
inline bool sleeps_behind_barrier(Trial& t, const Actor& actor) { return sleeps_behind_barrier(t, actor.pid()); }
uint32_t sleep_behind_barriers(Trial& t, Span<Actor* const> actors);
// Whether it is in flush_workqueue() of that queue.
bool flushes(Trial& t, int32_t pid, const Queue& queue);
inline bool flushes(Trial& t, const Actor& actor, const Queue& queue) { return flushes(t, actor.pid(), queue); }

// Its pool_workqueues' counts together: enum wqlab_pwq_stat.
uint64_t stat_of(Trial& t, const Queue& queue, uint32_t which);
// The same of the one that its items go to which are queued on this CPU: when it is replaced, it begins at 0.
uint64_t stat_of_cpu(Trial& t, const Queue& queue, uint32_t cpu, uint32_t which);
// Whether these call for their workqueue's rescuer: its items of that pool, or of that CPU.
bool waits_for_rescuer(const Snapshot& now, const wqlab_snap_workqueue& row, const wqlab_snap_pool& pool);
bool waits_for_rescuer(Trial& t, const Queue& queue, uint32_t cpu);
// How many of its items are inactive, held back by max_active, on all CPUs.
uint32_t inactive_of(Trial& t, const Queue& queue);
// The pool that its items go to from this CPU has items pending, and all its
// workers sleep: nobody has been told.
bool is_stalled(Trial& t, const Queue& queue, uint32_t cpu);

// Those that unbound workqueues may use, of the first 64: isolcpus=, nohz_full=
// and user space leave some out. 0: the trial has been decided.
uint64_t unbound_cpus(Trial& t);
// By its name: before 6.9 a rescuer was called as its workqueue, which here is wqlab-c and a number.
inline bool is_rescuer(const char* command)
{
    return __builtin_memcmp(command, "kworker/R-", 10) == 0 || __builtin_memcmp(command, "wqlab-c", 7) == 0;
}

// Of a mask: whether it has two, and which.
constexpr bool has_two(uint64_t cpus) { return (cpus & (cpus - 1)) != 0; }
constexpr uint32_t first_of(uint64_t cpus) { return static_cast<uint32_t>(__builtin_ctzll(cpus)); }
constexpr uint32_t second_of(uint64_t cpus) { return first_of(cpus & (cpus - 1)); }
constexpr uint32_t last_of(uint64_t cpus) { return 63 - static_cast<uint32_t>(__builtin_clzll(cpus)); }

// Notes what the pools of the trial's workqueues are doing. Where none can be looked at, it notes nothing.
void describe_pools(Trial& t);

// Before ours have been made, or when they have gone: whether somebody else's workqueue has unbound pools of that nice
// value. What is only about to go is of no workqueue.
inline bool have_others_pools_of(Trial& t, int32_t nice)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
    for (uint32_t i = 0; now && i < now->pwqs.size(); i++)
        for (const wqlab_snap_pool& pool : now->pools)
            if (pool.id == now->pwqs[i].pool && pool.cpu < 0 && pool.nice == nice)
                return true;
    return false;
}

}  // namespace wqlab
