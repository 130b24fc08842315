// SPDX-License-Identifier: GPL-2.0
// What the pools of a trial's workqueues were doing when it failed.
#include "look.hh"

namespace wqlab {

namespace {

const wqlab_snap_pool* pool_of(const Snapshot& snapshot, int32_t id)
{
    for (const wqlab_snap_pool& pool : snapshot.pools)
        if (pool.id == id)
            return &pool;
    return nullptr;
}

}  // namespace

void describe_pools(Trial& t)
{
    constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK;
    if (t.kernel().available(kSections) != kSections)
        return;
    Result<Box<Snapshot>> created = Box<Snapshot>::create();
    if (!created.ok())
        return;
    const Box<Snapshot> snapshot = created.take();
    if (!snapshot->take(t.kernel(), kSections).ok())
        return;
    for (const Queue* queue = t.first_queue(); queue; queue = queue->next()) {
        const wqlab_snap_workqueue* wq = queue->get() ? row_of(*snapshot, *queue) : nullptr;
        for (uint32_t i = 0; wq && i < wq->nr_pwqs; i++) {
            const wqlab_snap_pwq& pwq = snapshot->pwqs[wq->first_pwq + i];
            const wqlab_snap_pool* pool = pool_of(*snapshot, pwq.pool);
            if (!pool || (!pwq.nr_active && !pwq.nr_inactive && !pool->nr_pending))
                continue;
            t.note("%s: pool %d (cpu %d): %d active, %u inactive here; %u pending, %u busy, %d idle, %d running",
                   queue->name(), pwq.pool, pool->cpu, pwq.nr_active, pwq.nr_inactive, pool->nr_pending, pool->nr_busy,
                   pool->nr_idle, pool->nr_running);
        }
    }
    for (const wqlab_snap_work& work : snapshot->works)
        if (work.is_barrier)
            t.note("pool %d: pid %d waits behind a barrier", work.pool, work.waiter);
}

}  // namespace wqlab
