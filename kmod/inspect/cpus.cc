// SPDX-License-Identifier: GPL-2.0
// Who has each CPU, and what time it is there: per-CPU struct rq, without rq->lock, which is the scheduler's alone.
//
// That is safe, because of the runqueue only words are read, in memory that a possible CPU has for ever; and its task
// is kept by RCU: a dead one is let go by put_task_struct_rcu_user(), a grace period after it left the runqueue. A task
// may have gone to another CPU while it is looked at, so rq->curr is read again behind that.
#include "task.hh"
#include "walk_state.hh"

namespace wqlab {

namespace {

constexpr uint32_t kMostLooks = 3;  // of a CPU that switches meanwhile

class CpuWalk {
public:
    CpuWalk(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
        : kernel_(kernel), snapshot_(snapshot), state_(state)
    {
    }

    Result<void> run()
    {
        TRY(state_.clocks.reserve(kernel_.nr_cpus()));
        TRY(state_.tasks.reserve(2 * kernel_.nr_cpus() + 1));
        if (snapshot_.sections & WQLAB_SECTION_WORK)
            note_task_at(kernel_[Symbol::kKthreadd]);
        if (snapshot_.sections & WQLAB_SECTION_CPUS) {
            active_ = kernel_.has(Symbol::kActiveCpus) ? TRY(snapshot_.masks.add(kernel_, kernel_[Symbol::kActiveCpus]))
                                                       : snapshot_.head.online_cpus;
            TRY(snapshot_.runqueues.reserve(kernel_.nr_cpus()));
        }
        for (uint32_t cpu = 0; cpu < kernel_.nr_cpus(); cpu++) {
            CpuClock* clock = state_.clocks.add();
            if (!kernel_.has(Symbol::kRunqueues) || !snapshot_.masks.has(snapshot_.head.possible_cpus, cpu))
                continue;
            const Address rq = kernel_.per_cpu(kernel_[Symbol::kRunqueues], cpu);
            if (snapshot_.sections & WQLAB_SECTION_CPUS)
                copy(rq, cpu);
            // Behind the tasks, so that these are not of later than now.
            if (kernel_.has(Field::kRqClock) && kernel_.has(Field::kRqClockTask)) {
                kernel_.peek(clock->clock, rq, Field::kRqClock);
                kernel_.peek(clock->task, rq, Field::kRqClockTask);
            }
        }
        return {};
    }

private:
    void copy(Address rq, uint32_t cpu)
    {
        wqlab_snap_runqueue& row = *snapshot_.runqueues.add();
        row.cpu = cpu;
        if (snapshot_.masks.has(snapshot_.head.online_cpus, cpu))
            row.flags |= WQLAB_RQ_ONLINE;
        if (snapshot_.masks.has(active_, cpu))
            row.flags |= WQLAB_RQ_ACTIVE;
        kernel_.peek(row.nr_running, rq, Field::kRqNrRunning);
        row.irq_ns = time(cpu, Field::kTimeOfIrqs);
        row.softirq_ns = time(cpu, Field::kTimeOfSoftirqs);
        row.steal_ns = time(cpu, Field::kTimeStolen);
        const RcuHold hold(kernel_.target());
        if (kernel_.has(Symbol::kKsoftirqd))
            row.ksoftirqd = note_task_at(kernel_.per_cpu(kernel_[Symbol::kKsoftirqd], cpu));
        for (uint32_t left = kMostLooks; left; left--)
            if (copy_current(rq, row))
                return;
    }

    // False: it changed meanwhile.
    bool copy_current(Address rq, wqlab_snap_runqueue& row)
    {
        Address task, then;
        Task look;
        row.pid = 0;
        row.flags &= ~uint32_t{WQLAB_RQ_IDLE};
        if (!kernel_.peek(task, rq, Field::kRqCurrent) || !look_at(kernel_, task, look))
            return true;
        if (!kernel_.peek(then, rq, Field::kRqCurrent) || then != task)
            return false;
        row.pid = look.pid;
        if (look.pid)
            note(task, look);
        else
            row.flags |= WQLAB_RQ_IDLE;
        return true;
    }

    // The pid of the task that a variable points to; 0: none.
    int32_t note_task_at(Address variable)
    {
        Address task;
        Task look;
        if (!variable || !kernel_.read(&task, variable, sizeof(task)) || !task || !look_at(kernel_, task, look))
            return 0;
        note(task, look);
        return look.pid;
    }

    void note(Address task, Task& look)
    {
        look_closer(kernel_, task, look);
        state_.note(task, look);
    }

    uint64_t time(uint32_t cpu, Field which) const
    {
        uint64_t ns;
        const uint32_t index = kernel_.constant(which);
        if (!kernel_.has(Symbol::kCpuTimes) || !kernel_.has(which) || index >= kernel_.elements(Field::kCpuTimes))
            return WQLAB_NEVER;
        const Address times = kernel_.address(kernel_.per_cpu(kernel_[Symbol::kCpuTimes], cpu), Field::kCpuTimes);
        return kernel_.read(&ns, times + index * sizeof(ns), sizeof(ns)) ? ns : WQLAB_NEVER;
    }

    const Kernel& kernel_;
    Snapshot& snapshot_;
    WalkState& state_;
    uint32_t active_ = WQLAB_NONE;
};

}  // namespace

Result<void> copy_cpus(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
{
    return CpuWalk(kernel, snapshot, state).run();
}

}  // namespace wqlab
