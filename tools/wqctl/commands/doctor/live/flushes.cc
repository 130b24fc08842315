// SPDX-License-Identifier: GPL-2.0
// Tasks that wait for items: in circles, for what does not end, for what may need memory to end.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/core.h>

#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/waits.hh"
#include "commands/doctor/live/words.hh"
#include "system/task_stacks.hh"
#include "text/frames.hh"
#include "text/names.hh"

namespace wqctl::live {

namespace {

// As the watchdog of workqueues; a flush may well take longer than an item should wait.
constexpr uint64_t kLongFlush = 30'000'000'000;

Evidence seen(const Case& at, const Wait& wait)
{
    return {{}, fmt::format("{} waits in {} of {}", name_of(at, wait), call_of(at, wait), at.label(wait.workqueue))};
}

// How long this task has waited, as far as the scheduler shows it: the item may have begun long before.
std::optional<uint64_t> waited_for(const Case& at, const Wait& wait)
{
    const wqlab_snap_task* task = at.task(wait.pid);
    if (!task || task->since_ns == WQLAB_NEVER)
        return {};
    return task->since_ns;
}

// In cancel_work_sync() and its relatives, which wait as a flush does; nothing: its stack is not known.
std::optional<bool> cancels(const Case& at, const Wait& wait)
{
    static constexpr std::array<std::string_view, 6> kCancel = {
        "cancel_work_sync",    "cancel_delayed_work_sync", "__cancel_work_sync",
        "__cancel_work_timer", "disable_work_sync",        "disable_delayed_work_sync",
    };
    const TaskStack* stack = at.stack(wait.pid);
    if (!stack || stack->frames.empty())
        return {};
    return std::ranges::any_of(stack->frames, [](const std::string& frame) {
        return std::ranges::find(kCancel, bare_function(frame)) != kCancel.end();
    });
}

std::vector<int32_t> circle_from(const Waits& waits, int32_t pid)
{
    std::vector<int32_t> path;
    while (std::ranges::find(path, pid) == path.end()) {
        path.push_back(pid);
        pid = waits.blocker_of(pid).pid;
    }
    path.erase(path.begin(), std::ranges::find(path, pid));
    return path;
}

}  // namespace

void find_circles(const Case& at, Findings& findings)
{
    const Waits& waits = at.waits();
    std::map<std::vector<int32_t>, std::vector<int32_t>> circles;  // and who else waits for them
    for (const int32_t pid : waits.deadlocked()) {
        std::vector<int32_t> circle = circle_from(waits, pid);
        std::rotate(circle.begin(), std::ranges::min_element(circle), circle.end());
        std::vector<int32_t>& others = circles[circle];
        if (std::ranges::find(circle, pid) == circle.end())
            others.push_back(pid);
    }
    for (const auto& [circle, others] : circles) {
        std::vector<std::string> steps;
        std::vector<Suspect> suspects;
        std::vector<Evidence> evidence;
        std::vector<std::string> explains;
        Certainty certainty = Certainty::kCertain;
        uint64_t age = 0;
        for (const int32_t pid : circle) {
            const Wait& wait = *waits.of(pid);
            const Blocker blocker = waits.blocker_of(pid);
            steps.push_back(fmt::format("{} waits in {} for {}", name_of(at, wait), call_of(at, wait), blocker.why));
            if (!blocker.is_certain)
                certainty = Certainty::kLikely;
            evidence.push_back(seen(at, wait));
            explains.push_back(task_key(pid));
            explains.push_back(workqueue_key(at, wait.workqueue));
            if (const Busy* worker = at.worker(pid)) {
                suspects.push_back(suspect_of(at, *worker));
                explains.push_back(workqueue_key(at, worker->row->workqueue));
                age = std::max(age, worker->age_ns);
            }
        }
        std::string of = "circle";
        for (const int32_t pid : circle)
            of += fmt::format(" {}", pid);
        Finding& finding = findings.add(of);
        finding.certainty = certainty;
        finding.weight = 1000;
        finding.sentence = circle.size() == 1 ? steps[0] + ": it waits for itself, for ever" : "A circle: " + steps[0];
        for (size_t i = 1; i < steps.size(); i++)
            finding.sentence += "; " + steps[i];
        finding.suspects = std::move(suspects);
        finding.evidence = std::move(evidence);
        std::vector<std::string> victims;
        for (const int32_t pid : others) {
            victims.push_back(fmt::format("{}, in {}", name_of(at, *waits.of(pid)), call_of(at, *waits.of(pid))));
            explains.push_back(task_key(pid));
        }
        add_some(finding.victims, std::move(victims));
        std::vector<const wqlab_snap_work*> held;
        for (const wqlab_snap_work& work : at.now().works)
            if (work.state == WQLAB_WORK_INACTIVE &&
                std::ranges::find(explains, workqueue_key(at, work.workqueue)) != explains.end())
                held.push_back(&work);
        if (std::string items = describe(at, held); !items.empty())
            finding.victims.push_back(std::move(items));
        finding.explains.insert(finding.explains.end(), explains.begin(), explains.end());
        finding.next =
            "An item must not flush what needs it to end: take the flush out, or put one of the two on another "
            "workqueue";
    }
}

void find_unfinished(const Case& at, Findings& findings)
{
    const Waits& waits = at.waits();
    for (const Wait& wait : waits.all()) {
        const std::string call = call_of(at, wait);
        if (wait.barrier || call == "flush_workqueue()" || findings.is_explained(task_key(wait.pid)))
            continue;
        std::vector<const Busy*> at_work = waits.executors_of(wait);
        std::erase_if(at_work, [](const Busy* worker) { return !worker->is_old(); });
        const std::optional<uint64_t> waited = waited_for(at, wait);
        if (at_work.empty() || waited.value_or(kOld) < kOld)
            continue;
        Finding& finding = findings.add(fmt::format("{} {}", workqueue_key(at, wait.workqueue), call));
        finding.explains.push_back(task_key(wait.pid));
        finding.certainty = waited ? Certainty::kCertain : Certainty::kLikely;
        finding.weight = 450;
        finding.sentence = fmt::format(
            "{} of {} does not end: {} {}", call, at.label(wait.workqueue), function_of(at, *at_work[0]),
            at_work.size() == 1 ? "goes on" : fmt::format("and {} more go on", at_work.size() - 1));
        for (size_t i = 0; i < std::min<size_t>(3, at_work.size()); i++) {
            finding.suspects.push_back(suspect_of(at, *at_work[i]));
            finding.evidence.push_back(live::seen(at, *at_work[i]));
        }
        finding.victims.push_back(fmt::format("{}, in {}", name_of(at, wait), call));
        finding.evidence.push_back(seen(at, wait));
        finding.next = fmt::format("See what the item waits for; before {} cancel it, or tell it to end", call);
    }
}

void find_hung_tasks(const Case& at, Findings& findings)
{
    const Waits& waits = at.waits();
    std::map<const Busy*, std::vector<const Wait*>> behind;  // the oldest that each waits for
    for (const Wait& wait : waits.all())
        if (const std::vector<const Busy*> executors = waits.executors_of(wait); !executors.empty())
            behind[executors[0]].push_back(&wait);
    for (const auto& [executor, all] : behind) {
        const Busy& worker = *executor;
        // Who waits for an item that waits in turn is told of with the last of the row.
        if (!worker.stays || worker.age_ns < kLongFlush || waits.of(worker.row->pid))
            continue;
        const auto first = std::ranges::find_if(all, [&](const Wait* wait) {
            return !findings.is_explained(task_key(wait->pid)) &&
                   waited_for(at, *wait).value_or(kLongFlush) >= kLongFlush;
        });
        if (first == all.end())
            continue;
        const Wait& wait = **first;
        Finding& finding = findings.add(task_key(worker.row->pid));
        finding.certainty = waits.surely_waits_for(wait, worker) && waited_for(at, wait) ? Certainty::kCertain
                                                                                         : Certainty::kLikely;
        finding.weight = 300 + by_age(worker.age_ns);
        std::vector<std::string> victims;
        constexpr size_t kMost = 8;
        for (const Wait* other : all) {
            victims.push_back(fmt::format("{}, in {}", name_of(at, *other), call_of(at, *other)));
            if (victims.size() <= kMost)
                finding.evidence.push_back(seen(at, *other));
            finding.explains.push_back(task_key(other->pid));
        }
        add_some(finding.victims, std::move(victims));
        finding.sentence = fmt::format("{} waits in {} for {} of {}, which has been at work for {}", name_of(at, wait),
                                       call_of(at, wait), function_of(at, worker), workqueue_of(at, worker),
                                       lasting(worker.age_ns));
        finding.suspects.push_back(suspect_of(at, worker));
        finding.evidence.push_back(live::seen(at, worker));
        finding.next = fmt::format("cat /proc/{}/stack says what that item waits for", worker.row->pid);
    }
}

void find_flush_dependencies(const Case& at, Findings& findings)
{
    const Waits& waits = at.waits();
    for (const Wait& wait : waits.all()) {
        const Busy* worker = at.worker(wait.pid);
        const wqlab_snap_workqueue* from = worker ? at.now().workqueue(worker->row->workqueue) : nullptr;
        const wqlab_snap_workqueue* to = at.now().workqueue(wait.workqueue);
        if (!from || !to || from == to || to->flags & WQLAB_WQ_MEM_RECLAIM || !(from->flags & WQLAB_WQ_MEM_RECLAIM) ||
            from->flags & WQLAB_SNAP_WQ_LEGACY)
            continue;
        const std::optional<bool> is_cancel = wait.barrier ? cancels(at, wait) : false;
        if (is_cancel.value_or(false))
            continue;
        const std::string& flushed = at.label(wait.workqueue);
        Finding& finding = findings.add(workqueue_key(at, worker->row->workqueue) + " " +
                                        workqueue_key(at, wait.workqueue));
        finding.certainty = Certainty::kLikely;
        finding.weight = 400;
        finding.sentence = fmt::format(
            "{} of {}, which has WQ_MEM_RECLAIM, waits in {} for an item of {}, which has no rescuer: when memory is "
            "short both may stop for ever{}",
            function_of(at, *worker), workqueue_of(at, *worker), call_of(at, wait), flushed,
            is_cancel ? "" : "; or it cancels that item, which it may");
        const std::vector<const Busy*> executors = waits.executors_of(wait);
        finding.suspects.push_back(
            {executors.empty() ? "" : function_of(at, *executors[0]), flushed, {}, "flushed without WQ_MEM_RECLAIM"});
        finding.victims.push_back(name_of(at, wait));
        finding.evidence.push_back(seen(at, wait));
        finding.next =
            "Give the flushed workqueue WQ_MEM_RECLAIM if reclaim needs it; else take the flag from the one that "
            "waits, or do not flush there";
    }
}

}  // namespace wqctl::live
