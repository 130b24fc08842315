// SPDX-License-Identifier: GPL-2.0
// A workqueue that has been drained before, or that another still drains.
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/item_to_refuse.hh"
#include "../scenes/kept_cpu.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace drain_again {

struct EachTime {
    static constexpr Promise kPromise = {
        276,
        "",
        "drain.each-time",
        "A workqueue that is drained once more refuses what comes from outside as it did the first time, also what an "
        "item of another workqueue queues",
        "kernel/workqueue.c: drain_workqueue(), __queue_work(), is_chained_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kFlushReturnsEarly};

    struct Outside {
        Stray strays[2];  // queued by a thread, by an item of another workqueue
        Queue* wq;
    };

    static void queue_stray(Outside& outside, uint32_t which) { outside.strays[which].queue_on(outside.wq->get(), -1); }

    static void queue_from_item(TestItem&, void* outside) { queue_stray(*static_cast<Outside*>(outside), 1); }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Queue& another = t.queue();
        Outside* const outside = t.own<Outside>();
        if (!outside || t.decided())
            return;
        outside->wq = &wq;
        for (Stray& stray : outside->strays)
            stray.init();
        TestItem& other = t.item("an item of another workqueue").on_run(queue_from_item, outside);
        for (uint32_t i = 0; i < 2; i++) {
            Actor& drainer = t.actor("drainer of an idle workqueue", Kthread::kAnyCpu, [&wq] { wq.drain(); });
            AWAIT(t, drainer.done(), "drain_workqueue() of an idle workqueue to return");
        }
        TestItem& held = t.item("an item", TestItem::Body::kGate);
        held.queue(wq);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, drainer.done() || flushes(t, drainer, wq), "drain_workqueue() to begin");
        queue_stray(*outside, 0);
        other.queue(another);
        AWAIT(t, other.ended() == 1, "an item of another workqueue to run");
        const bool was_held = held.running();
        held.open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        kernel::flush_workqueue(t, wq);
        SKIP_UNLESS(t, was_held, "the item ended before another was queued");
        constexpr const char* kBy[] = {"a thread", "an item of another workqueue"};
        for (uint32_t i = 0; i < 2; i++)
            WANT(t, outside->strays[i].runs() == 0,
                 "drained for the third time, it took an item that %s queued, which ran", kBy[i]);
    }
};

struct UntilTheLastHasDone {
    static constexpr Promise kPromise = {
        412,
        "",
        "drain.until-the-last-has-done",
        "A workqueue that several threads drain takes nothing from outside until the last of them is done",
        "kernel/workqueue.c: drain_workqueue(): nr_drainers",
        WQLAB_CHECK_NEGATIVE,
        Fault::kFlushReturnsEarly};

    static constexpr uint64_t kMost = 2'000'000'000;  // ns that a CPU is kept from its threads, far from a stall

    struct Scene {
        Stray stray;
        KeptCpu kept;
    };

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT), "with PREEMPT_RT a CPU can't be kept so");
        SKIP_UNLESS(t, t.online_cpus() > 2, "it takes a CPU for each of two who drain, and one for who looks");
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        Queue& wq = t.queue();
        Scene* const scene = t.own<Scene>();
        if (!scene || t.decided())
            return;
        scene->kept.init(t, kMost);
        scene->stray.init();
        TestItem& held = t.item("an item", TestItem::Body::kGate);
        held.queue_on(wq, here);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& first = t.actor("first drainer", here, [&wq, &t] { kernel::drain(t, wq); });
        AWAIT(t, flushes(t, first, wq), "the first drain_workqueue() to begin");
        Actor& last = t.actor("last drainer", there, [&wq] { wq.drain(); });
        AWAIT(t, last.done() || flushes(t, last, wq), "the last drain_workqueue() to begin");
        Actor& spinner = t.actor("who keeps the CPU of the last drainer", there, [scene] { scene->kept.keep(); });
        AWAIT(t, scene->kept.is_kept() || spinner.done(), "a CPU to be kept");
        held.open();
        const bool returned = t.wait([&] { return first.done(); }, "the first drain_workqueue() to return");
        scene->stray.queue_on(wq.get(), static_cast<int>(here));
        const bool drains = scene->kept.is_kept() && !last.done();
        scene->kept.let_go();
        AWAIT(t, returned && spinner.done() && last.done(), "the last drain_workqueue() to return");
        kernel::flush_workqueue(t, wq);
        SKIP_UNLESS(t, drains || t.has_fault(Fault::kFlushReturnsEarly),
                    "the last one was done before something was queued");
        WANT(t, scene->stray.runs() == 0, "while one of two still drained it took an item from outside, which ran");
    }
};

constexpr Check kAll[] = {
    check_of<EachTime>(),
    check_of<UntilTheLastHasDone>(),
};

}  // namespace drain_again

constinit const Group kDrainAgainChecks = group_of("drain", drain_again::kAll);

}  // namespace wqlab
