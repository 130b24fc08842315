// SPDX-License-Identifier: GPL-2.0
// Two looks at one machine, joined: who is at the same item in both, which pools have not moved, and for how long.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/doctor/finding.hh"
#include "snapshot/snapshot.hh"
#include "snapshot/worker_state.hh"
#include "snapshot/workqueue_labels.hh"

namespace wqctl {

struct TaskStack;

namespace live {

struct Stacks;
class Waits;

// What is wrong in itself, such as a circle, need only be there in both looks. What is wrong because it lasts has to
// have lasted: a third of what the kernel's own watchdog waits for, and far more than items wait on a machine that is
// slow and busy.
constexpr uint64_t kOld = 10'000'000'000;

constexpr uint64_t kSecond = 1'000'000'000;

// A worker with an item.
struct Busy {
    const wqlab_snap_worker* row;
    const wqlab_snap_task* task;  // or nullptr: softirq, or a source that shows no tasks
    WorkerState state;
    bool stays;       // it has been at this item for the whole interval
    uint64_t age_ns;  // at it for at least so long

    bool is_old() const { return stays && age_ns >= kOld; }
    bool sleeps() const { return state == WorkerState::kSleeping; }
};

struct PoolCase {
    const wqlab_snap_pool* row;
    const wqlab_snap_pool* before;  // nullptr: it is new
    std::vector<const Busy*> busy;
    std::vector<const wqlab_snap_work*> pending;  // barriers, too
    bool stands;                                  // it has items to begin, and has begun none in the whole interval
    uint64_t stood_ns;                            // for so long
};

class Case {
public:
    // One look, at what does not change any more.
    explicit Case(const Snapshot& only) : Case(only, only) {}
    // They must outlive it.
    Case(const Snapshot& before, const Snapshot& now);
    ~Case();
    Case(const Case&) = delete;
    Case& operator=(const Case&) = delete;

    const Snapshot& now() const { return now_; }
    const Snapshot& before() const { return before_; }
    bool is_one_look() const { return &now_ == &before_; }
    uint64_t interval_ns() const { return interval_ns_; }

    const std::vector<Busy>& busy() const { return busy_; }
    const std::vector<PoolCase>& pools() const { return pools_; }
    const PoolCase* pool(int32_t id) const;
    // The worker that executes this item, or has this pid; nullptr: none.
    const Busy* executor(uint64_t work) const;
    const Busy* worker(int32_t pid) const;
    const wqlab_snap_pwq* pwq_before(uint32_t pwq) const;
    const wqlab_snap_workqueue* workqueue_before(uint32_t workqueue) const;
    // Whether this item was there before, in the same place.
    bool was_there(const wqlab_snap_work& work) const;

    // As the kernel's scheduler has them; nullptr: not shown.
    const wqlab_snap_task* task(int32_t pid) const;
    const wqlab_snap_task* task_before(int32_t pid) const;
    const wqlab_snap_runqueue* runqueue(int32_t cpu) const;
    const wqlab_snap_runqueue* runqueue_before(int32_t cpu) const;
    // Whether this task wants a CPU in both looks; has done so, or slept, in the whole interval.
    bool wants_cpu(int32_t pid) const;
    bool has_waited_for_cpu(int32_t pid) const;
    bool has_slept(int32_t pid) const;
    bool was_on_cpu(const Busy& worker) const;  // in the first look
    // Between the looks; nothing: not known.
    std::optional<uint64_t> cpu_time(int32_t pid) const;
    // Items that ended on this pool between the looks; nothing: this kernel does not count them.
    std::optional<uint64_t> ended(const PoolCase& pool) const;
    // Who waits for whom.
    const Waits& waits() const;

    const std::string& label(uint32_t workqueue) const { return labels_[workqueue]; }

    // One of busy() has been at its item for so long, as is known from elsewhere.
    void raise_age(const Busy& worker, uint64_t ns);
    // What is known of the tasks' stacks, which must outlive it; until then nothing is.
    void know(const Stacks& stacks);
    void know_none() { stacks_ = nullptr; }
    // nullptr: it has none.
    const TaskStack* stack(int32_t pid) const;
    // Why none are known.
    std::string no_stacks() const;

private:
    bool stays(const wqlab_snap_worker& worker) const;
    Busy busy(const wqlab_snap_worker& worker) const;
    bool is_in_both(int32_t pid, uint32_t flags) const;
    bool has_left_no_cpu(int32_t pid) const;

    const Snapshot& before_;
    const Snapshot& now_;
    uint64_t interval_ns_;
    WorkqueueLabels labels_;
    std::map<uint64_t, const wqlab_snap_pwq*> pwqs_before_;
    std::map<uint64_t, const wqlab_snap_workqueue*> workqueues_before_;
    std::map<std::pair<int32_t, uint64_t>, const wqlab_snap_worker*> workers_before_;  // by pid and item
    std::map<uint64_t, const wqlab_snap_work*> works_before_;
    std::map<int32_t, const wqlab_snap_task*> tasks_, tasks_before_;
    std::map<uint32_t, const wqlab_snap_runqueue*> runqueues_, runqueues_before_;
    std::vector<Busy> busy_;
    std::vector<PoolCase> pools_;
    std::map<int32_t, size_t> pool_index_;
    std::map<uint64_t, const Busy*> executors_;
    std::map<int32_t, const Busy*> by_pid_;
    const Stacks* stacks_ = nullptr;
    mutable std::unique_ptr<const Waits> waits_;  // made when first asked for
};

}  // namespace live

}  // namespace wqctl
