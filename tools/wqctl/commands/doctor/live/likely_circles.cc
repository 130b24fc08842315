// SPDX-License-Identifier: GPL-2.0
// Circles through a lock, a completion or an event. The kernel notes neither who has the one nor who will do the
// others. But where all that max_active allows sleep at one place, what ends that is none of them.
#include <algorithm>

#include <fmt/core.h>

#include "commands/doctor/live/limits.hh"
#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/waits.hh"
#include "commands/doctor/live/words.hh"
#include "system/task_stacks.hh"
#include "text/frames.hh"

namespace wqctl::live {

namespace {

std::string module_of(std::string_view function)
{
    const size_t bracket = function.find('[');
    return bracket == std::string_view::npos ? "" : std::string(function.substr(bracket));
}

// Where in its own code an item sleeps. /proc/PID/stack leaves out whatever is marked __sched: mutex_lock(), down(),
// wait_for_completion() and schedule() itself. So what stands first has called one of these; nothing, if the item's
// function did by a jump. Empty: a library or a subsystem waits in the item's name (synchronize_rcu(), flush_work(), a
// timer, a device), and what ends that is there.
std::string own_place(const Frames& frames, const std::string& function)
{
    const std::string module = module_of(function);
    const auto end = std::ranges::find_if(frames, is_of_worker);
    const bool is_own = end != frames.end() && std::all_of(frames.begin(), end, [&](const std::string& frame) {
                            return bare_function(frame) == bare_function(function) ||
                                   (!module.empty() && module_of(frame) == module);
                        });
    return !is_own ? "" : end == frames.begin() ? function : frames.front();
}

// The one stack of all of them, who all sleep uninterruptibly in this function; nullptr: there is none, or they differ.
const Frames* common_stack(const Case& at, const Group& group, const std::string& function)
{
    const Frames* common = nullptr;
    for (const Busy* worker : group.active) {
        const TaskStack* stack = worker->sleeps() ? at.stack(worker->row->pid) : nullptr;
        if (!stack || stack->state != 'D' || function_of(at, *worker) != function ||
            (common && *common != stack->frames))
            return nullptr;
        common = &stack->frames;
    }
    return common;
}

// One that is held back and does something else than wait for the same.
const wqlab_snap_work* other_than(const Case& at, const Group& group, const std::string& function)
{
    const auto other = std::ranges::find_if(group.held, [&](const wqlab_snap_work* work) {
        return !work->is_barrier && at.now().string(work->function) != function;
    });
    return other == group.held.end() ? nullptr : *other;
}

// A task, none of the active, that waits for what is held back here.
const Wait* who_flushes(const Case& at, const Group& group)
{
    for (const Wait& wait : at.waits().all()) {
        const bool is_ours = wait.barrier ? std::ranges::find(group.held, wait.barrier) != group.held.end()
                                          : wait.workqueue == group.key.workqueue;
        if (is_ours &&
            std::ranges::none_of(group.active, [&](const Busy* worker) { return worker->row->pid == wait.pid; }))
            return &wait;
    }
    return nullptr;
}

}  // namespace

void find_likely_circles(const Case& at, Findings& findings)
{
    constexpr size_t kEnough = 2;  // one stack is equal to itself
    for (const Group& group : groups(at)) {
        if (group.active.size() < kEnough || group.nr_active < group.limit || !is_stuck(group) ||
            findings.is_explained(workqueue_key(at, group.key.workqueue)))
            continue;
        const std::string function = function_of(at, *group.active[0]);
        const Frames* stack = common_stack(at, group, function);
        const std::string place = stack ? own_place(*stack, function) : "";
        const Wait* flush = who_flushes(at, group);
        const wqlab_snap_work* other = other_than(at, group, function);
        if (place.empty() || (!flush && !other))
            continue;
        Finding& finding = findings.add(key_of(at, group));
        finding.certainty = Certainty::kLikely;
        finding.weight = 800 + by_age(group.active[0]->age_ns);
        finding.sentence = fmt::format(
            "Likely a circle: all {} that are active of workqueue {} (max_active {}) sleep at one place, in {}; ",
            group.active.size(), at.label(group.key.workqueue), group.limit, place);
        finding.sentence +=
            flush ? fmt::format(
                        "{}, which waits in {} for what is held back behind them, may have the lock that they want",
                        name_of(at, *flush), call_of(at, *flush))
                  : at.now().string(other->function) + ", which is held back behind them, may be what they wait for";
        tell_of(at, group, finding);
        if (flush && !flush->barrier)
            finding.victims.push_back(fmt::format("{}, in {}", name_of(at, *flush), call_of(at, *flush)));
        finding.next =
            flush
                ? fmt::format(
                      "cat /proc/{}/stack says from where it flushes: no lock that the items take may be held there",
                      flush->pid)
                : "If it is: queue what ends the wait on another workqueue, or let more be active than can wait for it";
    }
}

}  // namespace wqctl::live
