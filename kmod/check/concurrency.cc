// SPDX-License-Identifier: GPL-2.0
// Group H: concurrency management and priority.
#include "../glue/cpu.h"
#include "../glue/time.h"
#include "threshold.hh"

namespace wqlab {

namespace concurrency {

struct HighpriNice {
    static constexpr Promise kPromise = {
        87, "", "highpri.nice",
        "Items of WQ_HIGHPRI run in workers of nice -20 whose names end in H, others at nice 0",
        "Documentation/core-api/workqueue.rst: flags", 0, Fault::kWorkerLies};

    static void run(Trial& t)
    {
        Queue& normal = t.queue();
        Queue& high = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Probe& low_item = t.probe("the normal item");
        Probe& high_item = t.probe("the highpri item");
        low_item.queue(normal);
        high_item.queue(high);
        AWAIT(t, low_item.ended() == 1 && high_item.ended() == 1, "the items to run");
        WANT(t, low_item.last().nice == 0, "the normal item ran at nice %d", low_item.last().nice);
        WANT(t, high_item.last().nice == -20, "the highpri item ran at nice %d", high_item.last().nice);
        const size_t low_end = __builtin_strlen(low_item.last().command), high_end = __builtin_strlen(high_item.last().command);
        WANT(t, high_end && high_item.last().command[high_end - 1] == 'H', "its worker is called %s", high_item.last().command);
        WANT(t, low_end && low_item.last().command[low_end - 1] != 'H', "the normal one's worker is called %s", low_item.last().command);
    }
};

struct PrioritiesDoNotMix {
    static constexpr Promise kPromise = {
        88, "", "highpri.pools-are-apart",
        "A running item of the normal pool holds back no highpri item, nor the reverse",
        "Documentation/core-api/workqueue.rst: flags", 0, Fault::kQueueLoses};

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_HIGHPRI})};
        for (uint32_t i = 0; i < 2; i++) {
            Probe& spinner = t.probe("the item that spins", Probe::Body::kSpin);
            Probe& other = t.probe("the item of the other pool");
            spinner.queue_on(*queues[i], cpu);
            AWAIT(t, spinner.started() == 1, "the item that spins to start");
            other.queue_on(*queues[1 - i], cpu);
            AWAIT(t, other.started() == 1, "the item of the other pool to start meanwhile");
            WANT(t, spinner.running(), "the item that spins ended");
            spinner.open();
            AWAIT(t, spinner.ended() == 1 && other.ended() == 1, "the items to end");
        }
    }
};

struct NextStartsWhenOneSleeps {
    static constexpr Promise kPromise = {
        89, "", "concurrency.next-starts-when-one-sleeps",
        "When the running worker of a CPU blocks, the next item starts",
        "Documentation/core-api/workqueue.rst: The Design", 0, Fault::kQueueLoses};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            Probe& sleeper = t.probe("the item that sleeps", Probe::Body::kGate);
            Probe& next = t.probe("the next item");
            sleeper.queue_on(wq, cpu);
            next.queue_on(wq, cpu);
            AWAIT(t, next.ended() == 1, "the next item to run while one sleeps");
            WANT(t, sleeper.running(), "the item that sleeps ended");
            WANT(t, sleeper.last().start < next.last().start, "the next item started first");
            sleeper.open();
        }
    }
};

