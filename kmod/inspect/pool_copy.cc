// SPDX-License-Identifier: GPL-2.0
// What pool->lock protects: each pool with its workers, its pending items and
// its pool_workqueues, copied under one hold of the lock. Under it interrupts
// are off: nothing allocates, looks up a name, or walks without a limit.
#include "busy_time.hh"
#include "copy.hh"
#include "flags.hh"
#include "pool_mark.hh"
#include "shown.hh"
#include "walk.hh"
#include "worker_task.hh"

namespace wqlab {

namespace {

constexpr uint32_t kMostWorks = 512;     // pending, scheduled and inactive, each
constexpr uint32_t kMostScheduled = 64;  // of one worker
constexpr uint32_t kSpareWorkers = 32;   // that may come between the look and the lock
constexpr uint32_t kMostWorkers = 4096;  // of one pool
constexpr uint32_t kPwqsAtOnce = 128;    // under one hold
constexpr uint32_t kWorkBytes = 64;      // what is read of a work_struct
constexpr uint32_t kMostTries = 5;       // of a pool that changes while it is read without its lock

class PoolCopy {
public:
    PoolCopy(const Kernel& kernel, Snapshot& snapshot, WalkState& state, uint32_t number)
        : kernel_(kernel), snapshot_(snapshot), state_(state), at_(state.pools[number]), row_(snapshot.pools[number])
    {
    }

    // Does it all without the lock and forgets what came out, so that the lock
    // is not held while caches, page tables or an emulator meet this for the
    // first time. Lists may change under it; they are never trusted.
    Result<void> rehearse()
    {
        if (sees_work())
            TRY(make_room());
        const PoolMark before(snapshot_, state_, row_);
        copy_pool();
        for (uint32_t i = 0; i < at_.nr_pwqs && i < kPwqsAtOnce; i++)
            copy_pwq(state_.by_pool[at_.first_pwq + i]);
        return_to(before);
        return {};
    }

    Result<void> run()
    {
        if (sees_work())
            TRY(make_room());
        if constexpr (Target::kLocked)
            copy();
        else
            copy_until_it_holds_still();
        return {};
    }

private:
    void return_to(const PoolMark& mark)
    {
        mark.cut(snapshot_, state_);
        row_ = mark.row;
        inactive_left_ = kMostWorks;
        has_gone_ = false;
    }

    void copy()
    {
        uint32_t done = 0;
        do {
            const uint32_t begin = done;
            done = at_.nr_pwqs - begin > kPwqsAtOnce ? begin + kPwqsAtOnce : at_.nr_pwqs;
            // Keeps the tasks that are found under the lock, so that some of what they are is read behind it.
            const RcuHold rcu(kernel_.target());
            const uint32_t known = state_.tasks.size();
            copy(begin, done);
            for (uint32_t i = known; i < state_.tasks.size(); i++)
                look_closer(kernel_, state_.tasks[i].task, state_.tasks[i].look);
            if (done != at_.nr_pwqs)
                row_.flags |= WQLAB_POOL_SPLIT;
        } while (done < at_.nr_pwqs);
    }

    // With pwqs from begin on, before done.
    void copy(uint32_t begin, uint32_t done)
    {
        const RawHold hold(kernel_.target(), kernel_.address(at_.pool, Field::kPoolLock));
        const uint64_t stamp = kernel_.target().stamp();
        if (begin == 0)
            copy_pool();
        for (uint32_t i = begin; i < done; i++)
            copy_pwq(state_.by_pool[at_.first_pwq + i]);
        const uint64_t held = kernel_.target().ns_since(stamp);
        row_.hold_ns = held > row_.hold_ns ? held : row_.hold_ns;
    }

    void copy_until_it_holds_still()
    {
        const PoolMark before(snapshot_, state_, row_);
        for (uint32_t left = kMostTries; left; left--) {
            return_to(before);
            copy();
            if (holds_still(before))
                return;
        }
        snapshot_.troubles.add(Trouble::Where::kPool, Trouble::Why::kMoving, row_.id);
    }

