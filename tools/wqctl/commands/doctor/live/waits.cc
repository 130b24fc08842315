// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/waits.hh"

#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "commands/doctor/live/limits.hh"
#include "commands/doctor/live/words.hh"

namespace wqctl::live {

namespace {

std::string name_or_none(const Snapshot& snapshot, uint32_t string)
{
    return string == WQLAB_NONE ? "a task" : snapshot.string(string);
}

// Who flushes again and again does so with a barrier at the same place of its stack.
bool is_one_wait(const Case& at, int32_t pid) { return at.now().tasks.empty() || at.has_slept(pid); }

bool was_flushing(const Case& at, const wqlab_snap_flusher& flusher)
{
    const wqlab_snap_workqueue* then = at.workqueue_before(flusher.workqueue);
    return then && std::ranges::any_of(at.before().flushers, [&](const wqlab_snap_flusher& other) {
               return other.pid == flusher.pid && other.color == flusher.color &&
                      other.workqueue == at.before().index_of(*then);
           });
}

// What was queued after a flush began has a later color; which one an item has, only its pwq's counts tell. Nothing:
// the flusher has no color yet, and waits for all.
std::optional<int64_t> in_flight_until(const wqlab_snap_pwq& pwq, int32_t first, int32_t last)
{
    constexpr auto kColors = static_cast<int32_t>(WQLAB_PWQ_COLORS);
    if (first < 0 || first >= kColors || last < 0 || last >= kColors)
        return {};
    int64_t count = pwq.in_flight[last];
    for (int32_t color = first; color != last; color = (color + 1) % kColors)
        count += pwq.in_flight[color];
    return count;
}

bool is_drained(const Case& at, const Wait& wait)
{
    const wqlab_snap_workqueue* workqueue = at.now().workqueue(wait.workqueue);
    return workqueue && workqueue->flags & (WQLAB_SNAP_WQ_DRAINING | WQLAB_SNAP_WQ_DESTROYING);
}

}  // namespace

std::string call_of(const Case& at, const Wait& wait)
{
    if (wait.barrier)
        return "flush_work()";
    const wqlab_snap_workqueue* workqueue = at.now().workqueue(wait.workqueue);
    const uint32_t flags = workqueue ? workqueue->flags : 0;
    return flags & WQLAB_SNAP_WQ_DESTROYING ? "destroy_workqueue()"
           : flags & WQLAB_SNAP_WQ_DRAINING ? "drain_workqueue()"
                                            : "flush_workqueue()";
}

std::string name_of(const Case& at, const Wait& wait)
{
    if (const Busy* worker = at.worker(wait.pid))
        return fmt::format("{} (worker {}, workqueue {})", function_of(at, *worker), wait.pid,
                           workqueue_of(at, *worker));
    return fmt::format("{} (pid {})", wait.command, wait.pid);
}

Waits::Waits(const Case& at) : at_(at)
{
    for (const Busy& worker : at.busy())
        if (const wqlab_snap_pwq* pwq = at.now().pwq(worker.row->pwq))
            busy_[pwq->workqueue].push_back(&worker);
    for (const wqlab_snap_work& work : at.now().works) {
        if (work.is_barrier && work.waiter && at.was_there(work) && is_one_wait(at, work.waiter))
            waits_.push_back(
                {work.waiter, name_or_none(at.now(), work.waiter_command), &work, nullptr, work.workqueue});
        if (work.is_barrier)
            continue;
        items_.emplace(work.identity, &work);
        if (const wqlab_snap_pwq* pwq = at.now().pwq(work.pwq); pwq && work.state == WQLAB_WORK_INACTIVE)
            held_[pwq->workqueue].push_back(&work);
    }
    for (const wqlab_snap_flusher& flusher : at.now().flushers)
        if (flusher.pid && was_flushing(at, flusher) && is_one_wait(at, flusher.pid))
            waits_.push_back(
                {flusher.pid, name_or_none(at.now(), flusher.command), nullptr, &flusher, flusher.workqueue});
    for (size_t i = 0; i < waits_.size(); i++)
        by_pid_.emplace(waits_[i].pid, i);
    find_deadlocked();
}

// Whoever waits for something that none of the others holds up will go on; what is left can't. Who goes on is taken
// out, and then only those that waited for it are looked at again.
void Waits::find_deadlocked()
{
    for (const Wait& wait : waits_)
        deadlocked_.insert(wait.pid);
    std::map<int32_t, std::set<const Wait*>> behind;
    std::vector<int32_t> go_on;
    const auto look = [&](const Wait& wait) {
        const std::vector<Blocker> found = blockers(wait, deadlocked_);
        if (found.empty())
            go_on.push_back(wait.pid);
        for (const Blocker& blocker : found)
            behind[blocker.pid].insert(&wait);
    };
    for (const Wait& wait : waits_)
        look(wait);
    while (!go_on.empty()) {
        const int32_t pid = go_on.back();
        go_on.pop_back();
        if (deadlocked_.erase(pid))
            for (const Wait* wait : behind[pid])
                if (deadlocked_.contains(wait->pid))
                    look(*wait);
    }
}

const std::vector<const Busy*>& Waits::busy_of(uint32_t workqueue) const
{
    static const std::vector<const Busy*> kNone;
    const auto found = busy_.find(workqueue);
    return found == busy_.end() ? kNone : found->second;
}

const Wait* Waits::of(int32_t pid) const
{
    const auto found = by_pid_.find(pid);
    return found == by_pid_.end() ? nullptr : &waits_[found->second];
}

Blocker Waits::blocker_of(int32_t pid) const { return blockers(*of(pid), deadlocked_).front(); }

// Active items whose end lets one in that this pwq holds back. all_run: each of them is being executed.
std::vector<const Busy*> Waits::active_beside(const wqlab_snap_pwq& pwq, bool& all_run) const
{
    const LimitKey key = limit_key(at_.now(), pwq);
    std::vector<const Busy*> active;
    int64_t count = 0;
    if (const wqlab_snap_workqueue* workqueue = at_.now().workqueue(pwq.workqueue))
        for (const wqlab_snap_pwq& one : at_.now().pwqs_of(*workqueue))
            count += limit_key(at_.now(), one) == key ? one.nr_active : 0;
    for (const Busy* worker : busy_of(pwq.workqueue))
        if (worker->stays && limit_key(at_.now(), *at_.now().pwq(worker->row->pwq)) == key)
            active.push_back(worker);
    all_run = static_cast<int64_t>(active.size()) == count;
    return active;
}

// Any item that ends lets the next one in: so all that are active have to be among them.
void Waits::add_holders(uint32_t index, const std::string& function, const std::set<int32_t>& among,
                        std::vector<Blocker>& into) const
{
    const wqlab_snap_pwq* pwq = at_.now().pwq(index);
    if (!pwq)
        return;
    bool all_run = false;
    const std::vector<const Busy*> active = active_beside(*pwq, all_run);
    if (!all_run || active.empty() ||
        !std::ranges::all_of(active, [&](const Busy* worker) { return among.contains(worker->row->pid); }))
        return;
    for (const Busy* worker : active)
        into.push_back({worker->row->pid,
                        fmt::format("{}, which max_active of {} holds back until {} ends", function,
                                    at_.label(pwq->workqueue), function_of(at_, *worker)),
                        true});
}

std::vector<Blocker> Waits::blockers(const Wait& wait, const std::set<int32_t>& among) const
{
    std::vector<Blocker> found;
    const Snapshot& now = at_.now();
    if (wait.barrier) {
        const wqlab_snap_work& barrier = *wait.barrier;
        // Behind an item that is executed the barrier stands with its worker; behind another, right after it in its
        // list.
        if (barrier.state == WQLAB_WORK_SCHEDULED) {
            if (const Busy* worker = at_.worker(barrier.worker); worker && among.contains(barrier.worker))
                found.push_back({barrier.worker,
                                 fmt::format("{}, which worker {} executes", function_of(at_, *worker), barrier.worker),
                                 true});
        } else if (barrier.state == WQLAB_WORK_INACTIVE) {
            const auto target = items_.find(barrier.barrier_target);
            add_holders(barrier.pwq, target == items_.end() ? "an item" : now.string(target->second->function), among,
                        found);
        }
        return found;
    }
    for (const Busy* worker : busy_of(wait.workqueue)) {
        const Awaited is = awaited(wait, *now.pwq(worker->row->pwq));
        const bool is_self = worker->row->pid == wait.pid;
        if (worker->stays && among.contains(worker->row->pid) && (is != Awaited::kNot || is_self))
            found.push_back({worker->row->pid,
                             fmt::format("all items of {}, and so for {}, which worker {} executes",
                                         at_.label(wait.workqueue), function_of(at_, *worker), worker->row->pid),
                             is == Awaited::kSurely || is_self});
    }
    const auto held = held_.find(wait.workqueue);
    std::set<uint32_t> looked_at;
    if (found.empty() && held != held_.end())
        for (const wqlab_snap_work* work : held->second) {
            if (!looked_at.insert(work->pwq).second)
                continue;
            const Awaited is = awaited(wait, *now.pwq(work->pwq));
            if (is == Awaited::kNot)
                continue;
            add_holders(work->pwq, now.string(work->function), among, found);
            for (Blocker& blocker : found)
                blocker.is_certain = is == Awaited::kSurely;
            if (!found.empty())
                break;
        }
    return found;
}

Waits::InFlight Waits::in_flight(const Wait& wait, const wqlab_snap_pwq& pwq) const
{
    const wqlab_snap_workqueue* workqueue = at_.now().workqueue(wait.workqueue);
    if (!workqueue)
        return {0, 0};
    int64_t all = 0;
    for (const int32_t count : pwq.in_flight)
        all += count;
    return {all, in_flight_until(pwq, workqueue->flush_color, wait.flusher->color).value_or(all)};
}

Waits::Awaited Waits::awaited(const Wait& wait, const wqlab_snap_pwq& pwq) const
{
    const auto [all, ours] = in_flight(wait, pwq);
    return !ours ? Awaited::kNot : ours == all && wait.flusher->color >= 0 ? Awaited::kSurely : Awaited::kMaybe;
}

// It waits for more than all that is not held back.
bool Waits::surely_waits_for_one_of(const Wait& wait, const wqlab_snap_pwq& pwq, int64_t held) const
{
    const auto [all, ours] = in_flight(wait, pwq);
    return ours > 0 && ours > all - held;
}

// A drain goes on until nothing is left, of whatever color.
std::vector<const Busy*> Waits::executors_of(const Wait& wait) const
{
    std::vector<const Busy*> found;
    if (wait.barrier) {
        const Busy* worker = wait.barrier->state == WQLAB_WORK_SCHEDULED ? at_.worker(wait.barrier->worker)
                                                                         : at_.executor(wait.barrier->barrier_target);
        if (worker)
            found.push_back(worker);
    } else {
        for (const Busy* worker : busy_of(wait.workqueue))
            if (worker->row->pid != wait.pid &&
                (is_drained(at_, wait) || awaited(wait, *at_.now().pwq(worker->row->pwq)) != Awaited::kNot))
                found.push_back(worker);
    }
    std::ranges::stable_sort(found, std::greater(), &Busy::age_ns);
    return found;
}

bool Waits::surely_waits_for(const Wait& wait, const Busy& worker) const
{
    return wait.barrier || is_drained(at_, wait) || awaited(wait, *at_.now().pwq(worker.row->pwq)) == Awaited::kSurely;
}

}  // namespace wqctl::live
