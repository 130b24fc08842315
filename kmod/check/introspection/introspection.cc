// SPDX-License-Identifier: GPL-2.0
// What the kernel says of items and workers.
#include "../../glue/context.h"
#include "../../glue/text.h"
#include "../../glue/work.h"
#include "../scenes/events.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace introspection {

inline bool ends_with(const char* text, const char* end)
{
    const size_t length = __builtin_strlen(text), wanted = __builtin_strlen(end);
    return length >= wanted && same_text(text + length - wanted, end);
}

struct CurrentWork {
    static constexpr Promise kPromise = {61,
                                         "",
                                         "current-work.own-item",
                                         "current_work() is the item that runs, and NULL outside of workers",
                                         "kernel/workqueue.c: current_work()",
                                         0,
                                         Fault::kBusyLies};

    static void look(TestItem&, void* argument) { *static_cast<work_struct**>(argument) = wqlab_current_work(); }

    static void run(Trial& t)
    {
        work_struct** seen = t.own<work_struct*>();
        if (!seen)
            return;
        Queue& wq = t.queue();
        TestItem& item = t.item("the item").on_run(look, seen);
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "the item to run");
        const bool own = (*seen == item.address()) != t.has_fault(Fault::kBusyLies);
        WANT(t, own, "in the item's function it was %s", *seen ? "another item" : "NULL");
        WANT(t, wqlab_current_work() == nullptr, "in another thread it was not NULL");
    }
};

struct Description {
    static constexpr Promise kPromise = {
        63,
        "",
        "worker.description",
        "A worker's name in /proc says what set_worker_desc() said, after + while it runs and - afterwards",
        "kernel/workqueue.c: set_worker_desc(), wq_worker_comm()",
        0,
        Fault::kStepLies};

    static void describe_and_wait(TestItem&, void* argument)
    {
        // The last word counts.
        wqlab_set_description("wqlab-described-itself");
        wqlab_set_description("wqlab-describes");
        static_cast<Gate*>(argument)->pass();
    }

    static void describe_more(TestItem&, void*) { wqlab_set_description("wqlab-c63-and-more"); }

    // As many characters as a name may have; before Linux 6.10, 23.
    static void judge_long_name(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system", .name = "wqlab-c63-of-31-characters-exac"});
        TestItem& item = t.item("an item of a long name");
        item.queue(wq);
        wq.flush();
        char path[48];
        wqlab_format(path, sizeof(path), "/proc/%d/comm", item.last().pid);
        const int error = t.read(path);
        WANT(t,
             error == 0 && (ends_with(t.text(), "-wqlab-c63-of-31-characters-exac\n") ||
                            ends_with(t.text(), "-wqlab-c63-of-31-charact\n")),
             "after an item of wqlab-c63-of-31-characters-exac its worker is called %s", t.text());
    }

    static void run(Trial& t)
    {
        // A pool of its own: nobody else uses the worker meanwhile.
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"});
        Gate& gate = t.gate();
        TestItem& item = t.item("the item").on_run(describe_and_wait, &gate);
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        char path[48];
        wqlab_format(path, sizeof(path), "/proc/%d/comm", item.last().pid);
        const auto says = [&](char sign) {
            char wanted[24];
            wqlab_format(wanted, sizeof(wanted), "%cwqlab-describes\n", sign);
            const char* found = t.text();
            while (*found && *found != sign)
                found++;
            return same_text(found, wanted);
        };
        const int error = t.read(path);
        WANT(t, error == 0, "%s can't be read: error %d", path, error);
        // The function describes itself right after it has said that it started.
        t.wait([&] { return says('+') || t.has_fault(Fault::kStepLies) || t.read(path) != 0; },
               "the worker to describe itself");
        WANT(t, says('+'), "while it runs the worker is called %s", t.text());
        gate.open();
        wq.flush();
        WANT(t, t.read(path) == 0 && says('-'), "when it has ended the worker is called %s", t.text());

        // Who says nothing is called as its workqueue, also after one who said that and more. Of two workers it may
        // have been the other one.
        t.item("an item that says more").on_run(describe_more, nullptr).queue(wq);
        wq.flush();
        for (uint32_t i = 0; i < 8; i++) {
            TestItem& plain = t.item("an item that says nothing");
            plain.queue(wq);
            wq.flush();  // not the item: its flusher is woken while the worker still has the barrier
            wqlab_format(path, sizeof(path), "/proc/%d/comm", plain.last().pid);
            const int unread = t.read(path);
            WANT(t, unread == 0 && ends_with(t.text(), "-wqlab-c63\n"),
                 "after an item that said nothing its worker is called %s", t.text());
        }
        judge_long_name(t);
    }
};

