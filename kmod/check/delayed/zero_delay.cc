// SPDX-License-Identifier: GPL-2.0
// Delayed items that do not wait, or no longer, go where they were told to.
#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/delayed.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace zero_delay {

// An execution shows which workqueue it was of by its nice value.
constexpr int32_t kHighpri = -20;

struct ZeroGoesWhereItIsTold {
    static constexpr Promise kPromise = {
        212,
        "",
        "delayed.zero-goes-where-it-is-told",
        "With no delay and with one, queue_delayed_work_on() and mod_delayed_work_on() queue an idle item on the CPU "
        "and the workqueue that they name, per-CPU or unbound",
        "kernel/workqueue.c: __queue_delayed_work(), mod_delayed_work_on()",
        0,
        Fault::kQueueOtherCpu};

    static constexpr uint32_t kMostCpus = 4;

    static void judge(Trial& t, Queue& wq, uint32_t cpu, int32_t nice)
    {
        for (const bool mod : {false, true})
            for (const uint64_t delay : {uint64_t{0}, uint64_t{1}}) {
                TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
                const int on = static_cast<int>(cpu);
                const bool said = mod ? item.mod_delayed(wq, delay, on) : item.queue_delayed(wq, delay, on);
                AWAIT(t, item.ended() == 1, "the item to run");
                const Execution& ran = item.last();
                WANT(t, said != mod, "of an idle item %s returned %d", mod ? "mod_delayed_work_on()" : "the other",
                     said);
                WANT(t, ran.cpu == cpu && ran.nice == nice,
                     "after a delay of %u it was to run on CPU %u at nice %d, and ran on CPU %u at nice %d",
                     static_cast<uint32_t>(delay), cpu, nice, ran.cpu, ran.nice);
            }
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        const uint64_t unbound = unbound_cpus(t);
        Queue& high = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Queue& normal = t.queue();
        Queue* strict = nullptr;
        if (!(wqlab_lacks() & WQLAB_LACK_SCOPES))
            strict = &t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true});
        uint32_t n = 0;
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && n < kMostCpus && !t.decided(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            n++;
            judge(t, high, cpu, kHighpri);
            judge(t, normal, cpu, 0);
            if (strict && cpu < 64 && unbound >> cpu & 1)
                judge(t, *strict, cpu, Queue::kPrivateNice);
        }
    }
};

struct FlushGoesToTheLast {
    static constexpr Promise kPromise = {
        213,
        "",
        "delayed.flush-goes-to-the-last-target",
        "flush_delayed_work() has an item run on the CPU and the workqueue that were named last, by queueing or by "
        "moving it",
        "kernel/workqueue.c: flush_delayed_work(), __queue_delayed_work()",
        0,
        Fault::kDelayIgnored};

    static void run(Trial& t)
    {
        const uint32_t a = t.first_cpu(), b = t.other_cpu(a);
        SKIP_UNLESS(t, a != b, "there is one CPU");
        Queue& normal = t.queue();
        Queue& high = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        const int on_a = static_cast<int>(a), on_b = static_cast<int>(b);
        for (const bool moved : {false, true}) {
            TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
            WANT(t, item.queue_delayed(normal, an_hour(), on_a), "queue_delayed_work_on() returned false");
            if (moved) {
                WANT(t, item.mod_delayed(high, an_hour(), on_b), "mod_delayed_work_on() returned false");
            } else {
                WANT(t, item.cancel(), "cancel_delayed_work() returned false");
                WANT(t, item.queue_delayed(high, an_hour(), on_b), "queue_delayed_work_on() returned false");
            }
            Actor& flusher = t.actor("flusher", on_a, [&item] { item.flush(); });
            AWAIT(t, flusher.done(), "flush_delayed_work() to return");
            WANT(t, item.ended() == 1, "it ran %u times", item.ended());
            WANT(t, item.last().cpu == b && item.last().nice == kHighpri,
                 "last %s for CPU %u of a highpri workqueue it ran on CPU %u at nice %d", moved ? "moved" : "queued", b,
                 item.last().cpu, item.last().nice);
        }
    }
};

constexpr Check kAll[] = {
    check_of<ZeroGoesWhereItIsTold>(),
    check_of<FlushGoesToTheLast>(),
};

}  // namespace zero_delay

constinit const Group kZeroDelayChecks = group_of("delayed", zero_delay::kAll);

}  // namespace wqlab
