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

}  // namespace

Waits::Waits(const Case& at) : at_(at)
{
    for (const wqlab_snap_work& work : at.now().works)
        if (work.is_barrier && work.waiter && at.was_there(work) && is_one_wait(at, work.waiter))
            waits_.push_back(
                {work.waiter, name_or_none(at.now(), work.waiter_command), &work, nullptr, work.workqueue});
    for (const wqlab_snap_flusher& flusher : at.now().flushers)
        if (flusher.pid && was_flushing(at, flusher) && is_one_wait(at, flusher.pid))
            waits_.push_back(
                {flusher.pid, name_or_none(at.now(), flusher.command), nullptr, &flusher, flusher.workqueue});
    for (size_t i = 0; i < waits_.size(); i++)
        by_pid_.emplace(waits_[i].pid, i);

    // Whoever waits for something that none of the others holds up will go on; what is left can't.
    for (const Wait& wait : waits_)
        deadlocked_.insert(wait.pid);
    for (bool changed = true; changed;) {
        changed = false;
        for (const Wait& wait : waits_)
            if (deadlocked_.contains(wait.pid) && blockers(wait, deadlocked_).empty()) {
                deadlocked_.erase(wait.pid);
                changed = true;
            }
    }
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
    for (const Busy& worker : at_.busy())
        if (const wqlab_snap_pwq* its = at_.now().pwq(worker.row->pwq);
            its && worker.stays && limit_key(at_.now(), *its) == key)
            active.push_back(&worker);
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
            const auto target = std::ranges::find_if(now.works, [&](const wqlab_snap_work& work) {
                return !work.is_barrier && work.identity == barrier.barrier_target;
            });
            add_holders(barrier.pwq, target == now.works.end() ? "an item" : now.string(target->function), among,
                        found);
        }
        return found;
    }
    const wqlab_snap_workqueue* workqueue = now.workqueue(wait.workqueue);
    if (!workqueue)
        return found;
    const auto is_waited_for = [&](const wqlab_snap_pwq& pwq, bool& surely) {
        int64_t all = 0;
        for (const int32_t count : pwq.in_flight)
            all += count;
        const int64_t ours = in_flight_until(pwq, workqueue->flush_color, wait.flusher->color).value_or(all);
        surely = ours && ours == all && wait.flusher->color >= 0;
        return ours != 0;
    };
    for (const Busy& worker : at_.busy()) {
        const wqlab_snap_pwq* pwq = now.pwq(worker.row->pwq);
        bool surely = false;
        if (pwq && pwq->workqueue == wait.workqueue && worker.stays && among.contains(worker.row->pid) &&
            (is_waited_for(*pwq, surely) || worker.row->pid == wait.pid))
            found.push_back({worker.row->pid,
                             fmt::format("all items of {}, and so for {}, which worker {} executes",
                                         at_.label(wait.workqueue), function_of(at_, worker), worker.row->pid),
                             surely || worker.row->pid == wait.pid});
    }
    for (const wqlab_snap_work& work : now.works) {
        const wqlab_snap_pwq* pwq = now.pwq(work.pwq);
        bool surely = false;
        if (!found.empty() || work.is_barrier || work.state != WQLAB_WORK_INACTIVE || !pwq ||
            pwq->workqueue != wait.workqueue || !is_waited_for(*pwq, surely))
            continue;
        add_holders(work.pwq, now.string(work.function), among, found);
        for (Blocker& blocker : found)
            blocker.is_certain = surely;
    }
    return found;
}

std::vector<const Busy*> Waits::executors_of(const Wait& wait) const
{
    std::vector<const Busy*> found;
    if (wait.barrier) {
        const Busy* worker = wait.barrier->state == WQLAB_WORK_SCHEDULED ? at_.worker(wait.barrier->worker)
                                                                         : at_.executor(wait.barrier->barrier_target);
        if (worker)
            found.push_back(worker);
    } else {
        for (const Busy& worker : at_.busy())
            if (const wqlab_snap_pwq* pwq = at_.now().pwq(worker.row->pwq);
                pwq && pwq->workqueue == wait.workqueue && worker.row->pid != wait.pid)
                found.push_back(&worker);
    }
    std::ranges::stable_sort(found, std::greater(), &Busy::age_ns);
    return found;
}

}  // namespace wqctl::live
