// SPDX-License-Identifier: GPL-2.0
// What is refused with a warning, and what without.
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/delayed.hh"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace refusals {

struct NeverInitialised {
    static constexpr Promise kPromise = {
        332,
        "",
        "misuse.uninitialised-is-refused",
        "An item of which INIT_WORK() has been forgotten is reported when it is queued, and does not run; once it is "
        "initialised it does",
        "kernel/workqueue.c: __queue_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    struct Raw {
        Opaque<work_struct, WQLAB_SIZEOF_WORK> work;  // first: the function finds the rest behind it
        uint32_t runs;
    };

    static void count(work_struct* work)
    {
        __atomic_add_fetch(&reinterpret_cast<Raw*>(work)->runs, 1, __ATOMIC_RELAXED);
    }

    class Reports {
    public:
        void see(const LogLine& line)
        {
            if (line.has("WARNING: ") && line.has(" __queue_work"))
                __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
        }
        uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

    private:
        uint32_t count_ = 0;
    };

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !wqlab_work_is_tracked(), "with DEBUG_OBJECTS_WORK its tracker has the first word");
        // It is said with the pool's lock held. A console that queues an item of its own to show it must find another.
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        Raw* raw = t.own<Raw>();
        if (!raw || !wq.get())
            return;
        raw->runs = 0;
        wqlab_work_init(raw->work.get(), WQLAB_WORK_PLAIN, count);
        wqlab_work_forget(raw->work.get());
        uint32_t reports, runs;
        {
            const KernelLog<Reports> log(t);
            wqlab_queue_bare_on(wq.get(), raw->work.get(), -1);
            wq.flush();
            runs = __atomic_load_n(&raw->runs, __ATOMIC_RELAXED);
            reports = log.count();
        }
        // It stays pending for ever, and nobody has it.
        wqlab_work_init(raw->work.get(), WQLAB_WORK_PLAIN, count);
        WANT(t, reports >= 1 && runs == 0, "queued uninitialised it was reported %u times, and ran %u times", reports,
             runs);
        WANT(t, wqlab_queue_bare_on(wq.get(), raw->work.get(), -1), "once it is initialised it can't be queued");
        wq.flush();
        WANT(t, __atomic_load_n(&raw->runs, __ATOMIC_RELAXED) == 1, "initialised it ran %u times", raw->runs);
    }
};

struct OrderedWithoutAWorker {
    static constexpr Promise kPromise = {
        333,
        "",
        "ordered.refused-without-a-word",
        "alloc_ordered_workqueue() that needs a new pool, for which no worker can be made, returns NULL, and does not "
        "say that an order is broken",
        "kernel/workqueue.c: alloc_and_link_pwqs()",
        WQLAB_CHECK_MEMORY,
        Fault::kResultLies};

    static void run(Trial& t)
    {
        constexpr uint32_t kFlags = WQLAB_WQ_ORDERED | WQLAB_WQ_HIGHPRI;
        workqueue_struct* refused;
        uint32_t reports;
        {
            const KernelLog<LinesWith> log(t, "ordering guarantee broken");
            const NoNewThreads scarce(t);
            if (t.decided())
                return;
            refused = wqlab_wq_create("wqlab-c333", kFlags, 1);
            reports = log.count() + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        }
        if (refused)
            wqlab_wq_destroy(refused);
        WANT(t, reports == 0, "that the order is broken was said %u times of a workqueue that %s", reports,
             refused ? "is there" : "was refused");
        SKIP_UNLESS(t, !refused, "threads ended meanwhile, or somebody has such a pool");
        workqueue_struct* made = wqlab_wq_create("wqlab-c333", kFlags, 1);
        SKIP_UNLESS(t, made, "once threads can be made again, there is no memory");
        wqlab_wq_destroy(made);
    }
};

struct AnothersTimer {
    static constexpr Promise kPromise = {
        424,
        "",
        "misuse.timer-of-another-is-reported",
        "A delayed item whose timer somebody has set up for himself is reported when it is queued, and once more if "
        "that timer runs; one of which INIT_WORK() has been forgotten is reported before its time has come",
        "kernel/workqueue.c: __queue_delayed_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    // Without a delay its timer is not touched.
    static uint32_t warnings(Trial& t, Queue& wq, TestItem& item)
    {
        const uint32_t before = item.started();
        const KernelLog<Warnings> log(t);
        if (!hear_again(t))
            return 0;
        item.queue_delayed(wq, 0);
        t.wait([&] { return item.ended() == before + 1; }, "the item to run");
        return log.count();
    }

    // It is on no list until its timer runs, and is taken back before.
    static void judge_forgotten(Trial& t, Queue& wq)
    {
        if (wqlab_work_is_tracked())
            return;
        TestItem& item = t.item("an item that is not initialised", TestItem::Body::kReturn, kDelayed);
        const KernelLog<Warnings> log(t);
        if (!hear_again(t))
            return;
        wqlab_work_forget(item.address());
        item.queue_delayed(wq, an_hour());
        const bool is_taken_back = item.cancel();
        WANT(t, is_taken_back && log.count() == 1, "one that was not initialised was reported %u times, and %s",
             log.count(), is_taken_back ? "cancelled" : "not to be cancelled");
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
        wqlab_neighbour_arm(item.address(), an_hour());
        const uint32_t armed = warnings(t, wq, item);
        const bool was_armed = wqlab_neighbour_disarm(item.address());
        const uint32_t disarmed = t.decided() ? 0 : warnings(t, wq, item);
        WANT(t, t.decided() || (armed == 2 && disarmed == 1),
             "while its timer ran there were %u warnings, and when that did not %u", armed, disarmed);
        WANT(t, t.decided() || was_armed, "its timer does not run any more");
        if (!t.decided())
            judge_forgotten(t, wq);
    }
};

constexpr Check kAll[] = {
    check_of<NeverInitialised>(),
    check_of<OrderedWithoutAWorker>(),
    check_of<AnothersTimer>(),
};

}  // namespace refusals

constinit const Group kRefusalChecks = group_of("misuse", refusals::kAll);

}  // namespace wqlab
