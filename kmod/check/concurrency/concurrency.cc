// SPDX-License-Identifier: GPL-2.0
// How many workers of a CPU run at once.
#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../scenes/look.hh"
#include "../scenes/spin_then_sleep.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace concurrency {

struct NextStartsWhenOneSleeps {
    static constexpr Promise kPromise = {89,
                                         "",
                                         "concurrency.next-starts-when-one-sleeps",
                                         "When the running worker of a CPU blocks, the next item starts",
                                         "Documentation/core-api/workqueue.rst: The Design",
                                         0,
                                         Fault::kQueueLoses};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        // What a worker is said to be at besides is the colour of its item's workqueue, which each flush moves on.
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++)
            if (wqlab_cpu_online(cpu) && !t.decided())
                judge(t, wq, cpu);
        for (uint32_t flushes = 1; flushes <= 24 && !t.decided(); flushes++) {
            wq.flush();
            if (flushes % 8 == 0)
                judge(t, wq, t.first_cpu());
        }
    }

    static void judge(Trial& t, Queue& wq, uint32_t cpu)
    {
        TestItem& sleeper = t.item("the item that sleeps", TestItem::Body::kGate);
        TestItem& next = t.item("the next item");
        sleeper.queue_on(wq, cpu);
        next.queue_on(wq, cpu);
        AWAIT(t, next.ended() == 1, "the next item to run while one sleeps");
        WANT(t, sleeper.running(), "the item that sleeps ended");
        WANT(t, sleeper.last().start < next.last().start, "the next item started first");
        sleeper.open();
    }
};

struct OneRunsAtATime {
    static constexpr Promise kPromise = {90,
                                         "",
                                         "concurrency.one-runs-at-a-time",
                                         "While a worker of a CPU runs, no other item of its pool starts",
                                         "Documentation/core-api/workqueue.rst: The Design",
                                         0,
                                         Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue();
        TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
        const Items others = t.items(3, "an item behind it");
        spinner.queue_on(wq, cpu);
        AWAIT(t, spinner.started() == 1, "the item that spins to start");
        for (uint32_t i = 0; i < 3; i++)
            others[i]->queue_on(wq, cpu);
        for (uint32_t i = 0; i < 4; i++) {
            t.linger();
            WANT(t, !others[0]->started() && !others[1]->started() && !others[2]->started(),
                 "another item started while one was running");
        }
        spinner.open();
        AWAIT(t, others[2]->ended() == 1, "the items behind it to run");
        WANT(t, spinner.last().end < others[0]->last().start, "another item started while one was running");

        // Nor does a worker that slept take the next one when its own ends: one too many runs.
        TestItem& sleeper = t.item("the item that slept", TestItem::Body::kGate);
        TestItem& runner = t.item("the item that runs", TestItem::Body::kSpin);
        TestItem& next = t.item("the next item");
        sleeper.queue_on(wq, cpu);
        AWAIT(t, sleeper.started() == 1, "the item that sleeps to start");
        runner.queue_on(wq, cpu);
        AWAIT(t, runner.started() == 1, "an item to start while one sleeps");
        next.queue_on(wq, cpu);
        sleeper.open();
        AWAIT(t, sleeper.ended() == 1, "the item that slept to end");
        t.linger();
        WANT(t, next.started() == 0,
             "when one that had slept ended, its worker took another item while one was running");
        runner.open();
        AWAIT(t, next.ended() == 1, "the next item to run");
    }
};

// The items of the documentation's example: each uses the CPU, then sleeps.
struct Timelines {
    static constexpr Promise kPromise = {
        91,
        "",
        "concurrency.example-timelines",
        "The orders of the documentation's examples: max_active 3 and 2, and WQ_CPU_INTENSIVE",
        "Documentation/core-api/workqueue.rst: Example Execution Scenarios",
        0,
        Fault::kLimitIgnored};

