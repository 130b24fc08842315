// SPDX-License-Identifier: GPL-2.0
// One item is never two executions at once, and its memory is its own.
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/trial.hh"

namespace wqlab {

namespace reentrance {

struct NotOnTwoCpus {
    static constexpr Promise kPromise = {5,
                                         "",
                                         "queue.one-item-never-on-two-cpus",
                                         "An item never runs on two CPUs at once, of a workqueue of any kind: queued "
                                         "elsewhere while it runs, it waits for the worker that has it",
                                         "Documentation/core-api/workqueue.rst: Non-reentrance Conditions",
                                         0,
                                         Fault::kQueueTwice};

    static void judge(Trial& t, Queue& wq, const char* kind)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        TestItem& item = t.item("the item", wq.is_bh() ? TestItem::Body::kSpin : TestItem::Body::kGate);
        // From there: one in a softirq lets nobody else run here.
        const bool queued = t.on_cpu(there, [&t, &wq, &item, here, there] {
            item.queue_on(wq, here);
            while (item.started() == 0 && !t.given_up())
                wqlab_sleep(100'000);
            return item.queue_on(wq, there);
        });
        WANT(t, queued || t.decided(), "%s: queue_work_on() of a running item returned false", kind);
        t.linger();
        // It goes when it has spun for long.
        WANT(t, item.started() == 1 || (wq.is_bh() && item.ended()), "%s: it started a second time while it ran", kind);
        item.open();
        AWAIT(t, item.ended() == 2, "its second execution");
        WANT(t, item.overlapped() == 1, "%s: %u executions overlapped", kind, item.overlapped());
        // A softirq is nobody's.
        WANT(t, wq.is_bh() || item.execution(1).pid == item.execution(0).pid,
             "%s: another worker (pid %d) than the one that had it (pid %d) took it", kind, item.execution(1).pid,
             item.execution(0).pid);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.first_cpu() != t.other_cpu(t.first_cpu()), "there is one CPU");
        const bool has_bh = !(wqlab_lacks() & WQLAB_LACK_BH) && !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT);
        const struct {
            Shape shape;
            const char* name;
            bool is_there;
        } kinds[] = {{{}, "per-CPU", true},
                     // It is not ordered: it has a pool on each CPU.
                     {{.max_active = 1}, "per-CPU with max_active 1", true},
                     {{.flags = WQLAB_WQ_HIGHPRI}, "highpri", true},
                     {{.flags = WQLAB_WQ_UNBOUND, .scope = smallest_scope(), .strict = true}, "unbound", true},
                     {{.flags = WQLAB_WQ_BH}, "BH", has_bh}};
        for (const auto& kind : kinds)
            if (kind.is_there && !t.decided())
                judge(t, t.queue(kind.shape), kind.name);
    }
};

struct NotOnTwoWorkers {
    static constexpr Promise kPromise = {6,
                                         "",
                                         "queue.one-item-never-on-two-workers",
                                         "An item never runs on two workers of one pool at once",
                                         "kernel/workqueue.c: assign_work()",
                                         0,
                                         Fault::kQueueTwice};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_UNBOUND})};
        for (Queue* wq : queues) {
            TestItem& item = t.item("the item", TestItem::Body::kGate);
            item.queue_on(*wq, cpu);
            AWAIT(t, item.started() >= 1, "the item to start");
            item.queue_on(*wq, cpu);
            t.linger();
            WANT(t, item.started() == 1, "it started a second time while it ran");
            item.open();
            AWAIT(t, item.ended() == 2, "its second execution");
            WANT(t, item.overlapped() == 1 && item.execution(0).end < item.execution(1).start,
                 "its executions overlapped");
            WANT(t, item.execution(1).pid == item.execution(0).pid, "another worker than the one that had it took it");
        }
    }
};

// Items whose memory the check itself plays with; the workqueue's end waits for them.
struct Raw {
    Opaque<work_struct, WQLAB_SIZEOF_WORK> work;  // first: the functions find the rest behind it
    Trial* trial;
    Gate* gate;
    bool first_began, first_ended, second_ran_early, second_ran;

