// SPDX-License-Identifier: GPL-2.0
// Group C, continued: a workqueue that has been drained before.
#include "../glue/allocations.h"
#include "../glue/thread_ends.h"
#include "../glue/work.h"
#include "../glue/workqueue.h"
#include "idle_pool.hh"

namespace wqlab {

namespace drain_again {

// Of its own: before Linux 7 one that is refused stays pending, and cancelling it would never end.
struct Stray {
    Opaque<work_struct, WQLAB_SIZEOF_WORK> work;  // first: the function finds the rest behind it
    uint32_t runs;

    static void count(work_struct* work)
    {
        __atomic_add_fetch(&reinterpret_cast<Stray*>(work)->runs, 1, __ATOMIC_RELEASE);
    }
};

struct EachTime {
    static constexpr Promise kPromise = {
        276,
        "",
        "drain.each-time",
        "A workqueue that is drained once more refuses what comes from outside as it did the first time, also what an "
        "item of another workqueue queues",
        "kernel/workqueue.c: drain_workqueue(), __queue_work(), is_chained_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kFlushReturnsEarly};

    struct Outside {
        Stray strays[2];  // queued by a thread, by an item of another workqueue
        Queue* wq;
    };

    static void queue_stray(Outside& outside, uint32_t which)
    {
        wqlab_queue_bare_on(outside.wq->get(), outside.strays[which].work.get(), -1);
    }

    static void queue_from_item(TestItem&, void* outside) { queue_stray(*static_cast<Outside*>(outside), 1); }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Queue& another = t.queue();
        Outside* const outside = t.own<Outside>();
        if (!outside || t.decided())
            return;
        outside->wq = &wq;
        for (Stray& stray : outside->strays) {
            stray.runs = 0;
            wqlab_work_init(stray.work.get(), WQLAB_WORK_PLAIN, Stray::count);
        }
        TestItem& other = t.item("an item of another workqueue").on_run(queue_from_item, outside);
        for (uint32_t i = 0; i < 2; i++) {
            Actor& drainer = t.actor("drainer of an idle workqueue", Kthread::kAnyCpu, [&wq] { wq.drain(); });
            AWAIT(t, drainer.done(), "drain_workqueue() of an idle workqueue to return");
        }
        TestItem& held = t.item("an item", TestItem::Body::kGate);
        held.queue(wq);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, drainer.done() || flushes(t, drainer, wq), "drain_workqueue() to begin");
        queue_stray(*outside, 0);
        other.queue(another);
        AWAIT(t, other.ended() == 1, "an item of another workqueue to run");
        const bool was_held = held.running();
        held.open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        kernel::flush_workqueue(t, wq);
        SKIP_UNLESS(t, was_held, "the item ended before another was queued");
        constexpr const char* kBy[] = {"a thread", "an item of another workqueue"};
        for (uint32_t i = 0; i < 2; i++)
            WANT(t, __atomic_load_n(&outside->strays[i].runs, __ATOMIC_ACQUIRE) == 0,
                 "drained for the third time, it took an item that %s queued, which ran", kBy[i]);
    }
};

struct ManagerIsRefused {
    static constexpr Promise kPromise = {
        45,
        "c",
        "drain.who-makes-a-worker-is-refused",
        "A worker that makes another one runs no item: what is queued by it meanwhile, as who frees memory may, on a "
        "workqueue that drains is refused as anybody's",
        "kernel/workqueue.c: is_chained_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kFlushReturnsEarly};

    // Queues the item when a thread gets memory for the first time.
    struct Ambush {
        workqueue_struct* wq;
        Stray stray;
        uint32_t times;
    };

    static void spring(void* to, uintptr_t, uintptr_t)
    {
        Ambush& ambush = *static_cast<Ambush*>(to);
        if (__atomic_fetch_add(&ambush.times, 1, __ATOMIC_ACQ_REL) == 0)
            wqlab_queue_bare_on(ambush.wq, ambush.stray.work.get(), -1);
    }

    // The one worker of a pool in which nothing has run yet. 0: it is not seen.
    static int32_t worker_of(Trial& t, const Queue& wq)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, t.first_cpu()) : nullptr;
        for (uint32_t i = 0; pool && i < now->workers.size(); i++)
            if (now->workers[i].pool == pool->id)
                return now->workers[i].pid;
        return 0;
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Queue& other = idle::queue_with_new_pool(t);
        Ambush* const ambush = t.own<Ambush>();
        if (!ambush || t.decided())
            return;
        *ambush = {wq.get(), {}, 0};
        wqlab_work_init(ambush->stray.work.get(), WQLAB_WORK_PLAIN, Stray::count);
        TestItem& held = t.item("an item", TestItem::Body::kGate);
        TestItem& first = t.item("the first item of a pool");
        held.queue(wq);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, drainer.done() || flushes(t, drainer, wq), "drain_workqueue() to begin");
        // It makes another one before it runs its first item.
        task_struct* const worker = wqlab_thread_get(worker_of(t, other));
        SKIP_UNLESS(t, worker, "the pool's worker can't be seen");
        wqlab_allocations allocations = {spring, [](void*, uintptr_t) {}, ambush, reinterpret_cast<uintptr_t>(worker)};
        const bool attached = wqlab_allocations_attach(&allocations) == 0;
        if (attached) {
            first.queue_on(other, t.first_cpu());
            t.wait([&] { return first.ended() == 1; }, "the pool's first item to run");
            wqlab_allocations_detach(&allocations);
        }
        wqlab_thread_put(worker);
        held.open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        kernel::flush_workqueue(t, wq);
        SKIP_UNLESS(t, attached && ambush->times, "its worker was not seen to make another one");
        WANT(t, __atomic_load_n(&ambush->stray.runs, __ATOMIC_ACQUIRE) == 0,
             "while it drained, it took an item from who made a worker, which ran");
    }
};

constexpr Check kAll[] = {
    check_of<EachTime>(),
    check_of<ManagerIsRefused>(),
};

}  // namespace drain_again

constinit const Group kDrainAgainChecks = group_of("drain", drain_again::kAll);

}  // namespace wqlab
