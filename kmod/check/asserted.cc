// SPDX-License-Identifier: GPL-2.0
// Group M, continued: what the kernel asserts of itself.
#include "../glue/workqueue.h"
#include "idle_pool.hh"
#include "said.hh"

namespace wqlab {

namespace asserted {

struct UsedWithoutWarning {
    static constexpr Promise kPromise = {
        374,
        "",
        "workqueue.used-without-warning",
        "Where workqueues of each kind are made, used, flushed, given other attributes and destroyed, nothing of what "
        "the kernel asserts of them is reported",
        "kernel/workqueue.c: init_pwq(), init_worker_pool(), put_unbound_pool(), pwq_release_workfn(), __flush_work(), "
        "flush_workqueue_prep_pwqs(), alloc_and_link_pwqs()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kResultLies};

    // By a thread of ours, or by the one of the kernel that lets pools go, which does nothing else.
    class Assertions {
    public:
        void see(const LogLine& line)
        {
            const bool is_ours = opens_with(line.command, "wqlab") || opens_with(line.command, "pool_workqueue_");
            if (is_ours && !line.in_interrupt && warns_of_workqueues(line))
                __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
        }
        uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

    private:
        uint32_t count_ = 0;
    };

    // One that runs and one behind it, and somebody who waits for each.
    static void flush_each(Trial& t, Queue& wq, uint32_t cpu)
    {
        const Items items = t.items(2, "an item", TestItem::Body::kGate);
        Actor* flushers[2];
        for (uint32_t i = 0; i < 2; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, items[0]->started() == 1, "an item to start");
        for (uint32_t i = 0; i < 2; i++) {
            TestItem& item = *items[i];
            flushers[i] = &t.actor("flusher", Kthread::kAnyCpu, [&item] { item.flush(); });
        }
        AWAIT(t, t.decided() || sleep_behind_barriers(t, flushers) == 2, "flush_work() to wait for each");
        for (uint32_t i = 0; i < 2; i++)
            items[i]->open();
        AWAIT(t, flushers[0]->done() && flushers[1]->done(), "flush_work() to return");
    }

    static void make_use_and_destroy(Trial& t, uint32_t flags)
    {
        const uint32_t cpu = t.first_cpu();
        const bool is_bh = flags & WQLAB_WQ_BH;
        Queue& wq = t.queue({.flags = flags, .max_active = is_bh ? 0u : 1u});
        if (t.decided())
            return;
        wq.flush();
        if (!is_bh)
            flush_each(t, wq, cpu);
        TestItem& item = t.item("the item");
        item.queue_on(wq, cpu);
        item.cancel_sync();
        item.queue_on(wq, cpu);
        if (flags & WQLAB_WQ_UNBOUND && !t.decided())
            wq.apply(smallest_scope(), false, 0, Queue::kPrivateNice + 1);
        wq.flush();
        wq.destroy();
    }

    static bool is_there(Trial& t, int32_t id)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS);
        for (uint32_t i = 0; now && i < now->pools.size(); i++)
            if (now->pools[i].id == id)
                return true;
        return false;
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.write("/sys/kernel/debug/clear_warn_once", "1") == 0, "clear_warn_once can't be written");
        const KernelLog<Assertions> log(t);
        const uint32_t bh = wqlab_lacks() & WQLAB_LACK_BH ? 0 : uint32_t{WQLAB_WQ_BH};
        for (const uint32_t flags :
             {uint32_t{0}, uint32_t{WQLAB_WQ_HIGHPRI}, bh, bh | WQLAB_WQ_HIGHPRI, uint32_t{WQLAB_WQ_MEM_RECLAIM},
              uint32_t{WQLAB_WQ_UNBOUND}, uint32_t{WQLAB_WQ_ORDERED}, uint32_t{WQLAB_WQ_ORDERED} | WQLAB_WQ_HIGHPRI})
            if (!t.decided())
                make_use_and_destroy(t, flags);
        // They go one after the other: with the last one all have.
        Queue& last = idle::queue_with_new_pool(t);
        const wqlab_snap_pool* pool = own_pool(t, last, t.first_cpu());
        if (!pool || t.decided())
            return;
        const int32_t id = pool->id;
        last.destroy();
        AWAIT(t, t.decided() || !is_there(t, id), "the last pool to go");
        const uint32_t reports = log.count() + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        WANT(t, reports == 0 || t.decided(), "there were %u reports, see the kernel's log", reports);
    }
};

constexpr Check kAll[] = {
    check_of<UsedWithoutWarning>(),
};

}  // namespace asserted

constinit const Group kAssertedChecks = group_of("misuse", asserted::kAll);

}  // namespace wqlab
