// SPDX-License-Identifier: GPL-2.0
// Group K, continued: where in its pod a worker is put back that has left it.
#include "../glue/context.h"
#include "../glue/workqueue.h"
#include "look.hh"

namespace wqlab {

namespace repatriation {

struct ToEachCpu {
    static constexpr Promise kPromise = {
        245,
        "",
        "scope.workers-come-home-to-each-cpu",
        "Workers that have left their pod are put back to its CPUs by turns, and not to one of them each time",
        "kernel/workqueue.c: kick_pool_pick(), kick_pool(): cpumask_any_and_distribute()",
        0,
        Fault::kQueueElsewhere};

    // Where so many were put back, each after one that was last on another CPU of the pod had gone on there, so that
    // this was not too busy, and all came to one CPU, it was not chosen by turns.
    static constexpr uint32_t kQuick = 6, kRounds = 18, kEnough = 8;

    struct Places {
        uint32_t home[2], away;
    };

    static void move(TestItem&, void* cpu) { wqlab_move_to(*static_cast<uint32_t*>(cpu)); }

    // Where the next item ran when the worker of the one before it was last on that CPU.
    static uint32_t next_after(Trial& t, Queue& wq, uint32_t from, const Places& places, uint32_t& last)
    {
        TestItem& leaver = t.item("an item that moves").on_run(move, &last);
        TestItem& next = t.item("the next item");
        for (TestItem* item : {&leaver, &next}) {
            t.on_cpu(from, [item, &wq, home = places.home[0]] { item->queue_on(wq, home); });
            t.wait([item] { return item->ended() == 1; }, "the item to run");
            if (t.decided())
                return UINT32_MAX;
            if (item == &leaver)
                t.linger();  // so that its worker sleeps when it is given the next one
        }
        if (__builtin_memcmp(next.last().command, "kworker/u", 9))
            t.fail("the item ran in %s", next.last().command);
        return next.last().cpu;
    }

    static uint64_t pod_of(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        return pool && pool->pod_cpus != WQLAB_NONE ? now->masks.words()[pool->pod_cpus * now->masks.words_each()] : 0;
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (t.decided())
            return;
        const uint32_t cpu = first_of(allowed);
        for (const char* scope : {"smt", "cache", "numa"}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = scope});
            const uint64_t pod = pod_of(t, wq, cpu) & allowed, others = allowed & ~pod;
            if (t.decided())
                return;
            if (has_two(pod) && has_two(others))
                return judge(t, wq, pod, others);
        }
        t.skip("no scope has a pod of two CPUs, and two others");
    }

    static void judge(Trial& t, Queue& wq, uint64_t pod, uint64_t others)
    {
        Places* const places = t.own<Places>();
        if (!places)
            return;
        *places = {{first_of(pod), second_of(pod)}, 63 - static_cast<uint32_t>(__builtin_clzll(others))};
        // Each CPU has its own turns, and those of the one that workers move to are taken by their moves.
        const uint32_t from = first_of(others);
        uint64_t seen = 0;
        uint32_t round = 0, put_back = 0, sure = 0;
        for (; round < kRounds && sure < kEnough && !has_two(seen); round++) {
            uint32_t& unseen = places->home[seen >> places->home[0] & 1];
            const bool is_free = round >= kQuick && next_after(t, wq, from, *places, unseen) == unseen;
            const uint64_t before = stat_of(t, wq, WQLAB_PWQ_STAT_REPATRIATED);
            const uint32_t at = next_after(t, wq, from, *places, places->away);
            const uint64_t counted = stat_of(t, wq, WQLAB_PWQ_STAT_REPATRIATED) - before;
            if (t.decided())
                return;
            put_back += counted != 0;
            if (counted != 1 || at >= 64 || !(pod >> at & 1))
                continue;
            seen |= uint64_t{1} << at;
            sure += is_free;
        }
        WANT(t, has_two(seen) || sure < kEnough, "%u workers were put back, and each to CPU %u", sure, first_of(seen));
        SKIP_UNLESS(t, has_two(seen) || sure >= kEnough, "of %u workers that were put back too few could go elsewhere",
                    put_back);
        t.note("%u of %u were put back, %u of them when another CPU was free, to CPUs %llx", put_back, round, sure,
               static_cast<unsigned long long>(seen));
    }
};

constexpr Check kAll[] = {
    check_of<ToEachCpu>(WQLAB_LACK_SCOPES | WQLAB_LACK_COUNTERS),
};

}  // namespace repatriation

constinit const Group kRepatriationChecks = group_of("affinity", repatriation::kAll);

}  // namespace wqlab
