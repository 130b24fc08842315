// SPDX-License-Identifier: GPL-2.0
// What is not counted, for it has not been.
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"
#include "../scenes/topology.hh"

namespace wqlab {

namespace wakeups {

struct NobodyWasWoken {
    static constexpr Promise kPromise = {
        248,
        "",
        "stats.sleep-that-wakes-nobody",
        "An item that goes to sleep when no other one waits is not counted as having started the next",
        "kernel/workqueue.c: wq_worker_sleeping(), PWQ_STAT_CM_WAKEUP",
        0,
        Fault::kQueueElsewhere};

    // Somebody else's item may wait just then: not each time.
    static constexpr uint32_t kSleeps = 30;

    struct Sleeps {
        Trial* trial;
        uint32_t n;
    };

    static void sleep_often(TestItem&, void* argument)
    {
        Sleeps& sleeps = *static_cast<Sleeps*>(argument);
        for (; sleeps.n < kSleeps && !sleeps.trial->given_up(); sleeps.n++)
            wqlab_sleep(300'000);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Sleeps* const sleeps = t.own<Sleeps>();
        if (!sleeps)
            return;
        *sleeps = {&t, 0};
        TestItem& item = t.item("an item that sleeps").on_run(sleep_often, sleeps);
        item.queue_on(wq, t.other_cpu(t.first_cpu()));
        AWAIT(t, item.ended() == 1, "the item to end");
        wq.flush();
        const uint64_t counted = stat_of(t, wq, WQLAB_PWQ_STAT_CM_WAKEUP);
        WANT(t, counted < kSleeps || t.decided(),
             "it slept %u times, and is counted as having started another %llu times", kSleeps,
             static_cast<unsigned long long>(counted));
        WANT(t, stat_of(t, wq, WQLAB_PWQ_STAT_COMPLETED) == 1 || t.decided(), "an execution is not counted");
        t.note("of %u sleeps %llu started another item", kSleeps, static_cast<unsigned long long>(counted));
    }
};

struct HogStartsTheNext {
    static constexpr Promise kPromise = {
        251,
        "",
        "stats.hog-that-starts-the-next",
        "How often the next item was started because one had run beyond cpu_intensive_thresh_us is counted, too, with "
        "that one",
        "kernel/workqueue.c: wq_worker_tick(), PWQ_STAT_CM_WAKEUP",
        0,
        Fault::kQueueElsewhere};

    // A pool that has no idle worker just then starts the next item when it has made one, and counts nothing.
    static constexpr uint32_t kRounds = 20;

    struct Hog {
        Trial* trial;
        Queue* other;
        TestItem* next;
        uint32_t cpu;
        bool may_end;
    };

    // It queues the next one itself: however late others get to that, it waits before this one has run for long.
    static void queue_and_spin(TestItem&, void* argument)
    {
        Hog& hog = *static_cast<Hog*>(argument);
        hog.next->queue_on(*hog.other, hog.cpu);
        while (!__atomic_load_n(&hog.may_end, __ATOMIC_ACQUIRE) && !hog.trial->given_up() && !hog.trial->ending()) {
            wqlab_resched();
            wqlab_relax();
        }
    }

    static void run(Trial& t)
    {
        const Threshold low(t, 5'000);
        if (t.decided())
            return;
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, has_ticks(t, cpu), "CPU %u has no ticks: nohz_full", cpu);
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Queue& other = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        uint64_t wakeups = 0;
        uint32_t rounds = 0;
        for (; rounds < kRounds && !wakeups; rounds++) {
            Hog* const spins = t.own<Hog>();
            if (!spins)
                return;
            TestItem& next = t.item("the item behind it");
            *spins = {&t, &other, &next, cpu, false};
            TestItem& hog = t.item("the item that spins").on_run(queue_and_spin, spins);
            hog.queue_on(wq, cpu);
            AWAIT(t, next.ended() == 1, "the item behind one that runs beyond the threshold to run");
            __atomic_store_n(&spins->may_end, true, __ATOMIC_RELEASE);
            AWAIT(t, hog.ended() == 1, "the item that spins to end");
            wakeups = stat_of(t, wq, WQLAB_PWQ_STAT_CM_WAKEUP);
            if (t.decided())
                return;
        }
        WANT(t, wakeups >= 1 && wakeups <= UINT32_MAX, "in %u rounds %lld are counted", rounds,
             static_cast<long long>(wakeups));
    }
};

constexpr Check kAll[] = {
    check_of<NobodyWasWoken>(WQLAB_LACK_COUNTERS),
    check_of<HogStartsTheNext>(WQLAB_LACK_COUNTERS | WQLAB_LACK_HOGS),
};

}  // namespace wakeups

constinit const Group kWakeupChecks = group_of("attributes", wakeups::kAll);

}  // namespace wqlab
