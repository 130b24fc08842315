// SPDX-License-Identifier: GPL-2.0
// What gives other workqueues new pools, and leaves an ordered one the one that it has.
#include "../../glue/cpu.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace ordered_pool {

constexpr const char* kDefaultScope = "/sys/module/workqueue/parameters/default_affinity_scope";
constexpr uint32_t kMost = 16;

// Items of an ordered workqueue behind one that runs, and how many there are so far.
struct Line {
    explicit Line(Trial& t)
        : wq(t.queue({.flags = WQLAB_WQ_ORDERED})),
          front(t.item("the item in front", TestItem::Body::kGate)),
          items(t.items(kMost, "an item"))
    {
    }

    Queue& wq;
    TestItem& front;
    const Items items;
    uint32_t n = 0;
};

// False: decided.
inline bool begin(Trial& t, Line& line, uint32_t cpu)
{
    line.front.queue_on(line.wq, cpu);
    return t.wait([&] { return line.front.started() == 1; }, "the item in front to start") && !t.decided();
}

// One for each of these CPUs; and all CPUs go to one pool.
inline void go_on(Trial& t, Line& line, Span<const uint32_t> cpus, const char* when)
{
    for (const uint32_t cpu : cpus)
        if (line.n < kMost)
            line.items[line.n++]->queue_on(line.wq, cpu);
    t.linger();
    WANT(t, started(line.items, line.n) == 0, "%s, %u items started while the one in front was running", when,
         started(line.items, line.n));
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
    int32_t pool = -1;
    for (uint32_t cpu = 0; now && cpu < wqlab_nr_cpus(); cpu++) {
        const wqlab_snap_pool* of = pool_of_cpu(*now, line.wq, cpu);
        WANT(t, !of || pool < 0 || of->id == pool, "%s, items of an ordered workqueue go to pools %d and %d", when,
             pool, of ? of->id : -1);
        pool = of ? of->id : pool;
    }
}

inline void end(Trial& t, Line& line)
{
    line.front.open();
    AWAIT(t, executions(line.items, line.n) == line.n, "all items to run");
    WANT(t, line.front.last().end < line.items[0]->last().start, "the first item ran while the one in front did");
    for (uint32_t i = 1; i < line.n; i++)
        WANT(t, line.items[i - 1]->last().end < line.items[i]->last().start, "item %u started before item %u had ended",
             i + 1, i);
}

struct DefaultScopeLeavesOrder {
    static constexpr Promise kPromise = {
        279,
        "",
        "ordered.survives-another-default-scope",
        "What is written to default_affinity_scope leaves order and exclusivity of an ordered workqueue as they are, "
        "and all CPUs its one pool",
        "kernel/workqueue.c: unbound_wq_update_pwq(), wq_affn_dfl_set()",
        0,
        Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpus[] = {first_of(allowed), second_of(allowed)};
        Line line(t);
        if (!begin(t, line, cpus[0]))
            return;
        go_on(t, line, cpus, "at first");
        constexpr struct {
            const char *scope, *when;
        } kThen[] = {{"cpu", "when the default was cpu"},
                     {"system", "when the default was system"},
                     {"numa", "when the default was numa"}};
        for (const auto& then : kThen) {
            if (t.decided())
                return;
            const int error = t.write(kDefaultScope, then.scope);
            SKIP_UNLESS(t, error == 0, "the parameter can't be written: error %d", error);
            go_on(t, line, cpus, then.when);
        }
        if (!t.decided())
            end(t, line);
    }
};

struct CpusLeaveOrder {
    static constexpr Promise kPromise = {
        280,
        "",
        "ordered.survives-hotplug",
        "Order and exclusivity of an ordered workqueue survive a CPU that leaves and comes back meanwhile, and all "
        "CPUs keep its one pool",
        "kernel/workqueue.c: unbound_wq_update_pwq(), workqueue_offline_cpu(), workqueue_online_cpu()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        // With that each CPU has a pool of its own in others, and CPUs that go or come change it.
        if (!(wqlab_lacks() & WQLAB_LACK_SCOPES) && t.write(kDefaultScope, "cpu"))
            t.note("the default scope could not be set to cpu: CPUs may share their pools");
        // The item in front is of the CPU that goes.
        const uint32_t cpus[] = {second_of(allowed), first_of(allowed)};
        Line line(t);
        if (!begin(t, line, cpus[0]))
            return;
        go_on(t, line, cpus, "at first");
        if (t.decided())
            return;
        {
            const CpuAway away(t, cpus[0]);
            if (t.decided())
                return;
            go_on(t, line, cpus, "while a CPU was away");
        }
        if (!t.decided())
            go_on(t, line, cpus, "when it was back");
        if (!t.decided())
            end(t, line);
    }
};

constexpr Check kAll[] = {
    check_of<DefaultScopeLeavesOrder>(WQLAB_LACK_SCOPES),
    check_of<CpusLeaveOrder>(),
};

}  // namespace ordered_pool

constinit const Group kOrderedPoolChecks = group_of("ordered", ordered_pool::kAll);

}  // namespace wqlab
