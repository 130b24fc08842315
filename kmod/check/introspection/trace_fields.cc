// SPDX-License-Identifier: GPL-2.0
// What the tracepoints say beside the item.
#include "../../glue/trace.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/delayed.hh"
#include "../scenes/events.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace trace_fields {

inline uintptr_t address_of(const Queue& queue) { return reinterpret_cast<uintptr_t>(queue.get()); }

struct QueueNamesTarget {
    static constexpr Promise kPromise = {
        154,
        "",
        "trace.queue-names-cpu-and-workqueue",
        "workqueue_queue_work tells the CPU that was asked for (none: WORK_CPU_UNBOUND), also when a delay has passed "
        "or the item was moved, and the pool_workqueue of the workqueue and CPU that it goes to",
        "include/trace/events/workqueue.h; kernel/workqueue.c: __queue_work()",
        0,
        Fault::kTraceFieldsLie};

    static constexpr int kAny = -1;

    // That item was queued once: for that CPU, on that workqueue, and if it is per-CPU into that CPU's pool.
    static void expect(Trial& t, const Events& events, uint8_t item, const Queue& wq, int asked, int pool_cpu,
                       const char* how)
    {
        const Events::Event* queued = events.find(item, WQLAB_TRACE_QUEUE);
        WANT(t, queued, "%s was not traced", how);
        WANT(t, !events.find(item, WQLAB_TRACE_QUEUE, 1), "%s was traced twice", how);
        const uint32_t wanted = asked == kAny ? wqlab_cpu_unbound() : static_cast<uint32_t>(asked);
        WANT(t, queued->req_cpu == wanted, "%s is traced with req_cpu=%u, not %u", how, queued->req_cpu, wanted);
        WANT(t, queued->workqueue == address_of(wq), "%s is traced with another workqueue", how);
        WANT(t, queued->pool_cpu == pool_cpu, "%s is traced with a pool of CPU %d, not %d", how, queued->pool_cpu,
             pool_cpu);
    }

    struct Way {
        const char* name;
        bool names_cpu, mod;
        wqlab_work_kind kind;
        uint64_t delay;
    };

    static constexpr Way kWays[] = {
        {"queue_work()", false, false, WQLAB_WORK_PLAIN, 0},
        {"queue_work_on()", true, false, WQLAB_WORK_PLAIN, 0},
        {"queue_delayed_work() without delay", false, false, WQLAB_WORK_DELAYED, 0},
        {"queue_delayed_work_on() without delay", true, false, WQLAB_WORK_DELAYED, 0},
        {"queue_delayed_work()", false, false, WQLAB_WORK_DELAYED, 2},
        {"queue_delayed_work_on()", true, false, WQLAB_WORK_DELAYED, 2},
        {"mod_delayed_work()", false, true, WQLAB_WORK_DELAYED, 2},
        {"mod_delayed_work_on()", true, true, WQLAB_WORK_DELAYED, 2},
        {"mod_delayed_work_on() without delay", true, true, WQLAB_WORK_DELAYED, 0},
        {"queue_rcu_work()", false, false, WQLAB_WORK_RCU, 0},
    };
    static constexpr uint8_t kNrWays = sizeof(kWays) / sizeof(kWays[0]);
    static_assert(kNrWays <= Events::kItems);

    static void queue(TestItem& item, Queue& wq, Queue& other, const Way& way, int cpu)
    {
        const int named = way.names_cpu ? cpu : kAny;
        if (way.mod) {
            item.queue_delayed(other, an_hour(), kAny);
            item.mod_delayed(wq, way.delay, named);
        } else if (way.kind == WQLAB_WORK_DELAYED) {
            item.queue_delayed(wq, way.delay, named);
        } else if (way.kind == WQLAB_WORK_RCU) {
            item.queue_rcu(wq);
        } else {
            item.queue_on(wq, named);
        }
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kPwqWq), "it can't be seen which workqueue an item is queued on");
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"})};
        Queue& other = t.queue();
        for (Queue* wq : queues) {
            const bool unbound = wq->shape().flags & WQLAB_WQ_UNBOUND;
            TestItem* items[kNrWays];
            Events events(t);
            if (t.decided())
                return;
            for (uint8_t i = 0; i < kNrWays; i++) {
                items[i] = &t.item("the item", TestItem::Body::kReturn, kWays[i].kind);
                events.watch(*items[i]);
                t.on_cpu(here, [item = items[i], wq, &other, i, there] {
                    queue(*item, *wq, other, kWays[i], static_cast<int>(there));
                });
            }
            for (const TestItem* item : items)
                AWAIT(t, item->ended() == 1, "the item to run");
            events.stop();
            for (uint8_t i = 0; i < kNrWays && !t.decided(); i++) {
                // Without a CPU, a timer or RCU's callback may come on another one; it ran on that of its pool.
                const int pool_cpu = unbound ? -1 : static_cast<int>(items[i]->last().cpu);
                expect(t, events, i, *wq, kWays[i].names_cpu ? static_cast<int>(there) : kAny, pool_cpu, kWays[i].name);
            }
        }
    }
};

