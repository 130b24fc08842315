// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/log/case.hh"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include <fmt/core.h>

#include "commands/doctor/items.hh"
#include "text/frames.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

constexpr uint64_t kFar = 50'000;  // lines: sysrq-t prints every task
constexpr double kLong = 300;      // seconds, which a serial console takes for so many

}  // namespace

DumpCase::DumpCase(const klog::Log& log, const klog::Dump& dump) : log_(log), dump_(dump)
{
    for (const klog::Workqueue& workqueue : dump.workqueues)
        for (const klog::Pwq& pwq : workqueue.pwqs) {
            for (const klog::InFlight& worker : pwq.in_flight)
                at_work_.push_back(
                    {&workqueue, &pwq, &worker, worker.pid ? stack_of(*worker.pid, worker.function) : nullptr});
            if (!pwq.pending.empty())
                waiting_.push_back({&workqueue, &pwq, &pwq.pending, false});
            if (!pwq.inactive.empty())
                waiting_.push_back({&workqueue, &pwq, &pwq.inactive, true});
        }
}

// Stacks stand before a dump (sysrq-t) or behind it (the watchdog); those of another dump, and any WARN's, tell of
// another moment.
const klog::Stack* DumpCase::nearest(const std::vector<const klog::Stack*>& stacks) const
{
    // Lockups may have been said long before what follows them.
    const std::optional<Stamp>& begun = dump_.lockups.empty() ? dump_.time : dump_.lockups.front().time;
    const klog::Stack* found = nullptr;
    uint64_t least = kFar;
    for (const klog::Stack* stack : stacks) {
        const uint64_t away = stack->line < dump_.line        ? dump_.line - stack->line
                              : stack->line > dump_.last_line ? stack->line - dump_.last_line
                                                              : 0;
        const double before = seconds_between(stack->time, begun), behind = seconds_between(dump_.time, stack->time);
        if (away < least && std::max(before, behind) <= kLong) {
            found = stack;
            least = away;
        }
    }
    return found;
}

std::vector<AtWork> DumpCase::at_work_on(int pool) const
{
    std::vector<AtWork> found;
    std::ranges::copy_if(at_work_, std::back_inserter(found),
                         [&](const AtWork& item) { return item.pwq->pool == pool; });
    return found;
}

std::vector<Waiting> DumpCase::pending_on(int pool) const
{
    std::vector<Waiting> found;
    std::ranges::copy_if(waiting_, std::back_inserter(found),
                         [&](const Waiting& items) { return items.pwq->pool == pool && !items.is_inactive; });
    return found;
}

const klog::Stack* DumpCase::stack_of(int pid, std::string_view function) const
{
    // A fold may have taken the module's name away.
    const std::string_view bare = bare_function(function);
    std::vector<const klog::Stack*> theirs;
    const auto [begin, end] = log_.stacks_of.equal_range(pid);
    for (auto one = begin; one != end; ++one) {
        const klog::Stack& stack = log_.stacks[one->second];
        if (bare.empty()
                ? !stack.frames.empty()
                : is_at_an_item(stack.frames) && (stack.function.empty() || bare_function(stack.function) == bare))
            theirs.push_back(&stack);
    }
    return nearest(theirs);
}

bool DumpCase::is_of_then(const std::optional<Stamp>& time, uint64_t seconds) const
{
    const double before = seconds_between(time, dump_.time);
    return before <= static_cast<double>(seconds) && before >= -kLong;
}

const klog::SoftLockup* DumpCase::soft_lockup_of(int cpu, uint64_t seconds) const
{
    const auto found = std::ranges::find_if(log_.soft_lockups, [&](const klog::SoftLockup& lockup) {
        return lockup.cpu == cpu && is_of_then(lockup.time, seconds);
    });
    return found == log_.soft_lockups.end() ? nullptr : &*found;
}

