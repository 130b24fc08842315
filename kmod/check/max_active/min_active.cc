// SPDX-License-Identifier: GPL-2.0
// What workqueue_set_min_active() does to what is held back.
#include "../../glue/cpu.h"
#include "../../glue/symbols.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace min_active {

struct SetCountsAtOnce {
    static constexpr Promise kPromise = {431,
                                         "",
                                         "max-active.min-active-counts-at-once",
                                         "Where there are several nodes min_active counts as soon as it is set: "
                                         "lowered, a node's share of max_active is "
                                         "by its CPUs alone; raised, what is held back starts",
                                         "kernel/workqueue.c: workqueue_set_min_active(), wq_adjust_max_active()",
                                         WQLAB_CHECK_NUMA,
                                         Fault::kLimitIgnored};

    static constexpr uint32_t kMaxActive = 12, kItems = kMaxActive + 2;

    static void run(Trial& t)
    {
        const uintptr_t set_min_active = wqlab_symbol("workqueue_set_min_active");
        SKIP_UNLESS(t, set_min_active, "this kernel does not show workqueue_set_min_active()");
        SKIP_UNLESS(t, wqlab_nr_cpus() <= 64, "there are more than 64 CPUs");
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        const uint32_t cpu = first_of(allowed);
        uint32_t all = 0, of_node = 0;
        for (uint32_t each = 0; each < wqlab_nr_cpus(); each++) {
            const bool counts = allowed >> each & 1 && wqlab_cpu_online(each);
            all += counts;
            of_node += counts && wqlab_cpu_node(each) == wqlab_cpu_node(cpu);
        }
        SKIP_UNLESS(t, of_node && of_node < all, "there is one node");
        const uint32_t share = (kMaxActive * of_node + all - 1) / all;
        SKIP_UNLESS(t, share < kMaxActive, "the share of a node is all");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = kMaxActive, .scope = "cpu"});
        const auto set = [&](unsigned long to) {
            const bool called = wqlab_call(set_min_active, reinterpret_cast<unsigned long>(wq.get()), to, 0, nullptr);
            if (!called)
                t.skip("kprobes are disarmed, so the kernel can't be called");
            return called;
        };
        if (t.decided() || !set(0))
            return;
        const Items items = t.items(kItems, "an item", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(items, kItems) >= share, "a node's share of max_active to be in flight");
        t.linger();
        WANT(t, started(items, kItems) == share, "with min_active 0, of %u for all %u are in flight on a node, not %u",
             kMaxActive, started(items, kItems), share);
        if (!set(kMaxActive))
            return;
        AWAIT(t, started(items, kItems) >= kMaxActive, "what is held back to start when min_active is raised");
        t.linger();
        WANT(t, started(items, kItems) == kMaxActive, "with max_active and min_active %u, %u are in flight on a node",
             kMaxActive, started(items, kItems));
    }
};

constexpr Check kAll[] = {
    check_of<SetCountsAtOnce>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace min_active

constinit const Group kMinActiveChecks = group_of("max_active", min_active::kAll);

}  // namespace wqlab