    // What is always so under pool->lock, and seldom of a pool that changed while it was copied.
    bool holds_still(const PoolMark& before) const
    {
        const Struct now(kernel_, at_.pool, Field::kPool);
        if (snapshot_.troubles.rows().size() != before.troubles || has_gone_ ||
            now.get<int32_t>(Field::kPoolId) != row_.id || now.get<int32_t>(Field::kPoolNrWorkers) != row_.nr_workers ||
            now.get<int32_t>(Field::kPoolNrIdle) != row_.nr_idle ||
            now.get_or<uint64_t>(Field::kPoolProgress, progress_) != progress_ || worklist(now) != worklist_)
            return false;
        return !sees_work() || row_.flags & WQLAB_POOL_BUSY_CUT || before.workers_fit(snapshot_, row_);
    }

    ListNode worklist(const Struct& pool) const
    {
        return {pool.get<Address>(Field::kPoolWorklist, 0u), pool.get<Address>(Field::kPoolWorklist, 1u)};
    }

    bool sees_work() const { return snapshot_.sections & WQLAB_SECTION_WORK; }

    Result<void> make_room()
    {
        const uint32_t nr_workers = Struct(kernel_, at_.pool, Field::kPool).get<uint32_t>(Field::kPoolNrWorkers);
        const uint32_t workers = (nr_workers < kMostWorkers ? nr_workers : kMostWorkers) + kSpareWorkers;
        TRY(snapshot_.workers.reserve(workers));
        TRY(state_.workers.reserve(workers));
        TRY(state_.worker_cpus.reserve(workers * snapshot_.masks.words_each()));
        TRY(state_.tasks.reserve(workers + kMostWorks));
        TRY(snapshot_.works.reserve(3 * kMostWorks));
        return state_.works.reserve(3 * kMostWorks);
    }

    void copy_pool()
    {
        const Struct pool(kernel_, at_.pool, Field::kPool);
        jiffies_ = kernel_.jiffies();
        copy_shown(kernel_, snapshot_.sections, pool, row_, jiffies_);
        row_.flags |= translate<FlagSet::kPoolFlags>(kernel_, row_.raw_flags);
        manager_ = pool.get<Address>(Field::kPoolManager);
        progress_ = pool.get_or<uint64_t>(Field::kPoolProgress, jiffies_);
        worklist_ = worklist(pool);
        Address task;
        Task look;
        if (manager_ && kernel_.peek(task, manager_, Field::kWorkerTask) && look_at(kernel_, task, look)) {
            row_.manager = look.pid;
            state_.note(task, look);
        }
        if (sees_work()) {
            row_.nr_pending = copy_works(pool.at(Field::kPoolWorklist), kMostWorks, WQLAB_WORK_PENDING, 0, 0);
            copy_busy(pool);
            copy_idle(pool);
        }
    }

    uint64_t ns_since(uint64_t then) const { return jiffies_ > then ? kernel_.jiffies_to_ns(jiffies_ - then) : 0; }

    // A list of items; how many were copied. A barrier stands behind the item
    // that it waits for, which is linked to it: for the first one, `target`.
    uint32_t copy_works(Address list, uint32_t most, uint32_t state, Address target, int32_t worker)
    {
        uint32_t copied = 0;
        const WalkEnd end = walk_list(kernel_, list, most, [&](Address node) {
            const Address work = node - kernel_.offset(Field::kWorkEntry);
            Copy<kWorkBytes> copy(kernel_);
            if (!copy.take(work, kernel_.offset(Field::kWorkFunction) + uint32_t{sizeof(Address)}))
                return false;
            const Address function = copy.get<Address>(Field::kWorkFunction);
            const uint64_t data = copy.get<uint64_t>(Field::kWorkData);
            // A rescuer's bookmark is no item.
            if (function == kernel_[Symbol::kMaydayCursorFunction])
                return true;
            // As long as it is listed, it says by which pwq. Without locks, another list may be followed by now.
            if (!Target::kLocked && !(data & kernel_.constant(Field::kWorkHasPwq))) {
                has_gone_ = true;
                return false;
            }
            if (!add_work(work, function, data, state, target, worker))
                return false;
            copied++;
            if (!(data & kernel_.constant(Field::kWorkIsLinked)))
                target = 0;
            else if (function != kernel_[Symbol::kBarrierFunction])
                target = work;
            return true;
        });
        if (end == WalkEnd::kCut)
            row_.flags |= WQLAB_POOL_PENDING_CUT;
        if (end == WalkEnd::kBroken)
            snapshot_.troubles.add(state == WQLAB_WORK_INACTIVE ? Trouble::Where::kInactive : Trouble::Where::kWorklist,
                                   Trouble::Why::kBroken, row_.id);
        return copied;
    }

