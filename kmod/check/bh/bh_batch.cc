// SPDX-License-Identifier: GPL-2.0
// How much a softirq does for BH items.
#include "../../glue/context.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace bh_batch {

struct ManyInOneSoftirq {
    static constexpr Promise kPromise = {222,
                                         "",
                                         "bh.many-in-one-softirq",
                                         "A softirq runs ten of the BH items that wait, if two milliseconds are enough "
                                         "for that, and leaves the others to "
                                         "the next",
                                         "kernel/workqueue.c: bh_worker(), BH_WORKER_RESTARTS, BH_WORKER_JIFFIES",
                                         0,
                                         Fault::kQueueElsewhere};

    static constexpr uint32_t kItems = 40, kInOne = 10, kTries = 50, kEnough = 8;

    struct Batch {
        Queue* wq;
        Items items;
        uint32_t cpu;
        uint64_t queued;  // in jiffies, as all here
        struct {
            uint64_t softirqs, at;
        } runs[kItems];
        uint32_t n;

        static void queue_all(void* argument)
        {
            Batch& batch = *static_cast<Batch*>(argument);
            batch.cpu = wqlab_this_cpu();
            batch.queued = wqlab_jiffies();
            batch.n = 0;
            for (uint32_t i = 0; i < kItems; i++)
                batch.items[i]->queue_on(*batch.wq, batch.cpu);
        }

        static void note(TestItem&, void* argument)
        {
            Batch& batch = *static_cast<Batch*>(argument);
            const uint32_t i = __atomic_fetch_add(&batch.n, 1, __ATOMIC_RELAXED);
            if (i < kItems)
                batch.runs[i] = {wqlab_softirqs_of_tasklets(), wqlab_jiffies()};
        }
    };

    // How many softirqs ended, while others waited, before the clock ticked: the time is no reason to.
    struct Ends {
        uint32_t full = 0, early = 0, most = 0;

        void add(const Batch& batch)
        {
            for (uint32_t first = 0, next; first < kItems; first = next) {
                for (next = first; next < kItems && batch.runs[next].softirqs == batch.runs[first].softirqs;)
                    next++;
                const uint32_t size = next - first;
                most = size > most ? size : most;
                // It began behind what is known to have been before it, and ended before what was behind it.
                const uint64_t before = first ? batch.runs[first - 1].at : batch.queued;
                if (next < kItems && batch.runs[next].at == before)
                    ++(size < kInOne ? early : full);
            }
        }
    };

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT), "with PREEMPT_RT softirqs may be threads' work");
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        Batch* const batch = t.own<Batch>();
        const Items items = t.items(kItems, "an item");
        if (!batch || t.decided())
            return;
        batch->wq = &wq;
        batch->items = items;
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->on_run(Batch::note, batch);
        Ends ends;
        uint32_t tries = 0;
        // Others' items may be among ours: once is enough.
        for (; tries < kTries && !ends.full; tries++) {
            t.on_cpu(t.first_cpu(), [batch] { wqlab_call_with_bh_off(Batch::queue_all, batch); });
            AWAIT(t, executions(items, kItems) == kItems * (tries + 1), "the items to run");
            wq.flush();
            for (uint32_t i = 0; i < kItems; i++) {
                WANT(t, items[i]->last().softirq, "an item ran in no softirq");
                WANT(t, items[i]->last().cpu == batch->cpu, "queued on CPU %u, an item ran on CPU %u", batch->cpu,
                     items[i]->last().cpu);
            }
            ends.add(*batch);
        }
        WANT(t, ends.most <= kInOne, "a softirq ran %u items", ends.most);
        SKIP_UNLESS(t, ends.full || ends.early >= kEnough, "the machine is so busy that the clock ticked each time");
        WANT(t, ends.full, "%u softirqs left the rest to the next before the clock ticked, after %u items at most",
             ends.early, ends.most);
        t.note("%u tries", tries);
    }
};

constexpr Check kAll[] = {
    check_of<ManyInOneSoftirq>(WQLAB_LACK_BH),
};

}  // namespace bh_batch

constinit const Group kBhBatchChecks = group_of("bh", bh_batch::kAll);

}  // namespace wqlab
