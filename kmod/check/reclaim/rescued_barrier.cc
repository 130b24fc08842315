// SPDX-License-Identifier: GPL-2.0
// Who waits for an item of a workqueue with a rescuer, and needs that one.
#include "../../glue/time.h"
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

    // So many calls are answered, for the next is only made when the rescuer has begun to answer the one before: with
    // two more counted it is done with these.
    static constexpr uint32_t kCalls = 8;
    // The same where calls are not counted, before 6.5: nobody knows then whether it was called at all.
    static constexpr uint64_t kUncounted = 2 * check_bounds::kSecond;

    // How many workers the pool has while none of them is idle; -1: one is, or that can't be seen.
    static int32_t workers_without_idle(Trial& t, const Distress& distress)
    {
        const wqlab_snap_pool* pool = own_pool(t, distress.saved, distress.cpu);
        return pool && pool->nr_idle == 0 ? pool->nr_workers : -1;
    }

    // What somebody else's item runs in that pool, until the next snapshot; nullptr: there is none. It may wake for a
    // moment whenever the rescuer looks, and so leave that nothing to rescue. Ours sleep until the end, and no worker
    // can be made meanwhile for another.
    static const char* others_function(Trial& t, const Distress& distress)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, distress.saved, distress.cpu) : nullptr;
        const wqlab_snap_workqueue* plain = now ? row_of(*now, distress.plain) : nullptr;
        for (uint32_t i = 0; pool && plain && i < now->workers.size(); i++) {
            const wqlab_snap_worker& worker = now->workers[i];
            if (worker.pool == pool->id && worker.work &&
                (worker.workqueue == WQLAB_NONE || &now->workqueues[worker.workqueue] != plain))
                return string_of(*now, worker.function);
        }
        return nullptr;
    }

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
        Queue& saved = distress.saved;
        if (t.decided())
            return;
        front.queue_on(saved, distress.cpu);
        AWAIT(t, front.started() == 1, "the rescuer to help");
        SKIP_UNLESS(t, !is_other_worker(front.last().command), "a worker became free, or threads ended meanwhile");
        WANT(t, is_rescuer(front.last().command), "it ran in %s, and not in the rescuer", front.last().command);
        const int32_t workers = workers_without_idle(t, distress);
        item.queue_on(saved, distress.cpu);
        begin.open();
        AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_work() of a pending item to begin");
        SKIP_UNLESS(t, item.cancel() && item.started() == 0, "a worker became free, or threads ended meanwhile");
        gate.open();
        AWAIT(t, front.ended() == 1, "the rescuer's item to end");
        const bool counts = t.kernel().has(Field::kPwqStats);
        const uint64_t before = counts ? stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY) : 0, since = wqlab_now();
        const auto is_answered = [&] {
            return counts ? stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY) >= before + kCalls + 2
                          : wqlab_now() - since >= kUncounted;
        };
        AWAIT(t, t.decided() || flusher.done() || is_answered(),
              "flush_work() of an item that was cancelled to return while no worker can be made");
        const bool is_released = flusher.done();
        const uint64_t rescued = counts ? stat_of(t, saved, WQLAB_PWQ_STAT_RESCUED) : 0;
        const bool was_scarce = workers >= 0 && workers_without_idle(t, distress) == workers;
        const char* other = is_released ? nullptr : others_function(t, distress);
        if (t.decided())
            return;
        distress.end();
        AWAIT(t, flusher.done(), "flush_work() of an item that was cancelled to return when workers can be made");
        SKIP_UNLESS(t, is_released || counts, "it was not released soon, and calls for a rescuer are not counted");
        SKIP_UNLESS(t, !other, "somebody else's item is among those that use up the workers: %s", other);
        // Of the two that it had to run one was the barrier.
        SKIP_UNLESS(t, !is_released || (counts ? rescued >= 2 : was_scarce),
                    "a worker became free, or threads ended meanwhile");
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
