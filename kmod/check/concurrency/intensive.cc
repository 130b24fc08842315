// SPDX-License-Identifier: GPL-2.0
// CPU-intensive items, and unbound ones: concurrency management leaves both alone.
#include "../../glue/time.h"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"
#include "../scenes/topology.hh"
#include "cpu_in_parts.hh"

namespace wqlab {

namespace intensive {

// Whether the worker that had an item which was set apart, and has ended, holds back others again with its next one.
// False: that went to another one, and nothing was judged, or the trial is decided.
inline bool is_managed_again(Trial& t, const TestItem& hog, uint32_t cpu)
{
    const Threshold off(t, 0);
    Queue& wq = t.queue();
    TestItem& spinner = t.item("the next item of its worker", TestItem::Body::kSpin);
    TestItem& behind = t.item("the item behind that");
    t.linger();
    spinner.queue_on(wq, cpu);
    if (!t.wait([&] { return spinner.started() == 1; }, "the next item to start"))
        return false;
    const bool is_same = spinner.last().pid == hog.last().pid;
    if (is_same)
        behind.queue_on(wq, cpu);
    for (uint32_t i = 0; i < 3 && is_same && !t.decided(); i++) {
        t.linger();
        if (behind.started())
            t.fail("beside the next item of a worker that had one which was set apart, another one started");
    }
    spinner.open();
    wq.flush();
    return is_same && !t.decided();
}

// Whoever became idle last is woken first, if nobody else has items just then.
constexpr uint32_t kAgain = 4;

struct IntensiveHoldsNobodyBack {
    static constexpr Promise kPromise = {
        93,
        "",
        "concurrency.intensive-holds-nobody-back",
        "A running item of WQ_CPU_INTENSIVE holds back no other, but is itself held back by a normal one, and a normal "
        "one that its worker has next holds back others again",
        "Documentation/core-api/workqueue.rst: flags; kernel/workqueue.c: process_one_work()",
        0,
        Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue& normal = t.queue();
        Queue& intensive = t.queue({.flags = WQLAB_WQ_CPU_INTENSIVE});
        TestItem& hog = t.item("the intensive item", TestItem::Body::kSpin);
        TestItem& other = t.item("a normal item");
        hog.queue_on(intensive, cpu);
        AWAIT(t, hog.started() == 1, "the intensive item to start");
        other.queue_on(normal, cpu);
        AWAIT(t, other.ended() == 1, "a normal item to run beside an intensive one");
        WANT(t, hog.running(), "the intensive item ended");
        hog.open();
        intensive.flush();

        TestItem& runner = t.item("the normal item", TestItem::Body::kSpin);
        TestItem& late = t.item("an intensive item");
        runner.queue_on(normal, cpu);
        AWAIT(t, runner.started() == 1, "the normal item to start");
        late.queue_on(intensive, cpu);
        for (uint32_t i = 0; i < 3; i++) {
            t.linger();
            WANT(t, late.started() == 0, "an intensive item started while a normal one used the CPU");
        }
        runner.open();
        AWAIT(t, late.ended() == 1, "the intensive item to run");

        bool judged = false;
        for (uint32_t i = 0; i < kAgain && !judged && !t.decided(); i++) {
            TestItem& again = t.item("an intensive item");
            again.queue_on(intensive, cpu);
            AWAIT(t, again.ended() == 1, "an intensive item to run");
            judged = is_managed_again(t, again, cpu);
        }
    }
};

struct HogsAreSetApart {
    static constexpr Promise kPromise = {
        94,
        "",
        "concurrency.hogs-are-set-apart",
        "A per-CPU item, highpri or not, that runs beyond cpu_intensive_thresh_us stops holding back "
        "others until it ends, and is counted; an unbound one is not",
        "kernel/workqueue.c: wq_worker_tick(), process_one_work()",
        0,
        Fault::kSnapshotLies};

    static constexpr uint64_t kThreshold = 100'000'000;
    static constexpr uint32_t kParts = 4;

