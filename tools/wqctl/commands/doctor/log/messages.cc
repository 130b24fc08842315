// SPDX-License-Identifier: GPL-2.0
// Messages that say what is wrong by themselves, with what is known around them.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/core.h>

#include "commands/doctor/log/rules.hh"
#include "text/names.hh"

namespace wqctl {

void find_refused_freezes(const klog::Log& log, std::vector<Finding>& findings)
{
    for (const klog::RefusedFreeze& freeze : log.refused_freezes) {
        if (!freeze.is_workqueue_busy)
            continue;
        Finding finding;
        finding.of = "freeze";
        finding.weight = 800;
        finding.evidence.push_back({freeze.line, "freezing failed with wq_busy=1"});
        const auto dump = std::ranges::find_if(log.dumps, [&](const klog::Dump& one) {
            return one.kind == klog::DumpKind::kFreezable && one.line >= freeze.line;
        });
        finding.certainty = Certainty::kUnexplained;
        finding.sentence = "The machine could not be suspended: a freezable workqueue was still busy";
        finding.next = "A kernel of 5.10 or newer lists which; until then dump the workqueues with sysrq-t just before";
        if (dump != log.dumps.end()) {
            const DumpCase at(log, *dump);
            std::vector<std::string> busy;
            for (const AtWork& item : at.at_work()) {
                busy.push_back(fmt::format("{} of {}", item.worker->function, item.workqueue->name));
                finding.suspects.push_back(suspect_of(item));
                finding.evidence.push_back(in_flight_of(item));
            }
            if (!busy.empty()) {
                finding.certainty = Certainty::kCertain;
                finding.sentence = fmt::format(
                    "The machine could not be suspended: {} did not end, on {} freezable workqueue", enumerate(busy),
                    busy.size() == 1 ? "a" : "each a");
                finding.next =
                    "See what it waits for: often a device that sleeps already. It has to end, or its workqueue "
                    "must not be WQ_FREEZABLE";
            }
        }
        findings.push_back(std::move(finding));
    }
}

void find_hogs(const klog::Log& log, std::vector<Finding>& findings)
{
    std::map<std::string, klog::Hog> worst;
    for (const klog::Hog& hog : log.hogs) {
        klog::Hog& known = worst.emplace(hog.function, hog).first->second;
        if (hog.times >= known.times)
            known = hog;
    }
    for (const auto& [function, hog] : worst) {
        Finding finding;
        finding.of = function;
        finding.certainty = Certainty::kCertain;
        finding.weight = 100 + static_cast<unsigned>(std::min<uint64_t>(hog.times / 100, 99));
        finding.sentence = fmt::format(
            "{} had a CPU for more than {} at a time, {} times: per-CPU items behind it waited", function,
            hog.microseconds >= 1000 ? fmt::format("{} ms", hog.microseconds / 1000)
                                     : fmt::format("{} us", hog.microseconds),
            hog.times);
        finding.suspects.push_back({function, "", {}, "on the CPU"});
        finding.evidence.push_back({hog.line, fmt::format("hogged CPU {} times", hog.times)});
        finding
            .next = "It is a hint, not a fault; where it hurts others: WQ_UNBOUND, or cond_resched() and shorter items";
        findings.push_back(std::move(finding));
    }
}

void find_flush_dependencies(const klog::Log& log, std::vector<Finding>& findings)
{
    for (const klog::FlushDependency& one : log.flush_dependencies) {
        Finding finding;
        finding.of = one.waiter + one.flushed;
        finding.certainty = Certainty::kCertain;
        finding.weight = 400;
        finding.sentence = fmt::format(
            "{} waits for {}, whose workqueue has no rescuer: when memory is short both may stop "
            "for ever",
            one.waiter_is_task ? "Task " + one.waiter + ", which frees memory," : one.waiter, one.flushed);
        finding.suspects.push_back({one.flushed, "", {}, "flushed without WQ_MEM_RECLAIM"});
        finding.victims.push_back(one.waiter);
        finding.evidence.push_back({one.line, "check_flush_dependency()"});
        finding.next =
            "Give the flushed workqueue WQ_MEM_RECLAIM if reclaim needs it; else take the flag from the one that "
            "waits, or do not flush there";
        findings.push_back(std::move(finding));
    }
}

void find_unfinished(const klog::Log& log, std::vector<Finding>& findings)
{
    for (const klog::Unfinished& one : log.unfinished) {
        const bool is_drain = one.call.find("drain") != std::string::npos;
        Finding finding;
        finding.of = one.workqueue + one.call;
        finding.certainty = Certainty::kCertain;
        finding.weight = 450;
        finding.sentence = is_drain ? fmt::format("{} of {} does not end: its items keep queueing themselves", one.call,
                                                  one.workqueue)
                                    : fmt::format("{} was destroyed while it was busy", one.workqueue);
        finding.evidence.push_back({one.line, one.call});
        const auto dump = std::ranges::find_if(log.dumps, [&](const klog::Dump& of) {
            return of.kind == klog::DumpKind::kDestroyed && of.line == one.line;
        });
        if (dump != log.dumps.end()) {
            const DumpCase at(log, *dump);
            for (const AtWork& item : at.at_work()) {
                finding.suspects.push_back(suspect_of(item));
                finding.evidence.push_back(in_flight_of(item));
            }
        }
        finding.next = is_drain ? "Stop what queues (disable_work(), a flag that the item looks at) before the drain"
                                : "Cancel its items, and stop whoever queues them, before destroy_workqueue()";
        findings.push_back(std::move(finding));
    }
}

namespace {

// What all dumps say of tasks, by pid.
struct Known {
    explicit Known(const klog::Log& log)
    {
        for (const klog::Dump& dump : log.dumps)
            for (const DumpCase at(log, dump); const AtWork& item : at.at_work()) {
                if (item.worker->pid)
                    executes.insert_or_assign(*item.worker->pid, item);
                for (const klog::Item& behind : item.worker->scheduled)
                    if (behind.waiter) {
                        auto& [of, items] = awaited[*behind.waiter];
                        of = of ? of : &dump;
                        if (of == &dump)
                            items.push_back(item);
                    }
            }
    }