const klog::Stack* DumpCase::stack_on(int cpu, uint64_t seconds) const
{
    std::vector<const klog::Stack*> there;
    for (const klog::Stack& stack : log_.stacks)
        if (stack.cpu == cpu && is_of_then(stack.time, seconds) && !stack.command.starts_with("kworker/") &&
            !stack.command.starts_with("swapper/"))
            there.push_back(&stack);
    return nearest(there);
}

bool DumpCase::stays(const AtWork& item) const
{
    if (is_said_to_stay(item))
        return true;
    const auto known = item.worker->pid ? log_.executions.find({*item.worker->pid, item.worker->function})
                                        : log_.executions.end();
    return known != log_.executions.end() && known->second > 1;
}

bool is_said_to_stay(const AtWork& item)
{
    constexpr uint64_t kStays = 10;  // seconds
    return item.worker->seconds.value_or(0) >= kStays;
}

std::optional<int> cpu_of(const klog::PoolKind& kind)
{
    int cpu;
    const char* end = kind.cpus.data() + kind.cpus.size();
    const auto [behind, error] = std::from_chars(kind.cpus.data(), end, cpu);
    return error == std::errc() && behind == end ? std::optional(cpu) : std::nullopt;
}

std::string name_of(int id, const klog::PoolKind& kind)
{
    std::string name = kind.is_bh ? "BH pool" : "Pool";
    if (id >= 0)
        name += fmt::format(" {}", id);
    std::vector<std::string> words;
    if (!kind.cpus.empty())
        words.push_back((cpu_of(kind) ? "CPU " : "CPUs ") + kind.cpus);
    if (kind.nice)
        words.push_back(fmt::format("nice {}", *kind.nice));
    if (words.empty())
        return name;
    return name + " (" + words[0] + (words.size() > 1 ? ", " + words[1] : "") + ")";
}

uint64_t count_items(const std::vector<klog::Item>& items)
{
    uint64_t count = 0;
    for (const klog::Item& item : items)
        if (!item.waiter)
            count += item.count;
    return count;
}

std::string describe(const std::vector<Waiting>& waiting)
{
    std::map<std::string, uint64_t> functions;
    for (const Waiting& list : waiting)
        for (const klog::Item& item : *list.items)
            if (!item.waiter)
                functions[item.function] += item.count;
    return describe_items(functions);
}

bool has_cpu(const AtWork& item) { return item.stack && item.stack->cpu; }
bool is_runnable(const AtWork& item) { return item.stack && (item.stack->is_running || item.stack->state == 'R'); }

Suspect suspect_of(const AtWork& item)
{
    Suspect suspect{item.worker->function, item.workqueue->name, item.worker->pid, ""};
    if (item.stack) {
        const std::string place = place_of(item.stack->frames);
        suspect.doing = has_cpu(item)              ? "on the CPU"
                        : is_runnable(item)        ? "runnable or on a CPU"
                        : item.stack->state == 'D' ? "in uninterruptible sleep"
                                                   : "asleep";
        if (!place.empty())
            suspect.doing += " in " + place;
    }
    if (item.worker->is_rescuer)
        suspect.doing += suspect.doing.empty() ? "the rescuer" : ", the rescuer";
    if (item.worker->seconds)
        suspect.doing += fmt::format("{}for {}", suspect.doing.empty() ? "" : ", ",
                                     seconds_text(*item.worker->seconds));
    return suspect;
}

Evidence in_flight_of(const AtWork& item)
{
    std::string text = fmt::format("workqueue {}, pwq {}: in flight {}:{}", item.workqueue->name, item.pwq->pool,
                                   item.worker->pid ? std::to_string(*item.worker->pid) : "bh", item.worker->function);
    if (item.worker->seconds)
        text += fmt::format(" for {}s", *item.worker->seconds);
    return {item.pwq->in_flight_line, text};
}

std::string seconds_text(uint64_t seconds)
{
    if (seconds < 600)
        return fmt::format("{} s", seconds);
    if (seconds < 36000)
        return fmt::format("{} min", seconds / 60);
    return fmt::format("{} h", seconds / 3600);
}

}  // namespace wqctl
