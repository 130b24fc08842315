// SPDX-License-Identifier: GPL-2.0
// A rescuer that is needed no more.
#include "../../glue/workqueue.h"
#include "../scenes/idle_pool.hh"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace rescuer_idle_again {

struct LeavesToIdleWorkers {
    static constexpr Promise kPromise = {
        355,
        "",
        "rescuer.leaves-to-idle-workers",
        "A rescuer that is at the end of its item when the pool has idle workers again, and nobody makes more, leaves "
        "the rest to these, though it is its own workqueue's",
        "kernel/workqueue.c: assign_rescuer_work(), rescuer_thread()",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    // Each item that is left wakes one worker at most: there are to be idle ones all the time.
    static constexpr uint32_t kItems = 4, kIdle = kItems + 3;

    struct Rest {
        Queue* queue;
        uint32_t cpu;  // one for all: a rescuer that is at a CPU's pwq looks for nothing of another one's
        Items items;
        Gate* gate;
    };

    // Queues what is left as the last thing that it does.
    static void sleep_then_queue(TestItem&, void* argument)
    {
        const Rest& rest = *static_cast<Rest*>(argument);
        rest.gate->pass();
        for (uint32_t i = 0; i < kItems; i++)
            rest.items[i]->queue_on(*rest.queue, rest.cpu);
    }

    // Of a pool of which nothing waits for a worker, and for which nobody makes one.
    static bool has_idle_ones(Trial& t, const Queue& wq, uint32_t cpu, uint32_t n)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
        return pool && pool->nr_idle >= static_cast<int32_t>(n) && !pool->nr_pending && !pool->manager &&
               !(pool->flags & WQLAB_POOL_MANAGER_ACTIVE);
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Rest* const rest = t.own<Rest>();
        Queue& plain = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 512, .is_private = false});
        Queue& saved = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM, .is_private = false});
        const int nice = take_new_pool(t, plain, "system", cpu);
        if (!rest || t.decided())
            return;
        const int error = saved.apply(wqlab_lacks() & WQLAB_LACK_SCOPES ? "default" : "system", false, 0, nice);
        SKIP_UNLESS(t, error == 0, "attributes can't be set: error %d", -error);
        const Items sleepers = t.items(kIdle, "an item that keeps a worker", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kIdle; i++)
            sleepers[i]->queue_on(plain, cpu);
        AWAIT(t, started(sleepers, kIdle) == kIdle, "items to start, each in a worker of its own");
        *rest = {&saved, cpu, t.items(kItems, "an item that is left"), &t.gate()};
        TestItem& front = t.item("the item to rescue").on_run(sleep_then_queue, rest);
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, plain, cpu))
            return;
        front.queue_on(saved, cpu);
        AWAIT(t, front.started() == 1, "the rescuer to help");
        SKIP_UNLESS(t, !is_other_worker(front.last().command), "a worker became free, or threads ended meanwhile");
        WANT(t, is_rescuer(front.last().command), "it ran in %s, and not in the rescuer", front.last().command);
        scarce.end();
        AWAIT(t, t.decided() || has_idle_ones(t, plain, cpu, 1), "the pool to have as many workers as it needs");
        for (uint32_t i = 0; i < kIdle; i++)
            sleepers[i]->open();
        AWAIT(t, t.decided() || has_idle_ones(t, plain, cpu, kIdle), "the pool to have idle workers");
        if (t.decided())
            return;
        rest->gate->open();
        AWAIT(t, executions(rest->items, kItems) == kItems, "what is left to run");
        for (uint32_t i = 0; i < kItems; i++)
            WANT(t, !is_rescuer(rest->items[i]->last().command), "%u workers were idle, and the rescuer ran item %u",
                 kIdle, i + 1);
    }
};

constexpr Check kAll[] = {
    check_of<LeavesToIdleWorkers>(),
};

}  // namespace rescuer_idle_again

constinit const Group kRescuerIdleAgainChecks = group_of("reclaim", rescuer_idle_again::kAll);

}  // namespace wqlab