    struct Three {
        TestItem* w[3];
        SpinThenSleep* of;

        void sleep(uint32_t i) { of[i].sleep(); }
        void end(uint32_t i) { of[i].end(); }
        bool started(uint32_t i) const { return w[i]->started() == 1; }
    };

    static bool make(Trial& t, Three& three)
    {
        three.of = t.own<SpinThenSleep, 3>();
        if (!three.of)
            return false;
        for (uint32_t i = 0; i < 3; i++) {
            three.of[i].init(t);
            three.w[i] = &t.item("an item").on_run(SpinThenSleep::run, &three.of[i]);
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
            for (TestItem* w : three.w)
                w->queue_on(wq, cpu);
            AWAIT(t, three.started(0), "w0 to start");
            t.linger();
            WANT(t, !three.started(1) && !three.started(2), "max_active %u: w1 or w2 started while w0 used the CPU",
                 max_active);
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
        92,
        "",
        "concurrency.workers-on-demand",
        "Workers are created when they are needed: any number of sleeping items is in flight on one CPU",
        "kernel/workqueue.c: maybe_create_worker()",
        0,
        Fault::kQueueLoses};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 64;
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue({.max_active = 2 * kItems}),
                                 &t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 2 * kItems})};
        for (Queue* wq : queues) {
            const Items items = t.items(kItems, "an item that sleeps", TestItem::Body::kGate);
            for (uint32_t i = 0; i < kItems; i++)
                items[i]->queue_on(*wq, cpu);
            AWAIT(t, ({
                      uint32_t n = 0;
                      for (uint32_t i = 0; i < kItems; i++)
                          n += items[i]->started();
                      n == kItems;
                  }),
                  "64 sleeping items to be in flight on one CPU");
            for (uint32_t i = 0; i < kItems; i++)
                items[i]->open();
            wq->flush();
        }
    }
};

struct YieldingIsRunning {
    static constexpr Promise kPromise = {192,
                                         "",
                                         "concurrency.yielding-is-running",
                                         "An item that gives its CPU away and stays runnable goes on to count as "
                                         "running, once however often it does: no "
                                         "other starts before it sleeps, and the next one does then",
                                         "kernel/workqueue.c: wq_worker_running(), wq_worker_sleeping()",
                                         0,
                                         Fault::kQueueElsewhere};

    static constexpr uint32_t kTurns = 40;

    struct Yield {
        Trial* trial;
        Gate* gate;
        uint32_t turns;  // of another thread on that CPU
        bool yielded, may_sleep, over;
    };

    // As that one goes on only when the item does not, each of its turns is one for which the item has given its CPU
    // away, or had it taken.
    static void take_turns(Yield& yield)
    {
        while (!__atomic_load_n(&yield.over, __ATOMIC_ACQUIRE) && !yield.trial->given_up()) {
            __atomic_add_fetch(&yield.turns, 1, __ATOMIC_RELAXED);
            wqlab_yield();
        }
    }

    static void yield_then_sleep(TestItem&, void* argument)
    {
        Yield& yield = *static_cast<Yield*>(argument);
        const auto turns = [&yield] { return __atomic_load_n(&yield.turns, __ATOMIC_RELAXED); };
        uint32_t away = 0;
        while (away < kTurns && !yield.trial->given_up()) {
            const uint32_t before = turns();
            wqlab_yield();
            away += turns() != before;
        }
        __atomic_store_n(&yield.yielded, true, __ATOMIC_RELEASE);
        yield.trial->changed();
        while (!__atomic_load_n(&yield.may_sleep, __ATOMIC_ACQUIRE) && !yield.trial->given_up())
            wqlab_yield();
        yield.gate->pass();
    }

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue();
        Yield* const yield = t.own<Yield>();
        if (!yield)
            return;
        *yield = {&t, &t.gate(), 0, false, false, false};
        TestItem& item = t.item("an item that yields").on_run(yield_then_sleep, yield);
        TestItem& next = t.item("the next item");
        kernel::queue_on(t, wq, item, static_cast<int>(cpu));
        Actor& other = t.actor("who takes turns", static_cast<int>(cpu), [yield] { take_turns(*yield); });
        const bool yielded = t.wait([&] { return __atomic_load_n(&yield->yielded, __ATOMIC_ACQUIRE); },
                                    "an item to give its CPU to another thread 40 times");
        next.queue_on(wq, cpu);
        t.linger();
        const uint32_t early = next.started();
        __atomic_store_n(&yield->may_sleep, true, __ATOMIC_RELEASE);
        __atomic_store_n(&yield->over, true, __ATOMIC_RELEASE);
        if (!yielded)
            return;
        WANT(t, early == 0, "the next item started while one was runnable");
        AWAIT(t, next.ended() == 1, "the next item to run when that one sleeps");
        yield->gate->open();
        AWAIT(t, item.ended() == 1 && other.done(), "the item to end");
    }
};