struct OneRunsAtATime {
    static constexpr Promise kPromise = {
        90, "", "concurrency.one-runs-at-a-time",
        "While a worker of a CPU runs, no other item of its pool starts",
        "Documentation/core-api/workqueue.rst: The Design", 0, Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue();
        Probe& spinner = t.probe("the item that spins", Probe::Body::kSpin);
        Probe** others = t.probes(3, "an item behind it");
        spinner.queue_on(wq, cpu);
        AWAIT(t, spinner.started() == 1, "the item that spins to start");
        for (uint32_t i = 0; i < 3; i++)
            others[i]->queue_on(wq, cpu);
        for (uint32_t i = 0; i < 4; i++) {
            t.linger();
            WANT(t, !others[0]->started() && !others[1]->started() && !others[2]->started(), "another item started while one was running");
        }
        spinner.open();
        AWAIT(t, others[2]->ended() == 1, "the items behind it to run");
        WANT(t, spinner.last().end < others[0]->last().start, "another item started while one was running");

        // Nor does a worker that slept take the next one when its own ends: one too many runs.
        Probe& sleeper = t.probe("the item that slept", Probe::Body::kGate);
        Probe& runner = t.probe("the item that runs", Probe::Body::kSpin);
        Probe& next = t.probe("the next item");
        sleeper.queue_on(wq, cpu);
        AWAIT(t, sleeper.started() == 1, "the item that sleeps to start");
        runner.queue_on(wq, cpu);
        AWAIT(t, runner.started() == 1, "an item to start while one sleeps");
        next.queue_on(wq, cpu);
        sleeper.open();
        AWAIT(t, sleeper.ended() == 1, "the item that slept to end");
        t.linger();
        WANT(t, next.started() == 0, "when one that had slept ended, its worker took another item while one was running");
        runner.open();
        AWAIT(t, next.ended() == 1, "the next item to run");
    }
};

// The items of the documentation's example: each uses the CPU, then sleeps.
struct Timelines {
    static constexpr Promise kPromise = {
        91, "", "concurrency.example-timelines",
        "The orders of the documentation's examples: max_active 3 and 2, and WQ_CPU_INTENSIVE",
        "Documentation/core-api/workqueue.rst: Example Execution Scenarios", 0, Fault::kLimitIgnored};

    struct Phases {
        bool spun = false;  // may sleep now
        Gate* gate;         // may end when open
        Trial* trial;
    };

    static void spin_then_sleep(Probe&, void* argument)
    {
        Phases& phases = *static_cast<Phases*>(argument);
        while (!__atomic_load_n(&phases.spun, __ATOMIC_ACQUIRE) && !phases.trial->given_up() && !phases.trial->decided()) {
            wqlab_resched();
            wqlab_relax();
        }
        phases.gate->wait(Event::kForEver - 1);
    }

    struct Three {
        Probe* w[3];
        Phases* of;

        void sleep(uint32_t i) { __atomic_store_n(&of[i].spun, true, __ATOMIC_RELEASE); }
        void end(uint32_t i) { of[i].gate->open(); }
        bool started(uint32_t i) const { return w[i]->started() == 1; }
    };

    static bool make(Trial& t, Three& three)
    {
        three.of = t.own<Phases, 3>();
        if (!three.of)
            return false;
        for (uint32_t i = 0; i < 3; i++) {
            three.of[i].gate = &t.gate();
            three.of[i].trial = &t;
            three.w[i] = &t.probe("an item").on_run(spin_then_sleep, &three.of[i]);
        }
        return true;
    }

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        for (const uint32_t max_active : {3u, 2u}) {
            Queue& wq = t.queue({.max_active = max_active});
            Three three;
            if (!make(t, three))
                return;
            for (Probe* w : three.w)
                w->queue_on(wq, cpu);
            AWAIT(t, three.started(0), "w0 to start");
            t.linger();
            WANT(t, !three.started(1) && !three.started(2), "max_active %u: w1 or w2 started while w0 used the CPU", max_active);
            three.sleep(0);
            AWAIT(t, three.started(1), "w1 to start when w0 sleeps");
            t.linger();
            WANT(t, !three.started(2), "max_active %u: w2 started while w1 used the CPU", max_active);
            three.sleep(1);
            if (max_active == 3) {
                AWAIT(t, three.started(2), "w2 to start when w1 sleeps");
            } else {
                t.linger();
                WANT(t, !three.started(2), "max_active 2: w2 started while w0 and w1 were in flight");
                three.end(0);
                AWAIT(t, three.started(2), "w2 to start when w0 has ended");
                WANT(t, three.w[1]->running(), "w1 ended");
            }
            for (uint32_t i = 0; i < 3; i++) {
                three.sleep(i);
                three.end(i);
            }
            wq.flush();
        }
        Queue& normal = t.queue();
        Queue& intensive = t.queue({.flags = WQLAB_WQ_CPU_INTENSIVE});
        Three three;
        if (!make(t, three))
            return;
        three.w[0]->queue_on(normal, cpu);
        AWAIT(t, three.started(0), "w0 to start");
        three.w[1]->queue_on(intensive, cpu);
        three.w[2]->queue_on(intensive, cpu);
        t.linger();
        WANT(t, !three.started(1) && !three.started(2), "CPU_INTENSIVE items started while w0 used the CPU");
        three.sleep(0);
        AWAIT(t, three.started(1) && three.started(2), "both CPU_INTENSIVE items to start when w0 sleeps");
        for (uint32_t i = 0; i < 3; i++) {
            three.sleep(i);
            three.end(i);
        }
    }
};

