// SPDX-License-Identifier: GPL-2.0
// How long a turn of a rescuer is, to the item, and what it calls out meanwhile.
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace rescuer_batch {

struct TurnsAreOfOneLength {
    static constexpr Promise kPromise = {
        242,
        "",
        "rescuer.a-turn-is-seventeen",
        "A rescuer that two CPUs wait for runs 17 items of one, then 17 of the other, each CPU's in the order in which "
        "they were queued, and calls itself to a CPU again only if that has items left and the other one waits",
        "kernel/workqueue.c: rescuer_thread(), RESCUER_BATCH, assign_rescuer_work(), send_mayday()",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kTurn = 17, kRounds = 5;
    // Three turns with the one in front, and two: with the last of a turn nothing is left.
    static constexpr uint32_t kHere = 3 * kTurn - 1, kThere = 2 * kTurn;
    static constexpr uint64_t kQuiet = 40'000'000;  // ns
    static constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS |
                                          WQLAB_SECTION_WORK;

    // How long no timer of these CPUs' pools calls, if each of them waits for the rescuer; else 0.
    static uint64_t quiet_for(Trial& t, const Queue& wq, Span<const uint32_t> cpus)
    {
        const Snapshot* now = t.snapshot(kSections);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        uint64_t least = row ? WQLAB_NEVER : 0;
        for (const uint32_t cpu : cpus) {
            const wqlab_snap_pool* pool = row ? pool_of_cpu(*now, wq, cpu) : nullptr;
            if (!pool || !waits_for_rescuer(*now, *row, *pool) || pool->mayday_timer_ns == WQLAB_NEVER)
                return 0;
            least = pool->mayday_timer_ns < least ? pool->mayday_timer_ns : least;
        }
        return least;
    }

    // The CPUs in distress, and what is queued there on the workqueue with the rescuer.
    struct Scene {
        Queue& saved;
        TestItem& front;
        Items items[2];
        uint32_t cpus[2], counts[2];
    };

    // What was seen of one round.
    struct Seen {
        uint32_t turns = 0, right = 0;  // those behind which items were left
        uint32_t odd = 0;               // the length of one that was not right
        uint32_t self_calls = 0;        // in which it has to call itself, at most
        uint32_t overlong = 0;          // the length of one that kept a CPU waiting which has called before
        bool is_quiet = false;
        uint64_t calls = 0;
    };

    // False: decided.
    static bool play(Trial& t, const Scene& scene, Seen& seen)
    {
        Gate& gate = t.gate();
        const uint32_t runs = scene.front.started() + 1;
        scene.front.on_run(sleep_at, &gate).queue_on(scene.saved, scene.cpus[0]);
        if (!t.wait([&] { return scene.front.started() == runs; }, "the rescuer to help"))
            return false;
        for (uint32_t of = 0; of < 2; of++)
            for (uint32_t i = 0; i < scene.counts[of]; i++)
                scene.items[of][i]->queue_on(scene.saved, scene.cpus[of]);
        uint64_t quiet = 0, began = 0;
        const bool wait = t.wait(
            [&] {
                if (t.decided() || is_other_worker(scene.front.last().command))
                    return true;
                // Somebody who has become free runs them: then nobody calls.
                for (uint32_t of = 0; of < 2; of++)
                    if (started(scene.items[of], scene.counts[of]) > (runs - 1) * scene.counts[of])
                        return true;
                began = wqlab_jiffies();
                return (quiet = quiet_for(t, scene.saved, scene.cpus)) >= kQuiet;
            },
            "each CPU to call");
        const bool counts = t.kernel().has(Field::kPwqStats);
        const uint64_t before = counts ? stat_of(t, scene.saved, WQLAB_PWQ_STAT_MAYDAY) : 0;
        gate.open();
        const auto ended = [&](uint32_t of) { return executions(scene.items[of], scene.counts[of]); };
        if (!t.wait([&] { return ended(0) == runs * scene.counts[0] && ended(1) == runs * scene.counts[1]; },
                    "the rescuer to run all items"))
            return false;
        seen.calls = counts ? stat_of(t, scene.saved, WQLAB_PWQ_STAT_MAYDAY) - before : 0;
        seen.is_quiet = (wqlab_jiffies() - began + 1) * (1'000'000'000 / wqlab_hz()) < quiet;
        bool is_free = is_other_worker(scene.front.last().command);
        for (uint32_t of = 0; of < 2; of++)
            for (uint32_t i = 0; i < scene.counts[of]; i++)
                is_free |= is_other_worker(scene.items[of][i]->last().command);
        if (is_free)
            t.skip("a worker became free, or threads ended meanwhile");
        else if (!is_rescuer(scene.front.last().command))
            t.fail("an item ran in %s, and not in the rescuer", scene.front.last().command);
        return wait && !t.decided();
    }

    // The turns, by the order of all items' starts. Where one CPU's are not in order, nobody can tell: then decided.
    static void measure(Trial& t, const Scene& scene, Seen& seen)
    {
        uint32_t next[2] = {0, 0}, at = 0, length = 1;  // the one in front was the first
        uint64_t last[2] = {scene.front.last().start, 0};
        const auto start = [&](uint32_t of) {
            return next[of] < scene.counts[of] ? scene.items[of][next[of]]->last().start : UINT64_MAX;
        };
        bool is_first = true, has_called = false;  // the other CPU, at the end of a turn that was right
        while (next[0] < scene.counts[0] || next[1] < scene.counts[1]) {
            const uint32_t from = start(0) < start(1) ? 0 : 1;
            WANT(t, start(from) > last[from], "items of one CPU did not run in the order in which they were queued");
            last[from] = start(from);
            if (from != at) {
                seen.overlong = has_called && length > kTurn ? length : seen.overlong;
                has_called = false;
                if (next[at] < scene.counts[at]) {
                    // At first its own call may be in front of the other's, and it has called itself before.
                    const bool is_right = length == kTurn || (is_first && length == 2 * kTurn);
                    seen.turns++;
                    seen.right += is_right;
                    has_called = is_right;
                    seen.odd = is_right ? seen.odd : length;
                    seen.self_calls += !is_first || length != kTurn;
                }
                is_first = false;
                at = from;
                length = 0;
            }
            next[from]++;
            length++;
        }
    }

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        SKIP_UNLESS(t, here != there, "there is one CPU");
        // Without one the rescuer takes what is active of its workqueue at once.
        SKIP_UNLESS(t, t.kernel().has(Symbol::kMaydayCursorFunction), "a rescuer of this kernel leaves no mark");
        Queue& plain = t.queue({.max_active = 512});
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .max_active = 256});
        const Scene both = {saved,
                            t.item("the item in front"),
                            {t.items(kHere, "an item of the first CPU"), t.items(kThere, "an item of the second CPU")},
                            {here, there},
                            {kHere, kThere}};
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, plain, here) || !use_up_workers(t, plain, there))
            return;
        // A sleeper that goes on for a moment ends a turn early: not each time.
        Seen seen;
        uint32_t overlong = 0;  // rounds
        bool was_right = false;
        for (uint32_t round = 0; round < kRounds && (!was_right || seen.overlong); round++) {
            seen = {};
            if (!play(t, both, seen))
                return;
            measure(t, both, seen);
            if (t.decided())
                return;
            overlong += seen.overlong != 0;
            was_right = was_right || seen.right;
        }
        WANT(t, was_right, "of %u turns none was of %u items, the last but one of %u", seen.turns, kTurn, seen.odd);
        WANT(t, overlong < kRounds,
             "in each of %u rounds a turn was of more than %u items, the last of %u, while the other CPU had some left",
             kRounds, kTurn, seen.overlong);
        WANT(t, !seen.is_quiet || seen.right != seen.turns || seen.calls <= seen.self_calls,
             "in %u turns the rescuer called itself %llu times", seen.turns,
             static_cast<unsigned long long>(seen.calls));
        scarce.end();
    }
};

constexpr Check kAll[] = {
    check_of<TurnsAreOfOneLength>(),
};

}  // namespace rescuer_batch

constinit const Group kRescuerBatchChecks = group_of("reclaim", rescuer_batch::kAll);

}  // namespace wqlab
