// SPDX-License-Identifier: GPL-2.0
#include "look.hh"

#include "../../glue/cpu.h"
#include "../../glue/inspect.h"

namespace wqlab {

namespace {

bool has_barrier_of(const Snapshot* now, int32_t pid)
{
    for (uint32_t i = 0; now && i < now->works.size(); i++)
        if (now->works[i].is_barrier && now->works[i].waiter == pid)
            return true;
    return false;
}

// Its row in the trial's snapshot. Where that lacks it, whoever waits for something to be seen there would wait in vain
// and blame the kernel: the trial is skipped.
const wqlab_snap_workqueue* own_row(Trial& t, const Snapshot* now, const Queue& queue)
{
    const wqlab_snap_workqueue* row = now ? row_of(*now, queue) : nullptr;
    if (now && !row)
        t.skip("the snapshot does not show the check's own workqueue");
    return row;
}

}  // namespace

const wqlab_snap_workqueue* row_of(const Snapshot& snapshot, const Queue& queue)
{
    const uint64_t identity = wqlab_identity(reinterpret_cast<uintptr_t>(queue.get()));
    for (const wqlab_snap_workqueue& row : snapshot.workqueues)
        if (row.identity == identity)
            return &row;
    return nullptr;
}

const wqlab_snap_pool* pool_of_cpu(const Snapshot& snapshot, const Queue& queue, uint32_t cpu)
{
    const wqlab_snap_workqueue* row = row_of(snapshot, queue);
    for (uint32_t i = 0; row && i < snapshot.cpu_pwqs.size(); i++) {
        const wqlab_snap_cpu_pwq& at = snapshot.cpu_pwqs[i];
        if (&snapshot.workqueues[at.workqueue] != row || at.cpu != cpu)
            continue;
        for (const wqlab_snap_pool& pool : snapshot.pools)
            if (pool.id == at.pool)
                return &pool;
    }
    return nullptr;
}

const wqlab_snap_pool* own_pool(Trial& t, const Queue& queue, uint32_t cpu, uint32_t sections)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | sections);
    const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, queue, cpu) : nullptr;
    if (now && !pool)
        t.skip("the snapshot does not show the pool of the check's own workqueue");
    return pool;
}

uint32_t sleep_behind_barriers(Trial& t, Span<Actor* const> actors)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
    uint32_t n = 0;
    for (const Actor* actor : actors)
        n += has_barrier_of(now, actor->pid());
    return n;
}

bool sleeps_behind_barrier(Trial& t, int32_t pid)
{
    return has_barrier_of(t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK), pid);
}

bool flushes(Trial& t, int32_t pid, const Queue& queue)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
    const wqlab_snap_workqueue* wq = own_row(t, now, queue);
    for (uint32_t i = 0; wq && i < now->flushers.size(); i++)
        if (&now->workqueues[now->flushers[i].workqueue] == wq && now->flushers[i].pid == pid)
            return true;
    return false;
}

uint64_t stat_of(Trial& t, const Queue& queue, uint32_t which)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
    const wqlab_snap_workqueue* wq = own_row(t, now, queue);
    uint64_t sum = 0;
    for (uint32_t i = 0; wq && i < wq->nr_pwqs; i++)
        sum += now->pwqs[wq->first_pwq + i].stats[which];
    return sum;
}

uint64_t stat_of_cpu(Trial& t, const Queue& queue, uint32_t cpu, uint32_t which)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
    const wqlab_snap_workqueue* wq = own_row(t, now, queue);
    for (uint32_t i = 0; wq && i < now->cpu_pwqs.size(); i++) {
        const wqlab_snap_cpu_pwq& at = now->cpu_pwqs[i];
        if (&now->workqueues[at.workqueue] == wq && at.cpu == cpu && at.pwq < now->pwqs.size())
            return now->pwqs[at.pwq].stats[which];
    }
    if (wq)
        t.skip("the snapshot does not show where items of CPU %u go", cpu);
    return 0;
}

bool waits_for_rescuer(const Snapshot& now, const wqlab_snap_workqueue& row, const wqlab_snap_pool& pool)
{
    for (uint32_t i = 0; i < row.nr_pwqs; i++) {
        const wqlab_snap_pwq& pwq = now.pwqs[row.first_pwq + i];
        if (pwq.pool == pool.id && pwq.flags & WQLAB_PWQ_MAYDAY)
            return true;
    }
    return false;
}

bool waits_for_rescuer(Trial& t, const Queue& queue, uint32_t cpu)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
    const wqlab_snap_workqueue* row = now ? row_of(*now, queue) : nullptr;
    const wqlab_snap_pool* pool = row ? pool_of_cpu(*now, queue, cpu) : nullptr;
    return pool && waits_for_rescuer(*now, *row, *pool);
}

uint64_t unbound_cpus(Trial& t)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_SCOPES);
    if (!now)
        return 0;
    if (now->head.unbound_cpus == WQLAB_NONE) {
        t.skip("it can't be seen which CPUs unbound workqueues may use");
        return 0;
    }
    uint64_t cpus = now->masks.words()[now->head.unbound_cpus * now->masks.words_each()];
    for (uint32_t cpu = 0; cpu < 64; cpu++)
        if (cpu >= wqlab_nr_cpus() || !wqlab_cpu_online(cpu))
            cpus &= ~(uint64_t{1} << cpu);
    if (!cpus)
        t.skip("unbound workqueues may use none of the first 64 CPUs");
    return cpus;
}

const char* string_of(const Snapshot& snapshot, uint32_t index)
{
    const char* text = snapshot.strings.text().begin();
    for (; index != WQLAB_NONE && index; index--)
        text += __builtin_strlen(text) + 1;
    return index == WQLAB_NONE ? "" : text;
}

uint32_t inactive_of(Trial& t, const Queue& queue)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
    const wqlab_snap_workqueue* wq = own_row(t, now, queue);
    uint32_t n = 0;
    for (uint32_t i = 0; wq && i < wq->nr_pwqs; i++)
        n += now->pwqs[wq->first_pwq + i].nr_inactive;
    return n;
}

bool is_stalled(Trial& t, const Queue& queue, uint32_t cpu)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
    const wqlab_snap_workqueue* wq = own_row(t, now, queue);
    if (!wq)
        return false;
    for (const wqlab_snap_cpu_pwq& at : now->cpu_pwqs) {
        if (&now->workqueues[at.workqueue] != wq || at.cpu != cpu)
            continue;
        for (const wqlab_snap_pool& pool : now->pools)
            if (pool.id == at.pool && (!pool.nr_pending || pool.nr_busy || pool.manager))
                return false;
        for (const wqlab_snap_worker& worker : now->workers)
            if (worker.pool == at.pool && !(worker.flags & WQLAB_WORKER_SLEEPING))
                return false;
        return true;
    }
    return false;
}

}  // namespace wqlab
