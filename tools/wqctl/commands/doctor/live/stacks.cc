// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/stacks.hh"

#include <algorithm>
#include <set>

namespace wqctl::live {

namespace {

// What thousands wait for, some hundreds show; each costs some ten microseconds.
constexpr size_t kMost = 1024;

// The tasks that wait until this worker has done its item.
std::vector<const wqlab_snap_work*> barriers_behind(const Case& at, int32_t worker)
{
    std::vector<const wqlab_snap_work*> found;
    for (const wqlab_snap_work& work : at.now().works)
        if (work.is_barrier && work.waiter && work.waiter_command != WQLAB_NONE && work.state == WQLAB_WORK_SCHEDULED &&
            work.worker == worker)
            found.push_back(&work);
    return found;
}

}  // namespace

Stacks read_stacks(const Case& at)
{
    const wqlab_snap_head& head = at.now().head;
    const TaskStacks reader(head.time_ns + head.took_ns);
    Stacks stacks{{}, {}, reader.lacking()};
    if (!stacks.lacking.empty())
        return stacks;
    const auto add = [&](int32_t pid, uint32_t command, bool is_worker) {
        if (pid <= 0 || command == WQLAB_NONE || stacks.by_pid.size() >= kMost || stacks.by_pid.contains(pid))
            return;
        Task task{pid, at.now().string(command), is_worker};
        if (std::optional<TaskStack> stack = reader.read(task)) {
            stacks.by_pid.emplace(pid, std::move(*stack));
            stacks.tasks.emplace(pid, std::move(task));
        }
    };
    for (const Busy& worker : at.busy())
        if (worker.stays && worker.sleeps())
            add(worker.row->pid, worker.row->command, true);
    for (const wqlab_snap_work& work : at.now().works)
        if (work.is_barrier && work.waiter)
            add(work.waiter, work.waiter_command, false);
    for (const wqlab_snap_flusher& flusher : at.now().flushers)
        add(flusher.pid, flusher.command, false);
    return stacks;
}

void add_stacks(const Case& at, const Stacks& stacks, std::vector<Finding>& findings)
{
    for (Finding& finding : findings) {
        std::vector<std::pair<Task, TaskStack>> found;
        std::set<int32_t> seen;
        const auto add = [&](int32_t pid) {
            const auto stack = stacks.by_pid.find(pid);
            if (stack != stacks.by_pid.end() && seen.insert(pid).second)
                found.emplace_back(stacks.tasks.at(pid), stack->second);
        };
        for (Suspect& suspect : finding.suspects) {
            if (!suspect.pid)
                continue;
            add(*suspect.pid);
            const auto stack = stacks.by_pid.find(*suspect.pid);
            const std::string place = stack == stacks.by_pid.end() ? "" : place_of(stack->second.frames);
            constexpr std::string_view kAsleep = "asleep";
            if (const size_t where = suspect.doing.find(kAsleep); where != std::string::npos && !place.empty())
                suspect.doing.insert(where + kAsleep.size(), " in " + place);
            for (const wqlab_snap_work* work : barriers_behind(at, *suspect.pid))
                add(work->waiter);
        }
        finding.stacks = group_equal(found);
    }
}

}  // namespace wqctl::live
