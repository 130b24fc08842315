// SPDX-License-Identifier: GPL-2.0
// A workqueue that drains, and a worker that runs no item.
#include "../../glue/allocations.h"
#include "../../glue/context.h"
#include "../../glue/thread.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/attached_probe.hh"
#include "../scenes/item_to_refuse.hh"
#include "../scenes/kept_memory.hh"
#include "../scenes/look.hh"
#include "../scenes/new_pool.hh"

namespace wqlab {

namespace managers {

// Queues an item, once, from within the first allocation of a worker that runs none: as memory that is reclaimed for
// him may, with no lock of workqueues held. Any context.
class QueuesFromManager {
public:
    QueuesFromManager(const Kernel& kernel, workqueue_struct* wq, Stray& stray)
        : kernel_(kernel), wq_(wq), stray_(stray)
    {
    }

    void allocated()
    {
        Address pwq = 0;
        const uintptr_t worker = wqlab_current_worker();
        if (has_queued() || wqlab_irqs_are_off() || !worker || !kernel_.peek(pwq, worker, Field::kWorkerPwq) || pwq)
            return;
        __atomic_store_n(&has_queued_, true, __ATOMIC_RELEASE);
        stray_.queue_on(wq_, -1);
        __atomic_store_n(&has_returned_, true, __ATOMIC_RELEASE);
    }

    bool has_queued() const { return __atomic_load_n(&has_queued_, __ATOMIC_ACQUIRE); }
    bool has_returned() const { return __atomic_load_n(&has_returned_, __ATOMIC_ACQUIRE); }

private:
    const Kernel& kernel_;
    workqueue_struct* const wq_;
    Stray& stray_;
    bool has_queued_ = false, has_returned_ = false;
};

struct AreRefused {
    static constexpr Promise kPromise = {
        449,
        "",
        "drain.managers-are-refused",
        "While a workqueue drains, what a worker queues on it that runs no item, but makes another worker, is refused",
        "kernel/workqueue.c: is_chained_work(), __queue_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kResultLies};

    // The thread of a pool's only worker; 0: the trial is decided.
    static uintptr_t only_worker(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        uintptr_t thread = 0;
        uint32_t n = 0;
        for (uint32_t i = 0; pool && i < now->workers.size(); i++) {
            if (now->workers[i].pool != pool->id)
                continue;
            n++;
            if (task_struct* const task = wqlab_thread_get(now->workers[i].pid)) {
                thread = reinterpret_cast<uintptr_t>(task);
                wqlab_thread_put(task);
            }
        }
        if (n != 1 || !thread)
            t.skip("of a new pool %u workers are seen, and not one", n);
        return t.decided() ? 0 : thread;
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& drained = t.queue();
        TestItem& held = t.item("an item", TestItem::Body::kGate);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
        TestItem& item = t.item("the item for which a worker is made");
        Stray* const stray = t.own<Stray>();
        if (t.decided() || !stray || !take_new_pool(t, wq, "system", cpu))
            return;
        stray->init();
        const uintptr_t worker = only_worker(t, wq, cpu);
        if (!worker)
            return;
        QueuesFromManager queuer(t.kernel(), drained.get(), *stray);
        const leaks::AttachedAllocations allocations(
            {[](void* to, uintptr_t, uintptr_t) { static_cast<QueuesFromManager*>(to)->allocated(); },
             [](void*, uintptr_t) {}, &queuer, worker});
        SKIP_UNLESS(t, allocations.is_attached(), "allocations can't be watched here");
        held.queue(drained);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&drained, &t] { kernel::drain(t, drained); });
        AWAIT(t, flushes(t, drainer, drained), "drain_workqueue() to begin");
        // The worker makes another one first: it is the last that was idle.
        item.queue_on(wq, cpu);
        AWAIT(t, item.ended() == 1, "an item to run of a pool whose workers queue elsewhere");
        const bool was_held = held.running(), has_queued = queuer.has_queued();
        AWAIT(t, !has_queued || queuer.has_returned(), "queue_work() to return in who makes a worker");
        // From 7.1 on it can be used afterwards; before that it stays pending, see 45.
        const bool pending = stray->pending();
        held.open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        SKIP_UNLESS(t, has_queued, "who makes a worker was not seen to allocate");
        SKIP_UNLESS(t, was_held, "the item ended meanwhile");
        const uint32_t ran = stray->runs() + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        WANT(t, ran == 0, "it was queued and ran");
        WANT(t, !pending || !wqlab_since_7_1(), "what was refused is pending, and stays so");
    }
};

constexpr Check kAll[] = {
    check_of<AreRefused>(),
};

}  // namespace managers

constinit const Group kDrainManagerChecks = group_of("drain", managers::kAll);

}  // namespace wqlab
