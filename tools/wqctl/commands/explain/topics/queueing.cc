// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

constexpr size_t kMostCpus = 8;  // three workqueues for each, of 32 that a run may have

struct Kind {
    const char* name;
    uint32_t flags;
    const char* rule;
};
constexpr Kind kKinds[] = {
    {"percpu", 0, "A per-CPU item goes to the pool of the CPU that queued it."},
    {"highpri", WQLAB_WQ_HIGHPRI, "With WQ_HIGHPRI to the same CPU's pool of nice -20."},
    {"unbound", WQLAB_WQ_UNBOUND, "An unbound item goes to the pool of the pod that its CPU is in."},
};

// Where the one item of a workqueue is executed; nullptr: it is not yet.
const wqlab_snap_pool* place(const Snapshot& snapshot, uint32_t workqueue)
{
    const auto workers = executing(snapshot, workqueue);
    return workers.size() == 1 ? snapshot.pool(workers.front().pool) : nullptr;
}

bool as_ruled(const Snapshot& snapshot, uint32_t workqueue, const Kind& kind, uint32_t cpu)
{
    const wqlab_snap_pool* pool = place(snapshot, workqueue);
    if (!pool)
        return false;
    if (!(kind.flags & WQLAB_WQ_UNBOUND))
        return pool->cpu == static_cast<int32_t>(cpu) && pool->nice == (kind.flags & WQLAB_WQ_HIGHPRI ? -20 : 0);
    // From a CPU that is not for unbound workqueues: from another one, in turn.
    if (common(snapshot.cpus(snapshot.head.unbound_cpus), {cpu}).empty())
        return pools_of(snapshot, workqueue).contains(pool->id);
    return pool == pool_for(snapshot, workqueue, cpu) && !common(snapshot.cpus(pool->pod_cpus), {cpu}).empty();
}

}  // namespace

void explain_queueing(Bench& bench, Explanation& e)
{
    e.answer =
        "The one that wq->cpu_pwq has for a CPU: the CPU that calls queue_work(), or the one given to queue_work_on(). "
        "For an "
        "unbound workqueue that is the pool of the CPU's pod; a CPU that is not in the unbound cpumask is replaced by "
        "others "
        "in turn. There is one exception: an item that is being executed elsewhere by the same workqueue is queued "
        "where it "
        "runs, so that it never runs twice at once.";
    e.because = {
        {"__queue_work", "pwq = *per_cpu_ptr(wq->cpu_pwq, cpu), unless the item runs in last_pool"},
        {"wq_select_unbound_cpu", "keeps the local CPU if wq_unbound_cpumask has it, else goes round"},
    };

    const int nice = bench.private_nice();
    const Snapshot machine = bench.look();
    CpuList cpus = machine.cpus(machine.head.online_cpus);
    if (cpus.size() > kMostCpus)
        cpus.resize(kMostCpus);
    std::vector<WorkqueueSpec> workqueues;
    std::vector<IssuerSpec> issuers;
    for (const Kind& kind : kKinds)
        for (const uint32_t cpu : cpus) {
            const std::string name = fmt::format("{}{}", kind.name, cpu);
            workqueues.push_back(kind.flags & WQLAB_WQ_UNBOUND ? unbound(name, nice, "cpu") : own(name, kind.flags));
            issuers.push_back(sleepers(name, 1, {cpu}));
        }
    workqueues.push_back(own("sent"));
    issuers.push_back(sleepers("sent", 1, {cpus.front()}));
    issuers.back().queue_on = cpus.back();

    Load load(bench, workqueues, issuers);
    load.start();
    const Snapshot seen = bench.await([&](const Snapshot& s) {
        bool all = true;
        for (size_t i = 0; i < workqueues.size(); i++)
            all &= place(s, load.in(s, i)) != nullptr;
        return all;
    });

    e.done.push_back(fmt::format(
        "From each of the CPUs {}, queued an item that sleeps on a per-CPU workqueue, on a WQ_HIGHPRI one, and "
        "on an unbound one with the affinity scope cpu.",
        format_cpu_list(cpus)));
    e.done.push_back(fmt::format("From CPU {}, queued one with queue_work_on(CPU {}).", cpus.front(), cpus.back()));
    e.before = "items";
    e.after = "as the rule says";
    for (size_t kind = 0; kind < std::size(kKinds); kind++) {
        size_t right = 0;
        for (size_t i = 0; i < cpus.size(); i++)
            right += as_ruled(seen, load.in(seen, kind * cpus.size() + i), kKinds[kind], cpus[i]);
        e.see(kKinds[kind].name, cpus.size(), right);
        e.state(right == cpus.size(), kKinds[kind].rule);
    }
    const wqlab_snap_pool* sent = place(seen, load.in(seen, workqueues.size() - 1));
    const bool right = sent && is_percpu(*sent) && sent->cpu == static_cast<int32_t>(cpus.back());
    e.see("queue_work_on()", 1, right ? 1 : 0);
    e.state(right, "queue_work_on() sends it to the pool of the CPU that is named.");
    load.stop();
}

}  // namespace wqctl
