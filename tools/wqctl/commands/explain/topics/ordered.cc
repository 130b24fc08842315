// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

constexpr size_t kMostCpus = 8;
constexpr uint32_t kItems = 2;  // from each CPU

Ids pwqs_used(const Snapshot& snapshot, uint32_t workqueue)
{
    Ids indices;
    for (const wqlab_snap_cpu_pwq& row : snapshot.cpu_pwqs_of(workqueue))
        indices.insert(static_cast<int32_t>(row.pwq));
    return indices;
}

}  // namespace

void explain_ordered(Bench& bench, Explanation& e)
{
    e.answer =
        "It is an unbound workqueue of which all CPUs share one pool_workqueue, the default one, and max_active is 1. "
        "One queue and "
        "one item at a time make the order; with a pool_workqueue for each pod, as other unbound workqueues have, "
        "there would be "
        "several queues. When its attributes change, the new pool_workqueue is plugged until the old one is empty.";
    e.because = {
        {"apply_wqattrs_prepare", "attrs->ordered: dfl_pwq for each possible CPU"},
        {"alloc_and_link_pwqs", "applies ordered_wq_attrs, and warns if there is more than one pwq"},
        {"unplug_oldest_pwq", "lets the next pwq begin when the oldest is gone"},
    };

    const Snapshot machine = bench.look();
    CpuList cpus = machine.cpus(machine.head.online_cpus);
    if (cpus.size() > kMostCpus)
        cpus.resize(kMostCpus);
    const size_t items = cpus.size() * kItems;
    Load load(bench, {own("ordered", WQLAB_WQ_ORDERED), unbound("other", bench.private_nice(), "cpu")},
              {sleepers("ordered", kItems, cpus), sleepers("other", kItems, cpus)});
    load.start();
    const Snapshot seen = bench.await([&](const Snapshot& s) {
        return executing(s, load.in(s, 0)).size() == 1 && waiting(s, load.in(s, 0), WQLAB_WORK_INACTIVE) == items - 1 &&
               executing(s, load.in(s, 1)).size() == items;
    });
    const uint32_t ordered = load.in(seen, 0), other = load.in(seen, 1);
    const size_t inactive = waiting(seen, ordered, WQLAB_WORK_INACTIVE);

    e.done.push_back(fmt::format(
        "Queued {} items that sleep from each of the CPUs {}, on an ordered workqueue and on an unbound one of "
        "the scope cpu.",
        kItems, format_cpu_list(cpus)));
    e.before = "unbound";
    e.after = "ordered";
    e.see("max_active", seen.workqueues[other].max_active, seen.workqueues[ordered].max_active);
    e.see("pool_workqueues that CPUs queue on", pwqs_used(seen, other).size(), pwqs_used(seen, ordered).size());
    e.see("items at work", executing(seen, other).size(), executing(seen, ordered).size());
    e.see("items inactive", waiting(seen, other, WQLAB_WORK_INACTIVE), inactive);
    e.state(pwqs_used(seen, ordered).size() == 1, "All CPUs queue on one pool_workqueue.");
    e.state(seen.workqueues[ordered].max_active == 1 && active(seen, ordered) == 1 &&
                executing(seen, ordered).size() == 1,
            "One item is active, as max_active says.");
    e.state(inactive == items - 1, fmt::format("The other {} wait in that one queue.", items - 1));
    e.state(executing(seen, other).size() == items, "An unbound workqueue that is not ordered begins them all.");
    load.stop();
}

}  // namespace wqctl