    // What runs beyond the threshold only with what its worker did before, or
    // before it slept, does not count. On a machine that is so slow that one part
    // may have taken that long itself, nothing is decided.
    static void together_only(Trial& t, uint32_t cpu)
    {
        const Threshold low(t, kThreshold / 1000);
        for (const bool one : {false, true}) {
            Parts* parts = t.own<Parts>();
            if (!parts)
                return;
            const uint64_t now = wqlab_now();
            *parts = {one ? kParts : 1, {now, now}, 0};
            Queue& wq = t.queue();
            const Items items = t.items(kParts, "an item that uses the CPU");
            const uint32_t n = one ? 1 : kParts;
            for (uint32_t i = 0; i < n; i++)
                items[i]->on_run(spin_and_sleep, parts).queue_on(wq, cpu);
            AWAIT(t, executions(items, n) == n, "the items to run");
            wq.flush();
            parts->begin();
            const uint64_t counted = stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
            WANT(t, counted == 0 || parts->longest > kThreshold * 9 / 10,
                 one ? "an item that slept before it reached the threshold was counted"
                     : "items that together reached the threshold were counted");
        }
    }

    // False: decided.
    static bool set_apart(Trial& t, TestItem& hog, uint32_t cpu, uint32_t flags = 0)
    {
        const Threshold low(t, 20'000);
        Queue& wq = t.queue({.flags = flags});
        Queue& other = t.queue({.flags = flags});  // what a slow host makes of the one behind is not counted with it
        TestItem& next = t.item("the item behind it");
        hog.queue_on(wq, cpu);
        if (!t.wait([&] { return hog.started() == 1; }, "the item that spins to start"))
            return false;
        next.queue_on(other, cpu);
        if (!t.wait([&] { return next.ended() == 1; }, "the item behind one that runs beyond the threshold to run"))
            return false;
        const uint64_t counted = stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
        if (!hog.running())
            t.fail("the item that spins ended");
        else if (counted != 1)
            t.fail("it was counted %u times", static_cast<uint32_t>(counted));
        hog.open();
        wq.flush();
        return !t.decided();
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        bool judged = false;
        for (uint32_t i = 0; i < kAgain && !judged; i++) {
            TestItem& hog = t.item("the item that spins", TestItem::Body::kSpin);
            if (!set_apart(t, hog, cpu))
                return;
            judged = is_managed_again(t, hog, cpu);
            if (t.decided())
                return;
        }
        TestItem& high = t.item("the highpri item that spins", TestItem::Body::kSpin);
        if (!set_apart(t, high, cpu, WQLAB_WQ_HIGHPRI))
            return;

        const Threshold low(t, 20'000);
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND});
        TestItem& free = t.item("the unbound item that spins", TestItem::Body::kSpin);
        free.queue_on(unbound, cpu);
        AWAIT(t, free.started() == 1, "the unbound item that spins to start");
        for (uint32_t i = 0; i < 4; i++)
            t.linger();
        const uint64_t unbound_counted = stat_of(t, unbound, WQLAB_PWQ_STAT_CPU_INTENSIVE);
        WANT(t, unbound_counted == 0, "an unbound item was counted");
        free.open();
        together_only(t, cpu);
    }
};

struct SetApartByThen {
    static constexpr Promise kPromise = {
        312,
        "",
        "concurrency.set-apart-when-the-threshold-is-over",
        "A per-CPU item that ends when it has used its CPU for two and a half times cpu_intensive_thresh_us was set "
        "apart by then",
        "kernel/workqueue.c: wq_worker_tick()",
        0,
        Fault::kSnapshotLies};

    static constexpr uint64_t kThreshold = 100'000'000, kUse = 250'000'000, kMost = 350'000'000;  // ns
    static constexpr uint32_t kRounds = 8;

    struct Use {
        Trial* trial;
        uint64_t used;
    };

