// SPDX-License-Identifier: GPL-2.0
// Reads a task_struct that may be anywhere.
#include "task.hh"

namespace wqlab {

namespace {

// PRIO_TO_NICE(): a task's static_prio at nice 0, MAX_RT_PRIO + NICE_WIDTH / 2.
constexpr int32_t kDefaultPriority = 120;

// #defines of include/linux/sched.h, in no BTF, and the same since 3.14 and longer.
constexpr uint32_t kWqWorker = 0x20, kKthread = 0x20'0000;
// TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE, TASK_RTLOCK_WAIT, TASK_FROZEN: what is on a runqueue in one of these was
// preempted before schedule(), or just now woken.
constexpr uint32_t kToSleepIn = 0x1 | 0x2 | 0x1000 | 0x8000;

// As task_is_runnable(). The state alone does not tell: a task that has set it
// and was preempted before schedule() still wants its CPU, and one whose dequeue
// EEVDF delays is on the runqueue and does not.
bool sleeps(const Kernel& kernel, Address task, bool& there)
{
    bool on_rq = false, delayed = false;
    there = kernel.peek_set(on_rq, task, Field::kTaskOnRq);
    if (on_rq)
        kernel.peek_set(delayed, task, Field::kTaskDelayed);
    return !on_rq || delayed;
}

// 0: not known.
template <typename T>
T column(const Kernel& kernel, Address task, Field field)
{
    T value{};
    return kernel.has(field) && kernel.peek(value, task, field) ? value : T{};
}

}  // namespace

bool look_at(const Kernel& kernel, Address task, Task& look)
{
    bool there;
    int32_t priority;
    look.cpu = -1;
    look.on_cpu = false;
    look.sleeps = sleeps(kernel, task, there);
    if (!there || !kernel.peek(look.pid, task, Field::kTaskPid) ||
        !kernel.peek(look.command, task, Field::kTaskCommand) || !kernel.peek(priority, task, Field::kTaskPriority) ||
        !kernel.peek(look.cpus, task, Field::kTaskCpus) || !kernel.peek(look.runtime_ns, task, Field::kTaskRuntime))
        return false;
    if (kernel.has(Field::kTaskCpu) && !kernel.peek(look.cpu, task, Field::kTaskCpu))
        return false;
    if (kernel.has(Field::kTaskOnCpu) && !kernel.peek_set(look.on_cpu, task, Field::kTaskOnCpu))
        return false;
    look.command[sizeof(look.command) - 1] = '\0';
    look.nice = static_cast<int32_t>(static_cast<uint32_t>(priority) - kDefaultPriority);
    look.state = column<uint32_t>(kernel, task, Field::kTaskState);
    look.about_to_sleep = !look.sleeps && look.state & kToSleepIn;
    const auto flags = column<uint32_t>(kernel, task, Field::kTaskFlags);
    look.is_kthread = flags & kKthread;
    look.is_worker = flags & kWqWorker || !kernel.has(Field::kTaskFlags);
    look.switches = look.charged = look.arrived = look.queued = 0;
    look.policy = look.rt_priority = 0;
    return true;
}

void look_closer(const Kernel& kernel, Address task, Task& look)
{
    look.policy = column<uint32_t>(kernel, task, Field::kTaskPolicy);
    look.rt_priority = column<uint32_t>(kernel, task, Field::kTaskRtPriority);
    look.switches = column<uint64_t>(kernel, task, Field::kTaskVoluntary) +
                    column<uint64_t>(kernel, task, Field::kTaskInvoluntary);
    look.charged = column<uint64_t>(kernel, task, Field::kTaskCharged);
    look.arrived = column<uint64_t>(kernel, task, Field::kTaskArrived);
    look.queued = column<uint64_t>(kernel, task, Field::kTaskQueued);
    bool there, on_cpu = false;
    const bool still = sleeps(kernel, task, there) == look.sleeps;
    if (kernel.has(Field::kTaskOnCpu))
        kernel.peek_set(on_cpu, task, Field::kTaskOnCpu);
    if (!still || on_cpu != look.on_cpu)
        look.charged = look.arrived = look.queued = 0;
}

}  // namespace wqlab