    static Raw& of(work_struct* work) { return *reinterpret_cast<Raw*>(work); }
};

struct RecycledIsAnother {
    static constexpr Promise kPromise = {
        7,
        "",
        "queue.recycled-address-is-another-item",
        "An item at the address of a running one, with another function, does not wait for that one",
        "kernel/workqueue.c: find_worker_executing_work()",
        0,
        Fault::kQueueLoses};

    static void first(work_struct* work)
    {
        Raw& raw = Raw::of(work);
        __atomic_store_n(&raw.first_began, true, __ATOMIC_RELEASE);
        raw.gate->pass();
        __atomic_store_n(&raw.first_ended, true, __ATOMIC_RELEASE);
    }
    static void second(work_struct* work)
    {
        Raw& raw = Raw::of(work);
        raw.second_ran_early = !__atomic_load_n(&raw.first_ended, __ATOMIC_ACQUIRE);
        __atomic_store_n(&raw.second_ran, true, __ATOMIC_RELEASE);
    }

    static void run(Trial& t)
    {
        const int cpu = static_cast<int>(t.first_cpu());
        Queue& wq = t.queue();
        Raw* raw = t.own<Raw>();
        if (!raw || !wq.get())
            return;
        raw->gate = &t.gate();
        wqlab_work_init(raw->work.get(), WQLAB_WORK_PLAIN, first);
        wqlab_queue_bare_on(wq.get(), raw->work.get(), cpu);
        AWAIT(t, __atomic_load_n(&raw->first_began, __ATOMIC_ACQUIRE), "the first item to start");
        wqlab_work_init(raw->work.get(), WQLAB_WORK_PLAIN, second);
        if (!t.has_fault(Fault::kQueueLoses))
            wqlab_queue_bare_on(wq.get(), raw->work.get(), cpu);
        AWAIT(t, __atomic_load_n(&raw->second_ran, __ATOMIC_ACQUIRE),
              "the second item to run while the first one is held");
        WANT(t, raw->second_ran_early, "it ran after the first one had ended");
    }
};

struct SamePoolSerialises {
    static constexpr Promise kPromise = {
        8,
        "",
        "queue.same-pool-serialises",
        "On another workqueue an item may run twice at once, but on one pool it never does",
        "Documentation/core-api/workqueue.rst: Non-reentrance Conditions",
        0,
        Fault::kQueueTwice};

    struct Twice {
        Gate* gate;
        bool begun;
    };

    // The first execution is held, the second is not.
    static void hold_first(TestItem&, void* argument)
    {
        Twice& twice = *static_cast<Twice*>(argument);
        if (!__atomic_exchange_n(&twice.begun, true, __ATOMIC_ACQ_REL))
            twice.gate->pass();
    }

    // It belongs to the workqueue that it was queued on last, whoever else runs it.
    static void queue_on_another(Trial& t, uint32_t cpu)
    {
        Twice* twice = t.own<Twice>();
        if (!twice)
            return;
        *twice = {&t.gate(), false};
        Queue& one = t.queue();
        Queue& other = t.queue();
        TestItem& item = t.item("the item").on_run(hold_first, twice);
        item.queue_on(one, cpu);
        AWAIT(t, __atomic_load_n(&twice->begun, __ATOMIC_ACQUIRE), "the item to start");
        item.queue_on(other, t.other_cpu(cpu));
        other.flush();
        WANT(t, item.ended() >= 1, "flush_workqueue() of the second workqueue did not wait for it");
        twice->gate->open();
        AWAIT(t, item.ended() == 2, "both executions");
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        if (t.other_cpu(cpu) != cpu)
            queue_on_another(t, cpu);
        if (t.decided())
            return;
        Queue& one = t.queue();
        Queue& other = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        item.queue_on(one, cpu);
        AWAIT(t, item.started() >= 1, "the item to start");
        item.queue_on(other, cpu);
        t.linger();
        WANT(t, item.started() == 1, "it started on the second workqueue while it ran on the first");
        item.open();
        AWAIT(t, item.ended() == 2, "its second execution");
        WANT(t, item.overlapped() == 1, "its executions overlapped");
    }
};