    // Its time as ticks keep it: where one of them has brought it so far, that one has looked at the worker, too.
    static void use_cpu(TestItem&, void* argument)
    {
        Use& use = *static_cast<Use*>(argument);
        const uint64_t began = wqlab_runtime();
        while ((use.used = wqlab_runtime() - began) < kUse && !use.trial->given_up() && !use.trial->ending()) {
            wqlab_resched();
            wqlab_relax();
        }
    }

    static void run(Trial& t)
    {
        const Threshold low(t, kThreshold / 1000);
        const uint32_t cpu = t.first_cpu();
        SKIP_UNLESS(t, has_ticks(t, cpu), "CPU %u has no ticks: nohz_full", cpu);
        uint32_t judged = 0;
        // A host that takes the CPU away may bring the time and no tick: hardly each time.
        for (uint32_t i = 0; i < kRounds; i++) {
            Use* const use = t.own<Use>();
            if (!use)
                return;
            *use = {&t, 0};
            Queue& wq = t.queue();
            TestItem& item = t.item("the item that uses the CPU").on_run(use_cpu, use);
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "an item that uses its CPU for a quarter of a second to end");
            const bool lies = t.has_fault(Fault::kSnapshotLies);
            const uint64_t counted = lies ? 0 : stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
            WANT(t, counted <= 1, "it was counted %llu times", static_cast<unsigned long long>(counted));
            if (counted || t.decided())
                return;
            judged += use->used < kMost;
        }
        SKIP_UNLESS(t, judged, "its time comes in pieces that are too long");
        t.fail("of %u items that used their CPU for 250 ms, with a threshold of 100 ms, none was counted", judged);
    }
};

struct ZeroTurnsDetectionOff {
    static constexpr Promise kPromise = {
        95,
        "",
        "concurrency.zero-turns-detection-off",
        "With cpu_intensive_thresh_us=0 an item holds back others however long it runs",
        "Documentation/admin-guide/kernel-parameters.txt: workqueue.cpu_intensive_thresh_us",
        0,
        Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue();
        TestItem& hog = t.item("the item that spins", TestItem::Body::kSpin);
        TestItem& next = t.item("the item behind it");
        hog.queue_on(wq, cpu);
        AWAIT(t, hog.started() == 1, "the item that spins to start");
        next.queue_on(wq, cpu);
        for (uint32_t i = 0; i < 8; i++) {
            t.linger();
            WANT(t, next.started() == 0, "the item behind it started while it ran");
        }
        const uint64_t counted = stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
        WANT(t, counted == 0, "it was counted as CPU intensive");
        hog.open();
        AWAIT(t, next.ended() == 1, "the item behind it to run");
    }
};

struct UnboundIsNotManaged {
    static constexpr Promise kPromise = {
        96,
        "",
        "concurrency.unbound-is-not-managed",
        "Unbound items start as soon as they can: a running one of the same pool holds back none",
        "Documentation/core-api/workqueue.rst: flags",
        0,
        Fault::kQueueLoses};

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"});
        TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
        const Items others = t.items(3, "an item");
        spinner.queue(wq);
        AWAIT(t, spinner.started() == 1, "the item that spins to start");
        for (uint32_t i = 0; i < 3; i++) {
            others[i]->queue(wq);
            AWAIT(t, others[i]->ended() == 1, "an item of the same pool to run meanwhile");
        }
        WANT(t, spinner.running(), "the item that spins ended");
    }
};

constexpr Check kAll[] = {
    check_of<IntensiveHoldsNobodyBack>(),      check_of<HogsAreSetApart>(WQLAB_LACK_HOGS),
    check_of<SetApartByThen>(WQLAB_LACK_HOGS), check_of<ZeroTurnsDetectionOff>(WQLAB_LACK_HOGS),
    check_of<UnboundIsNotManaged>(),
};

}  // namespace intensive

constinit const Group kIntensiveChecks = group_of("concurrency", intensive::kAll);

}  // namespace wqlab
