// SPDX-License-Identifier: GPL-2.0
// Rows of the tasks that the walks have seen: each once, and since when it is as it is.
//
// The scheduler stamps by its own clocks, one for each CPU, which tick only while that CPU is looked after. All count
// the same time, so the one that is furthest tells what time it is now, and how much each other is behind.
#include "task.hh"
#include "walk_state.hh"

namespace wqlab {

namespace {

class TaskRows {
public:
    TaskRows(const Kernel& kernel, Snapshot& snapshot, const WalkState& state)
        : kernel_(kernel), snapshot_(snapshot), state_(state)
    {
        for (const CpuClock& clock : state_.clocks)
            now_ = clock.clock > now_ ? clock.clock : now_;
    }

    Result<void> run()
    {
        AddressMap seen;
        TRY(seen.reserve(state_.tasks.size()));
        for (const TaskAt& at : state_.tasks) {
            if (seen.get(at.task) != AddressMap::kNone)
                continue;
            seen.put(at.task, snapshot_.tasks.size());
            TRY(add(at.look));
        }
        for (wqlab_snap_runqueue& row : snapshot_.runqueues) {
            const uint64_t clock = row.cpu < state_.clocks.size() ? state_.clocks[row.cpu].clock : 0;
            row.stale_ns = clock ? now_ - clock : WQLAB_NEVER;
        }
        return {};
    }

private:
    Result<void> add(const Task& look)
    {
        wqlab_snap_task row{};
        row.since_ns = since(look);
        row.runtime_ns = look.runtime_ns;
        row.switches = look.switches;
        row.pid = look.pid;
        row.command = TRY(snapshot_.strings.add(look.command));
        row.state = look.state;
        row.policy = look.policy;
        row.rt_priority = look.rt_priority;
        row.nice = look.nice;
        row.cpu = look.cpu;
        row.flags = (look.sleeps ? WQLAB_TASK_SLEEPING : 0) | (look.on_cpu ? WQLAB_TASK_ON_CPU : 0) |
                    (look.about_to_sleep ? WQLAB_TASK_ABOUT_TO_SLEEP : 0) | (look.is_kthread ? WQLAB_TASK_KTHREAD : 0) |
                    (look.is_worker && kernel_.has(Field::kTaskFlags) ? WQLAB_TASK_WQ_WORKER : 0);
        *TRY(snapshot_.tasks.append()) = row;
        return {};
    }

    uint64_t since(const Task& look) const
    {
        if (look.on_cpu)
            return ago(look.arrived, now_);
        // Who is queued, is so by the clock of interrupts and all.
        if (!look.sleeps && look.queued)
            return ago(look.queued, now_);
        const uint32_t cpu = look.cpu < 0 ? 0 : static_cast<uint32_t>(look.cpu);
        if (cpu >= state_.clocks.size() || !state_.clocks[cpu].clock)
            return WQLAB_NEVER;
        return ago(look.charged, state_.clocks[cpu].task + (now_ - state_.clocks[cpu].clock));
    }

    static uint64_t ago(uint64_t then, uint64_t now)
    {
        return !then || !now ? WQLAB_NEVER : now > then ? now - then : 0;
    }

    const Kernel& kernel_;
    Snapshot& snapshot_;
    const WalkState& state_;
    uint64_t now_ = 0;
};

}  // namespace

Result<void> resolve_tasks(const Kernel& kernel, Snapshot& snapshot, const WalkState& state)
{
    return TaskRows(kernel, snapshot, state).run();
}

}  // namespace wqlab
