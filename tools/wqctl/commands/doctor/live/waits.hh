// SPDX-License-Identifier: GPL-2.0
// Who waits for whom: tasks in flush_work() and its relatives, and in flush_workqueue(), drain_workqueue() or
// destroy_workqueue(), for items that are executed, held back, or stand behind another.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "commands/doctor/live/case.hh"

namespace wqctl::live {

// Of one task; it was there in both looks.
struct Wait {
    int32_t pid;
    std::string command;
    const wqlab_snap_work* barrier;     // of flush_work(), or nullptr:
    const wqlab_snap_flusher* flusher;  // of flush_workqueue()
    uint32_t workqueue;
};

// "flush_work()"
std::string call_of(const Case& at, const Wait& wait);
// "func (worker 12, workqueue wq)" or "umount (pid 13)"
std::string name_of(const Case& at, const Wait& wait);

// What keeps a task from going on: a worker that executes this, or has it behind what it executes.
struct Blocker {
    int32_t pid;
    std::string why;  // "func, which max_active of wq holds back until func2 ends"
    bool is_certain;  // false: a flush may not wait for that one
};

class Waits {
public:
    explicit Waits(const Case& at);

    const std::vector<Wait>& all() const { return waits_; }
    // Of the task with this pid; nullptr: it waits for nothing that can be seen.
    const Wait* of(int32_t pid) const;
    // Tasks that wait for each other and so for ever.
    const std::set<int32_t>& deadlocked() const { return deadlocked_; }
    // Which of the deadlocked this one waits for, first of all.
    Blocker blocker_of(int32_t pid) const;
    // The items that this task waits for, or may, and that are executed, the oldest first.
    std::vector<const Busy*> executors_of(const Wait& wait) const;
    // Whether it waits for that one of them for sure: of a flush the colors may leave it open.
    bool surely_waits_for(const Wait& wait, const Busy& worker) const;
    // Whether a flush waits for one of so many that this pwq holds back: not for those that were queued after it began.
    bool surely_waits_for_one_of(const Wait& wait, const wqlab_snap_pwq& pwq, int64_t held) const;

private:
    enum class Awaited { kNot, kMaybe, kSurely };

    struct InFlight {
        int64_t all, ours;
    };

    // What that pwq has in flight, and what of it this flusher waits for; all of it, where the colors do not say.
    InFlight in_flight(const Wait& wait, const wqlab_snap_pwq& pwq) const;
    // Whether it waits for any of it.
    Awaited awaited(const Wait& wait, const wqlab_snap_pwq& pwq) const;
    void find_deadlocked();
    const std::vector<const Busy*>& busy_of(uint32_t workqueue) const;
    std::vector<Blocker> blockers(const Wait& wait, const std::set<int32_t>& among) const;
    void add_holders(uint32_t pwq, const std::string& function, const std::set<int32_t>& among,
                     std::vector<Blocker>& into) const;
    std::vector<const Busy*> active_beside(const wqlab_snap_pwq& pwq, bool& all_run) const;

    const Case& at_;
    std::vector<Wait> waits_;
    std::map<int32_t, size_t> by_pid_;
    std::set<int32_t> deadlocked_;
    std::map<uint32_t, std::vector<const Busy*>> busy_;             // by workqueue
    std::map<uint32_t, std::vector<const wqlab_snap_work*>> held_;  // those held back, by workqueue
    std::map<uint64_t, const wqlab_snap_work*> items_;              // by identity
};

}  // namespace wqctl::live