    std::map<int, AtWork> executes;                                            // as the last dump has it
    std::map<int, std::pair<const klog::Dump*, std::vector<AtWork>>> awaited;  // as the first has it
};

// Who holds what a task waits for, as the hung-task detector says, and what it executes if a dump or a stack has it.
Suspect holder_of(const klog::Log& log, const Known& known, const klog::HungTask& task)
{
    Suspect suspect{"", "", task.owner_pid, "", task.owner};
    for (const klog::Stack& stack : log.stacks)
        if (stack.pid == task.owner_pid && !stack.workqueue.empty()) {
            suspect.workqueue = stack.workqueue;
            suspect.function = stack.function;
        }
    if (const auto item = known.executes.find(task.owner_pid); item != known.executes.end())
        suspect = suspect_of(item->second);
    suspect.doing += suspect.doing.empty() ? "holds the lock, likely" : ", holds the lock, likely";
    return suspect;
}

}  // namespace

void find_hung_tasks(const klog::Log& log, std::vector<Finding>& findings)
{
    constexpr std::array<std::string_view, 7> kWaits = {"__flush_work",    "__flush_workqueue",  "flush_workqueue",
                                                        "drain_workqueue", "__cancel_work_sync", "__cancel_work_timer",
                                                        "start_flush_work"};
    if (log.hung_tasks.empty())
        return;
    const Known known(log);
    for (const klog::HungTask& task : log.hung_tasks) {
        // The next one behind it, or else the last one before: a later one may be another task's of this pid.
        const klog::Stack* stack = nullptr;
        for (const klog::Stack& one : log.stacks)
            if (one.pid == task.pid && !one.frames.empty() && (!stack || stack->line < task.line))
                stack = &one;
        const auto call = [&]() -> std::string {
            if (stack)
                for (const std::string& frame : stack->frames)
                    for (const std::string_view wait : kWaits)
                        if (frame.substr(0, frame.find_first_of(".[ ")) == wait)
                            return frame;
            return "";
        }();
        const bool is_worker = task.command.starts_with("kworker/");
        const bool owner_is_worker = task.owner.starts_with("kworker/");
        if (call.empty() && !is_worker && !owner_is_worker)
            continue;
        Finding finding;
        finding.of = fmt::format("task {}", task.pid);
        finding.certainty = Certainty::kCertain;
        finding.weight = 300;
        finding.evidence.push_back(
            {task.line, fmt::format("{}:{} blocked for more than {} seconds", task.command, task.pid, task.seconds)});
        if (stack)
            finding.evidence.push_back({stack->line, "its stack"});
        if (is_worker) {
            finding.sentence = fmt::format("An item has slept for more than {}: {}", seconds_text(task.seconds),
                                           stack && !stack->function.empty()
                                               ? stack->function + " of " + stack->workqueue
                                               : fmt::format("what {} executes", task.command));
            Suspect suspect{stack ? stack->function : "", stack ? stack->workqueue : "", task.pid, ""};
            if (stack)
                suspect.doing = "asleep in " + place_of(stack->frames);
            finding.suspects.push_back(std::move(suspect));
            finding.next = "See who holds what it waits for";
            if (!task.owner.empty()) {
                finding.sentence += fmt::format(", on a lock that {} (pid {}) holds", task.owner, task.owner_pid);
                finding.suspects.push_back(holder_of(log, known, task));
                finding.next = "See what that task waits for";
            }
        } else if (call.empty()) {
            const Suspect holder = holder_of(log, known, task);
            finding.certainty = Certainty::kLikely;
            finding.sentence = fmt::format(
                "{} (pid {}) has waited for more than {} for a lock that {} (pid {}) holds{}", task.command, task.pid,
                seconds_text(task.seconds), task.owner, task.owner_pid,
                holder.function.empty() ? "" : ", which executes " + holder.function);
            finding.victims.push_back(task.command);
            finding.suspects.push_back(holder);
            finding.next = "See what that item waits for";
        } else {
            finding.sentence = fmt::format("{} (pid {}) has waited for more than {} in {}", task.command, task.pid,
                                           seconds_text(task.seconds), call);
            finding.victims.push_back(task.command);
            finding.next = "What it waits for is the item before BAR(" + std::to_string(task.pid) +
                           ") in a dump of the workqueues (sysrq-t)";
            if (const auto awaited = known.awaited.find(task.pid); awaited != known.awaited.end())
                for (const AtWork& item : awaited->second.second) {
                    finding.sentence += fmt::format(", for {} of {}", item.worker->function, item.workqueue->name);
                    finding.suspects.push_back(suspect_of(item));
                    finding.evidence.push_back(in_flight_of(item));
                    finding.next = "See what that item waits for";
                }
        }
        findings.push_back(std::move(finding));
    }
}

}  // namespace wqctl