    bool add_work(Address work, Address function, uint64_t data, uint32_t state, Address target, int32_t worker)
    {
        if (snapshot_.works.full() || state_.works.full())
            return false;
        wqlab_snap_work* row = snapshot_.works.add();
        WorkAt* at = state_.works.add();
        row->pool = row_.id;
        row->state = state;
        row->worker = worker;
        at->work = work;
        at->function = function;
        if (data & kernel_.constant(Field::kWorkHasPwq)) {
            const uint32_t shift = kernel_.constant(Field::kWorkPwqShift) & 63;
            at->pwq = data >> shift << shift;
        }
        if (function == kernel_[Symbol::kBarrierFunction]) {
            row->is_barrier = 1;
            at->barrier_target = target;
            const Address barrier = work - kernel_.offset(Field::kBarrierWork);
            Address task;
            Task look;
            if (kernel_.peek(task, barrier, Field::kBarrierTask) && look_at(kernel_, task, look)) {
                row->waiter = look.pid;
                state_.note(task, look);
                __builtin_memcpy(at->waiter, look.command, sizeof(at->waiter));
            }
        }
        return true;
    }

    void copy_busy(const Struct& pool)
    {
        const uint32_t buckets = kernel_.elements(Field::kPoolBusyHash);
        for (uint32_t i = 0; i < buckets; i++) {
            if (!pool.get<Address>(Field::kPoolBusyHash, i))
                continue;
            see_end(walk_hlist(kernel_, pool.at(Field::kPoolBusyHash) + i * sizeof(Address), kMostWorkers,
                               [&](Address node) {
                                   row_.nr_busy++;
                                   return copy_worker(node - kernel_.offset(Field::kWorkerHashEntry), true);
                               }));
        }
    }

    void copy_idle(const Struct& pool)
    {
        see_end(walk_list(kernel_, pool.at(Field::kPoolIdleList), kMostWorkers, [&](Address node) {
            return copy_worker(node - kernel_.offset(Field::kWorkerEntry), false);
        }));
    }

    void see_end(WalkEnd end)
    {
        if (end == WalkEnd::kCut)
            row_.flags |= WQLAB_POOL_BUSY_CUT;
        if (end == WalkEnd::kBroken)
            snapshot_.troubles.add(Trouble::Where::kWorkers, Trouble::Why::kBroken, row_.id);
    }

    // False: there is no room for it, or it is no worker of this pool.
    bool copy_worker(Address worker, bool busy)
    {
        WorkerBytes copy(kernel_);
        if (snapshot_.workers.full() || state_.workers.full() ||
            state_.worker_cpus.room() < snapshot_.masks.words_each())
            return false;
        if (!copy.take(worker, kernel_.size(Field::kWorker)) || copy.get<Address>(Field::kWorkerPool) != at_.pool) {
            snapshot_.troubles.add(Trouble::Where::kWorkers, Trouble::Why::kStranger, row_.id);
            return false;
        }
        wqlab_snap_worker* row = snapshot_.workers.add();
        WorkerAt* at = state_.workers.add();
        row->pool = row_.id;
        copy_shown(kernel_, snapshot_.sections, copy, *row, jiffies_);
        row->flags = translate<FlagSet::kWorkerFlags>(kernel_, row->raw_flags);
        row->busy_ns = row->idle_ns = WQLAB_NEVER;
        row->cpu = -1;
        at->rescue_wq = copy.get<Address>(Field::kWorkerRescueWq);
        if (at->rescue_wq)
            row->flags |= WQLAB_WORKER_RESCUER;
        if (worker == manager_)
            row->flags |= WQLAB_WORKER_MANAGER;
        const uint64_t runtime = copy_worker_task(kernel_, snapshot_, state_, row_, copy, *row, *at);
        if (busy) {
            at->work = copy.get<Address>(Field::kWorkerWork);
            at->function = copy.get<Address>(Field::kWorkerFunction);
            at->pwq = copy.get<Address>(Field::kWorkerPwq);
            copy_busy_time(kernel_, {jiffies_, progress_}, copy, runtime, *row);
            if (kernel_.has(Field::kWorkerDescription))
                copy.get_text(Field::kWorkerDescription, at->description);
            copy_works(kernel_.address(worker, Field::kWorkerScheduled), kMostScheduled, WQLAB_WORK_SCHEDULED, at->work,
                       row->pid);
        } else {
            row->idle_ns = ns_since(copy.get<uint64_t>(Field::kWorkerLastActive));
        }
        return true;
    }

