// SPDX-License-Identifier: GPL-2.0
// Group J, continued: how much a softirq does for BH items.
#include "../glue/context.h"
#include "../glue/workqueue.h"
#include "look.hh"

namespace wqlab {

namespace bh_batch {

struct ManyInOneSoftirq {
    static constexpr Promise kPromise = {
        222,
        "",
        "bh.many-in-one-softirq",
        "A softirq runs several BH items, until ten or two milliseconds: 40 that are queued at once can all run in the "
        "thread that lets softirqs run again, without ksoftirqd",
        "kernel/workqueue.c: bh_worker(), BH_WORKER_RESTARTS, BH_WORKER_JIFFIES",
        0,
        Fault::kQueueElsewhere};

    // A thread lets a softirq be raised ten times again before it leaves the rest to ksoftirqd.
    static constexpr uint32_t kItems = 40, kRaised = 10, kTries = 50;

    struct Batch {
        Queue* wq;
        Items items;
        int32_t pid;

        static void queue_all(void* argument)
        {
            Batch& batch = *static_cast<Batch*>(argument);
            const wqlab_context context = wqlab_current();
            batch.pid = context.pid;
            for (uint32_t i = 0; i < kItems; i++)
                batch.items[i]->queue_on(*batch.wq, context.cpu);
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
        *batch = {&wq, items, 0};
        // A busy machine takes the two milliseconds for other things: once is enough.
        bool all = false, as_many_as_raised = false;
        uint32_t tries = 0;
        for (; tries < kTries && !all; tries++) {
            t.on_cpu(t.first_cpu(), [batch] { wqlab_call_with_bh_off(Batch::queue_all, batch); });
            AWAIT(t, executions(items, kItems) == kItems * (tries + 1), "the items to run");
            uint32_t there = 0;
            for (uint32_t i = 0; i < kItems; i++) {
                WANT(t, items[i]->last().softirq, "an item ran in no softirq");
                there += items[i]->last().pid == batch->pid;
            }
            all = there == kItems;
            as_many_as_raised |= there >= kRaised;
        }
        SKIP_UNLESS(t, all || as_many_as_raised, "in %u tries a softirq did not even run %u items in that thread",
                    tries, kRaised);
        WANT(t, all, "in %u tries that thread never ran %u items", tries, kItems);
        t.note("%u tries", tries);
    }
};

constexpr Check kAll[] = {
    check_of<ManyInOneSoftirq>(WQLAB_LACK_BH),
};

}  // namespace bh_batch

constinit const Group kBhBatchChecks = group_of("bh", bh_batch::kAll);

}  // namespace wqlab