struct WorkersOnDemand {
    static constexpr Promise kPromise = {
        92, "", "concurrency.workers-on-demand",
        "Workers are created when they are needed: any number of sleeping items is in flight on one CPU",
        "kernel/workqueue.c: maybe_create_worker()", 0, Fault::kQueueLoses};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 64;
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue({.max_active = 2 * kItems}), &t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 2 * kItems})};
        for (Queue* wq : queues) {
            Probe** items = t.probes(kItems, "an item that sleeps", Probe::Body::kGate);
            for (uint32_t i = 0; i < kItems; i++)
                items[i]->queue_on(*wq, cpu);
            AWAIT(t, ({ uint32_t n = 0; for (uint32_t i = 0; i < kItems; i++) n += items[i]->started(); n == kItems; }),
                  "64 sleeping items to be in flight on one CPU");
            for (uint32_t i = 0; i < kItems; i++)
                items[i]->open();
            wq->flush();
        }
    }
};

struct IntensiveHoldsNobodyBack {
    static constexpr Promise kPromise = {
        93, "", "concurrency.intensive-holds-nobody-back",
        "A running item of WQ_CPU_INTENSIVE holds back no other, but is itself held back by a normal one",
        "Documentation/core-api/workqueue.rst: flags", 0, Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue& normal = t.queue();
        Queue& intensive = t.queue({.flags = WQLAB_WQ_CPU_INTENSIVE});
        Probe& hog = t.probe("the intensive item", Probe::Body::kSpin);
        Probe& other = t.probe("a normal item");
        hog.queue_on(intensive, cpu);
        AWAIT(t, hog.started() == 1, "the intensive item to start");
        other.queue_on(normal, cpu);
        AWAIT(t, other.ended() == 1, "a normal item to run beside an intensive one");
        WANT(t, hog.running(), "the intensive item ended");
        hog.open();
        intensive.flush();

        Probe& runner = t.probe("the normal item", Probe::Body::kSpin);
        Probe& late = t.probe("an intensive item");
        runner.queue_on(normal, cpu);
        AWAIT(t, runner.started() == 1, "the normal item to start");
        late.queue_on(intensive, cpu);
        for (uint32_t i = 0; i < 3; i++) {
            t.linger();
            WANT(t, late.started() == 0, "an intensive item started while a normal one used the CPU");
        }
        runner.open();
        AWAIT(t, late.ended() == 1, "the intensive item to run");
    }
};

struct HogsAreSetApart {
    static constexpr Promise kPromise = {
        94, "", "concurrency.hogs-are-set-apart",
        "A per-CPU item that runs beyond cpu_intensive_thresh_us stops holding back others, and is counted; an unbound one is not",
        "kernel/workqueue.c: wq_worker_tick()", 0, Fault::kSnapshotLies};

    static constexpr uint64_t kThreshold = 100'000'000, kPart = 40'000'000;
    static constexpr uint32_t kParts = 4;

    // The kernel's clock of a part begins after the end of the one before, and is
    // done with when the next one begins: it can't have seen more than lies between.
    struct Parts {
        uint32_t each;     // in one execution
        uint64_t ends[2];  // of the last two
        uint64_t longest;

        void begin()
        {
            const uint64_t between = wqlab_now() - ends[0];
            longest = between > longest ? between : longest;
        }
        void end()
        {
            ends[0] = ends[1];
            ends[1] = wqlab_now();
        }
    };

