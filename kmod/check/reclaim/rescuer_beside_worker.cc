// SPDX-License-Identifier: GPL-2.0
// What a rescuer does when a worker of the pool runs again.
#include "../../glue/attributes.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/scarce_threads.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace rescuer_beside_worker {

constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS |
                               WQLAB_SECTION_WORK;

struct WhileNobodyElseWaits {
    static constexpr Promise kPromise = {
        252,
        "",
        "rescuer.goes-on-while-nobody-else-waits",
        "A rescuer that is at a CPU one of whose workers runs again, while still none can be made, goes on as long as "
        "nobody else waits for it; else it leaves for that one first; and as long as that worker runs nobody calls for "
        "help there",
        "kernel/workqueue.c: assign_rescuer_work(), pool_mayday_timeout()",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kItems = 12, kRounds = 4;
    static constexpr uint64_t kTwoCalls = 220'000'000;  // ns: MAYDAY_INTERVAL is a tenth of a second

    // Sleeps until the gate opens, and runs from then on until it may end.
    struct Waking {
        Trial* trial;
        Gate* gate;
        bool runs, may_end;
    };

    static void sleep_then_spin(TestItem&, void* argument)
    {
        Waking& waking = *static_cast<Waking*>(argument);
        waking.gate->pass();
        __atomic_store_n(&waking.runs, true, __ATOMIC_RELEASE);
        waking.trial->changed();
        while (!__atomic_load_n(&waking.may_end, __ATOMIC_ACQUIRE) && !waking.trial->given_up() &&
               !waking.trial->ending()) {
            wqlab_resched();
            wqlab_relax();
        }
    }

    struct Scene {
        Queue& plain;
        Queue& saved;
        uint32_t here, there;
        Waking* waking;
        Gate& gate;
        TestItem& front;
        Items items;
        TestItem& other;
    };

    struct Look {
        bool is_managed = false;  // who tries to make a worker still does
        bool is_away = false;     // the rescuer is nowhere
        bool calls = false;       // the other CPU waits for it
        bool is_called = true;    // so does any
        bool is_seen = false;
    };

    static Look look(Trial& t, const Scene& scene)
    {
        const Snapshot* now = t.snapshot(kSections);
        const wqlab_snap_workqueue* row = now ? row_of(*now, scene.saved) : nullptr;
        const wqlab_snap_pool* here = row ? pool_of_cpu(*now, scene.saved, scene.here) : nullptr;
        const wqlab_snap_pool* there = row ? pool_of_cpu(*now, scene.saved, scene.there) : nullptr;
        Look seen;
        if (!here || !there)
            return seen;
        seen.is_managed = here->flags & WQLAB_POOL_MANAGER_ACTIVE;
        seen.is_away = row->rescuer_pool < 0;
        seen.is_called = false;
        seen.is_seen = true;
        for (uint32_t i = 0; i < row->nr_pwqs; i++) {
            const wqlab_snap_pwq& pwq = now->pwqs[row->first_pwq + i];
            const bool waits = pwq.flags & WQLAB_PWQ_MAYDAY;
            seen.calls |= waits && pwq.pool == there->id;
            seen.is_called |= waits;
        }
        return seen;
    }

    // The rescuer has begun with a CPU, a worker runs there again, and more is queued. False: decided.
    static bool prepare(Trial& t, const Scene& scene)
    {
        scene.front.on_run(sleep_at, &scene.gate).queue_on(scene.saved, scene.here);
        if (!t.wait([&] { return scene.front.started() == 1; }, "the rescuer to help"))
            return false;
        if (is_other_worker(scene.front.last().command))
            t.skip("a worker became free, or threads ended meanwhile");
        else if (!is_rescuer(scene.front.last().command))
            t.fail("it ran in %s, and not in the rescuer", scene.front.last().command);
        scene.waking->gate->open();
        if (!t.wait([&] { return __atomic_load_n(&scene.waking->runs, __ATOMIC_ACQUIRE); }, "the sleeper to go on"))
            return false;
        for (uint32_t i = 0; i < kItems; i++)
            scene.items[i]->queue_on(scene.saved, scene.here);
        // Who came late was called once more. From now on a worker runs, and this CPU calls no more.
        if (!t.decided() && look(t, scene).is_called)
            t.skip("the rescuer was called again before it came");
        return !t.decided();
    }

    // A worker runs, so whatever waits, and though somebody tries to make another one.
    static void calls_nobody(Trial& t, const Scene& scene)
    {
        wqlab_sleep(kTwoCalls);
        const Look now = look(t, scene);
        WANT(t, !now.is_seen || !now.is_called || t.decided(),
             "a CPU one of whose workers runs called for help all the same");
    }

    static void end(Trial& t, const Scene& scene)
    {
        __atomic_store_n(&scene.waking->may_end, true, __ATOMIC_RELEASE);
        AWAIT(t, executions(scene.items, kItems) == kItems, "all items to run");
    }

    // It has gone on; it has left while somebody tried; or he tried no more, and nothing can be said.
    enum class Seen : uint8_t { kDone, kLeft, kNothing };

    static Seen alone(Trial& t, const Scene& scene)
    {
        scene.gate.open();
        Seen seen = Seen::kNothing;
        bool was_away = false;
        t.wait(
            [&] {
                const Look now = look(t, scene);
                if (t.decided())
                    return true;
                // Who tries no more does not begin again while a worker runs: he has tried since the look before.
                const bool is_left = was_away && now.is_away && now.is_managed;
                was_away = now.is_away && scene.front.ended();
                if (executions(scene.items, kItems) == kItems)
                    seen = Seen::kDone;
                else if (is_left)
                    seen = Seen::kLeft;
                return seen != Seen::kNothing || !now.is_managed;
            },
            "the rescuer to go on, or its pool to have no manager");
        return seen;
    }

    static void with_another(Trial& t, const Scene& scene)
    {
        scene.other.queue_on(scene.saved, scene.there);
        AWAIT(t, t.decided() || scene.other.started() || look(t, scene).calls, "the other CPU to call");
        scene.gate.open();
        AWAIT(t, scene.other.ended() == 1, "the rescuer to help the other CPU");
        end(t, scene);
        SKIP_UNLESS(t, !is_other_worker(scene.other.last().command),
                    "a worker became free, or threads ended meanwhile");
        for (uint32_t i = 0; i < kItems; i++) {
            const Execution& run = scene.items[i]->last();
            const bool is_early = run.start < scene.other.last().start;
            SKIP_UNLESS(t, !is_early || !is_other_worker(run.command),
                        "a worker became free, or threads ended meanwhile");
            WANT(t, !is_early, "an item of a CPU whose worker ran was run before one of a CPU that waited");
        }
    }

    static Seen judge(Trial& t, bool other_waits)
    {
        Waking* const waking = t.own<Waking>();
        if (!waking)
            return Seen::kNothing;
        const uint32_t here = t.first_cpu();
        const Scene scene = {t.queue({.max_active = 512}),
                             t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .max_active = 256}),
                             here,
                             t.other_cpu(here),
                             waking,
                             t.gate(),
                             t.item("the item in front"),
                             t.items(kItems, "an item behind it"),
                             t.item("an item of the other CPU")};
        *waking = {&t, &t.gate(), false, false};
        TestItem& spinner = t.item("an item that wakes up").on_run(sleep_then_spin, waking);
        kernel::queue_on(t, scene.plain, spinner, static_cast<int>(here));
        if (!t.wait([&] { return spinner.started() == 1; }, "a sleeper to start"))
            return Seen::kNothing;
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, scene.plain, here) ||
            (other_waits && !use_up_workers(t, scene.plain, scene.there)) || !prepare(t, scene))
            return Seen::kNothing;
        Seen seen = Seen::kNothing;
        if (other_waits) {
            calls_nobody(t, scene);
            if (t.decided())
                return Seen::kNothing;
            with_another(t, scene);
        } else {
            seen = alone(t, scene);
        }
        end(t, scene);
        scarce.end();
        return seen;
    }

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        SKIP_UNLESS(t, t.first_cpu() != t.other_cpu(t.first_cpu()), "there is one CPU");
        judge(t, true);
        if (t.decided())
            return;
        // Before "workqueue: Process extra works in rescuer on memory pressure" it left in any case. Nothing else shows
        // that commit; scopes of that name came somewhat later.
        SKIP_UNLESS(t, wqlab_scope_of("cache_shard") >= 0, "a rescuer of this kernel does not go on");
        Seen seen = Seen::kNothing;
        for (uint32_t round = 0; round < kRounds && seen == Seen::kNothing && !t.decided(); round++)
            seen = judge(t, false);
        WANT(t, seen != Seen::kLeft, "nobody else waited, no worker could be made, and it left");
        SKIP_UNLESS(t, seen == Seen::kDone || t.decided(), "each time its manager tried no more");
    }
};

constexpr Check kAll[] = {
    check_of<WhileNobodyElseWaits>(),
};

}  // namespace rescuer_beside_worker

constinit const Group kRescuerBesideWorkerChecks = group_of("reclaim", rescuer_beside_worker::kAll);

}  // namespace wqlab
