// SPDX-License-Identifier: GPL-2.0
// What the kernel asserts of itself.
#include "../../glue/context.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/idle_pool.hh"
#include "../scenes/thread_log.hh"

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
        if (!hear_again(t))
            return;
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

struct HeldBackWithoutWarning {
    static constexpr Promise kPromise = {
        385,
        "",
        "workqueue.held-back-without-warning",
        "Where items are queued, held back, let go, moved, cancelled, disabled and flushed nothing of what the kernel "
        "asserts of them and of limits is reported, also by a worker",
        "kernel/workqueue.c: set_work_data(), __pwq_activate_work(), pwq_dec_nr_active(), work_offqd_unpack(), "
        "flush_workqueue_prep_pwqs(), wq_adjust_max_active()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kResultLies};

    // Of the first kind are those in which nobody's misuse is reported, and of the other those in which it may be:
    // there what this thread does counts.
    class Assertions {
    public:
        void see(const LogLine& line)
        {
            if (line.has("WARNING: ") && (is_of(line, kInner) || (line.writer == writer_ && is_of(line, kOuter))))
                __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
        }
        uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

    private:
        static constexpr const char* kInner[] = {" process_one_work",
                                                 " pwq_dec_nr_in_flight",
                                                 " pwq_dec_nr_active",
                                                 " node_activate_pending_pwq",
                                                 " pwq_activate_first_inactive",
                                                 " __pwq_activate_work",
                                                 " wq_adjust_max_active",
                                                 " unplug_oldest_pwq",
                                                 " flush_workqueue_prep_pwqs",
                                                 " insert_work",
                                                 " set_work_",
                                                 " get_pwq",
                                                 " put_pwq",
                                                 " try_to_grab_pending"};
        static constexpr const char* kOuter[] = {" work_offqd_unpack",
                                                 " __queue_work",
                                                 " queue_work_on",
                                                 " __queue_delayed_work",
                                                 " queue_delayed",
                                                 " mod_delayed_work",
                                                 " work_grab_pending",
                                                 " __cancel_work",
                                                 " __flush_work",
                                                 " disable_work",
                                                 " enable_work",
                                                 " flush_work",
                                                 " workqueue_set_max_active"};

        template <size_t N>
        static bool is_of(const LogLine& line, const char* const (&functions)[N])
        {
            for (const char* function : functions)
                if (line.has(function))
                    return true;
            return false;
        }

        const uintptr_t writer_ = wqlab_current_task();
        uint32_t count_ = 0;
    };

    // One that runs, and two behind it.
    struct Row {
        TestItem& front;
        TestItem& held;
        TestItem& delayed;

        Row(Trial& t, Queue& wq, uint32_t cpu)
            : front(t.item("the item that runs", TestItem::Body::kGate)),
              held(t.item("an item held back")),
              delayed(t.item("a delayed item held back", TestItem::Body::kReturn, WQLAB_WORK_DELAYED))
        {
            front.queue_on(wq, cpu);
            if (!t.wait([&] { return front.started() == 1; }, "the item to start"))
                return;
            held.queue_on(wq, cpu);
            delayed.queue_delayed(wq, 0, static_cast<int>(cpu));
        }
    };

    static void let_go(Trial& t, Queue& wq, uint32_t cpu)
    {
        Row by_its_end(t, wq, cpu);
        if (t.decided() || !hear_again(t))
            return;
        by_its_end.front.open();
        wq.flush();
        Row by_the_limit(t, wq, cpu);
        if (t.decided() || !hear_again(t))
            return;
        wq.set_max_active(wqlab_wq_max_active());  // of which each node has a share
        AWAIT(t, by_the_limit.delayed.ended() == 1, "what is held back to run when max_active is raised");
        wq.set_max_active(1);
        by_the_limit.front.open();
        wq.flush();
    }

    static void take_back(Trial& t, Queue& wq, uint32_t cpu)
    {
        Row row(t, wq, cpu);
        if (t.decided() || !hear_again(t))
            return;
        row.delayed.mod_delayed(wq, 1, static_cast<int>(cpu));
        row.held.cancel();
        row.held.queue_on(wq, cpu);
        row.front.queue_on(wq, cpu);
        row.front.cancel();
        row.delayed.cancel_sync();
        if (!(wqlab_lacks() & WQLAB_LACK_DISABLE)) {
            row.held.disable();
            row.held.enable();
        }
        row.front.open();
        wq.flush();
    }

    static void flush_thrice(Trial& t, Queue& wq, uint32_t cpu)
    {
        constexpr uint32_t kFlushers = 3;
        Row row(t, wq, cpu);
        if (t.decided() || !hear_again(t))
            return;
        for (uint32_t i = 0; i < kFlushers && !t.decided(); i++) {
            Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&wq] { wq.flush(); });
            AWAIT(t, flusher.done() || flushes(t, flusher, wq), "flush_workqueue() to begin");
        }
        row.front.open();
        wq.flush();
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        if (!hear_again(t))
            return;
        const KernelLog<Assertions> log(t);
        for (const uint32_t flags : {uint32_t{0}, uint32_t{WQLAB_WQ_UNBOUND}}) {
            Queue& wq = t.queue({.flags = flags, .max_active = 1});
            for (const auto act : {let_go, take_back, flush_thrice})
                if (!t.decided())
                    act(t, wq, cpu);
        }
        const uint32_t reports = log.count() + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        WANT(t, reports == 0 || t.decided(), "there were %u reports, see the kernel's log", reports);
    }
};

constexpr Check kAll[] = {
    check_of<UsedWithoutWarning>(),
    check_of<HeldBackWithoutWarning>(),
};

}  // namespace asserted

constinit const Group kAssertedChecks = group_of("misuse", asserted::kAll);

}  // namespace wqlab
