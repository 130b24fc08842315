// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

constexpr uint32_t kPercpu = 2;    // max_active
constexpr uint32_t kUnbound = 12;  // more than WQ_DFL_MIN_ACTIVE, which is 8
constexpr size_t kMostCpus = 16;

struct Share {
    int32_t node = 0;
    int32_t max = 0;
    int32_t expected_max = 0;
    int32_t nr = 0;
    int64_t active = 0;  // by its pwqs
    int64_t inactive = 0;
    bool queued = false;  // any of the CPUs that queue is the node's

    // All that the node may do it does; the rest waits.
    bool full() const { return queued ? nr == max && active == max && inactive > 0 : nr == 0 && inactive == 0; }
};

std::vector<Share> shares(const Snapshot& snapshot, uint32_t workqueue, const CpuList& queue_from)
{
    const wqlab_snap_workqueue& row = snapshot.workqueues[workqueue];
    const CpuList effective = snapshot.cpus(row.effective_cpus);
    const size_t online = common(effective, snapshot.cpus(snapshot.head.online_cpus)).size();
    std::vector<Share> all;
    for (const wqlab_snap_node_active& counted : snapshot.node_active) {
        if (counted.workqueue != workqueue || counted.node < 0)
            continue;
        Share share{.node = counted.node, .max = counted.max, .nr = counted.nr};
        for (const wqlab_snap_node& node : snapshot.nodes)
            if (static_cast<int32_t>(node.node) == counted.node)
                share.expected_max = node_share(row.max_active, row.min_active,
                                                common(effective, snapshot.cpus(node.cpus)).size(), online);
        for (const wqlab_snap_pwq& pwq : snapshot.pwqs_of(row))
            if (const wqlab_snap_pool* pool = snapshot.pool(pwq.pool); pool && pool->node == counted.node) {
                share.active += pwq.nr_active;
                share.inactive += pwq.nr_inactive;
            }
        for (const uint32_t cpu : queue_from)
            if (const wqlab_snap_pool* pool = pool_for(snapshot, workqueue, cpu))
                share.queued |= pool->node == counted.node;
        all.push_back(share);
    }
    return all;
}

const wqlab_snap_pwq* pwq_for(const Snapshot& snapshot, uint32_t workqueue, uint32_t cpu)
{
    for (const wqlab_snap_cpu_pwq& row : snapshot.cpu_pwqs_of(workqueue))
        if (row.cpu == cpu)
            return snapshot.pwq(row.pwq);
    return nullptr;
}

void percpu(Bench& bench, Explanation& e, const CpuList& cpus)
{
    constexpr uint32_t kItems = kPercpu + 3;
    WorkqueueSpec spec = own("percpu");
    spec.max_active = kPercpu;
    Load load(bench, {spec}, {sleepers("percpu", kItems, cpus)});
    load.start();
    const auto full = [&](const Snapshot& s, uint32_t cpu) {
        const wqlab_snap_pwq* pwq = pwq_for(s, load.in(s), cpu);
        return pwq && pwq->nr_active == static_cast<int32_t>(kPercpu) && pwq->nr_inactive == kItems - kPercpu;
    };
    const auto all_full = [&](const Snapshot& s) {
        return executing(s, load.in(s)).size() == cpus.size() * kPercpu &&
               std::all_of(cpus.begin(), cpus.end(), [&](uint32_t cpu) { return full(s, cpu); });
    };
    const Snapshot seen = bench.await(all_full);
    e.done.push_back(
        fmt::format("Queued {} items that sleep from each of the CPUs {}, on a per-CPU workqueue of max_active {}.",
                    kItems, format_cpu_list(cpus), kPercpu));
    for (const uint32_t cpu : cpus)
        if (const wqlab_snap_pwq* pwq = pwq_for(seen, load.in(seen), cpu))
            e.see(fmt::format("per-CPU, max_active {}: CPU {}", kPercpu, cpu), pwq->nr_active, pwq->nr_inactive);
    e.state(all_full(seen),
            fmt::format("On a per-CPU workqueue each CPU may have max_active, {}, at once; the rest is inactive.",
                        kPercpu));
    load.stop();
}

void unbound_nodes(Bench& bench, Explanation& e, const CpuList& cpus)
{
    WorkqueueSpec spec = unbound("unbound", bench.private_nice(), "numa");
    spec.max_active = kUnbound;
    Load load(bench, {spec}, {sleepers("unbound", kUnbound + 1, cpus)});
    load.start();
    const auto all_full = [&](const Snapshot& s) {
        const auto all = shares(s, load.in(s), cpus);
        return !all.empty() && std::all_of(all.begin(), all.end(), [](const Share& share) { return share.full(); });
    };
    const Snapshot seen = bench.await(all_full);
    e.done.push_back(
        fmt::format("Queued {} more from each of the CPUs {}, on an unbound one of max_active {} and the scope numa.",
                    kUnbound + 1, format_cpu_list(cpus), kUnbound));
    bool as_computed = true;
    for (const Share& share : shares(seen, load.in(seen), cpus)) {
        e.see(fmt::format("unbound, max_active {}: node {}, may {}", kUnbound, share.node, share.max), share.active,
              share.inactive);
        as_computed &= share.max == share.expected_max;
    }
    const int32_t min_active = seen.workqueues[load.in(seen)].min_active;
    e.see("min_active of the unbound workqueue", min_active);
    e.state(all_full(seen),
            "On an unbound workqueue each node that has items uses its share, whatever CPU queued them.");
    e.state(as_computed, fmt::format("A node's share is by its CPUs, but never less than min_active, {}.", min_active));
    e.state(min_active == std::min<int32_t>(kUnbound, 8), "min_active is 8, or max_active if that is less.");
    load.stop();
}

}  // namespace

void explain_max_active(Bench& bench, Explanation& e)
{
    e.answer =
        "Items that are active: pending in the pool or being executed, asleep or not. A per-CPU workqueue counts them "
        "for each CPU "
        "(pwq->nr_active), so that in all there may be max_active times the CPUs. An unbound one counts them for each "
        "node: "
        "max_active is divided among the nodes by their CPUs, and each gets at least min_active, so that the sum can "
        "be more than "
        "max_active. Items beyond that are inactive: they wait at the pool_workqueue, and the pool does not know of "
        "them. "
        "Barriers do not count (see \"flush\").";
    e.because = {
        {"pwq_tryinc_nr_active", "nr_active < max_active for a per-CPU pwq, else tryinc_node_nr_active()"},
        {"wq_update_node_max_active",
         "clamp(DIV_ROUND_UP(max_active * node_cpus, total_cpus), min_active, max_active)"},
        {"pwq_dec_nr_active", "activates the next inactive item when one is done"},
    };
    e.before = "active";
    e.after = "inactive";

    const Snapshot machine = bench.look();
    CpuList cpus = machine.cpus(machine.head.online_cpus);
    CpuList ends = cpus;
    if (ends.size() > 2)
        ends.erase(ends.begin() + 1, ends.end() - 1);
    percpu(bench, e, ends);
    if (cpus.size() > kMostCpus)
        cpus.resize(kMostCpus);
    unbound_nodes(bench, e, cpus);
}

}  // namespace wqctl
