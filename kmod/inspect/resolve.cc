// SPDX-License-Identifier: GPL-2.0
// Addresses become numbers and names, when no lock of the kernel's is held any more.
#include "walk_state.hh"

namespace wqlab {

namespace {

// A #define of include/linux/timer.h, the same since 4.8.
constexpr uint32_t kTimerDeferrable = 0x0008'0000;
// LVL_CLK_SHIFT of kernel/time/timer.c, the same since 4.8: a level's buckets are so much wider than the one's below
// it.
constexpr uint32_t kLevelShift = 3;
constexpr uint32_t kMostLevels = 16;  // the kernel has 8 or 9

class Resolver {
public:
    Resolver(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
        : kernel_(kernel), snapshot_(snapshot), state_(state)
    {
    }

    Result<void> run()
    {
        static_assert(AddressMap::kNone == WQLAB_NONE);
        for (uint32_t i = 0; i < snapshot_.workers.size(); i++)
            TRY(resolve_worker(i));
        for (uint32_t i = 0; i < snapshot_.works.size(); i++)
            TRY(resolve_work(i));
        for (uint32_t i = 0; i < snapshot_.flushers.size(); i++)
            snapshot_.flushers[i].command = TRY(text(state_.flushers[i].waiter));
        for (uint32_t i = 0; i < snapshot_.pwqs.size(); i++)
            snapshot_.pwqs[i].identity = kernel_.target().hash(state_.pwqs[i].pwq);
        for (const TimerAt& at : state_.timers)
            TRY(resolve_timer(at));
        return resolve_tasks(kernel_, snapshot_, state_);
    }

private:
    Result<void> resolve_worker(uint32_t i)
    {
        wqlab_snap_worker& row = snapshot_.workers[i];
        const WorkerAt& at = state_.workers[i];
        row.work = identity(at.work);
        row.function = TRY(snapshot_.strings.symbol(kernel_, at.function));
        row.pwq = state_.pwq_numbers.get(at.pwq);
        row.workqueue = workqueue_of(row.pwq);
        if (at.rescue_wq)
            row.workqueue = state_.workqueue_numbers.get(at.rescue_wq);
        row.description = TRY(text(at.description));
        row.command = TRY(text(at.command));
        if (row.cpus != WQLAB_NONE)
            row.cpus = TRY(snapshot_.masks.add_words(&state_.worker_cpus[i * snapshot_.masks.words_each()]));
        return {};
    }

    Result<void> resolve_work(uint32_t i)
    {
        wqlab_snap_work& row = snapshot_.works[i];
        const WorkAt& at = state_.works[i];
        row.identity = identity(at.work);
        row.barrier_target = identity(at.barrier_target);
        row.function = TRY(snapshot_.strings.symbol(kernel_, at.function));
        row.pwq = state_.pwq_numbers.get(at.pwq);
        row.workqueue = workqueue_of(row.pwq);
        row.waiter_command = TRY(text(at.waiter));
        return {};
    }

    Result<void> resolve_timer(const TimerAt& at)
    {
        const auto due = static_cast<int64_t>(at.expires - state_.timers_jiffies);
        const uint64_t away = kernel_.jiffies_to_ns(due < 0 ? -static_cast<uint64_t>(due) : static_cast<uint64_t>(due));
        wqlab_snap_timer row{};
        row.due_ns = static_cast<int64_t>(due < 0 ? -away : away);
        row.work = identity(at.work);
        row.function = TRY(snapshot_.strings.symbol(kernel_, at.function));
        row.workqueue = state_.workqueue_numbers.get(at.workqueue);
        row.cpu = static_cast<uint32_t>(at.cpu) == kernel_.constant(Field::kWorkCpuUnbound) ? -1 : at.cpu;
        row.timer_cpu = at.timer_cpu;
        row.cpu_online = snapshot_.masks.has(snapshot_.head.online_cpus, at.timer_cpu);
        row.deferrable = (at.flags & kTimerDeferrable) != 0;
        row.slack_ns = kernel_.jiffies_to_ns(uint64_t{1} << (at.level < kMostLevels ? at.level : 0) * kLevelShift);
        *TRY(snapshot_.timers.append()) = row;
        return {};
    }

    Result<uint32_t> text(const char* some)
    {
        return some[0] ? snapshot_.strings.add(some) : Result<uint32_t>(WQLAB_NONE);
    }

    uint64_t identity(Address address) const { return address ? kernel_.target().identity(address) : 0; }

    uint32_t workqueue_of(uint32_t pwq) const { return pwq == WQLAB_NONE ? WQLAB_NONE : snapshot_.pwqs[pwq].workqueue; }

    const Kernel& kernel_;
    Snapshot& snapshot_;
    WalkState& state_;
};

}  // namespace

Result<void> resolve(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
{
    return Resolver(kernel, snapshot, state).run();
}

}  // namespace wqlab