struct Congested {
    static constexpr Promise kPromise = {
        65,
        "",
        "congested.iff-held-back",
        "workqueue_congested() is true if and only if items of that CPU are held back by max_active",
        "kernel/workqueue.c: workqueue_congested()",
        0,
        Fault::kBusyLies};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        TestItem& runner = t.item("an item", TestItem::Body::kGate);
        TestItem& held = t.item("an item held back");
        WANT(t, !wq.congested(static_cast<int>(cpu)), "an empty workqueue is congested");
        runner.queue_on(wq, cpu);
        AWAIT(t, runner.started() == 1, "the item to start");
        WANT(t, !wq.congested(static_cast<int>(cpu)), "with one item in flight, where one may be, it is congested");
        held.queue_on(wq, cpu);
        WANT(t, wq.congested(static_cast<int>(cpu)), "with an item held back it is not congested");
        const uint32_t other = t.other_cpu(cpu);
        WANT(t, other == cpu || !wq.congested(static_cast<int>(other)), "it is congested on a CPU with no items");
        runner.open();
        wq.flush();
        WANT(t, !wq.congested(static_cast<int>(cpu)), "it is congested when all items have run");
    }
};

struct StatsAgree {
    static constexpr Promise kPromise = {
        67,
        "",
        "stats.started-is-completed",
        "After a flush as many items are counted as completed as were started, and none is missing",
        "kernel/workqueue.c: PWQ_STAT_STARTED, PWQ_STAT_COMPLETED",
        0,
        Fault::kSnapshotLies,
        {"70e1683ca3a6: COMPLETED is counted without the pool's lock", WQLAB_FEATURE_BH_PERCPU}};

    static void run(Trial& t)
    {
        constexpr uint32_t kProducers = 4, kEach = 2000;
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"})};
        for (Queue* wq : queues) {
            const Items items = t.items(kProducers, "an item that queues itself", TestItem::Body::kRequeue);
            uint32_t cpu = t.first_cpu();
            for (uint32_t i = 0; i < kProducers; i++, cpu = t.other_cpu(cpu))
                items[i]->requeues(kEach - 1).queue_on(*wq, cpu);
            AWAIT(t, executions(items, kProducers) == kProducers * kEach, "all items to run");
            wq->flush();
            const uint64_t started = stat_of(t, *wq, WQLAB_PWQ_STAT_STARTED),
                           completed = stat_of(t, *wq, WQLAB_PWQ_STAT_COMPLETED);
            WANT(t, started == kProducers * kEach && started == completed,
                 "%u executions are counted as %llu started and %llu completed", kProducers * kEach,
                 static_cast<unsigned long long>(started), static_cast<unsigned long long>(completed));
        }
        t.tried(2 * kProducers * kEach, "counting an execution, several CPUs at once");
    }
};

struct IsMemReclaim {
    static constexpr Promise kPromise = {68,
                                         "",
                                         "current.is-mem-reclaim",
                                         "current_is_workqueue_mem_reclaim() is true only in items of WQ_MEM_RECLAIM",
                                         "kernel/workqueue.c: current_is_workqueue_mem_reclaim()",
                                         0,
                                         Fault::kQueueElsewhere};

