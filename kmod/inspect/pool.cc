// SPDX-License-Identifier: GPL-2.0
// What pool->lock protects: each pool with its workers, its pending items and
// its pool_workqueues, copied under one hold of the lock. Under it interrupts
// are off: nothing allocates, looks up a name, or walks without a limit.
#include "../glue/inspect.h"
#include "../lab/clock.hh"
#include "flags.hh"
#include "layout.h"
#include "machine.hh"
#include "walk.hh"

namespace wqlab {

namespace {

constexpr uint32_t kMostWorks = 512;      // pending, scheduled and inactive, each
constexpr uint32_t kMostScheduled = 64;   // of one worker
constexpr uint32_t kSpareWorkers = 32;    // that may come between the look and the lock
constexpr uint32_t kMostWorkers = 4096;   // of one pool
constexpr uint32_t kPwqsAtOnce = 128;     // under one hold
constexpr size_t kWorkBytes = 64;         // what is read of a work_struct
constexpr size_t kWorkerBytes = 512;      // and of a worker

// The copy of a struct that may have been anywhere.
template <size_t Size>
class Copy {
public:
    bool take(Address object, size_t size) { return size <= Size && wqlab_peek(bytes_, object, size); }

    template <typename T>
    T get(const Kernel& kernel, Field field) const
    {
        T value;
        __builtin_memcpy(&value, bytes_ + kernel.member(field).offset, sizeof(value));
        return value;
    }
    const unsigned char* at(const Kernel& kernel, Field field) const { return bytes_ + kernel.member(field).offset; }

private:
    alignas(8) unsigned char bytes_[Size];
};

class PoolCopy {
public:
    PoolCopy(const Kernel& kernel, Snapshot& snapshot, Machine& machine, uint32_t number)
        : kernel_(kernel), snapshot_(snapshot), machine_(machine), at_(machine.pools[number]), row_(snapshot.pools[number])
    {
    }

    // Does it all without the lock and forgets what came out, so that the lock
    // is not held while caches, page tables or an emulator meet this for the
    // first time. Lists may change under it; they are never trusted.
    Result<void> rehearse()
    {
        if (sees_work())
            TRY(make_room());
        const wqlab_snap_pool row = row_;
        const uint32_t workers = snapshot_.workers.size(), works = snapshot_.works.size();
        const uint32_t troubles = snapshot_.troubles.rows().size();
        copy_pool(sees_work());
        for (uint32_t i = 0; i < at_.nr_pwqs && i < kPwqsAtOnce; i++) {
            wqlab_snap_pwq& pwq = snapshot_.pwqs[machine_.by_pool[at_.first_pwq + i]];
            const wqlab_snap_pwq before = pwq;
            copy_pwq(machine_.by_pool[at_.first_pwq + i], sees_work());
            pwq = before;
        }
        snapshot_.workers.cut_to(workers);
        machine_.workers.cut_to(workers);
        machine_.worker_cpus.cut_to(workers * snapshot_.masks.words_each());
        snapshot_.works.cut_to(works);
        machine_.works.cut_to(works);
        snapshot_.troubles.cut_to(troubles);
        row_ = row;
        return {};
    }

    Result<void> run()
    {
        const bool all = sees_work();
        if (all)
            TRY(make_room());
        uint32_t done = 0;
        do {
            const uint32_t begin = done;
            done = at_.nr_pwqs - begin > kPwqsAtOnce ? begin + kPwqsAtOnce : at_.nr_pwqs;
            const RawHold hold(kernel_.address(at_.pool, Field::kPoolLock));
            const uint64_t stamp = Clock::stamp();
            if (begin == 0)
                copy_pool(all);
            for (uint32_t i = begin; i < done; i++)
                copy_pwq(machine_.by_pool[at_.first_pwq + i], all);
            const uint64_t held = Clock::ns_since(stamp);
            row_.hold_ns = held > row_.hold_ns ? held : row_.hold_ns;
            if (done != at_.nr_pwqs)
                row_.flags |= WQLAB_POOL_SPLIT;
        } while (done < at_.nr_pwqs);
        return {};
    }

private:
    bool sees_work() const { return snapshot_.sections & WQLAB_SECTION_WORK; }

    Result<void> make_room()
    {
        const uint32_t nr_workers = kernel_.load<uint32_t>(at_.pool, Field::kPoolNrWorkers);
        const uint32_t workers = (nr_workers < kMostWorkers ? nr_workers : kMostWorkers) + kSpareWorkers;
        TRY(snapshot_.workers.reserve(workers));
        TRY(machine_.workers.reserve(workers));
        TRY(machine_.worker_cpus.reserve(workers * snapshot_.masks.words_each()));
        TRY(snapshot_.works.reserve(3 * kMostWorks));
        return machine_.works.reserve(3 * kMostWorks);
    }

