// SPDX-License-Identifier: GPL-2.0
// What a worker runs that is on a list of its own already is no progress of its pool's.
#include "../../glue/time.h"
#include "../scenes/idle_pool.hh"
#include "../scenes/told_worker.hh"

namespace wqlab {

namespace watchdog_batch {

struct OfTheWorklist {
    static constexpr Promise kPromise = {
        459,
        "",
        "watchdog.counts-what-leaves-the-worklist",
        "A pool makes progress when a worker takes an item from its worklist, and not when it goes on to what waits "
        "for that one alone, such as flush_work() of it",
        "kernel/workqueue.c: process_scheduled_works(): last_progress_ts",
        0,
        Fault::kSnapshotLies};

    static constexpr uint32_t kRounds = 3;
    static constexpr uint64_t kTicks = 10;

    // By the kernel's own clock: no bound is needed. Whether it has counted from after the item had begun.
    static bool begins_anew(Trial& t, Queue& wq)
    {
        const Kernel& kernel = t.kernel();
        ToldWorker* const told = t.own<ToldWorker>();
        if (!told)
            return false;
        *told = {&t.gate(), 0, 0};
        TestItem& item = t.item("the item").on_run(tell_worker, told);
        item.queue_on(wq, t.first_cpu());
        if (!t.wait([&] { return __atomic_load_n(&told->pid, __ATOMIC_ACQUIRE) != 0; }, "the item to start"))
            return false;
        Address pool = 0;
        if (!kernel.peek(pool, told->worker, Field::kWorkerPool) || !pool) {
            t.skip("the pool of a worker can't be seen");
            return false;
        }
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&item] { item.flush(); });
        if (!t.wait([&] { return flusher.done() || sleeps_behind_barrier(t, flusher); }, "flush_work() of it to wait"))
            return false;
        if (flusher.done()) {
            t.fail("flush_work() returned while the item ran");
            return false;
        }
        const uint64_t began = wqlab_jiffies();
        if (!t.wait([&] { return wqlab_jiffies() - began > kTicks; }, "some ticks to pass"))
            return false;
        const uint64_t before = wqlab_jiffies();
        told->gate->open();
        if (!t.wait([&] { return item.ended() == 1 && flusher.done(); }, "flush_work() to return"))
            return false;
        unsigned long progress = 0;
        if (!kernel.peek(progress, pool, Field::kPoolProgress))
            return false;
        return t.has_fault(Fault::kSnapshotLies) || progress >= before;
    }

    // In a pool that is new, so that nobody else's items are there but by chance, which explains one round.
    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kPoolProgress), "it can't be seen when a pool has made progress");
        Queue& wq = idle::queue_with_new_pool(t);
        uint32_t anew = 0;
        for (uint32_t i = 0; i < kRounds && !t.decided(); i++)
            anew += begins_anew(t, wq);
        WANT(t, anew < kRounds || t.decided(), "each of %u times the end of a flush was progress", anew);
    }
};

constexpr Check kAll[] = {
    check_of<OfTheWorklist>(),
};

}  // namespace watchdog_batch

constinit const Group kWatchdogBatchChecks = group_of("lifecycle", watchdog_batch::kAll);

}  // namespace wqlab
