// SPDX-License-Identifier: GPL-2.0
// The columns of tasks, of the CPUs that they have, and of what hogged one.
#include <optional>

#include "commands/dump/column_kinds.hh"
#include "commands/dump/columns.hh"
#include "snapshot/scheduling.hh"
#include "snapshot/worker_state.hh"

namespace wqctl {

using namespace column;

namespace {

using TaskRow = wqlab_snap_task;
using Runqueue = wqlab_snap_runqueue;

constexpr Column<TaskRow> kTasks[] = {
    plain<&TaskRow::pid>("pid"),
    string<&TaskRow::command>("command"),
    flags<&TaskRow::flags, task_flag_words>("flags"),
    of<TaskRow>("state", words(state_letters), "As ps has it; which of those that it set, not whether it sleeps.",
                [](auto&, auto& task) { return state_letter(task.state); }),
    plain<&TaskRow::state>("raw_state", "The kernel's own bits."),
    of<TaskRow>("policy", words(policy_names), {}, [](auto&, auto& task) { return policy_name(task.policy); }),
    plain<&TaskRow::rt_priority>("rt_priority", "1 to 99; 0: not real-time."),
    plain<&TaskRow::nice>("nice"),
    number_or_null<&TaskRow::cpu>("cpu", "That it has or had last."),
    time<&TaskRow::since_ns>("since_ns", "For how long it has been asleep, waiting for a CPU, or on one."),
    plain<&TaskRow::runtime_ns>("runtime_ns", "CPU time of its life."),
    plain<&TaskRow::switches>("switches", "How often it has left a CPU."),
};

// Of the task that has a CPU, or of its ksoftirqd; get(task) gives the value.
template <auto Pid, typename Get>
constexpr auto of_task(std::string_view name, Shape shape, std::string_view doc, Get)
{
    return of<Runqueue>(name, shape, doc, [](auto& c, auto& rq) {
        const wqlab_snap_task* task = c.snapshot.task(rq.*Pid);
        return task ? std::optional(Get{}(c, *task)) : std::nullopt;
    });
}
template <auto Pid>
constexpr auto since(std::string_view name)
{
    return of<Runqueue>(name, or_null(Kind::kCount), "For how long.", [](auto& c, auto& rq) {
        const wqlab_snap_task* task = c.snapshot.task(rq.*Pid);
        return task && task->since_ns != WQLAB_NEVER ? std::optional(task->since_ns) : std::nullopt;
    });
}

constexpr Column<Runqueue> kRunqueues[] = {
    plain<&Runqueue::cpu>("cpu"),
    flags<&Runqueue::flags, cpu_flag_words>("flags"),
    pid_or_null<&Runqueue::pid>("pid", "Of the task that has it; null: idle."),
    of_task<&Runqueue::pid>("command", or_null(Kind::kText), {},
                            [](auto& c, auto& task) { return c.snapshot.string(task.command); }),
    of_task<&Runqueue::pid>("policy", or_null(Kind::kText), {},
                            [](auto&, auto& task) { return policy_name(task.policy); }),
    of_task<&Runqueue::pid>("rt_priority", or_null(Kind::kCount), {},
                            [](auto&, auto& task) { return task.rt_priority; }),
    of_task<&Runqueue::pid>("nice", or_null(Kind::kInteger), {}, [](auto&, auto& task) { return task.nice; }),
    since<&Runqueue::pid>("since_ns"),
    plain<&Runqueue::nr_running>("running", "Tasks that want it, with the one that has it."),
    pid_or_null<&Runqueue::ksoftirqd>("ksoftirqd"),
    of_task<&Runqueue::ksoftirqd>("ksoftirqd_state", or_null(Kind::kText), "running, runnable, preempted, sleeping.",
                                  [](auto&, auto& task) { return worker_state_name(task_state(task.flags)); }),
    since<&Runqueue::ksoftirqd>("ksoftirqd_since_ns"),
    time<&Runqueue::stale_ns>("stale_ns", "How long ago its scheduler last looked at the clock."),
    time<&Runqueue::irq_ns>("irq_ns", "In interrupts, of its life."),
    time<&Runqueue::softirq_ns>("softirq_ns", "In softirqs."),
    time<&Runqueue::steal_ns>("steal_ns", "Taken by a hypervisor."),
};

using Hog = wqlab_snap_hog;

constexpr Column<Hog> kHogs[] = {
    string_or_null<&Hog::function>("function"),
    plain<&Hog::count>("count"),
};

}  // namespace

template <>
std::span<const Column<Hog>> columns()
{
    return kHogs;
}

template <>
std::span<const Column<TaskRow>> columns()
{
    return kTasks;
}

template <>
std::span<const Column<Runqueue>> columns()
{
    return kRunqueues;
}

}  // namespace wqctl