struct RequeueGoesBehind {
    static constexpr Promise kPromise = {9,
                                         "",
                                         "queue.requeue-goes-behind",
                                         "An item may queue itself: N times make N + 1 executions, never two at once, "
                                         "each behind what was queued before",
                                         "Documentation/core-api/workqueue.rst: Non-reentrance Conditions",
                                         0,
                                         Fault::kQueueLoses};

    struct Again {
        Queue* wq;
        TestItem* other;
    };

    static void queue_other_and_itself(TestItem& item, void* argument)
    {
        const Again& again = *static_cast<Again*>(argument);
        if (item.started() != 1)
            return;
        again.other->queue(*again.wq);
        item.queue(*again.wq);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.max_active = 1});
        Again* again = t.own<Again>();
        if (!again)
            return;
        TestItem& y = t.item("Y");
        *again = {&wq, &y};
        TestItem& w = t.item("W").on_run(queue_other_and_itself, again);
        w.queue(wq);
        AWAIT(t, w.ended() == 2 && y.ended() == 1, "W to run twice and Y once");
        WANT(t, y.last().start > w.execution(0).end && y.last().end < w.execution(1).start,
             "Y was queued before W was again, and W ran first");

        constexpr uint32_t kTimes = 500;
        TestItem& chain = t.item("the item that queues itself", TestItem::Body::kRequeue);
        chain.requeues(kTimes).queue(wq);
        AWAIT(t, chain.ended() >= kTimes + 1, "all executions of the item that queues itself");
        wq.flush();
        WANT(t, chain.ended() == kTimes + 1, "%u times queued again it ran %u times", kTimes, chain.ended());
        WANT(t, chain.overlapped() == 1, "its executions overlapped");
        t.tried(kTimes, "queueing an item from its own function");
    }
};

struct MemoryIsTheItems {
    static constexpr Promise kPromise = {
        10,
        "",
        "queue.item-may-free-itself",
        "Once its function runs, the core does not touch the item any more: it may be freed there",
        "kernel/workqueue.c: process_one_work()",
        0,
        Fault::kMemoryLies};

    struct Filled {
        Opaque<work_struct, WQLAB_SIZEOF_WORK> work;
        bool ran;
    };

    static void fill(work_struct* work)
    {
        Filled& item = *reinterpret_cast<Filled*>(work);
        __builtin_memset(work, 0xa5, WQLAB_SIZEOF_WORK);
        __atomic_store_n(&item.ran, true, __ATOMIC_RELEASE);
    }

    static void run(Trial& t)
    {
        for (const uint32_t flags : {0u, uint32_t{WQLAB_WQ_UNBOUND}, uint32_t{WQLAB_WQ_BH}}) {
            if (flags & ~wqlab_wq_flags_known())
                continue;
            Queue* const wq = &t.queue({.flags = flags});
            Filled* item = t.own<Filled>();
            if (!item || !wq->get())
                return;
            wqlab_work_init(item->work.get(), WQLAB_WORK_PLAIN, fill);
            wqlab_queue_bare_on(wq->get(), item->work.get(), -1);
            AWAIT(t, __atomic_load_n(&item->ran, __ATOMIC_ACQUIRE), "the item to run");
            wq->flush();
            const auto* bytes = reinterpret_cast<unsigned char*>(item->work.get());
            if (t.has_fault(Fault::kMemoryLies))
                *reinterpret_cast<unsigned char*>(item->work.get()) = 0;
            for (uint32_t i = 0; i < WQLAB_SIZEOF_WORK; i++)
                WANT(t, bytes[i] == 0xa5, "byte %u of the item was written after its function had begun", i);
        }
    }
};

constexpr Check kAll[] = {
    check_of<NotOnTwoCpus>(),       check_of<NotOnTwoWorkers>(),   check_of<RecycledIsAnother>(),
    check_of<SamePoolSerialises>(), check_of<RequeueGoesBehind>(), check_of<MemoryIsTheItems>(),
};

}  // namespace reentrance

constinit const Group kReentranceChecks = group_of("reentrance", reentrance::kAll);

}  // namespace wqlab
