// SPDX-License-Identifier: GPL-2.0
// A workqueue that is going is one no longer for what changes all of them.
#include "../../glue/inspect.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace being_destroyed {

struct GoingIsLeftAlone {
    static constexpr Promise kPromise = {
        406,
        "",
        "destroy.going-is-left-alone",
        "A workqueue that is being destroyed is marked so, and keeps its pools when the CPUs of unbound workqueues "
        "change; one that only drains is not, and follows",
        "kernel/workqueue.c: destroy_workqueue(), drain_workqueue(), workqueue_apply_unbound_cpumask()",
        0,
        Fault::kStepIgnored};

    static constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES;

    struct Seen {
        uint32_t flags = 0;  // 0: it is not there, or the trial is decided
        int32_t pool = -1;   // its first CPU's
        uint64_t cpus = 0;   // of that pool, of the first 64
    };

    static Seen look(Trial& t, uint64_t identity, uint32_t cpu)
    {
        Seen seen;
        const Snapshot* now = t.snapshot(kSections);
        for (uint32_t i = 0; now && i < now->cpu_pwqs.size(); i++) {
            const wqlab_snap_cpu_pwq& at = now->cpu_pwqs[i];
            const wqlab_snap_workqueue& row = now->workqueues[at.workqueue];
            if (row.identity != identity || at.cpu != cpu)
                continue;
            seen.flags = row.flags;
            for (const wqlab_snap_pool& pool : now->pools)
                if (pool.id == at.pool && pool.cpus != WQLAB_NONE) {
                    seen.pool = pool.id;
                    seen.cpus = now->masks.words()[pool.cpus * now->masks.words_each()];
                }
        }
        return seen;
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kPwqPlugged) && t.kernel().constant(Field::kFlagDestroying),
                    "before Linux 6.9 it follows");
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpu = first_of(allowed);
        const uint64_t other = uint64_t{1} << second_of(allowed);
        Queue& going = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system", .name = "wqlab-c406-g"});
        Queue& drained = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system", .name = "wqlab-c406-d"});
        const Items items = t.items(2, "an item that is waited for", TestItem::Body::kGate);
        if (t.decided())
            return;
        items[0]->queue_on(going, cpu);
        items[1]->queue_on(drained, cpu);
        AWAIT(t, started(items, 2) == 2, "the items to start");
        const uint64_t goes = wqlab_identity(reinterpret_cast<uintptr_t>(going.get()));
        const uint64_t drains = wqlab_identity(reinterpret_cast<uintptr_t>(drained.get()));
        Actor& destroyer = t.actor("destroyer", Kthread::kAnyCpu, [&going] { going.destroy(); });
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&drained] { drained.drain(); });
        Seen before, draining;
        AWAIT(t,
              t.decided() || ((before = look(t, goes, cpu)).flags & WQLAB_SNAP_WQ_DRAINING &&
                              (draining = look(t, drains, cpu)).flags & WQLAB_SNAP_WQ_DRAINING),
              "both to be drained");
        if (t.decided())
            return;
        WANT(t, before.flags & WQLAB_SNAP_WQ_DESTROYING && !(draining.flags & WQLAB_SNAP_WQ_DESTROYING),
             "one that is being destroyed has the flags %x, and one that is drained %x", before.flags, draining.flags);
        {
            UnboundCpus cpus(t);
            if (!cpus.write_mask(other))
                return;
            const Seen after = look(t, goes, cpu), follows = look(t, drains, cpu);
            WANT(t, t.decided() || after.pool == before.pool,
                 "one that is being destroyed had the pool %d, and for other CPUs has the pool %d", before.pool,
                 after.pool);
            WANT(t, t.decided() || follows.cpus == other,
                 "unbound workqueues may use CPUs %llx, and one that is drained uses %llx",
                 static_cast<unsigned long long>(other), static_cast<unsigned long long>(follows.cpus));
        }
        for (uint32_t i = 0; i < 2; i++)
            items[i]->open();
        AWAIT(t, destroyer.done() && drainer.done(), "what waited for the items to return");
    }
};

constexpr Check kAll[] = {
    check_of<GoingIsLeftAlone>(WQLAB_LACK_SCOPES),
};

}  // namespace being_destroyed

constinit const Group kBeingDestroyedChecks = group_of("drain", being_destroyed::kAll);

}  // namespace wqlab
