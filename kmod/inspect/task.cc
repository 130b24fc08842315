// SPDX-License-Identifier: GPL-2.0
// Reads a task_struct that may be anywhere.
#include "task.hh"

namespace wqlab {

namespace {

// PRIO_TO_NICE(): a task's static_prio at nice 0, MAX_RT_PRIO + NICE_WIDTH / 2.
constexpr int32_t kDefaultPriority = 120;

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
    return true;
}

}  // namespace wqlab
