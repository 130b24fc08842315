// SPDX-License-Identifier: GPL-2.0
// Who waits for an item of a workqueue with a rescuer, and needs that one.
#include "../../glue/workqueue.h"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace rescued_barrier {

struct ReleasesWhoFlushed {
    static constexpr Promise kPromise = {
        460,
        "",
        "rescuer.releases-who-flushed-what-was-cancelled",
        "Who flushes a pending item of a WQ_MEM_RECLAIM workqueue that is cancelled then is released also while no "
        "worker can be made, and nothing else of the workqueue is left to be rescued",
        "Documentation/core-api/workqueue.rst: WQ_MEM_RECLAIM; kernel/workqueue.c: assign_rescuer_work()",
        WQLAB_CHECK_MEMORY,
        Fault::kFlushNeverReturns,
        {"docs/findings/0012, not mended: where no item is active the rescuer leaves at once"}};

    // A call is made only when the rescuer has begun to answer the one before: of so many it has answered all but two,
    // and of these all but one with nothing to run before it.
    static constexpr uint32_t kCalls = 4;

    static void run(Trial& t)
    {
        // A thread of before, for no new one can be made.
        Gate &begin = t.gate(), &gate = t.gate();
        TestItem& item = t.item("the item that is cancelled");
        TestItem& front = t.item("the item that the rescuer runs").on_run(sleep_at, &gate);
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&begin, &item] {
            begin.pass();
            item.flush();
        });
        Distress distress(t);
        const Queue& saved = distress.saved;
        if (t.decided())
            return;
        front.queue_on(distress.saved, distress.cpu);
        AWAIT(t, front.started() == 1, "the rescuer to help");
        SKIP_UNLESS(t, !is_other_worker(front.last().command), "a worker became free, or threads ended meanwhile");
        WANT(t, is_rescuer(front.last().command), "it ran in %s, and not in the rescuer", front.last().command);
        item.queue_on(distress.saved, distress.cpu);
        begin.open();
        AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_work() of a pending item to begin");
        SKIP_UNLESS(t, item.cancel() && item.started() == 0, "a worker became free, or threads ended meanwhile");
        gate.open();
        AWAIT(t, front.ended() == 1, "the rescuer's item to end");
        const bool counts = t.kernel().has(Field::kPwqStats);
        const uint64_t before = counts ? stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY) : 0;
        AWAIT(t,
              t.decided() || flusher.done() || (counts && stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY) >= before + kCalls),
              "flush_work() of an item that was cancelled to return while no worker can be made");
        const bool is_released = flusher.done();
        const uint64_t rescued = counts ? stat_of(t, saved, WQLAB_PWQ_STAT_RESCUED) : 0;
        if (t.decided())
            return;
        distress.end();
        AWAIT(t, flusher.done(), "flush_work() of an item that was cancelled to return when workers can be made");
        // Of the two that it had to run one was the barrier.
        SKIP_UNLESS(t, !is_released || !counts || rescued >= 2, "a worker became free, or threads ended meanwhile");
        WANT(t, is_released,
             "%u times the rescuer was called for the barrier of a cancelled item, and left it to a worker that could "
             "not be made",
             kCalls);
    }
};

constexpr Check kAll[] = {
    check_of<ReleasesWhoFlushed>(),
};

}  // namespace rescued_barrier

constinit const Group kRescuedBarrierChecks = group_of("reclaim", rescued_barrier::kAll);

}  // namespace wqlab
