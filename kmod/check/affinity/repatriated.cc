// SPDX-License-Identifier: GPL-2.0
// For whom it is counted that a worker is put back in its pod.
#include "../../glue/context.h"
#include "../../glue/work.h"
#include "../scenes/idle_pool.hh"
#include "../scenes/look.hh"
#include "../scenes/shared_pool.hh"

namespace wqlab {

namespace repatriated {

struct CountedForTheFirst {
    static constexpr Promise kPromise = {
        446,
        "",
        "scope.put-back-for-who-is-first",
        "That a worker which has left its pod is put back is counted for the workqueue whose item is the first in the "
        "pool's line just then, and not for one whose item is behind that",
        "kernel/workqueue.c: kick_pool_pick(), kick_pool(): PWQ_STAT_REPATRIATED",
        0,
        Fault::kSnapshotLies};

    static constexpr uint32_t kLeavers = 6, kAhead = 4, kRounds = 12, kEnough = 3;

    struct Scene {
        Queue *ahead, *behind;  // of one pool
        uint32_t home, away;
    };
    struct Leaver {
        Gate* gate;
        uint32_t away;
    };
    struct Counts {
        uint64_t ahead, behind;
    };

    static void leave(TestItem&, void* argument)
    {
        const Leaver& leaver = *static_cast<Leaver*>(argument);
        leaver.gate->pass();
        wqlab_move_to(leaver.away);
    }

    static Counts counts(Trial& t, const Scene& scene)
    {
        const Counts seen = {stat_of(t, *scene.ahead, WQLAB_PWQ_STAT_REPATRIATED),
                             stat_of(t, *scene.behind, WQLAB_PWQ_STAT_REPATRIATED)};
        return t.has_fault(Fault::kSnapshotLies) ? Counts{seen.behind, seen.ahead} : seen;
    }

    // That have become idle last, and so are the first to be woken. One after the other: of several that wait for a CPU
    // the scheduler moves some elsewhere.
    static void send_away(Trial& t, const Scene& scene)
    {
        Leaver* const leavers = t.own<Leaver, kLeavers>();
        const Items items = t.items(kLeavers, "an item that leaves its pod");
        for (uint32_t i = 0; leavers && i < kLeavers; i++) {
            leavers[i] = {&t.gate(), scene.away};
            items[i]->on_run(leave, &leavers[i]).queue_on(*scene.ahead, scene.home);
        }
        if (t.decided())
            return;
        AWAIT(t, started(items, kLeavers) == kLeavers, "items to start, each in a worker of its own");
        for (uint32_t i = 0; i < kLeavers; i++) {
            leavers[i].gate->open();
            AWAIT(t, items[i]->ended() == 1, "an item to end");
        }
        AWAIT(t, t.decided() || idle::settled(t, *scene.ahead, scene.home, 0), "the workers to be idle");
    }

    // Each item that starts has the worker for the next one woken. Only once, whatever the order of all this, is the
    // last item the first of those that are left; as long as there are idle ones for all, for up to Linux 6.8 a worker
    // that had been made had one woken, too.
    static Counts queue_all(Trial& t, const Scene& scene)
    {
        const Items items = t.items(kAhead, "an item of the first workqueue", TestItem::Body::kGate);
        TestItem& last = t.item("the item of the second one", TestItem::Body::kGate);
        const Counts before = counts(t, scene);
        if (t.decided())
            return {};
        t.on_cpu(scene.home, [ahead = scene.ahead, behind = scene.behind, items, &last, home = scene.home] {
            wqlab_preempt_disable();
            for (uint32_t i = 0; i < kAhead; i++)
                items[i]->queue_on(*ahead, home);
            last.queue_on(*behind, home);
            wqlab_preempt_enable();
        });
        if (!t.wait([&] { return started(items, kAhead) == kAhead && last.started() == 1; }, "the items to start"))
            return {};
        const Counts after = counts(t, scene);
        for (uint32_t i = 0; i < kAhead; i++)
            items[i]->open();
        last.open();
        t.wait([&] { return executions(items, kAhead) == kAhead && last.ended() == 1; }, "the items to end");
        // Who changes attributes meanwhile has the counts begin anew.
        if (t.decided() || after.ahead < before.ahead || after.behind < before.behind)
            return {};
        return {after.ahead - before.ahead, after.behind - before.behind};
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const Shape shape = {.flags = WQLAB_WQ_UNBOUND, .scope = "cpu"};
        const Scene scene = {&t.queue(shape), &t.queue(shape), first_of(allowed), last_of(allowed)};
        const Queue* const ours[] = {scene.ahead, scene.behind};
        uint32_t several = 0;
        for (uint32_t round = 0; round < kRounds && several < kEnough; round++) {
            send_away(t, scene);
            const Counts counted = t.decided() ? Counts{} : queue_all(t, scene);
            const wqlab_snap_pool* pool = t.decided() ? nullptr : own_pool(t, *scene.behind, scene.home);
            if (!pool)
                return;
            SKIP_UNLESS(t, counted.behind <= 1 || !is_shared(t, pool->id, ours), "somebody else uses the pool");
            WANT(t, counted.behind <= 1,
                 "the one item of a workqueue was the last in line, and %llu times a worker was said to be put back "
                 "for it; for the %u in front of it, %llu times",
                 static_cast<unsigned long long>(counted.behind), kAhead,
                 static_cast<unsigned long long>(counted.ahead));
            several += counted.ahead > 1;
        }
        SKIP_UNLESS(t, several, "in none of %u rounds were several workers put back", kRounds);
        t.note("%u rounds in which several were put back", several);
    }
};

constexpr Check kAll[] = {
    check_of<CountedForTheFirst>(WQLAB_LACK_SCOPES | WQLAB_LACK_COUNTERS),
};

}  // namespace repatriated

constinit const Group kRepatriatedChecks = group_of("affinity", repatriated::kAll);

}  // namespace wqlab