    template <typename T>
    T load(Address object, Field field) const
    {
        return kernel_.load<T>(object, field);
    }

    void copy_pool(bool all)
    {
        const Address pool = at_.pool;
        row_.raw_flags = load<uint32_t>(pool, Field::kPoolFlags);
        row_.flags |= translate(kernel_, kPoolFlags, row_.raw_flags);
        row_.nr_workers = load<int32_t>(pool, Field::kPoolNrWorkers);
        row_.nr_idle = load<int32_t>(pool, Field::kPoolNrIdle);
        row_.nr_running = load<int32_t>(pool, Field::kPoolNrRunning);
        row_.idle_timer_ns = timer(kernel_.address(pool, Field::kPoolIdleTimer));
        row_.mayday_timer_ns = timer(kernel_.address(pool, Field::kPoolMaydayTimer));
        manager_ = load<Address>(pool, Field::kPoolManager);
        jiffies_ = wqlab_jiffies();
        progress_ = kernel_.has(Field::kPoolProgress) ? load<uint64_t>(pool, Field::kPoolProgress) : jiffies_;
        const Address worklist = kernel_.address(pool, Field::kPoolWorklist);
        const bool pending = load<Address>(pool, Field::kPoolWorklist) != worklist;
        row_.since_progress_ns = pending && kernel_.has(Field::kPoolProgress) ? ns_since(progress_) : WQLAB_NEVER;
        Address task;
        wqlab_task look;
        if (manager_ && kernel_.peek(task, manager_, Field::kWorkerTask) && wqlab_look_at_task(task, &look))
            row_.manager = look.pid;
        if (all) {
            row_.nr_pending = copy_works(worklist, kMostWorks, WQLAB_WORK_PENDING, 0, 0);
            copy_busy();
            copy_idle();
        }
    }

    uint64_t ns_since(uint64_t then) const { return jiffies_ > then ? wqlab_jiffies_to_ns(jiffies_ - then) : 0; }

    // When it is due; a timer is armed if something points at it.
    uint64_t timer(Address timer) const
    {
        const Address entry = kernel_.address(timer, Field::kTimerEntry);
        if (!reinterpret_cast<const volatile ListNode*>(entry)->prev)
            return WQLAB_NEVER;
        const uint64_t due = load<uint64_t>(timer, Field::kTimerExpires) - wqlab_jiffies();
        return static_cast<int64_t>(due) > 0 ? wqlab_jiffies_to_ns(due) : 0;
    }