    static void ask(TestItem&, void* argument) { *static_cast<int*>(argument) = wqlab_current_is_mem_reclaim(); }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_current_is_mem_reclaim() >= 0, "this kernel has no current_is_workqueue_mem_reclaim()");
        int* says = t.own<int, 2>();
        if (!says)
            return;
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_MEM_RECLAIM})};
        for (uint32_t i = 0; i < 2; i++) {
            TestItem& item = t.item("the item").on_run(ask, &says[i]);
            item.queue(*queues[i]);
            AWAIT(t, item.ended() == 1, "the item to run");
        }
        WANT(t, says[0] == 0 && says[1] == 1, "in a plain item it said %d, in one of WQ_MEM_RECLAIM %d", says[0],
             says[1]);
        WANT(t, wqlab_current_is_mem_reclaim() == 0, "outside of workers it said true");
    }
};

struct EventsInOrder {
    static constexpr Promise kPromise = {
        66,
        "",
        "trace.events-in-order",
        "Each execution is traced as queue, activate, start and end; an item held back is activated when one has ended",
        "include/trace/events/workqueue.h",
        0,
        Fault::kTraceLies,
        // Mended in 6.11, which no header shows.
        {"b56c720718e9: an item that is cancelled while it is held back is traced as activated", 0,
         WQLAB_LACK_DISABLE}};

    // B is queued while A runs, where one item may: every step but the last waits
    // for the one before, so there is one order only.
    static void run_two(Trial& t, const char* kind, const Shape& shape)
    {
        Events events(t);
        if (t.decided())
            return;
        Queue& wq = t.queue(shape);
        TestItem& a = t.item("A", TestItem::Body::kGate);
        TestItem& b = t.item("B");
        events.watch(a);
        events.watch(b);
        const uint32_t cpu = t.first_cpu();
        a.queue_on(wq, cpu);
        AWAIT(t, a.started() == 1, "A to start");
        b.queue_on(wq, cpu);
        t.linger();
        a.open();
        AWAIT(t, b.ended() == 1, "B to run");
        wq.flush();
        expect(t, kind, events, "queue A, activate A, start A, queue B, end A, activate B, start B, end B");
    }

    // Queued again while it runs: activated at once, started by the worker that has it.
    static void run_again(Trial& t)
    {
        Events events(t);
        if (t.decided())
            return;
        Queue& wq = t.queue();
        TestItem& a = t.item("A", TestItem::Body::kGate);
        events.watch(a);
        a.queue_on(wq, t.first_cpu());
        AWAIT(t, a.started() == 1, "A to start");
        a.queue_on(wq, t.first_cpu());
        t.linger();
        a.open();
        AWAIT(t, a.ended() == 2, "A to run again");
        wq.flush();
        expect(t, "queued again while it runs", events,
               "queue A, activate A, start A, queue A, activate A, end A, start A, end A");
    }

    // Cancelled while it is held back: neither activated nor started.
    static void cancel_one(Trial& t)
    {
        Events events(t);
        if (t.decided())
            return;
        Queue& wq = t.queue({.max_active = 1});
        TestItem& a = t.item("A", TestItem::Body::kGate);
        TestItem& b = t.item("B");
        events.watch(a);
        events.watch(b);
        const uint32_t cpu = t.first_cpu();
        a.queue_on(wq, cpu);
        AWAIT(t, a.started() == 1, "A to start");
        b.queue_on(wq, cpu);
        b.cancel();
        a.open();
        wq.flush();
        expect(t, "cancelled", events, "queue A, activate A, start A, queue B, end A");
    }

    static void expect(Trial& t, const char* kind, Events& events, const char* wanted)
    {
        char told[256];
        events.stop();
        events.describe(told);
        WANT(t, same_text(told, wanted), "%s: %s", kind, told);
    }

    static void run(Trial& t)
    {
        run_two(t, "per-CPU", {.max_active = 1});
        run_two(t, "unbound", {.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"});
        run_two(t, "ordered", {.flags = WQLAB_WQ_ORDERED});
        run_again(t);
        cancel_one(t);
    }
};

constexpr Check kAll[] = {
    check_of<CurrentWork>(),
    check_of<Description>(),
    check_of<Congested>(),
    check_of<EventsInOrder>(),
    check_of<StatsAgree>(WQLAB_LACK_COUNTERS),
    check_of<IsMemReclaim>(),
};

}  // namespace introspection

constinit const Group kIntrospectionChecks = group_of("introspection", introspection::kAll);

}  // namespace wqlab
