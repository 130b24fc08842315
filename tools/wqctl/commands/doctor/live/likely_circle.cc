// SPDX-License-Identifier: GPL-2.0
// /proc/PID/stack leaves out all that is marked __sched: mutex_lock(), down() and wait_for_completion(), but also
// usleep_range(), schedule_timeout() and io_schedule(). So from the stacks nobody can tell a lock from a device that
// does not answer, nor which lock it is. What they do say is whether it is the item's own code that waits, and whether
// all wait at the same place; who may end it has to be of that module, too.
#include "commands/doctor/live/likely_circle.hh"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "commands/doctor/live/waits.hh"
#include "commands/doctor/live/words.hh"
#include "system/task_stacks.hh"
#include "text/frames.hh"

namespace wqctl::live {

namespace {

// "[mod]"; empty: of the kernel itself.
std::string_view module_of(std::string_view function)
{
    const size_t bracket = function.find('[');
    return bracket == std::string_view::npos ? std::string_view() : function.substr(bracket);
}

// Who polls sleeps anew again and again. Where the kernel does not say since when it sleeps, it has been for both
// looks.
bool has_slept_long(const Case& at, const Busy& worker)
{
    const wqlab_snap_task* task = worker.task;
    return worker.sleeps() && task && at.has_slept(worker.row->pid) &&
           (task->since_ns == WQLAB_NEVER || task->since_ns >= kOld);
}

// The one stack of all of them, who all sleep uninterruptibly in this function; nullptr: there is none, or they differ.
const Frames* common_stack(const Case& at, const Group& group, const std::string& function)
{
    const Frames* common = nullptr;
    for (const Busy* worker : group.active) {
        const TaskStack* stack = has_slept_long(at, *worker) ? at.stack(worker->row->pid) : nullptr;
        if (!stack || stack->state != 'D' || function_of(at, *worker) != function ||
            (common && *common != stack->frames))
            return nullptr;
        common = &stack->frames;
    }
    return common;
}

// Where in its own code an item sleeps. Empty: a library or a subsystem waits in its name (synchronize_rcu(), msleep(),
// blk_execute_rq()), or it is not known where, because it has left its code by a jump.
std::string own_place(const Frames& frames, const std::string& function)
{
    const std::string_view module = module_of(function);
    const auto end = std::ranges::find_if(frames, is_of_worker);
    const bool is_own = end != frames.begin() && end != frames.end() &&
                        std::all_of(frames.begin(), end, [&](const std::string& frame) {
                            return bare_function(frame) == bare_function(function) ||
                                   (!module.empty() && module_of(frame) == module);
                        });
    return is_own ? frames.front() : "";
}

// One that is held back, does something else than wait for the same, and is of the same module.
const wqlab_snap_work* other_than(const Case& at, const Group& group, const std::string& function)
{
    const auto other = std::ranges::find_if(group.held, [&](const wqlab_snap_work* work) {
        const std::string& its = at.now().string(work->function);
        return !work->is_barrier && its != function && module_of(its) == module_of(function);
    });
    return other == group.held.end() ? nullptr : *other;
}

bool waits_for_held(const Case& at, const Group& group, const Wait& wait)
{
    if (wait.barrier)
        return std::ranges::find(group.held, wait.barrier) != group.held.end();
    if (wait.workqueue != group.key.workqueue)
        return false;
    std::map<uint32_t, int64_t> held;
    for (const wqlab_snap_work* work : group.held)
        held[work->pwq]++;
    return std::ranges::any_of(held, [&](const auto& one) {
        return at.waits().surely_waits_for_one_of(wait, *at.now().pwq(one.first), one.second);
    });
}

// From where in this module a task waits; empty: from elsewhere, or that can't be seen.
std::string caller_in(const Case& at, std::string_view module, int32_t pid)
{
    const TaskStack* stack = module.empty() ? nullptr : at.stack(pid);
    if (!stack)
        return "";
    const auto caller = std::ranges::find_if(stack->frames,
                                             [&](const std::string& frame) { return module_of(frame) == module; });
    return caller == stack->frames.end() ? "" : *caller;
}

struct Flush {
    const Wait* wait = nullptr;
    std::string caller;
};

// A task, none of the active, that waits in the items' module for what is held back here.
Flush who_flushes(const Case& at, const Group& group, const std::string& function)
{
    for (const Wait& wait : at.waits().all()) {
        std::string caller = caller_in(at, module_of(function), wait.pid);
        if (!caller.empty() && waits_for_held(at, group, wait) &&
            std::ranges::none_of(group.active, [&](const Busy* worker) { return worker->row->pid == wait.pid; }))
            return {&wait, std::move(caller)};
    }
    return {};
}

}  // namespace

std::optional<LikelyCircle> likely_circle(const Case& at, const Group& group)
{
    constexpr size_t kEnough = 2;  // one stack is equal to itself
    if (group.active.size() < kEnough || group.nr_active < group.limit || !is_stuck(group))
        return {};
    const std::string function = function_of(at, *group.active[0]);
    const Frames* stack = common_stack(at, group, function);
    const std::string place = stack ? own_place(*stack, function) : "";
    if (place.empty())
        return {};
    const std::string all = fmt::format(
        "{} sleep in {}: a circle, if ",
        group.active.size() == kEnough ? "both" : fmt::format("all {}", group.active.size()), place);
    if (const Flush flush = who_flushes(at, group, function); flush.wait) {
        const Wait& wait = *flush.wait;
        const std::string name = name_of(at, wait), call = call_of(at, wait);
        return LikelyCircle{
            fmt::format("{}{}, which waits in {} for what is held back, has what they wait for", all, name, call),
            wait.barrier ? std::vector<std::string>() : std::vector{fmt::format("{}, in {}", name, call)},
            fmt::format("It flushes in {} (cat /proc/{}/stack): no lock that the items take may be held there; else "
                        "cat /proc/{}/stack says what the first one waits for",
                        flush.caller, wait.pid, group.active[0]->row->pid)};
    }
    if (const wqlab_snap_work* other = other_than(at, group, function))
        return LikelyCircle{
            fmt::format("{}{}, which is held back, ends what they wait for", all, at.now().string(other->function)),
            {},
            fmt::format("cat /proc/{}/stack says what the first one waits for; if one held back ends that, it belongs "
                        "on another workqueue, or max_active is too small",
                        group.active[0]->row->pid)};
    return {};
}

}  // namespace wqctl::live
