// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <climits>

#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

constexpr uint64_t kSpinNs = 20'000;

uint64_t executed_elsewhere(const WorkqueueReport& report)
{
    uint64_t count = 0;
    for (const Flow& flow : report.flows)
        if (flow.from != flow.to)
            count += flow.count;
    return count;
}

}  // namespace

void explain_bh(Bench& bench, Explanation& e)
{
    const bool rt = bench.info().has(WQLAB_FEATURE_PREEMPT_RT);
    e.answer = std::string(
                   "Its items run in softirq context on the CPU that queued them, instead of in a kworker. So they may "
                   "not sleep; there "
                   "is no wait for a worker, none is created, and one after the other is executed: max_active has no "
                   "meaning. A BH "
                   "pool has a worker only in name: a struct without a task.") +
               (rt ? " On this kernel, PREEMPT_RT, softirqs are run by threads: an item may be preempted, but still "
                     "may not sleep."
                   : " Nothing else of that CPU's tasks runs meanwhile, and it ends its turn after 10 items or 2 ms.");
    e.because = {
        {"kick_bh_pool", "raises HI_SOFTIRQ or TASKLET_SOFTIRQ instead of waking a worker"},
        {"workqueue_softirq_action", "bh_worker() on the CPU's pool, from the softirq"},
        {"create_worker", "for a POOL_BH no kthread"},
    };

    const Snapshot machine = bench.look();
    const CpuList cpus = machine.cpus(machine.head.online_cpus);
    constexpr uint64_t kEach = 50;
    IssuerSpec on_bh = spinners("bh", 4, cpus, kSpinNs);
    IssuerSpec on_percpu = spinners("percpu", 4, cpus, kSpinNs);
    if (cpus.size() > 16)
        on_bh.threads = on_percpu.threads = 16;
    const uint64_t items = 2 * kEach * on_bh.threads;
    Load load(bench, {own("bh", WQLAB_WQ_BH), own("percpu")}, {on_bh, on_percpu}, items);
    const Snapshot held = bench.look();
    const uint32_t bh = load.in(held, 0), percpu = load.in(held, 1);
    const Ids pools = pools_of(held, bh);
    load.start();
    const RunReport report = load.finish();
    const WorkqueueReport& in_bh = report.workqueues[0];
    const WorkqueueReport& in_tasks = report.workqueues[1];

    e.done.push_back(fmt::format("Ran {} items that spin on a BH workqueue and {} on a per-CPU one, from {} CPUs.",
                                 in_bh.executed, in_tasks.executed, on_bh.threads));
    e.before = "per-CPU";
    e.after = "BH";
    e.see("items in softirq context", in_tasks.softirq, in_bh.softirq);
    e.see("items on another CPU than their queuer's", executed_elsewhere(in_tasks), executed_elsewhere(in_bh));
    e.see("workers seen", in_tasks.workers.size(), in_bh.workers.size());
    e.see("max_active", held.workqueues[percpu].max_active, held.workqueues[bh].max_active);

    e.state(in_bh.executed == items / 2 && in_bh.softirq == in_bh.executed, "All BH items ran in softirq context.");
    e.state(in_tasks.softirq == 0 && !in_tasks.workers.empty(), "The others ran in workers.");
    e.state(executed_elsewhere(in_bh) == 0, "BH items ran on the CPU that queued them.");
    e.state(in_bh.max_concurrency == 1, "On a CPU never two BH items ran at once.");
    e.state(held.workqueues[bh].max_active == INT_MAX, "A BH workqueue has no max_active.");
    bool taskless = !pools.empty();
    for (const int32_t id : pools) {
        const auto workers = workers_in(held, id);
        taskless &= is_bh(*held.pool(id)) && workers.size() == 1 && workers.front().pid == 0;
    }
    e.state(taskless, "Each BH pool has one worker, and that has no task.");
}

}  // namespace wqctl
