// SPDX-License-Identifier: GPL-2.0
// The worker that runs BH items.
#include "../../glue/context.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace bh_worker {

struct RunsNotPreparing {
    static constexpr Promise kPromise = {
        268,
        "",
        "bh.worker-at-work",
        "A BH worker that runs an item is neither idle nor preparing to, and its pool has no other one",
        "kernel/workqueue.c: bh_worker()",
        0,
        Fault::kSnapshotLies};

    // One in a softirq lets its CPU go when it has spun for long. False: before anybody looked.
    static bool judge(Trial& t, Queue& wq, uint32_t cpu)
    {
        TestItem& item = t.item("the item", TestItem::Body::kSpin);
        wqlab_move_to(t.first_cpu());
        item.queue_on(wq, cpu);
        if (!t.wait([&] { return item.started() == 1; }, "the item to start"))
            return true;
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        const bool is_held = item.running();
        item.open();
        if (!pool || !is_held)
            return false;
        uint32_t workers = 0;
        for (const wqlab_snap_worker& worker : now->workers) {
            if (worker.pool != pool->id)
                continue;
            workers++;
            // No BH workqueue may be WQ_CPU_INTENSIVE.
            if (worker.flags & (WQLAB_WORKER_IDLE | WQLAB_WORKER_PREP | WQLAB_WORKER_CPU_INTENSIVE))
                t.fail("a BH worker that runs an item has the flags %x", worker.raw_flags);
        }
        if (workers != 1 || pool->nr_workers != 1 || pool->nr_idle != 0)
            t.fail("of a BH pool of which an item runs %u workers are seen, of %d, and %d of them are idle", workers,
                   pool->nr_workers, pool->nr_idle);
        return true;
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT), "with PREEMPT_RT softirqs may be threads' work");
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        constexpr uint32_t kTries = 5;
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        for (const uint32_t flags : {uint32_t{WQLAB_WQ_BH}, uint32_t{WQLAB_WQ_BH} | WQLAB_WQ_HIGHPRI}) {
            Queue& wq = t.queue({.flags = flags});
            // What the last one leaves is seen with the next.
            TestItem& before = t.item("the item before");
            before.queue_on(wq, cpu);
            AWAIT(t, before.ended() == 1, "the item before to run");
            bool is_judged = false;
            for (uint32_t i = 0; i < kTries && !is_judged && !t.decided(); i++)
                is_judged = judge(t, wq, cpu);
            SKIP_UNLESS(t, is_judged, "each time the item ended before anybody looked");
        }
    }
};

constexpr Check kAll[] = {
    check_of<RunsNotPreparing>(WQLAB_LACK_BH),
};

}  // namespace bh_worker

constinit const Group kBhWorkerChecks = group_of("bh", bh_worker::kAll);

}  // namespace wqlab
