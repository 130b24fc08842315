// SPDX-License-Identifier: GPL-2.0
// Pools that do not move, and workers that all wait for one thing.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

#include "commands/doctor/log/rules.hh"

namespace wqctl {

namespace {

// As the watchdog of workqueue.c would not wait for a third of its time; a pool is never this slow by itself.
constexpr uint64_t kHungSeconds = 10;

bool sleeps(const AtWork& item) { return item.stack && !is_runnable(item) && item.stack->state; }

// Whether the dump has something of such a workqueue there.
bool has_items(const DumpCase& at, int pool, bool is_unbound)
{
    return std::ranges::any_of(at.dump().workqueues, [&](const klog::Workqueue& workqueue) {
        return workqueue.flags && ((*workqueue.flags & klog::kUnbound) != 0) == is_unbound &&
               std::ranges::find(workqueue.pwqs, pool, &klog::Pwq::pool) != workqueue.pwqs.end();
    });
}

struct HungPool {
    const DumpCase& at;
    klog::Pool pool;  // id -1: the log does not say which one it is
    uint64_t seconds;
    bool is_listed;  // the dump has a line of it
    std::vector<const klog::Lockup*> lockups;
    std::vector<AtWork> at_work = {};
    std::vector<Waiting> pending = {};

    bool is_known() const { return pool.id >= 0; }
    // Its workers are counted by none, and an item that is executed keeps no other from being begun. Of one CPU, it
    // looks as the pool of a CPU that is offline.
    bool is_unbound() const
    {
        return (is_known() && has_items(at, pool.id, true)) ||
               (pool.kind.flags.value_or(0) & klog::kDisassociated && !cpu_of(pool.kind));
    }
    bool is_of_offline_cpu() const
    {
        return pool.kind.flags.value_or(0) & klog::kDisassociated && cpu_of(pool.kind) && is_known() &&
               has_items(at, pool.id, false);
    }
    // The kernel leaves out pools all of whose workers are idle.
    bool are_all_idle() const { return is_known() && !is_listed && at_work.empty() && !at.dump().pools.empty(); }
    // The watchdog looked at the workers of CPUs' pools that did not move, and found none of this one running.
    bool all_were_seen_asleep() const
    {
        const klog::Dump& dump = at.dump();
        return dump.backtraces_line && cpu_of(pool.kind) && !pool.kind.is_bh &&
               std::ranges::find(dump.running_pools, pool.id) == dump.running_pools.end();
    }
};

// Who has not let go of the pool's CPU, as the soft-lockup detector saw.
void add_soft_lockups(const HungPool& hung, Finding& finding)
{
    const std::optional<int> cpu = cpu_of(hung.pool.kind);
    if (const klog::SoftLockup* lockup = cpu ? hung.at.soft_lockup_of(*cpu, hung.seconds) : nullptr)
        finding.evidence.push_back({lockup->line, fmt::format("soft lockup of CPU {} for {}s: {} (pid {})", lockup->cpu,
                                                              lockup->seconds, lockup->command, lockup->pid)});
}

void explain_no_worker(const HungPool& hung, Finding& finding)
{
    const std::string_view begun = hung.at_work.empty() ? "no item is being executed"
                                                        : "an unbound pool begins items beside those that are executed";
    const std::optional<int> cpu = cpu_of(hung.pool.kind);
    const klog::Stack* other = cpu ? hung.at.stack_on(*cpu, hung.seconds) : nullptr;
    if (other) {
        finding.certainty = Certainty::kLikely;
        finding.sentence += fmt::format("{}{}{} (pid {}) had its CPU", hung.is_known() ? begun : "",
                                        hung.is_known() ? "; " : "", other->command, other->pid.value_or(0));
        if (!other->frames.empty())
            finding.sentence += ", in " + place_of(other->frames);
        finding.suspects.push_back({"", "", other->pid, other->command + " on the CPU"});
        finding.evidence.push_back({other->line, "stack of CPU " + hung.pool.kind.cpus});
        finding.next = "See why that task does not leave the CPU, or move it or the workqueue to other CPUs";
        return;
    }
    finding.certainty = hung.is_of_offline_cpu() ? Certainty::kLikely : Certainty::kUnexplained;
    if (!hung.is_known())
        finding.sentence += "the log does not say which of those that look so it is, nor what is on it";
    else if (hung.is_of_offline_cpu())
        finding.sentence += "its CPU is offline and none of its workers takes the items";
    else
        finding.sentence += fmt::format("{}, and {}", begun,
                                        hung.are_all_idle() || !hung.pool.idle.empty()
                                            ? "idle workers were not woken or did not get the CPU"
                                        : hung.is_listed ? "no worker is idle"
                                                         : "the log does not have its workers");
    finding.next = fmt::format(
        "Stacks of the CPUs (sysrq-l) say what runs there{}",
        hung.pool.idle.empty() ? "" : "; those of the idle workers (sysrq-t) whether they were woken");
}

// Since 7.x the watchdog says it, when it found nobody of the pool running.
const klog::NobodyRuns* nobody_runs(const HungPool& hung)
{
    for (const klog::NobodyRuns& one : hung.at.dump().nobody_runs)
        if (one.pool == hung.pool.id)
            return &one;
    return nullptr;
}

void explain(const HungPool& hung, Finding& finding)
{
    const bool are_counted = !hung.at_work.empty() && !hung.is_unbound();
    const auto running = std::ranges::find_if(hung.at_work, is_runnable);
    const bool all_sleep = std::ranges::all_of(hung.at_work, sleeps) ||
                           (running == hung.at_work.end() && hung.all_were_seen_asleep());
    const AtWork* oldest = are_counted ? &hung.at_work.front() : nullptr;
    for (const AtWork& item : hung.at_work)
        if (oldest && item.worker->seconds.value_or(0) > oldest->worker->seconds.value_or(0))
            oldest = &item;

    if (hung.pool.manager && hung.pool.idle.empty()) {
        finding.certainty = Certainty::kLikely;
        finding.sentence += fmt::format("it has no idle worker, and its manager (pid {}) has not got a new one",
                                        *hung.pool.manager);
        finding.suspects.push_back({"", "", hung.pool.manager, "the manager"});
        const klog::Stack* stack = hung.at.stack_of(*hung.pool.manager);
        if (stack) {
            finding.suspects.back().doing += " in " + place_of(stack->frames);
            finding.evidence.push_back({stack->line, "stack of the manager"});
        }
        finding.next =
            "Making a kthread waits for memory or for kthreadd: look for both; WQ_MEM_RECLAIM gives a "
            "workqueue a rescuer for this";
    } else if (!are_counted) {
        explain_no_worker(hung, finding);
    } else if (running != hung.at_work.end() && !hung.pool.kind.is_bh) {
        finding.certainty = Certainty::kLikely;
        finding.sentence += fmt::format("{} {} and does not sleep, so no other worker is started",
                                        running->worker->function,
                                        has_cpu(*running) ? "has the CPU" : "runs, or wants to,");
        oldest = &*running;
        finding.next = fmt::format(
            "See what it loops for; WQ_UNBOUND or WQ_CPU_INTENSIVE for {} would let the others run",
            running->workqueue->name);
    } else if (all_sleep) {
        finding.certainty = Certainty::kLikely;
        const klog::NobodyRuns* nobody = nobody_runs(hung);
        const std::string counted = hung.at_work.size() == 1 ? "it" : "one of them";
        finding.sentence += fmt::format("{}, and no worker was started for the items behind: ",
                                        hung.at_work.size() == 1 ? hung.at_work[0].worker->function + " sleeps"
                                                                 : "all its items sleep");
        finding.sentence += !nobody ? "the pool counts " + counted + " as running, or another task has the CPU"
                            : nobody->is_cpu_idle ? "the CPU was idle, so the pool counts " + counted + " as running"
                                                  : "another task has the CPU";
        if (hung.all_were_seen_asleep())
            finding.evidence.push_back(
                {hung.at.dump().backtraces_line, "the watchdog found none of its workers running"});
        if (nobody)
            finding.evidence.push_back({nobody->line, fmt::format("no worker runs, CPU {} is {}", nobody->cpu,
                                                                  nobody->is_cpu_idle ? "idle" : "busy")});
        finding.next =
            "Look what else runs on that CPU (sysrq-l); a task that sleeps without wq_worker_sleeping() keeps "
            "nr_running up";
    } else {
        const bool is_one = hung.at_work.size() == 1;
        finding.certainty = is_one || hung.at.stays(*oldest) ? Certainty::kLikely : Certainty::kUnexplained;
        finding.sentence += is_one ? oldest->worker->function + " is executed there, and its stack is not in the log"
                                   : fmt::format("{} items are executed there, and no stack says which holds it up",
                                                 hung.at_work.size());
        finding.next = fmt::format("cat /proc/{}/stack, or sysrq-t: whether it sleeps, and in what",
                                   oldest->worker->pid.value_or(0));
    }
    add_soft_lockups(hung, finding);
    constexpr size_t kMost = 3;
    if (oldest)
        finding.suspects.push_back(suspect_of(*oldest));
    for (size_t i = 0; i < std::min(kMost, hung.at_work.size()); i++)
        finding.evidence.push_back(in_flight_of(hung.at_work[i]));
    if (oldest && oldest->stack)
        finding.evidence.push_back({oldest->stack->line, fmt::format("stack of {}", oldest->worker->pid.value_or(0))});
}

// No other looks as a per-CPU pool does.
bool is_per_cpu(const klog::PoolKind& kind) { return cpu_of(kind) && !(kind.flags.value_or(0) & klog::kDisassociated); }

// The watchdog names no id. Of unbound pools one that the dump lists and that does not stand may be another: of one
// whose workers are all idle a dump has no line.
HungPool pool_of(const DumpCase& at, const klog::Lockup& lockup)
{
    HungPool hung{at, {}, lockup.seconds, false, {}};
    hung.pool.line = lockup.line;
    hung.pool.kind = lockup.kind;
    std::set<int> listed, others;
    for (const klog::Pool& pool : at.dump().pools) {
        listed.insert(pool.id);
        if (pool.kind == lockup.kind && is_per_cpu(pool.kind)) {
            hung.pool = pool;
            hung.is_listed = true;
        }
    }
    for (const Waiting& waiting : at.waiting())
        if (!waiting.is_inactive && waiting.pwq->kind == lockup.kind && !listed.contains(waiting.pwq->pool))
            others.insert(waiting.pwq->pool);
    if (!hung.is_listed && others.size() == 1)
        hung.pool.id = *others.begin();
    return hung;
}

// Those that the dump says stand, and those that the watchdog says did.
std::vector<HungPool> hung_pools(const DumpCase& at)
{
    std::vector<HungPool> found;
    for (const klog::Pool& pool : at.dump().pools)
        if (pool.hung.value_or(0) >= kHungSeconds)
            found.push_back({at, pool, *pool.hung, true, {}});
    for (const klog::Lockup& lockup : at.dump().lockups) {
        if (lockup.seconds < kHungSeconds)
            continue;
        // It was said before the dump, which then has as long or longer. Several may look the same.
        HungPool* its = nullptr;
        for (HungPool& one : found)
            if (one.pool.kind == lockup.kind &&
                (is_per_cpu(lockup.kind) || one.pool.hung.value_or(UINT64_MAX) >= lockup.seconds) &&
                (!its || std::pair(one.lockups.size(), one.seconds) < std::pair(its->lockups.size(), its->seconds)))
                its = &one;
        if (!its)
            its = &found.emplace_back(pool_of(at, lockup));
        its->seconds = std::max(its->seconds, lockup.seconds);
        its->lockups.push_back(&lockup);
    }
    for (HungPool& one : found)
        if (one.is_known()) {
            one.at_work = at.at_work_on(one.pool.id);
            one.pending = at.pending_on(one.pool.id);
        }
    return found;
}

}  // namespace

void find_hung_pools(const DumpCase& at, std::vector<Finding>& findings)
{
    for (const HungPool& hung : hung_pools(at)) {
        const klog::Pool& pool = hung.pool;
        Finding finding;
        finding.of = fmt::format("{} node {}", name_of(pool.id, pool.kind), pool.kind.node.value_or(-1));
        finding.weight = 900 + static_cast<unsigned>(std::min<uint64_t>(hung.seconds / 10, 90));
        finding.sentence = fmt::format("{} has not moved for {}: ", name_of(pool.id, pool.kind),
                                       seconds_text(hung.seconds));
        const std::string victims = describe(hung.pending);
        if (!victims.empty())
            finding.victims.push_back(victims);
        for (const klog::Lockup* lockup : hung.lockups)
            finding.evidence.push_back({lockup->line, fmt::format("the watchdog: stuck for {}s", lockup->seconds)});
        if (hung.is_listed)
            finding.evidence.push_back(
                {pool.line, fmt::format("pool {}:{} workers={}{}{}", pool.id,
                                        pool.hung ? fmt::format(" hung={}s", *pool.hung) : "", pool.workers.value_or(0),
                                        pool.manager ? fmt::format(" manager: {}", *pool.manager) : "",
                                        pool.idle.empty() ? " none idle" : fmt::format(" {} idle", pool.idle.size()))});
        explain(hung, finding);
        findings.push_back(std::move(finding));
    }
}

void find_crowds(const DumpCase& at, std::vector<Finding>& findings)
{
    constexpr size_t kMany = 8;
    std::map<std::string, std::vector<AtWork>> by_function;
    for (const AtWork& item : at.at_work())
        if (!item.worker->function.empty() && at.stays(item))
            by_function[item.worker->function].push_back(item);
    for (const auto& [function, items] : by_function) {
        if (items.size() < kMany)
            continue;
        std::map<std::string, std::vector<AtWork>> places;
        for (const AtWork& item : items)
            if (item.stack)
                places[place_of(item.stack->frames)].push_back(item);
        Finding finding;
        finding.of = function;
        finding.weight = 600;
        finding.certainty = Certainty::kLikely;
        finding.sentence = fmt::format("{} workers of {} are all in {} and stay there", items.size(),
                                       items.front().workqueue->name, function);
        const auto largest = std::ranges::max_element(
            places, [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
        if (largest != places.end() && largest->second.size() > 1) {
            finding.sentence += fmt::format("; {} of them wait in {}: one lock or one device", largest->second.size(),
                                            largest->first);
            for (const auto& [place, others] : places)
                if (place != largest->first && others.size() * 4 <= largest->second.size())
                    for (const AtWork& odd : others) {
                        finding.suspects.push_back(suspect_of(odd));
                        finding.suspects.back().doing += ", where the others are not";
                    }
            finding.next = "The one that is elsewhere may hold what the others want";
        } else {
            finding.next = "Their stacks (sysrq-w, or cat /proc/PID/stack) say which lock or device it is";
        }
        if (finding.suspects.empty())
            finding.suspects.push_back(suspect_of(items.front()));
        finding.evidence.push_back(in_flight_of(items.front()));
        finding.evidence.push_back(in_flight_of(items.back()));
        findings.push_back(std::move(finding));
    }
}

}  // namespace wqctl