struct OthersRunBetween {
    static constexpr Promise kPromise = {
        358,
        "",
        "concurrency.others-run-between-items",
        "A thread that wants a worker's CPU gets it between two items though these follow one another without end, "
        "preemptible or not",
        "kernel/workqueue.c: process_one_work(): cond_resched()",
        0,
        Fault::kQueueLoses};

    // An item that is queued again and again, until it is told to stop or for as long as anything may take.
    struct Chain {
        Trial* trial;
        Queue* queue;
        uint32_t cpu;
        uint64_t until;
        bool may_end, over, was_told;
    };

    static void queue_again(TestItem& item, void* argument)
    {
        Chain& chain = *static_cast<Chain*>(argument);
        chain.was_told = __atomic_load_n(&chain.may_end, __ATOMIC_ACQUIRE);
        if (chain.was_told || wqlab_now() > chain.until || chain.trial->given_up() || chain.trial->ending())
            __atomic_store_n(&chain.over, true, __ATOMIC_RELEASE);
        else
            item.queue_on(*chain.queue, chain.cpu);
    }

    static void run(Trial& t)
    {
        Chain* const chain = t.own<Chain>();
        const uint64_t allowed = unbound_cpus(t);
        if (!chain || t.decided())
            return;
        const uint32_t cpu = has_two(allowed) ? second_of(allowed) : first_of(allowed);
        // A pool of its own with workers of that CPU: other people's items may let others run.
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .cpus = uint64_t{1} << cpu});
        if (t.decided())
            return;
        *chain = {&t, &wq, cpu, wqlab_now() + check_bounds::kWait / 2, false, false, false};
        TestItem& item = t.item("the item that is queued without end").on_run(queue_again, chain);
        item.queue_on(wq, cpu);
        AWAIT(t, item.ended() > 1, "the item to run twice");
        t.actor("another thread", static_cast<int>(cpu),
                [chain] { __atomic_store_n(&chain->may_end, true, __ATOMIC_RELEASE); });
        const uint32_t before = item.started();
        AWAIT(t, __atomic_load_n(&chain->over, __ATOMIC_ACQUIRE), "the item to be told to stop");
        // A host that stops for as long stops both.
        const uint32_t runs = item.started() - before;
        SKIP_UNLESS(t, chain->was_told || runs > 20'000, "the item has had no CPU itself");
        WANT(t, chain->was_told, "the item ran %u times, one time after the other, and nothing else ran on that CPU",
             runs);
    }
};

constexpr Check kAll[] = {
    check_of<NextStartsWhenOneSleeps>(), check_of<OneRunsAtATime>(),    check_of<Timelines>(),
    check_of<WorkersOnDemand>(),         check_of<YieldingIsRunning>(), check_of<OthersRunBetween>(),
};

}  // namespace concurrency

constinit const Group kConcurrencyChecks = group_of("concurrency", concurrency::kAll);

}  // namespace wqlab