    // Uses the CPU, and sleeps between.
    static void spin_and_sleep(Probe&, void* argument)
    {
        Parts& parts = *static_cast<Parts*>(argument);
        for (uint32_t i = 0; i < parts.each; i++) {
            if (i)
                wqlab_sleep(1'000'000);
            parts.begin();
            for (const uint64_t began = wqlab_now(); wqlab_now() - began < kPart;) {
                wqlab_resched();
                wqlab_relax();
            }
            parts.end();
        }
    }

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
            Probe** items = t.probes(kParts, "an item that uses the CPU");
            const uint32_t n = one ? 1 : kParts;
            for (uint32_t i = 0; i < n; i++)
                items[i]->on_run(spin_and_sleep, parts).queue_on(wq, cpu);
            AWAIT(t, executions(items, n) == n, "the items to run");
            wq.flush();
            parts->begin();
            const uint64_t counted = t.stat(wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
            WANT(t, counted == 0 || parts->longest > kThreshold * 9 / 10,
                 one ? "an item that slept before it reached the threshold was counted" : "items that together reached the threshold were counted");
        }
    }

    static void run(Trial& t)
    {
        const Threshold low(t, 20'000);
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue();
        Queue& other = t.queue();  // what a slow host makes of the one behind is not counted with it
        Probe& hog = t.probe("the item that spins", Probe::Body::kSpin);
        Probe& next = t.probe("the item behind it");
        hog.queue_on(wq, cpu);
        AWAIT(t, hog.started() == 1, "the item that spins to start");
        next.queue_on(other, cpu);
        AWAIT(t, next.ended() == 1, "the item behind one that runs beyond the threshold to run");
        WANT(t, hog.running(), "the item that spins ended");
        const uint64_t counted = t.stat(wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
        WANT(t, counted == 1, "it was counted %u times", static_cast<uint32_t>(counted));
        hog.open();

        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND});
        Probe& free = t.probe("the unbound item that spins", Probe::Body::kSpin);
        free.queue_on(unbound, cpu);
        AWAIT(t, free.started() == 1, "the unbound item that spins to start");
        for (uint32_t i = 0; i < 4; i++)
            t.linger();
        const uint64_t unbound_counted = t.stat(unbound, WQLAB_PWQ_STAT_CPU_INTENSIVE);
        WANT(t, unbound_counted == 0, "an unbound item was counted");
        free.open();
        together_only(t, cpu);
    }
};

struct ZeroTurnsDetectionOff {
    static constexpr Promise kPromise = {
        95, "", "concurrency.zero-turns-detection-off",
        "With cpu_intensive_thresh_us=0 an item holds back others however long it runs",
        "Documentation/admin-guide/kernel-parameters.txt: workqueue.cpu_intensive_thresh_us", 0, Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue();
        Probe& hog = t.probe("the item that spins", Probe::Body::kSpin);
        Probe& next = t.probe("the item behind it");
        hog.queue_on(wq, cpu);
        AWAIT(t, hog.started() == 1, "the item that spins to start");
        next.queue_on(wq, cpu);
        for (uint32_t i = 0; i < 8; i++) {
            t.linger();
            WANT(t, next.started() == 0, "the item behind it started while it ran");
        }
        const uint64_t counted = t.stat(wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
        WANT(t, counted == 0, "it was counted as CPU intensive");
        hog.open();
        AWAIT(t, next.ended() == 1, "the item behind it to run");
    }
};

struct UnboundIsNotManaged {
    static constexpr Promise kPromise = {
        96, "", "concurrency.unbound-is-not-managed",
        "Unbound items start as soon as they can: a running one of the same pool holds back none",
        "Documentation/core-api/workqueue.rst: flags", 0, Fault::kQueueLoses};

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"});
        Probe& spinner = t.probe("the item that spins", Probe::Body::kSpin);
        Probe** others = t.probes(3, "an item");
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
    check_of<HighpriNice>(),
    check_of<PrioritiesDoNotMix>(),
    check_of<NextStartsWhenOneSleeps>(),
    check_of<OneRunsAtATime>(),
    check_of<Timelines>(),
    check_of<WorkersOnDemand>(),
    check_of<IntensiveHoldsNobodyBack>(),
    check_of<HogsAreSetApart>(),
    check_of<ZeroTurnsDetectionOff>(),
    check_of<UnboundIsNotManaged>(),
};

}  // namespace concurrency

constinit const Group kConcurrencyChecks = group_of("concurrency", concurrency::kAll);

}  // namespace wqlab
