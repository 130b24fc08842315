// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

const wqlab_snap_work* barrier(const Snapshot& snapshot, uint32_t workqueue)
{
    const auto found = std::find_if(
        snapshot.works.begin(), snapshot.works.end(),
        [workqueue](const wqlab_snap_work& work) { return work.is_barrier && work.workqueue == workqueue; });
    return found != snapshot.works.end() ? &*found : nullptr;
}

}  // namespace

void explain_flush(Bench& bench, Explanation& e)
{
    e.answer =
        "It queues an item of its own, a barrier, right behind the one it waits for, and sleeps until that was "
        "executed. Behind an "
        "item that is being executed, the barrier goes to the same worker, which takes it next. It is counted as in "
        "flight, so "
        "that flush_workqueue() knows of it, but not as active: it begins even if max_active is used up. Else flushing "
        "a full "
        "workqueue would wait for ever.";
    e.because = {
        {"start_flush_work", "finds the pool that has the item, and the worker that executes it"},
        {"insert_wq_barrier",
         "puts wq_barrier_func() on worker->scheduled, or behind the item; WORK_STRUCT_INACTIVE keeps it out of "
         "nr_active"},
        {"wq_barrier_func", "complete(), on which __flush_work() waits"},
    };

    WorkqueueSpec spec = unbound("flush", bench.private_nice());
    spec.max_active = 1;
    const Snapshot machine = bench.look();
    IssuerSpec issuer = sleepers("flush", 1, {machine.cpus(machine.head.online_cpus).front()});
    issuer.flush_percent = 100;
    Load load(bench, {spec}, {issuer});
    const Snapshot before = bench.look();
    load.start();
    const Snapshot after = bench.await(
        [&](const Snapshot& s) { return barrier(s, load.in(s)) && !executing(s, load.in(s)).empty(); });
    const uint32_t was = load.in(before), is = load.in(after);
    const wqlab_snap_work* found = barrier(after, is);
    const auto workers = executing(after, is);

    e.done.push_back("Created an unbound workqueue of max_active 1, queued an item that sleeps, and flushed it.");
    e.see("items in flight", in_flight(before, was), in_flight(after, is));
    e.see("items active", active(before, was), active(after, is));
    e.see("workers at work", executing(before, was).size(), workers.size());
    e.see("who waits behind the barrier", "nobody",
          found ? after.string(found->waiter_command) : std::string("nobody"));
    e.state(found && found->state == WQLAB_WORK_SCHEDULED && workers.size() == 1 &&
                found->worker == workers.front().pid,
            "The barrier is scheduled to the worker that executes the item.");
    e.state(found && found->waiter > 0 && after.string(found->waiter_command).starts_with("wqlab/"),
            "The thread that called flush_work() waits behind it.");
    e.state(in_flight(after, is) == 2 && active(after, is) == 1 && after.workqueues[is].max_active == 1,
            "Two are in flight, the item and the barrier, but one is active, as max_active says.");
    load.stop();
}

}  // namespace wqctl