struct EndNamesWhatRan {
    static constexpr Promise kPromise = {
        155,
        "",
        "trace.end-names-what-ran",
        "workqueue_execute_end names the function that has run, also if that gave its item another one meanwhile",
        "include/trace/events/workqueue.h; kernel/workqueue.c: process_one_work()",
        0,
        Fault::kTraceFieldsLie};

    // An item that is set up anew by its own function, as one may do that is about to be freed.
    struct Changing {
        Opaque<work_struct, WQLAB_SIZEOF_WORK> work;  // first: its functions find the rest behind it
        Trial* trial;
        uint32_t firsts, seconds;
    };

    static void second(work_struct* work)
    {
        Changing& item = *reinterpret_cast<Changing*>(work);
        __atomic_add_fetch(&item.seconds, 1, __ATOMIC_RELEASE);
        item.trial->changed();
    }
    static void first(work_struct* work)
    {
        Changing& item = *reinterpret_cast<Changing*>(work);
        wqlab_work_init(work, WQLAB_WORK_PLAIN, second);
        __atomic_add_fetch(&item.firsts, 1, __ATOMIC_RELEASE);
        item.trial->changed();
    }

    static void run(Trial& t)
    {
        const bool has_bh = !(wqlab_lacks() & WQLAB_LACK_BH);
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"}),
                                 has_bh ? &t.queue({.flags = WQLAB_WQ_BH}) : nullptr};
        for (Queue* wq : queues) {
            Changing* item = t.own<Changing>();
            if (!wq || !item || !wq->get())
                continue;
            item->trial = &t;
            item->firsts = item->seconds = 0;
            wqlab_work_init(item->work.get(), WQLAB_WORK_PLAIN, first);
            Events events(t);
            if (t.decided())
                return;
            events.watch(item->work.get());
            wqlab_queue_bare_on(wq->get(), item->work.get(), -1);
            AWAIT(t, __atomic_load_n(&item->firsts, __ATOMIC_ACQUIRE) == 1, "the item to run");
            kernel::flush_workqueue(t, *wq);
            wqlab_queue_bare_on(wq->get(), item->work.get(), -1);
            AWAIT(t, __atomic_load_n(&item->seconds, __ATOMIC_ACQUIRE) == 1, "its other function to run");
            kernel::flush_workqueue(t, *wq);
            events.stop();
            const Events::Event* const ends[] = {events.find(0, WQLAB_TRACE_END, 0),
                                                 events.find(0, WQLAB_TRACE_END, 1)};
            WANT(t, ends[0] && ends[1] && !events.find(0, WQLAB_TRACE_END, 2),
                 "of two executions not two ends are traced");
            WANT(t, ends[0]->function == reinterpret_cast<uintptr_t>(first),
                 "of an item whose function gave it another, the end names %s",
                 ends[0]->function == reinterpret_cast<uintptr_t>(second) ? "the other" : "neither");
            WANT(t, ends[1]->function == reinterpret_cast<uintptr_t>(second), "the second end does not name what ran");
        }
    }
};

struct OtherWaysAreTraced {
    static constexpr Promise kPromise = {
        156,
        "",
        "trace.each-item-of-its-own",
        "Events name the item that they are of: one that is cancelled is queued and never activated by another's end, "
        "one that waits for its timer is not traced before, and one that is flushed is traced as any",
        "include/trace/events/workqueue.h",
        0,
        Fault::kTraceLies,
        // As trace.events-in-order.
        {"b56c720718e9: an item that is cancelled while it is held back is traced as activated", 0,
         WQLAB_LACK_DISABLE}};

    static void run(Trial& t)
    {
        Events events(t);
        if (t.decided())
            return;
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        TestItem& a = t.item("A", TestItem::Body::kGate);
        TestItem& b = t.item("B", TestItem::Body::kReturn, kDelayed);
        TestItem& c = t.item("C", TestItem::Body::kReturn, kDelayed);
        events.watch(a);
        events.watch(b);
        events.watch(c);
        a.queue_on(wq, cpu);
        AWAIT(t, a.started() == 1, "A to start");
        // B is held back, cancelled, and back on its timer; C waits for its timer and is flushed.
        b.queue_delayed(wq, 0, static_cast<int>(cpu));
        b.mod_delayed(wq, an_hour(), static_cast<int>(cpu));
        c.queue_delayed(wq, an_hour(), static_cast<int>(cpu));
        t.linger();
        a.open();
        AWAIT(t, a.ended() == 1, "A to end");
        wq.flush();
        kernel::flush_work(t, c);
        AWAIT(t, c.ended() == 1, "C to run");
        wq.flush();
        char told[256];
        events.stop();
        events.describe(told);
        WANT(t, same_text(told, "queue A, activate A, start A, queue B, end A, queue C, activate C, start C, end C"),
             "it was %s", told);
    }
};

constexpr Check kAll[] = {
    check_of<QueueNamesTarget>(),
    check_of<EndNamesWhatRan>(),
    check_of<OtherWaysAreTraced>(),
};

}  // namespace trace_fields

constinit const Group kTraceFieldsChecks = group_of("introspection", trace_fields::kAll);

}  // namespace wqlab
