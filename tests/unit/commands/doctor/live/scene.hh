// SPDX-License-Identifier: GPL-2.0
// A machine as the two looks of `wqctl doctor` see it: a test says what is there, once for both looks, and what
// differs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/stacks.hh"
#include "unit/snapshot/snapshot_maker.hh"

using wqctl::live::kSecond;

class Scene {
public:
    // Which look: 0 and 1, a second apart.
    explicit Scene(unsigned which);

    // Per-CPU pools 2, 6, 10, 14 of CPUs 0 to 3, and 16, of all, are there; nothing waits in any.
    wqlab_snap_pool& pool(int32_t id);
    // A pool_workqueue on each of these pools; returns the workqueue's index.
    uint32_t workqueue(const std::string& name, uint32_t flags, const std::vector<int32_t>& pools,
                       int32_t max_active = 256);
    wqlab_snap_workqueue& wq(uint32_t index) { return maker_.snapshot.workqueues[index]; }
    wqlab_snap_pwq& pwq(uint32_t workqueue, int32_t pool);
    // An item that a worker executes, for so long by the second look; it sleeps unless the flags say otherwise.
    wqlab_snap_worker& busy(int32_t pid, uint32_t workqueue, int32_t pool, const std::string& function,
                            uint64_t busy_ns, uint32_t flags = WQLAB_WORKER_SLEEPING);
    wqlab_snap_worker& idle(int32_t pid, int32_t pool);
    wqlab_snap_work& pending(uint32_t workqueue, int32_t pool, const std::string& function);
    wqlab_snap_work& inactive(uint32_t workqueue, int32_t pool, const std::string& function);
    // Of a flush_work() by this task, behind the item of that worker.
    wqlab_snap_work& barrier(int32_t waiter, const wqlab_snap_worker& behind);
    // As the scheduler has it; that of a busy or idle worker is there already.
    wqlab_snap_task& task(int32_t pid, const std::string& command = "task", uint32_t flags = WQLAB_TASK_SLEEPING,
                          uint64_t since_ns = 0);
    // This task has the CPU in both looks, and had all of it between them.
    wqlab_snap_task& takes_cpu(int32_t cpu, int32_t pid, const std::string& command, uint32_t policy,
                               uint64_t since_ns);
    wqlab_snap_flusher& flusher(uint32_t workqueue, int32_t pid);
    // Items wait on this pool, and it has begun none for so long by the second look.
    void stuck(int32_t pool, uint64_t since_ns);
    uint32_t string(const std::string& text) { return maker_.string(text); }
    uint32_t mask(uint64_t cpus) { return maker_.mask(cpus); }

    const unsigned look;
    wqctl::Snapshot& snapshot;

private:
    wqlab_snap_work& work(uint32_t workqueue, int32_t pool, const std::string& function, uint32_t state);
    uint64_t by_now(uint64_t ns) const;

    SnapshotMaker maker_;
    uint64_t identity_ = 0x1000;
};

// What the rules say of a machine that state(scene) describes, whose tasks have these stacks.
template <typename State>
wqctl::live::Examination examine(State&& state, const wqctl::live::Stacks& stacks = {})
{
    Scene before(0), now(1);
    state(before);
    state(now);
    wqctl::live::Case at(before.snapshot, now.snapshot);
    at.know(stacks);
    wqctl::live::Examination examination = wqctl::live::examine(at);
    wqctl::live::add_stacks(at, stacks, examination.findings);
    return examination;
}

template <typename State>
std::vector<wqctl::Finding> findings(State&& state)
{
    return examine(state).findings;
}

// Of the first finding; empty: there is none.
template <typename State>
std::string rule_of(State&& state)
{
    const auto found = findings(state);
    return found.empty() ? "" : found[0].rule;
}

// The whole finding as a person sees it, in lines of any length.
std::string text_of(const std::vector<wqctl::Finding>& findings);
