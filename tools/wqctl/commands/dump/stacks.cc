// SPDX-License-Identifier: GPL-2.0
#include "commands/dump/stacks.hh"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "commands/dump/columns.hh"
#include "commands/dump/column_kinds.hh"
#include "commands/dump/render.hh"
#include "term/lines.hh"
#include "text/names.hh"
#include "text/printable.hh"

namespace wqctl {

std::vector<Task> tasks_of(const Snapshot& snapshot, const Selection& selection)
{
    std::vector<Task> tasks;
    std::set<int32_t> seen;
    const auto add = [&](int32_t pid, uint32_t command, bool is_worker) {
        if (pid > 0 && command != WQLAB_NONE && seen.insert(pid).second)
            tasks.push_back({pid, snapshot.string(command), is_worker});
    };
    for (const wqlab_snap_worker* worker : selection.workers)
        if (worker->function != WQLAB_NONE)
            add(worker->pid, worker->command, true);
    for (const wqlab_snap_worker* worker : selection.workers)
        for (const wqlab_snap_pool* pool : selection.pools)
            if (pool->manager && pool->manager == worker->pid)
                add(worker->pid, worker->command, false);
    for (const wqlab_snap_work* work : selection.works)
        add(work->waiter, work->waiter_command, false);
    for (const wqlab_snap_flusher* flusher : selection.flushers)
        add(flusher->pid, flusher->command, false);
    return tasks;
}

Stacks read_stacks(Source& source, const Snapshot& snapshot, const Selection& selection)
{
    Stacks stacks;
    if (!source.is_live()) {
        stacks.lacking = source.origin() + " is no machine that runs: its tasks' stacks are not read";
        return stacks;
    }
    const TaskStacks reader(snapshot.head.time_ns + snapshot.head.took_ns);
    stacks.lacking = reader.lacking();
    if (!stacks.lacking.empty())
        return stacks;
    std::vector<std::pair<Task, TaskStack>> found;
    for (const Task& task : tasks_of(snapshot, selection)) {
        if (std::optional<TaskStack> stack = reader.read(task))
            found.emplace_back(task, std::move(*stack));
        else
            stacks.gone++;
    }
    stacks.groups = group_equal(found);
    return stacks;
}

namespace {

std::string_view state_word(char state)
{
    switch (state) {
    case 'D': return "uninterruptible";
    case 'R': return "runnable";
    case 'S':
    case 'I': return "asleep";
    default: return "stopped";
    }
}

std::string group_title(const StackGroup& group)
{
    const size_t count = group.tasks.size();
    const bool are_workers = std::ranges::all_of(group.tasks, &Task::is_worker);
    std::string text = fmt::format("{} {}{}", count, are_workers ? "worker" : "task", count == 1 ? "" : "s");
    std::set<std::string_view> words;
    for (const char state : group.states)
        if (words.insert(state_word(state)).second)
            text += fmt::format("{} {}", words.size() == 1 ? "" : " or", state_word(state));
    return text;
}

}  // namespace

std::string render_stacks(const Stacks& stacks, const Style& style)
{
    std::string text = style.bold("stacks") + "\n";
    if (!stacks.lacking.empty())
        return text + wrap("none: " + stacks.lacking, style.width, "");
    for (const StackGroup& group : stacks.groups) {
        const std::string path = path_text(group.frames, style.charset);
        text += hanging("  ", group_title(group) + ": " + (path.empty() ? "in the scheduler" : path), style.width);
        std::vector<std::string> names;
        for (const Task& task : group.tasks)
            names.push_back(fmt::format("{} {}", printable(task.command), task.pid));
        text += hanging("    ", enumerate(names), style.width);
    }
    if (stacks.gone)
        text += hanging(
            "  ", fmt::format("{} of no task as it was in the snapshot: ended, went on, or is on a CPU", stacks.gone),
            style.width);
    return stacks.groups.empty() && !stacks.gone ? text + none_line("nobody executes an item or waits for one") : text;
}

// ---- in JSON
namespace {

using namespace column;

constexpr Column<StackGroup> kStackGroups[] = {
    of<StackGroup>("states", {Kind::kText}, "Letters as ps has them, each once.",
                   [](auto&, auto& group) { return group.states; }),
    of<StackGroup>("place", {Kind::kText}, "The first frame that is not the scheduler's; empty: all are.",
                   [](auto&, auto& group) { return place_of(group.frames); }),
    of<StackGroup>("frames", list(Kind::kText), "The innermost first.",
                   [](auto&, auto& group) { return group.frames; }),
    rows<StackGroup, Task, Lines::kNone>(
        "tasks", "Whose stack it is.", [](auto&, auto& group) -> auto& { return group.tasks; }),
};

constexpr Column<Task> kTasks[] = {
    of<Task>("pid", {Kind::kInteger}, {}, [](auto&, auto& task) { return task.pid; }),
    of<Task>("command", {Kind::kText}, {}, [](auto&, auto& task) { return task.command; }),
    of<Task>("worker", {Kind::kBoolean}, "It executes an item.", [](auto&, auto& task) { return task.is_worker; }),
};

}  // namespace

template <>
std::span<const Column<StackGroup>> columns()
{
    return kStackGroups;
}
template <>
std::span<const Column<Task>> columns()
{
    return kTasks;
}

}  // namespace wqctl
