// SPDX-License-Identifier: GPL-2.0
// Workers that are made because the others sleep.
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace new_workers {

struct NewOnesCount {
    static constexpr Promise kPromise = {
        334,
        "",
        "concurrency.new-workers-count",
        "A worker of a CPU that was made because all others slept counts as running as any other does: while it runs, "
        "no other item of its pool starts",
        "kernel/workqueue.c: worker_attach_to_pool(), create_worker()",
        0,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kMostSleepers = 400, kMostWorkers = 512;

    struct Pids {
        int32_t of[kMostWorkers];
        uint32_t n = 0;

        bool has(int32_t pid) const
        {
            bool found = false;
            for (uint32_t i = 0; i < n; i++)
                found |= of[i] == pid;
            return found;
        }
    };

    // Those of that CPU's pool. False: there are too many, or it is decided.
    static bool look(Trial& t, const Queue& wq, uint32_t cpu, Pids& pids)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        for (uint32_t i = 0; pool && i < now->workers.size() && pids.n < kMostWorkers; i++)
            if (now->workers[i].pool == pool->id)
                pids.of[pids.n++] = now->workers[i].pid;
        return pool && pids.n && pids.n < kMostWorkers;
    }

    // On the one that has just been made. False: that was another.
    static bool judge(Trial& t, Queue& wq, uint32_t cpu, const Pids& before)
    {
        TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
        spinner.queue_on(wq, cpu);
        if (!t.wait([&] { return spinner.started() == 1; }, "the item that spins to start"))
            return false;
        const bool is_new = !before.has(spinner.last().pid);
        if (is_new) {
            TestItem& behind = t.item("the item behind it");
            behind.queue_on(wq, cpu);
            for (uint32_t i = 0; i < 3 && !t.decided(); i++) {
                t.linger();
                if (behind.started())
                    t.fail("another item started while one was running, on a worker that was new");
            }
            spinner.open();
            t.wait([&] { return behind.ended() == 1; }, "the item behind it to run");
        }
        spinner.open();
        return t.wait([&] { return spinner.ended() == 1; }, "the item that spins to end") && is_new;
    }

    static void of_pool(Trial& t, uint32_t flags)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& sleepers = t.queue({.flags = flags, .max_active = 512});
        Queue& wq = t.queue({.flags = flags});
        Pids* before = t.own<Pids>();
        if (!before)
            return;
        before->n = 0;
        SKIP_UNLESS(t, look(t, wq, cpu, *before), "its workers can't be seen, or are too many");
        uint32_t n = 0;
        for (; n < kMostSleepers; n++) {
            TestItem& sleeper = t.item("a sleeper", TestItem::Body::kGate);
            sleeper.queue_on(sleepers, cpu);
            AWAIT(t, sleeper.started() == 1, "an item to start while others sleep");
            if (before->has(sleeper.last().pid))
                continue;
            // Who has become idle last is the first to be woken.
            sleeper.open();
            AWAIT(t, sleeper.ended() == 1, "the sleeper to end");
            if (judge(t, wq, cpu, *before) || t.decided())
                return;
        }
        t.skip("of %u workers and %u items that sleep, no new worker ran one that spins", before->n, n);
    }

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        for (const uint32_t flags : {0u, uint32_t{WQLAB_WQ_HIGHPRI}})
            if (!t.decided())
                of_pool(t, flags);
    }
};

constexpr Check kAll[] = {
    check_of<NewOnesCount>(),
};

}  // namespace new_workers

constinit const Group kNewWorkersChecks = group_of("concurrency", new_workers::kAll);

}  // namespace wqlab
