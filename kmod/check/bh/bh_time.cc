// SPDX-License-Identifier: GPL-2.0
// How long a softirq stays with BH items.
#include "../../glue/context.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace bh_time {

struct LeavesAfterTwoMilliseconds {
    static constexpr Promise kPromise = {250,
                                         "",
                                         "bh.softirq-ends-after-two-milliseconds",
                                         "A softirq that has been with BH items for two milliseconds, a tick at least, "
                                         "leaves the others to the next one",
                                         "kernel/workqueue.c: bh_worker(), BH_WORKER_JIFFIES",
                                         0,
                                         Fault::kQueueElsewhere};

    static constexpr uint32_t kItems = 6;

    struct Line {
        Queue* wq;
        Items items;
        uint64_t limit;  // in jiffies
        struct {
            uint64_t softirqs, began, ended;
            uint32_t cpu;
        } runs[kItems];
        uint32_t n;

        static void queue_all(void* argument)
        {
            Line& line = *static_cast<Line*>(argument);
            const uint32_t cpu = wqlab_this_cpu();
            for (uint32_t i = 0; i < kItems; i++)
                line.items[i]->queue_on(*line.wq, cpu);
        }

        // As long as a softirq may, if the clock ticks.
        static void pass_time(TestItem&, void* argument)
        {
            Line& line = *static_cast<Line*>(argument);
            const uint32_t i = __atomic_fetch_add(&line.n, 1, __ATOMIC_RELAXED);
            if (i >= kItems)
                return;
            const uint64_t began = wqlab_jiffies(), patience = wqlab_now() + 100'000'000;
            while (wqlab_jiffies() - began < line.limit && wqlab_now() < patience)
                wqlab_relax();
            line.runs[i] = {wqlab_softirqs_of_tasklets(), began, wqlab_jiffies(), wqlab_this_cpu()};
        }
    };

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT), "with PREEMPT_RT softirqs may be threads' work");
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        Line* const line = t.own<Line>();
        const Items items = t.items(kItems, "an item");
        if (!line || t.decided())
            return;
        const uint64_t two_ms = (2 * wqlab_hz() + 999) / 1000;
        line->wq = &wq;
        line->items = items;
        line->limit = two_ms;
        line->n = 0;
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->on_run(Line::pass_time, line);
        t.on_cpu(t.first_cpu(), [line] { wqlab_call_with_bh_off(Line::queue_all, line); });
        AWAIT(t, executions(items, kItems) == kItems, "the items to run");
        uint32_t judged = 0;
        for (uint32_t first = 0, i = 0; i < kItems; i++) {
            WANT(t, items[i]->last().softirq, "an item ran in no softirq");
            const auto& run = line->runs[i];
            if (run.softirqs != line->runs[first].softirqs || run.cpu != line->runs[first].cpu)
                first = i;
            judged += run.ended - run.began >= two_ms;
            const bool goes_on = i + 1 < kItems && line->runs[i + 1].softirqs == run.softirqs &&
                                 line->runs[i + 1].cpu == run.cpu;
            WANT(t, !goes_on || run.ended - line->runs[first].began < two_ms,
                 "after %llu ticks with %u items a softirq went on with the next one; %llu are two milliseconds",
                 static_cast<unsigned long long>(run.ended - line->runs[first].began), i + 1 - first,
                 static_cast<unsigned long long>(two_ms));
        }
        SKIP_UNLESS(t, judged, "the clock does not tick while a softirq runs");
    }
};

constexpr Check kAll[] = {
    check_of<LeavesAfterTwoMilliseconds>(WQLAB_LACK_BH),
};

}  // namespace bh_time

constinit const Group kBhTimeChecks = group_of("bh", bh_time::kAll);

}  // namespace wqlab