    // A list of items; how many were copied. A barrier stands behind the item
    // that it waits for, which is linked to it: for the first one, `target`.
    uint32_t copy_works(Address list, uint32_t most, uint32_t state, Address target, int32_t worker)
    {
        uint32_t copied = 0;
        const WalkEnd end = walk_list(list, most, [&](Address node) {
            const Address work = node - kernel_.member(Field::kWorkEntry).offset;
            Copy<kWorkBytes> copy;
            if (!copy.take(work, kernel_.member(Field::kWorkFunction).offset + sizeof(Address)))
                return false;
            const Address function = copy.get<Address>(kernel_, Field::kWorkFunction);
            const uint64_t data = copy.get<uint64_t>(kernel_, Field::kWorkData);
            // A rescuer's bookmark is no item.
            if (function == kernel_[Symbol::kMaydayCursorFunction])
                return true;
            if (!add_work(work, function, data, state, target, worker))
                return false;
            copied++;
            if (!(data & WQLAB_WORK_LINKED))
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
        if (snapshot_.works.full() || machine_.works.full())
            return false;
        wqlab_snap_work* row = snapshot_.works.add();
        WorkAt* at = machine_.works.add();
        row->pool = row_.id;
        row->state = state;
        row->worker = worker;
        at->work = work;
        at->function = function;
        if (data & WQLAB_WORK_PWQ)
            at->pwq = data >> WQLAB_WORK_PWQ_SHIFT << WQLAB_WORK_PWQ_SHIFT;
        if (function == kernel_[Symbol::kBarrierFunction]) {
            row->is_barrier = 1;
            at->barrier_target = target;
            const Address barrier = work - kernel_.member(Field::kBarrierWork).offset;
            Address task;
            wqlab_task look;
            if (kernel_.peek(task, barrier, Field::kBarrierTask) && wqlab_look_at_task(task, &look)) {
                row->waiter = look.pid;
                __builtin_memcpy(at->waiter, look.command, sizeof(at->waiter));
            }
        }
        return true;
    }

    void copy_busy()
    {
        const uint32_t buckets = kernel_.member(Field::kPoolBusyHash).elements;
        for (uint32_t i = 0; i < buckets; i++) {
            const Address bucket = kernel_.address(at_.pool, Field::kPoolBusyHash) + i * sizeof(Address);
            if (!*reinterpret_cast<const volatile Address*>(bucket))
                continue;
            const WalkEnd end = walk_hlist(bucket, kMostWorkers, [&](Address node) {
                row_.nr_busy++;
                return copy_worker(node - kernel_.member(Field::kWorkerHashEntry).offset, true);
            });
            see_end(end);
        }
    }

    void copy_idle()
    {
        see_end(walk_list(kernel_.address(at_.pool, Field::kPoolIdleList), kMostWorkers, [&](Address node) {
            return copy_worker(node - kernel_.member(Field::kWorkerEntry).offset, false);
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
        Copy<kWorkerBytes> copy;
        if (snapshot_.workers.full() || machine_.workers.full() || machine_.worker_cpus.room() < snapshot_.masks.words_each())
            return false;
        if (!copy.take(worker, kernel_.member(Field::kWorker).size) ||
            copy.get<Address>(kernel_, Field::kWorkerPool) != at_.pool) {
            snapshot_.troubles.add(Trouble::Where::kWorkers, Trouble::Why::kStranger, row_.id);
            return false;
        }
        wqlab_snap_worker* row = snapshot_.workers.add();
        WorkerAt* at = machine_.workers.add();
        row->pool = row_.id;
        row->id = copy.get<int32_t>(kernel_, Field::kWorkerId);
        row->raw_flags = copy.get<uint32_t>(kernel_, Field::kWorkerFlags);
        row->flags = translate(kernel_, kWorkerFlags, row->raw_flags);
        row->busy_ns = row->idle_ns = WQLAB_NEVER;
        row->cpu = -1;
        at->rescue_wq = copy.get<Address>(kernel_, Field::kWorkerRescueWq);
        if (at->rescue_wq)
            row->flags |= WQLAB_WORKER_RESCUER;
        if (worker == manager_)
            row->flags |= WQLAB_WORKER_MANAGER;
        const uint64_t runtime = copy_task(copy.get<Address>(kernel_, Field::kWorkerTask), *row, *at);
        if (busy) {
            at->work = copy.get<Address>(kernel_, Field::kWorkerWork);
            at->function = copy.get<Address>(kernel_, Field::kWorkerFunction);
            at->pwq = copy.get<Address>(kernel_, Field::kWorkerPwq);
            copy_busy_time(copy, runtime, *row);
            if (kernel_.has(Field::kWorkerDescription))
                copy_text(at->description, copy.at(kernel_, Field::kWorkerDescription), kernel_.member(Field::kWorkerDescription).size);
            copy_works(kernel_.address(worker, Field::kWorkerScheduled), kMostScheduled, WQLAB_WORK_SCHEDULED, at->work, row->pid);
        } else {
            row->idle_ns = ns_since(copy.get<uint64_t>(kernel_, Field::kWorkerLastActive));
        }
        return true;
    }

    // How long it has been at its item. Before 7.x no one notes when an item
    // begins, but it was no later than the pool's last progress, unless a
    // rescuer took several items at once; nor has it had less CPU time since.
    void copy_busy_time(const Copy<kWorkerBytes>& copy, uint64_t runtime, wqlab_snap_worker& row)
    {
        if (kernel_.has(Field::kWorkerStart)) {
            row.busy_ns = ns_since(copy.get<uint64_t>(kernel_, Field::kWorkerStart));
            return;
        }
        row.flags |= WQLAB_WORKER_SINCE_AT_LEAST;
        row.busy_ns = 0;
        if (kernel_.has(Field::kPoolProgress) && !(row.flags & WQLAB_WORKER_RESCUER))
            row.busy_ns = ns_since(progress_);
        if (kernel_.has(Field::kWorkerRuntime)) {
            const uint64_t then = copy.get<uint64_t>(kernel_, Field::kWorkerRuntime);
            if (runtime > then && runtime - then > row.busy_ns)
                row.busy_ns = runtime - then;
        }
    }

    // Its CPU time. A BH worker has no task.
    uint64_t copy_task(Address task, wqlab_snap_worker& row, WorkerAt& at)
    {
        uint64_t* cpus = machine_.worker_cpus.end();
        machine_.worker_cpus.grow(snapshot_.masks.words_each());
        wqlab_task look;
        if (!task || !wqlab_look_at_task(task, &look)) {
            if (row_.flags & WQLAB_POOL_BH) {
                row.flags |= WQLAB_WORKER_BH;
                row.cpu = row_.cpu;
            }
            row.nice = row_.nice;
            row.cpus = WQLAB_NONE;
            return 0;
        }
        row.pid = look.pid;
        row.cpu = look.cpu;
        row.nice = look.nice;
        if (!look.runnable)
            row.flags |= WQLAB_WORKER_SLEEPING;
        if (look.on_cpu)
            row.flags |= WQLAB_WORKER_ON_CPU;
        __builtin_memcpy(at.command, look.command, sizeof(at.command));
        if (!wqlab_peek(cpus, look.cpus, snapshot_.masks.words_each() * sizeof(uint64_t)))
            row.cpus = WQLAB_NONE;
        return look.runtime_ns;
    }

    template <size_t N>
    static void copy_text(char (&to)[N], const unsigned char* from, uint32_t size)
    {
        const uint32_t most = size < N - 1 ? size : N - 1;
        for (uint32_t i = 0; i < most && from[i]; i++)
            to[i] = static_cast<char>(from[i]);
    }

    bool on_a_list(Address object, Field node) const { return load<Address>(object, node) != kernel_.address(object, node); }

    void copy_pwq(uint32_t number, bool all)
    {
        const Address pwq = machine_.pwqs[number];
        wqlab_snap_pwq& row = snapshot_.pwqs[number];
        row.refcnt = load<int32_t>(pwq, Field::kPwqRefcnt);
        row.nr_active = load<int32_t>(pwq, Field::kPwqNrActive);
        row.work_color = load<int32_t>(pwq, Field::kPwqWorkColor);
        row.flush_color = load<int32_t>(pwq, Field::kPwqFlushColor);
        if (load<uint8_t>(pwq, Field::kPwqPlugged))
            row.flags |= WQLAB_PWQ_PLUGGED;
        if (kernel_.has(Field::kPwqMaydayNode) && on_a_list(pwq, Field::kPwqMaydayNode))
            row.flags |= WQLAB_PWQ_MAYDAY;
        if (kernel_.has(Field::kPwqPendingNode) && on_a_list(pwq, Field::kPwqPendingNode))
            row.flags |= WQLAB_PWQ_NODE_PENDING;
        copy_array(row.in_flight, kernel_.address(pwq, Field::kPwqInFlight), kernel_.member(Field::kPwqInFlight).elements);
        copy_array(row.stats, kernel_.address(pwq, Field::kPwqStats), kernel_.member(Field::kPwqStats).elements);
        if (all && on_a_list(pwq, Field::kPwqInactive)) {
            const uint32_t first = snapshot_.works.size();
            inactive_left_ -= copy_works(kernel_.address(pwq, Field::kPwqInactive), inactive_left_, WQLAB_WORK_INACTIVE, 0, 0);
            for (uint32_t i = first; i < snapshot_.works.size(); i++)
                row.nr_inactive += !snapshot_.works[i].is_barrier;
        }
    }

    template <typename T, size_t N>
    static void copy_array(T (&to)[N], Address from, uint32_t elements)
    {
        for (uint32_t i = 0; i < N && i < elements; i++)
            to[i] = reinterpret_cast<const volatile T*>(from)[i];
    }

    const Kernel& kernel_;
    Snapshot& snapshot_;
    Machine& machine_;
    PoolAt& at_;
    wqlab_snap_pool& row_;
    Address manager_ = 0;
    uint64_t jiffies_ = 0;
    uint64_t progress_ = 0;
    uint32_t inactive_left_ = kMostWorks;
};

}  // namespace

Result<void> copy_pools(const Kernel& kernel, Snapshot& snapshot, Machine& machine)
{
    // One of each kind: BH, bound, unbound.
    uint32_t rehearsed = 0;
    for (uint32_t i = 0; i < machine.pools.size(); i++) {
        const bool bh = kernel.load<uint32_t>(machine.pools[i].pool, Field::kPoolFlags) & kernel.constant(Field::kPoolBh);
        const uint32_t kind = bh ? 1 : snapshot.pools[i].cpu >= 0 ? 2 : 4;
        if (!(rehearsed & kind))
            TRY(PoolCopy(kernel, snapshot, machine, i).rehearse());
        rehearsed |= kind;
        TRY(PoolCopy(kernel, snapshot, machine, i).run());
        const wqlab_snap_pool& row = snapshot.pools[i];
        if (snapshot.head.longest_hold_pool < 0 || row.hold_ns > snapshot.head.longest_hold_ns) {
            snapshot.head.longest_hold_ns = row.hold_ns;
            snapshot.head.longest_hold_pool = row.id;
        }
    }
    return {};
}

}  // namespace wqlab
