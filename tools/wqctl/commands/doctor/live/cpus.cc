// SPDX-License-Identifier: GPL-2.0
// Workers that could run, if they had their CPU.
#include <algorithm>

#include <fmt/core.h>

#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/tasks.hh"
#include "commands/doctor/live/words.hh"

namespace wqctl::live {

namespace {

// One that suffers from the same: a CPU has pools for two nice values, and for softirqs.
void add_pool(const Case& at, const PoolCase& pool, Finding& finding)
{
    finding.explains.push_back(key_of(pool));
    tell_of(at, pool, finding);
}

// What holds its CPU in both looks.
struct Holder {
    const wqlab_snap_task* task = nullptr;  // nullptr: nobody in particular
    double share = 0;                       // of the CPU's time between the looks
    bool never_left = false;
};

bool wants_cpu(const wqlab_snap_task* task)
{
    return task && !(task->flags & (WQLAB_TASK_SLEEPING | WQLAB_TASK_ON_CPU));
}

// Who of a pool wants its CPU: a worker, or the ksoftirqd of a BH pool. Beside a real-time task the others have a
// twentieth of each second, or what the administrator leaves them: then it need not be one and the same all the while.
const wqlab_snap_task* who_waits(const Case& at, const PoolCase& pool, const Holder& holder)
{
    const bool any = holder.task && is_real_time(*holder.task);
    if (pool.row->flags & WQLAB_POOL_BH) {
        const wqlab_snap_runqueue* cpu = at.runqueue(pool.row->cpu);
        return cpu && (any ? at.wants_cpu(cpu->ksoftirqd) : at.has_waited_for_cpu(cpu->ksoftirqd))
                   ? at.task(cpu->ksoftirqd)
                   : nullptr;
    }
    const auto find = [&](const Snapshot& snapshot, auto&& waits) {
        const auto found = std::ranges::find_if(snapshot.workers, [&](const wqlab_snap_worker& worker) {
            return worker.pool == pool.row->id && waits(worker.pid);
        });
        return found == snapshot.workers.end() ? 0 : found->pid;
    };
    if (!any)
        return at.task(find(at.now(), [&](int32_t pid) { return at.has_waited_for_cpu(pid); }));
    return find(at.before(), [&](int32_t pid) { return wants_cpu(at.task_before(pid)); })
               ? at.task(find(at.now(), [&](int32_t pid) { return wants_cpu(at.task(pid)); }))
               : nullptr;
}

Holder holder_of(const Case& at, int32_t cpu)
{
    const wqlab_snap_runqueue* now = at.runqueue(cpu);
    const wqlab_snap_runqueue* then = at.runqueue_before(cpu);
    if (!now || !then || !now->pid || now->pid != then->pid || !at.task(now->pid) || !at.task_before(now->pid))
        return {};
    Holder holder{at.task(now->pid)};
    holder.never_left = holder.task->switches == at.task_before(now->pid)->switches;
    // Up to the last tick, so that of one that never left the figure may be low.
    if (const auto time = at.cpu_time(now->pid); time && at.interval_ns())
        holder.share = std::min(1.0, static_cast<double>(*time) / static_cast<double>(at.interval_ns()));
    if (holder.never_left)
        holder.share = 1;
    // Two looks may find one by chance: whoever looks is one of those.
    return holder.share < 0.5 ? Holder() : holder;
}

// By a worker, or by a softirq in whatever task.
bool is_hogged(const Case& at, int32_t cpu, const Holder& holder)
{
    return std::ranges::any_of(at.busy(), [&](const Busy& worker) {
        return worker.stays && ((holder.task && worker.row->pid == holder.task->pid) ||
                                (worker.state == WorkerState::kSoftirq && worker.row->cpu == cpu));
    });
}

// Of the CPU's time between the looks.
double part_of(const Case& at, int32_t cpu, decltype(&wqlab_snap_runqueue::steal_ns) what)
{
    const wqlab_snap_runqueue* now = at.runqueue(cpu);
    const wqlab_snap_runqueue* then = at.runqueue_before(cpu);
    if (!now || !then || now->*what == WQLAB_NEVER || now->*what < then->*what || !at.interval_ns())
        return 0;
    return static_cast<double>(now->*what - then->*what) / static_cast<double>(at.interval_ns());
}

std::string percent(double share) { return fmt::format("{:.0f} %", share * 100); }

bool has_waited(const wqlab_snap_task& task, uint64_t ns)
{
    return task.since_ns != WQLAB_NEVER && task.since_ns >= ns;
}

// Real-time tasks go before all others, so there is no doubt who is in the way; what others have, they share.
bool is_judged(const Case& at, const PoolCase& pool, const Holder& holder, const wqlab_snap_task& waiting)
{
    const bool is_rt = holder.task && is_real_time(*holder.task) && holder.share >= 0.8;
    const uint64_t least = is_rt ? kSecond : kOld;
    if (pool.stands)
        return pool.stood_ns >= least;
    // A thread of an interrupt may have the CPU for most of a second on a machine that is well: then more ends than is
    // left behind.
    if (pool.row->nr_pending && pool.before->nr_pending && is_rt &&
        (at.interval_ns() >= kOld || at.ended(pool).value_or(UINT64_MAX) < static_cast<uint64_t>(pool.row->nr_pending)))
        return true;
    // Nothing is behind it, but it has begun an item.
    return at.worker(waiting.pid) && at.has_waited_for_cpu(waiting.pid) && has_waited(waiting, least);
}

void name_holder(const Case& at, const PoolCase& pool, const Holder& holder, Finding& finding)
{
    const int32_t cpu = pool.row->cpu;
    const wqlab_snap_runqueue& runqueue = *at.runqueue(cpu);
    const double stolen = part_of(at, cpu, &wqlab_snap_runqueue::steal_ns);
    const double interrupts = part_of(at, cpu, &wqlab_snap_runqueue::irq_ns) +
                              part_of(at, cpu, &wqlab_snap_runqueue::softirq_ns);
    constexpr double kMost = 0.5;
    if (stolen >= kMost) {
        finding.sentence += fmt::format("the hypervisor took {} of its time", percent(stolen));
        finding.evidence.push_back({{}, fmt::format("CPU {}: {} of its time stolen", cpu, percent(stolen))});
        finding.next = "Give the guest more CPU time, or fewer CPUs: the host has not enough for them";
        finding.certainty = Certainty::kLikely;
    } else if (interrupts >= kMost) {
        finding.sentence += fmt::format("interrupts and softirqs took {} of its time", percent(interrupts));
        finding.evidence.push_back(
            {{}, fmt::format("CPU {}: {} of its time in interrupts and softirqs", cpu, percent(interrupts))});
        finding.next = fmt::format("/proc/interrupts and /proc/softirqs say which grow; move them from CPU {}", cpu);
        finding.certainty = Certainty::kLikely;
    } else if (holder.task) {
        const wqlab_snap_task& task = *holder.task;
        finding.sentence += fmt::format("{} (pid {}, {}) has it", at.now().string(task.command), task.pid,
                                        policy_text(task));
        if (holder.never_left && task.since_ns != WQLAB_NEVER)
            finding.sentence += fmt::format(" and has not left it for {}", lasting(task.since_ns));
        finding.suspects.push_back(
            {"", "", task.pid,
             fmt::format("{}, on CPU {} with {} of its time", policy_text(task), cpu, percent(holder.share)),
             at.now().string(task.command)});
        finding.evidence.push_back({{},
                                    fmt::format("CPU {} executes {} (pid {}) in both looks, {} want it", cpu,
                                                at.now().string(task.command), task.pid, runqueue.nr_running)});
        finding.certainty = pool.stands && holder.share >= 0.9 ? Certainty::kCertain : Certainty::kLikely;
        finding.next = fmt::format(
            "taskset -p {} says where it may run: keep it from CPU {}, or let it sleep now and then; items of per-CPU "
            "workqueues that are queued there can't be moved",
            task.pid, cpu);
    } else {
        finding.sentence += fmt::format("{} tasks want it, and it is not its turn", runqueue.nr_running);
        finding.evidence.push_back({{}, fmt::format("CPU {}: {} tasks want it", cpu, runqueue.nr_running)});
        finding.certainty = Certainty::kLikely;
        finding.next = fmt::format("See what runs there: ps -eo pid,psr,cls,rtprio,pcpu,comm | grep ' {} '", cpu);
    }
}

// Whether an item that has the CPU is what this pool waits for. Beside one that it counts as running it begins no
// other; else somebody of it has to want the CPU.
bool is_kept_by(const Case& at, const PoolCase& pool, const Busy& hog)
{
    if (hog.row->pool == pool.row->id && !(hog.row->flags & WQLAB_WORKER_CPU_INTENSIVE))
        return true;
    if (gets_no_worker(pool))
        return false;
    if (pool.row->flags & WQLAB_POOL_BH) {
        const wqlab_snap_runqueue* cpu = at.runqueue(pool.row->cpu);
        return hog.state == WorkerState::kSoftirq || (cpu && at.has_waited_for_cpu(cpu->ksoftirqd));
    }
    return std::ranges::any_of(at.now().workers, [&](const wqlab_snap_worker& worker) {
        return worker.pool == pool.row->id && at.has_waited_for_cpu(worker.pid);
    });
}

// A pool that stands has begun nothing, and so its own items not either: of one whose beginning nobody noted that is
// known, too.
bool is_surely(const PoolCase& pool, const Busy& hog)
{
    if (hog.row->pool != pool.row->id)
        return hog.is_old() && hog.state == WorkerState::kSoftirq;
    const bool is_noted = !(hog.row->flags & WQLAB_WORKER_SINCE_AT_LEAST) && hog.row->busy_ns != WQLAB_NEVER;
    return !is_noted || hog.age_ns + kSecond >= pool.stood_ns;
}

}  // namespace

void find_taken_cpus(const Case& at, Findings& findings)
{
    for (const PoolCase& pool : at.pools()) {
        const wqlab_snap_pool& row = *pool.row;
        const wqlab_snap_runqueue* runqueue = at.runqueue(row.cpu);
        if (row.cpu < 0 || !pool.before || !runqueue || runqueue->flags & WQLAB_RQ_IDLE ||
            findings.is_explained(key_of(pool)))
            continue;
        const Holder holder = holder_of(at, row.cpu);
        const wqlab_snap_task* waiting = who_waits(at, pool, holder);
        // One that stays at an item is a hog.
        if (!waiting || is_hogged(at, row.cpu, holder) || !is_judged(at, pool, holder, *waiting))
            continue;
        const std::string of = holder.task ? fmt::format("CPU {} taken by {}", row.cpu, holder.task->pid)
                                           : key_of(pool);
        if (Finding* same = findings.known(of)) {
            add_pool(at, pool, *same);
            continue;
        }
        Finding& finding = findings.add(of);
        finding.explains.push_back(key_of(pool));
        finding.weight = 880 + by_age(pool.stood_ns);
        finding.sentence = fmt::format("{} {}: {} (pid {}) has wanted the CPU {}, but ", name_of(at, row),
                                       pool.stands      ? "has not moved for " + lasting(pool.stood_ns)
                                       : row.nr_pending ? std::string("hardly moves")
                                                        : std::string("gets no CPU"),
                                       at.now().string(waiting->command), waiting->pid,
                                       waiting->since_ns == WQLAB_NEVER ? "all the while"
                                                                        : "for " + lasting(waiting->since_ns));
        name_holder(at, pool, holder, finding);
        if (const Busy* begun = at.worker(waiting->pid))
            finding.victims.push_back(
                fmt::format("{} of {}, which has begun", function_of(at, *begun), workqueue_of(at, *begun)));
        finding.evidence.push_back({{},
                                    fmt::format("{} (pid {}) is runnable, and not on a CPU",
                                                at.now().string(waiting->command), waiting->pid)});
        tell_of(at, pool, finding);
    }
}

void find_hogs(const Case& at, Findings& findings)
{
    for (const PoolCase& pool : at.pools()) {
        const wqlab_snap_pool& row = *pool.row;
        if (row.cpu < 0 || !pool.stands || pool.stood_ns < kOld || findings.is_explained(key_of(pool)))
            continue;
        // Of this pool or another of the same CPU.
        const auto hog = std::ranges::find_if(at.busy(), [&](const Busy& worker) {
            return worker.stays && worker.row->cpu == row.cpu && at.was_on_cpu(worker) &&
                   (worker.state == WorkerState::kRunning || worker.state == WorkerState::kSoftirq) &&
                   is_kept_by(at, pool, worker);
        });
        if (hog == at.busy().end())
            continue;
        const bool is_bh = hog->state == WorkerState::kSoftirq;
        const std::string function = function_of(at, *hog);
        const std::string workqueue = workqueue_of(at, *hog);
        const std::string of = fmt::format("CPU {} kept by {}", row.cpu, function);
        if (Finding* same = findings.known(of)) {
            // The other pool of this CPU may have come first.
            if (is_surely(pool, *hog))
                same->certainty = Certainty::kCertain;
            add_pool(at, pool, *same);
            continue;
        }
        Finding& finding = findings.add(of);
        finding.explains.push_back(key_of(pool));
        finding.certainty = is_surely(pool, *hog) ? Certainty::kCertain : Certainty::kLikely;
        finding.weight = 890 + by_age(pool.stood_ns);
        finding.sentence = fmt::format("{} has not moved for {}: {} of {} has {} and does not let go", name_of(at, row),
                                       lasting(pool.stood_ns), function, workqueue,
                                       is_bh ? "the softirq of its CPU" : "the CPU");
        finding.suspects.push_back(suspect_of(at, *hog));
        tell_of(at, pool, finding);
        if (hog->row->pool != row.id)
            finding.evidence.push_back(seen(at, *hog));
        const wqlab_snap_workqueue* row_of = at.now().workqueue(hog->row->workqueue);
        const uint32_t flags = row_of ? row_of->flags : 0;
        if (is_bh)
            finding.next =
                "A BH item must be short: this one belongs on a workqueue that may sleep, or has to give up "
                "and queue itself again";
        else if (flags & WQLAB_WQ_UNBOUND)
            finding.next = fmt::format(
                "{} is unbound: keep it from CPU {} by its cpumask, or let {} call cond_resched()", workqueue, row.cpu,
                function);
        else
            finding.next = fmt::format(
                "See what it loops for. WQ_UNBOUND for {} would let it run where there is room; {}cond_resched() in "
                "the loop lets others of this CPU run",
                workqueue,
                hog->row->flags & WQLAB_WORKER_CPU_INTENSIVE
                    ? "WQ_CPU_INTENSIVE would change nothing, for the pool has set it apart already; "
                    : "WQ_CPU_INTENSIVE would let the pool start others beside it, on the same CPU; ");
    }
}

}  // namespace wqctl::live
