// SPDX-License-Identifier: GPL-2.0
// Where in its pod a worker is put back that had left it.
#include "../../glue/attributes.h"
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/wakings.h"
#include "../scenes/attached_probe.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace home_cpus {

// Near which CPU one worker is woken.
class Wakings {
public:
    Wakings()
        : wakings_({[](void* to, int32_t pid, uint32_t near) { static_cast<Wakings*>(to)->see(pid, near); }, this})
    {
    }

    bool attached() const { return wakings_.is_attached(); }
    void follow(int32_t pid)
    {
        __atomic_store_n(&near_, WQLAB_NONE, __ATOMIC_RELAXED);
        __atomic_store_n(&pid_, pid, __ATOMIC_RELEASE);
    }
    // The first time since it was followed; WQLAB_NONE: not yet.
    uint32_t near() const { return __atomic_load_n(&near_, __ATOMIC_ACQUIRE); }

private:
    void see(int32_t pid, uint32_t near)
    {
        uint32_t none = WQLAB_NONE;
        if (pid == __atomic_load_n(&pid_, __ATOMIC_ACQUIRE))
            __atomic_compare_exchange_n(&near_, &none, near, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
    }

    int32_t pid_ = 0;
    uint32_t near_ = WQLAB_NONE;
    Attached<wqlab_wakings, wqlab_wakings_attach, wqlab_wakings_detach> wakings_;
};

struct OneAfterTheOther {
    static constexpr Promise kPromise = {
        356,
        "",
        "scope.home-on-each-cpu",
        "Workers that have left their pod, in which there are several CPUs, are not all put back to one of these",
        "kernel/workqueue.c: kick_pool_pick(), kick_pool()",
        0,
        Fault::kTraceFieldsLie};

    static constexpr uint32_t kRounds = 24, kEnough = 8;

    struct Places {
        uint64_t home;          // a pod, of the first 64
        uint32_t away, kicker;  // elsewhere, and apart: each CPU has an order of its own in which it puts them back
    };

    static void move(TestItem&, void* cpu) { wqlab_move_to(*static_cast<uint32_t*>(cpu)); }

    // Of the pod that the workqueue has for that CPU. 0: not seen.
    static uint64_t pod_of(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        return pool && pool->pod_cpus != WQLAB_NONE ? now->masks.words()[pool->pod_cpus * now->masks.words_each()] : 0;
    }

    // A workqueue whose scope has a pod with several CPUs and leaves several others. nullptr: decided.
    static Queue* find(Trial& t, Places& places)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (t.decided())
            return nullptr;
        for (const char* scope : {"smt", "cache_shard", "cache", "numa"}) {
            if (wqlab_scope_of(scope) < 0)
                continue;
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = scope});
            if (t.decided())
                return nullptr;
            const uint64_t home = pod_of(t, wq, first_of(allowed)) & allowed, others = allowed & ~home;
            if (has_two(home) && has_two(others)) {
                places = {home, first_of(others), second_of(others)};
                return &wq;
            }
        }
        t.skip("no affinity scope has a pod with several CPUs and several others");
        return nullptr;
    }

    static void run(Trial& t)
    {
        Places* const places = t.own<Places>();
        SKIP_UNLESS(t, wqlab_nr_cpus() <= 64, "there are more than 64 CPUs");
        Queue* const wq = places ? find(t, *places) : nullptr;
        if (!wq)
            return;
        Wakings wakings;
        SKIP_UNLESS(t, wakings.attached(), "who is woken can't be watched here");
        const uint32_t home = first_of(places->home);
        uint64_t seen = 0;
        uint32_t counted = 0;
        for (uint32_t round = 0; round < kRounds && !has_two(seen); round++) {
            TestItem& leaver = t.item("an item that leaves its pod").on_run(move, &places->away);
            TestItem& next = t.item("the next item");
            t.on_cpu(places->kicker, [wq, &leaver, home] { leaver.queue_on(*wq, home); });
            AWAIT(t, leaver.ended() == 1, "the item to run");
            t.linger();
            const uint64_t before = stat_of(t, *wq, WQLAB_PWQ_STAT_REPATRIATED);
            wakings.follow(leaver.last().pid);
            t.on_cpu(places->kicker, [wq, &next, home] { next.queue_on(*wq, home); });
            AWAIT(t, next.ended() == 1, "the next item to run");
            uint32_t near = wakings.near();
            if (t.decided())
                return;
            if (near >= 64 || stat_of(t, *wq, WQLAB_PWQ_STAT_REPATRIATED) != before + 1)
                continue;
            near = t.has_fault(Fault::kTraceFieldsLie) ? places->away : near;
            WANT(t, places->home >> near & 1,
                 "a worker that had left its pod was put back to CPU %u, which is not in it", near);
            seen |= uint64_t{1} << near;
            counted++;
        }
        SKIP_UNLESS(t, has_two(seen) || counted >= kEnough, "no worker was seen to be put back often enough");
        WANT(t, has_two(seen), "%u times a worker was put back, each time to CPU %u", counted, first_of(seen));
        t.note("put back %u times", counted);
    }
};

constexpr Check kAll[] = {
    check_of<OneAfterTheOther>(WQLAB_LACK_SCOPES | WQLAB_LACK_COUNTERS),
};

}  // namespace home_cpus

constinit const Group kHomeCpuChecks = group_of("affinity", home_cpus::kAll);

}  // namespace wqlab