    static bool on_a_list(const Struct& object, Field node) { return object.get<Address>(node) != object.at(node); }

    void copy_pwq(uint32_t number)
    {
        const Struct pwq(kernel_, state_.pwqs[number].pwq, Field::kPwq);
        wqlab_snap_pwq& row = snapshot_.pwqs[number];
        row.flags = row.nr_inactive = 0;
        has_gone_ |= !Target::kLocked && pwq.get<Address>(Field::kPwqPool) != at_.pool;
        if (has_gone_)
            return;
        copy_shown(kernel_, snapshot_.sections, pwq, row, jiffies_);
        if (pwq.get_or<uint8_t>(Field::kPwqPlugged, 0))
            row.flags |= WQLAB_PWQ_PLUGGED;
        if (kernel_.has(Field::kPwqMaydayNode) && on_a_list(pwq, Field::kPwqMaydayNode))
            row.flags |= WQLAB_PWQ_MAYDAY;
        if (kernel_.has(Field::kPwqPendingNode) && on_a_list(pwq, Field::kPwqPendingNode))
            row.flags |= WQLAB_PWQ_NODE_PENDING;
        pwq.copy(row.in_flight, Field::kPwqInFlight);
        if (kernel_.has(Field::kPwqStats))
            pwq.copy(row.stats, Field::kPwqStats);
        else
            for (auto& stat : row.stats)
                stat = WQLAB_NEVER;
        if (sees_work() && on_a_list(pwq, Field::kPwqInactive)) {
            const uint32_t first = snapshot_.works.size();
            inactive_left_ -= copy_works(pwq.at(Field::kPwqInactive), inactive_left_, WQLAB_WORK_INACTIVE, 0, 0);
            for (uint32_t i = first; i < snapshot_.works.size(); i++)
                row.nr_inactive += !snapshot_.works[i].is_barrier;
        }
    }

    const Kernel& kernel_;
    Snapshot& snapshot_;
    WalkState& state_;
    PoolAt& at_;
    wqlab_snap_pool& row_;
    Address manager_ = 0;
    uint64_t jiffies_ = 0;
    uint64_t progress_ = 0;
    ListNode worklist_ = {};
    uint32_t inactive_left_ = kMostWorks;
    bool has_gone_ = false;  // without locks: something of it was freed or elsewhere by then
};

}  // namespace

Result<void> copy_pools(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
{
    // Rehearsals, one of each kind: BH, bound, unbound.
    for (uint32_t i = 0, rehearsed = 0, flags = 0; i < state.pools.size(); i++) {
        kernel.peek(flags, state.pools[i].pool, Field::kPoolFlags);
        const bool bh = flags & kernel.constant(Field::kPoolBh);
        const uint32_t kind = bh ? 1 : snapshot.pools[i].cpu >= 0 ? 2 : 4;
        if (Target::kLocked && !(rehearsed & kind))
            TRY(PoolCopy(kernel, snapshot, state, i).rehearse());
        rehearsed |= kind;
        TRY(PoolCopy(kernel, snapshot, state, i).run());
        const wqlab_snap_pool& row = snapshot.pools[i];
        if (Target::kLocked && (snapshot.head.longest_hold_pool < 0 || row.hold_ns > snapshot.head.longest_hold_ns)) {
            snapshot.head.longest_hold_ns = row.hold_ns;
            snapshot.head.longest_hold_pool = row.id;
        }
    }
    return {};
}

}  // namespace wqlab
