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

// TaskMembers of a task: in the module each is a read, which costs nothing much. Where it is a system call, one gets
// all of them that may be asked for.
class TaskMembers {
public:
    TaskMembers(const Kernel& kernel, Address task) : kernel_(kernel), task_(task)
    {
        if constexpr (!Target::kLocked)
            copy();
    }

    template <typename T>
    bool peek(T& to, Field field) const
    {
        return read(&to, field, sizeof(to));
    }
    // Whether one is not 0 whose size differs between kernels.
    bool peek_set(bool& set, Field field) const
    {
        const uint32_t size = kernel_.size(field);
        uint64_t bytes = 0;
        if (size > sizeof(bytes) || !read(&bytes, field, size))
            return false;
        set = kernel_.is_set(field, bytes);
        return true;
    }
    // 0: not known.
    template <typename T>
    T column(Field field) const
    {
        T value{};
        return kernel_.has(field) && peek(value, field) ? value : T{};
    }

private:
    bool read(void* to, Field field, uint32_t size) const
    {
        if (!kernel_.has(field))
            return false;
        if constexpr (!Target::kLocked) {
            const uint32_t at = kernel_.offset(field) - begin_;
            if (at < size_ && size <= size_ - at) {
                __builtin_memcpy(to, bytes_ + at, size);
                return true;
            }
        }
        return kernel_.read(to, kernel_.address(task_, field), size);
    }
    void copy()
    {
        uint32_t end = 0;
        begin_ = UINT32_MAX;
        for (uint32_t i = static_cast<uint32_t>(Field::kTaskPid); i <= static_cast<uint32_t>(Field::kTaskQueued); i++) {
            const Field field = static_cast<Field>(i);
            if (!kernel_.has(field))
                continue;
            const uint32_t begins = kernel_.offset(field), ends = begins + kernel_.size(field);
            begin_ = begins < begin_ ? begins : begin_;
            end = ends > end ? ends : end;
        }
        if (begin_ < end && end - begin_ <= sizeof(bytes_) && kernel_.read(bytes_, task_ + begin_, end - begin_))
            size_ = end - begin_;
    }

    const Kernel& kernel_;
    const Address task_;
    uint32_t begin_ = 0, size_ = 0;  // of the copy; 0: there is none
    unsigned char bytes_[Target::kLocked ? 1 : 8192];
};

// As task_is_runnable(). The state alone does not tell: a task that has set it
// and was preempted before schedule() still wants its CPU, and one whose dequeue
// EEVDF delays is on the runqueue and does not.
bool sleeps(const TaskMembers& task, bool& there)
{
    bool on_rq = false, delayed = false;
    there = task.peek_set(on_rq, Field::kTaskOnRq);
    if (on_rq)
        task.peek_set(delayed, Field::kTaskDelayed);
    return !on_rq || delayed;
}

}  // namespace

bool look_at(const Kernel& kernel, Address task, Task& look)
{
    const TaskMembers members(kernel, task);
    bool there;
    int32_t priority;
    look.cpu = -1;
    look.on_cpu = false;
    look.sleeps = sleeps(members, there);
    if (!there || !members.peek(look.pid, Field::kTaskPid) || !members.peek(look.command, Field::kTaskCommand) ||
        !members.peek(priority, Field::kTaskPriority) || !members.peek(look.cpus, Field::kTaskCpus) ||
        !members.peek(look.runtime_ns, Field::kTaskRuntime))
        return false;
    if (kernel.has(Field::kTaskCpu) && !members.peek(look.cpu, Field::kTaskCpu))
        return false;
    if (kernel.has(Field::kTaskOnCpu) && !members.peek_set(look.on_cpu, Field::kTaskOnCpu))
        return false;
    look.command[sizeof(look.command) - 1] = '\0';
    look.nice = static_cast<int32_t>(static_cast<uint32_t>(priority) - kDefaultPriority);
    look.state = members.column<uint32_t>(Field::kTaskState);
    look.about_to_sleep = !look.sleeps && look.state & kToSleepIn;
    const auto flags = members.column<uint32_t>(Field::kTaskFlags);
    look.is_kthread = flags & kKthread;
    look.is_worker = flags & kWqWorker || !kernel.has(Field::kTaskFlags);
    look.switches = look.charged = look.arrived = look.queued = 0;
    look.policy = look.rt_priority = 0;
    return true;
}

void look_closer(const Kernel& kernel, Address task, Task& look)
{
    const TaskMembers members(kernel, task);
    look.policy = members.column<uint32_t>(Field::kTaskPolicy);
    look.rt_priority = members.column<uint32_t>(Field::kTaskRtPriority);
    look.switches = members.column<uint64_t>(Field::kTaskVoluntary) + members.column<uint64_t>(Field::kTaskInvoluntary);
    look.charged = members.column<uint64_t>(Field::kTaskCharged);
    look.arrived = members.column<uint64_t>(Field::kTaskArrived);
    look.queued = members.column<uint64_t>(Field::kTaskQueued);
    const TaskMembers now(kernel, task);
    bool there, on_cpu = false;
    const bool still = sleeps(now, there) == look.sleeps;
    if (kernel.has(Field::kTaskOnCpu))
        now.peek_set(on_cpu, Field::kTaskOnCpu);
    if (!still || on_cpu != look.on_cpu)
        look.charged = look.arrived = look.queued = 0;
}

}  // namespace wqlab
