// SPDX-License-Identifier: GPL-2.0
// Pools that do not move, and workers that all wait for one thing.
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "commands/doctor/log/rules.hh"

namespace wqctl {

namespace {

// As the watchdog of workqueue.c would not wait for a third of its time; a pool is never this slow by itself.
constexpr uint64_t kHungSeconds = 10;
constexpr uint64_t kDisassociated = 4;  // POOL_DISASSOCIATED

bool is_same(const klog::PoolKind& a, const klog::PoolKind& b)
{
    return a.cpus == b.cpus && a.nice == b.nice && a.is_bh == b.is_bh && a.flags == b.flags;
}

bool sleeps(const AtWork& item) { return item.stack && !is_runnable(item) && item.stack->state; }

struct HungPool {
    const DumpCase& at;
    const klog::Pool& pool;
    uint64_t seconds;
    std::vector<AtWork> at_work;
    std::vector<Waiting> pending;
    bool is_listed;  // the dump has a line of it

    // The kernel leaves out pools all of whose workers are idle.
    bool are_all_idle() const { return !is_listed && at_work.empty() && !at.dump().pools.empty(); }
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
    for (const klog::SoftLockup& lockup : hung.at.log().soft_lockups)
        if (cpu && lockup.cpu == *cpu) {
            finding.evidence.push_back(
                {lockup.line, fmt::format("soft lockup of CPU {} for {}s: {} (pid {})", lockup.cpu, lockup.seconds,
                                          lockup.command, lockup.pid)});
            return;
        }
}

void explain_no_worker(const HungPool& hung, Finding& finding)
{
    const klog::Stack* other = cpu_of(hung.pool.kind) ? hung.at.stack_on(*cpu_of(hung.pool.kind)) : nullptr;
    if (other) {
        finding.certainty = Certainty::kLikely;
        finding.sentence += fmt::format("no item is being executed; {} (pid {}) had its CPU", other->command,
                                        other->pid.value_or(0));
        if (!other->frames.empty())
            finding.sentence += ", in " + place_of(other->frames);
        finding.suspects.push_back({"", "", other->pid, other->command + " on the CPU"});
        finding.evidence.push_back({other->line, "stack of CPU " + hung.pool.kind.cpus});
        finding.next = "See why that task does not leave the CPU, or move it or the workqueue to other CPUs";
        return;
    }
    const bool is_away = hung.pool.kind.flags.value_or(0) & kDisassociated && cpu_of(hung.pool.kind);
    finding.certainty = is_away ? Certainty::kLikely : Certainty::kUnexplained;
    finding.sentence += is_away ? "its CPU is offline and none of its workers takes the items"
                        : hung.are_all_idle() || !hung.pool.idle.empty()
                            ? "no item is being executed, and idle workers were not woken or did not get the CPU"
                        : hung.is_listed ? "no item is being executed and no worker is idle"
                                         : "no item is being executed, and the log does not have its workers";
    finding.next = fmt::format(
        "A stack of the CPU (sysrq-l) says what runs there{}",
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
    const auto running = std::ranges::find_if(hung.at_work, is_runnable);
    const bool all_sleep = !hung.at_work.empty() && (std::ranges::all_of(hung.at_work, sleeps) ||
                                                     (running == hung.at_work.end() && hung.all_were_seen_asleep()));
    const AtWork* oldest = hung.at_work.empty() ? nullptr : &hung.at_work.front();
    for (const AtWork& item : hung.at_work)
        if (item.worker->seconds.value_or(0) > oldest->worker->seconds.value_or(0))
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
    } else if (oldest) {
        const bool is_one = hung.at_work.size() == 1;
        finding.certainty = is_one || hung.at.stays(*oldest) ? Certainty::kLikely : Certainty::kUnexplained;
        finding.sentence += is_one ? oldest->worker->function + " is executed there, and its stack is not in the log"
                                   : fmt::format("{} items are executed there, and no stack says which holds it up",
                                                 hung.at_work.size());
        finding.next = fmt::format("cat /proc/{}/stack, or sysrq-t: whether it sleeps, and in what",
                                   oldest->worker->pid.value_or(0));
    } else {
        explain_no_worker(hung, finding);
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

}  // namespace

void find_hung_pools(const DumpCase& at, std::vector<Finding>& findings)
{
    std::vector<klog::Pool> pools = at.dump().pools;
    // The watchdog names no id, and of a dump that is cut short there may be no line of the pool.
    for (const klog::Lockup& lockup : at.dump().lockups) {
        const auto same = std::ranges::find_if(pools,
                                               [&](const klog::Pool& pool) { return is_same(pool.kind, lockup.kind); });
        if (same == pools.end()) {
            klog::Pool pool;
            pool.line = lockup.line;
            pool.kind = lockup.kind;
            pool.hung = lockup.seconds;
            for (const Waiting& waiting : at.waiting())
                if (is_same(waiting.pwq->kind, lockup.kind))
                    pool.id = waiting.pwq->pool;
            pools.push_back(pool);
        } else {
            same->hung = std::max(same->hung.value_or(0), lockup.seconds);
        }
    }
    for (const klog::Pool& pool : pools) {
        if (pool.hung.value_or(0) < kHungSeconds)
            continue;
        const bool is_listed = std::ranges::any_of(at.dump().pools, [&](const klog::Pool& listed) {
            return listed.id == pool.id && listed.line == pool.line;
        });
        const HungPool hung{at, pool, *pool.hung, at.at_work_on(pool.id), at.pending_on(pool.id), is_listed};
        Finding finding;
        finding.of = fmt::format("pool {} {}", pool.id, pool.kind.cpus);
        finding.weight = 900 + static_cast<unsigned>(std::min<uint64_t>(*pool.hung / 10, 90));
        finding.sentence = fmt::format("{} has not moved for {}: ", name_of(pool.id, pool.kind),
                                       seconds_text(*pool.hung));
        const std::string victims = describe(hung.pending);
        if (!victims.empty())
            finding.victims.push_back(victims);
        for (const klog::Lockup& lockup : at.dump().lockups)
            if (is_same(lockup.kind, pool.kind))
                finding.evidence.push_back({lockup.line, fmt::format("the watchdog: stuck for {}s", lockup.seconds)});
        if (is_listed)
            finding.evidence.push_back(
                {pool.line,
                 fmt::format("pool {}: hung={}s workers={}{}{}", pool.id, *pool.hung, pool.workers.value_or(0),
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
