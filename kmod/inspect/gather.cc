// SPDX-License-Identifier: GPL-2.0
// Pools and workqueues as far as they stand still under wq_pool_mutex.
#include "../glue/cpu.h"
#include "../glue/inspect.h"
#include "../glue/workqueue.h"
#include "cpumask.hh"
#include "flags.hh"
#include "machine.hh"
#include "walk.hh"

namespace wqlab {

namespace {

constexpr uint32_t kMostWorkqueues = 1u << 20;
constexpr uint32_t kMostFlushers = 64;  // of one workqueue
constexpr uint32_t kMostPwqs = 1u << 20;     // of one workqueue
constexpr uint32_t kMostPendingPwqs = 4096;  // with interrupts off

class WorkqueueWalk {
public:
    WorkqueueWalk(const Kernel& kernel, Snapshot& snapshot, Machine& machine)
        : kernel_(kernel), snapshot_(snapshot), machine_(machine)
    {
    }

    Result<void> run()
    {
        Result<void> result;
        const Address head = kernel_[Symbol::kWorkqueues];
        const WalkEnd end = walk_list(head, kMostWorkqueues, [&](Address node) {
            const Result<void> copied = copy(node - kernel_.member(Field::kWqList).offset);
            if (!copied.ok())
                result = copied;
            return copied.ok();
        });
        if (end == WalkEnd::kBroken)
            snapshot_.troubles.add(Trouble::Where::kWorkqueues, Trouble::Why::kBroken, -1);
        return result;
    }

private:
    template <typename T>
    T load(Address object, Field field) const
    {
        return kernel_.load<T>(object, field);
    }

    Result<void> copy(Address wq)
    {
        const uint32_t index = machine_.workqueues.size();
        TRY(machine_.workqueue_numbers.reserve(index + 1));
        machine_.workqueue_numbers.put(wq, index);
        *TRY(machine_.workqueues.append()) = wq;

        wqlab_snap_workqueue row{};
        row.identity = wqlab_identity(wq);
        row.raw_flags = load<uint32_t>(wq, Field::kWqFlags);
        row.flags = translate(kernel_, kWorkqueueFlags, row.raw_flags);
        TRY(copy_names(wq, row));
        copy_limits(wq, row);
        if (snapshot_.head.flags & WQLAB_STATE_FREEZING && row.flags & WQLAB_WQ_FREEZABLE)
            row.flags |= WQLAB_SNAP_WQ_FROZEN;
        if (kernel_.has(Field::kWqDevice) && load<Address>(wq, Field::kWqDevice))
            row.flags |= WQLAB_SNAP_WQ_IN_SYSFS;
        TRY(copy_locked(wq, index, row));
        TRY(copy_cpu_pwqs(wq, index));
        TRY(copy_attributes(wq, row));
        if (snapshot_.sections & WQLAB_SECTION_NODES && row.flags & WQLAB_WQ_UNBOUND)
            TRY(copy_nodes(wq, index));
        if (snapshot_.sections & WQLAB_SECTION_RESCUERS)
            TRY(copy_rescuer(wq, row));
        *TRY(snapshot_.workqueues.append()) = row;
        return {};
    }

    Result<void> copy_names(Address wq, wqlab_snap_workqueue& row)
    {
        char name[64] = {};
        const uint32_t size = kernel_.member(Field::kWqName).size;
        __builtin_memcpy(name, reinterpret_cast<const char*>(kernel_.address(wq, Field::kWqName)),
                         size < sizeof(name) ? size : sizeof(name) - 1);
        row.name = TRY(snapshot_.strings.add(name));
        row.symbol = WQLAB_NONE;
        uint32_t flags;
        for (unsigned i = 0; const char* symbol = wqlab_wq_system_name(i); i++)
            if (reinterpret_cast<Address>(wqlab_wq_system(symbol, &flags)) == wq) {
                row.symbol = TRY(snapshot_.strings.add(symbol));
                break;
            }
        return {};
    }

    void copy_limits(Address wq, wqlab_snap_workqueue& row)
    {
        row.max_active = load<int32_t>(wq, Field::kWqMaxActive);
        row.min_active = load<int32_t>(wq, Field::kWqMinActive);
        if (kernel_.has(Field::kWqSavedMaxActive))
            row.saved_max_active = load<int32_t>(wq, Field::kWqSavedMaxActive);
        if (kernel_.has(Field::kWqSavedMinActive))
            row.saved_min_active = load<int32_t>(wq, Field::kWqSavedMinActive);
    }

    // What wq->mutex protects. It is taken in memory reclaim, so nothing allocates under it.
    Result<void> copy_locked(Address wq, uint32_t index, wqlab_snap_workqueue& row)
    {
        // Of replaced ones there can be any number. Until wq_pool_mutex is free, none is added.
        uint32_t most = 0;
        {
            const MutexHold hold(kernel_.address(wq, Field::kWqMutex));
            walk_list(kernel_.address(wq, Field::kWqPwqs), kMostPwqs, [&](Address) {
                most++;
                return true;
            });
        }
        TRY(machine_.pwqs.reserve(most));
        TRY(snapshot_.pwqs.reserve(most));
        TRY(machine_.pwq_numbers.reserve(machine_.pwqs.size() + most));
        TRY(machine_.flushers.reserve(kMostFlushers));
        TRY(snapshot_.flushers.reserve(kMostFlushers));

        const MutexHold hold(kernel_.address(wq, Field::kWqMutex));
        row.first_pwq = snapshot_.pwqs.size();
        const WalkEnd end = walk_list(kernel_.address(wq, Field::kWqPwqs), most, [&](Address node) {
            return add_pwq(wq, index, node - kernel_.member(Field::kPwqNode).offset);
        });
        row.nr_pwqs = snapshot_.pwqs.size() - row.first_pwq;
        if (end == WalkEnd::kCut)
            row.flags |= WQLAB_SNAP_WQ_PWQS_CUT;
        if (end == WalkEnd::kBroken)
            trouble(Trouble::Where::kPwqs, Trouble::Why::kBroken, index);
        if (snapshot_.sections & WQLAB_SECTION_WORK)
            copy_flushing(wq, index, row);
        return {};
    }

    bool add_pwq(Address wq, uint32_t index, Address pwq)
    {
        Address owner, pool;
        if (!kernel_.peek(owner, pwq, Field::kPwqWq) || !kernel_.peek(pool, pwq, Field::kPwqPool) || owner != wq ||
            machine_.pool_numbers.get(pool) == AddressMap::kNone) {
            trouble(Trouble::Where::kPwqs, Trouble::Why::kStranger, index);
            return false;
        }
        machine_.pwq_numbers.put(pwq, snapshot_.pwqs.size());
        *machine_.pwqs.add() = pwq;
        wqlab_snap_pwq* row = snapshot_.pwqs.add();
        row->workqueue = index;
        row->pool = load<int32_t>(pool, Field::kPoolId);
        return true;
    }

    void copy_flushing(Address wq, uint32_t index, wqlab_snap_workqueue& row)
    {
        row.nr_drainers = load<int32_t>(wq, Field::kWqNrDrainers);
        row.work_color = load<int32_t>(wq, Field::kWqWorkColor);
        row.flush_color = load<int32_t>(wq, Field::kWqFlushColor);
        row.nr_pwqs_to_flush = load<int32_t>(wq, Field::kWqNrPwqsToFlush);
        if (const Address first = load<Address>(wq, Field::kWqFirstFlusher))
            add_flusher(first, index, WQLAB_FLUSHER_FIRST);
        copy_flushers(kernel_.address(wq, Field::kWqFlusherQueue), index, WQLAB_FLUSHER_QUEUED);
        copy_flushers(kernel_.address(wq, Field::kWqFlusherOverflow), index, WQLAB_FLUSHER_OVERFLOW);
    }

    void copy_flushers(Address list, uint32_t index, uint32_t state)
    {
        const WalkEnd end = walk_list(list, kMostFlushers, [&](Address node) {
            add_flusher(node - kernel_.member(Field::kFlusherList).offset, index, state);
            return true;
        });
        if (end != WalkEnd::kWhole)
            trouble(Trouble::Where::kFlushers, end == WalkEnd::kCut ? Trouble::Why::kCut : Trouble::Why::kBroken, index);
    }

    // A flusher is on the stack of the task that waits for it to be done, which
    // it can't be while wq->mutex is held.
    void add_flusher(Address flusher, uint32_t index, uint32_t state)
    {
        int32_t color;
        ListNode waiters;
        Address task;
        wqlab_task look;
        if (!kernel_.peek(color, flusher, Field::kFlusherColor) || !kernel_.peek(waiters, flusher, Field::kFlusherWaiters) ||
            snapshot_.flushers.full() || machine_.flushers.full())
            return;
        wqlab_snap_flusher* row = snapshot_.flushers.add();
        FlusherAt* at = machine_.flushers.add();
        row->workqueue = index;
        row->state = state;
        row->color = color;
        if (waiters.next != kernel_.address(flusher, Field::kFlusherWaiters) &&
            kernel_.peek(task, waiters.next - kernel_.member(Field::kWaiterNode).offset, Field::kWaiterTask) &&
            wqlab_look_at_task(task, &look)) {
            row->pid = look.pid;
            __builtin_memcpy(at->waiter, look.command, sizeof(at->waiter));
        }
    }

    // cpu_pwq is a per-CPU pointer to a pwq, which wq_pool_mutex protects.
    Result<void> copy_cpu_pwqs(Address wq, uint32_t index)
    {
        const Address cpu_pwq = load<Address>(wq, Field::kWqCpuPwq);
        TRY(snapshot_.cpu_pwqs.reserve(wqlab_nr_cpus()));
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            Address pwq;
            if (!snapshot_.masks.has(snapshot_.head.possible_cpus, cpu) ||
                !wqlab_peek(&pwq, wqlab_per_cpu(cpu_pwq, cpu), sizeof(pwq)))
                continue;
            const uint32_t number = machine_.pwq_numbers.get(pwq);
            if (number != AddressMap::kNone)
                *snapshot_.cpu_pwqs.add() = {index, cpu, number, snapshot_.pwqs[number].pool};
        }
        return {};
    }

    Result<void> copy_attributes(Address wq, wqlab_snap_workqueue& row)
    {
        row.scope = row.cpus = row.effective_cpus = row.dfl_pwq = WQLAB_NONE;
        const Address attrs = load<Address>(wq, Field::kWqAttrs);
        if (row.flags & WQLAB_WQ_UNBOUND && attrs) {
            row.scope = load<uint32_t>(attrs, Field::kAttrsScope);
            row.nice = load<int32_t>(attrs, Field::kAttrsNice);
            row.cpus = TRY(snapshot_.masks.add(mask_of_attrs(kernel_, attrs, Field::kAttrsCpus)));
            if (load<uint8_t>(attrs, Field::kAttrsStrict))
                row.flags |= WQLAB_SNAP_WQ_STRICT;
            row.dfl_pwq = machine_.pwq_numbers.get(load<Address>(wq, Field::kWqDflPwq));
            // As unbound_effective_cpumask(): the cpumask of a strict pool is reset to all CPUs.
            if (const PoolAt* pool = pool_of(row.dfl_pwq))
                row.effective_cpus = TRY(snapshot_.masks.add(mask_of_attrs(kernel_, pool->attrs, Field::kAttrsPodCpus)));
        } else if (const PoolAt* pool = pool_of(row.nr_pwqs ? row.first_pwq : AddressMap::kNone)) {
            row.nice = load<int32_t>(pool->attrs, Field::kAttrsNice);
        }
        return {};
    }

    const PoolAt* pool_of(uint32_t pwq) const
    {
        if (pwq == AddressMap::kNone)
            return nullptr;
        return &machine_.pools[machine_.pool_numbers.get(load<Address>(machine_.pwqs[pwq], Field::kPwqPool))];
    }

    // The array exists for unbound workqueues only; the last one is the default.
    Result<void> copy_nodes(Address wq, uint32_t index)
    {
        const uint32_t nodes = wqlab_nr_nodes();
        for (uint32_t i = 0; i <= nodes; i++) {
            Address nna;
            if ((i < nodes && !wqlab_node_possible(i)) ||
                !wqlab_peek(&nna, kernel_.address(wq, Field::kWqNodeNrActive) + i * sizeof(nna), sizeof(nna)))
                continue;
            wqlab_snap_node_active row{};
            row.workqueue = index;
            row.node = i < nodes ? static_cast<int32_t>(i) : -1;
            row.nr = load<int32_t>(nna, Field::kNodeActiveNr);
            row.max = load<int32_t>(nna, Field::kNodeActiveMax);
            {
                const RawHold hold(kernel_.address(nna, Field::kNodeActiveLock));
                walk_list(kernel_.address(nna, Field::kNodeActivePending), kMostPendingPwqs, [&](Address) {
                    row.nr_pending_pwqs++;
                    return true;
                });
            }
            *TRY(snapshot_.node_active.append()) = row;
        }
        return {};
    }

    // destroy_workqueue() frees the rescuer without wq_pool_mutex: nothing of it is trusted.
    Result<void> copy_rescuer(Address wq, wqlab_snap_workqueue& row)
    {
        row.rescuer_cpus = WQLAB_NONE;
        row.rescuer_pool = -1;
        wqlab_task look;
        bool found = false;
        {
            const RawHold hold(kernel_[Symbol::kMaydayLock]);
            Address owner, task, pool;
            const Address rescuer = load<Address>(wq, Field::kWqRescuer);
            if (rescuer && kernel_.peek(owner, rescuer, Field::kWorkerRescueWq) && owner == wq &&
                kernel_.peek(task, rescuer, Field::kWorkerTask) && kernel_.peek(pool, rescuer, Field::kWorkerPool))
                found = wqlab_look_at_task(task, &look);
            if (found)
                if (const uint32_t number = machine_.pool_numbers.get(pool); number != AddressMap::kNone)
                    row.rescuer_pool = snapshot_.pools[number].id;
            walk_list(kernel_.address(wq, Field::kWqMaydays), kMostPendingPwqs, [&](Address) {
                row.nr_maydays++;
                return true;
            });
        }
        if (found) {
            row.rescuer_pid = look.pid;
            row.rescuer_cpus = TRY(snapshot_.masks.add(look.cpus));
        }
        return {};
    }

    void trouble(Trouble::Where where, Trouble::Why why, uint32_t index)
    {
        snapshot_.troubles.add(where, why, static_cast<int32_t>(index));
    }

    const Kernel& kernel_;
    Snapshot& snapshot_;
    Machine& machine_;
};

// Those of a pool side by side: a counting sort.
Result<void> sort_pwqs(const Kernel& kernel, Machine& machine)
{
    TRY(machine.by_pool.reserve(machine.pwqs.size()));
    machine.by_pool.grow(machine.pwqs.size());
    const auto pool_of = [&](uint32_t pwq) -> PoolAt& {
        return machine.pools[machine.pool_numbers.get(kernel.load<Address>(machine.pwqs[pwq], Field::kPwqPool))];
    };
    for (uint32_t i = 0; i < machine.pwqs.size(); i++)
        pool_of(i).nr_pwqs++;
    uint32_t first = 0;
    for (PoolAt& pool : machine.pools) {
        pool.first_pwq = first;
        first += pool.nr_pwqs;
        pool.nr_pwqs = 0;
    }
    for (uint32_t i = 0; i < machine.pwqs.size(); i++) {
        PoolAt& pool = pool_of(i);
        machine.by_pool[pool.first_pwq + pool.nr_pwqs++] = i;
    }
    return {};
}

}  // namespace

Result<void> gather_pools(const Kernel& kernel, Snapshot& snapshot, Machine& machine)
{
    int id = 0;
    while (const Address pool = wqlab_idr_next(kernel[Symbol::kPoolIdr], &id)) {
        int32_t own_id;
        Address attrs;
        if (!kernel.peek(own_id, pool, Field::kPoolId) || own_id != id || !kernel.peek(attrs, pool, Field::kPoolAttrs) || !attrs) {
            snapshot.troubles.add(Trouble::Where::kPools, Trouble::Why::kStranger, id++);
            continue;
        }
        wqlab_snap_pool row{};
        row.id = id;
        row.cpu = kernel.load<int32_t>(pool, Field::kPoolCpu);
        row.node = kernel.load<int32_t>(pool, Field::kPoolNode);
        row.refcnt = kernel.load<int32_t>(pool, Field::kPoolRefcnt);
        row.nice = kernel.load<int32_t>(attrs, Field::kAttrsNice);
        row.scope = kernel.load<uint32_t>(attrs, Field::kAttrsScope);
        row.cpus = TRY(snapshot.masks.add(mask_of_attrs(kernel, attrs, Field::kAttrsCpus)));
        row.pod_cpus = TRY(snapshot.masks.add(mask_of_attrs(kernel, attrs, Field::kAttrsPodCpus)));
        if (kernel.load<uint8_t>(attrs, Field::kAttrsStrict))
            row.flags |= WQLAB_POOL_STRICT;

        const uint32_t number = machine.pools.size();
        *TRY(machine.pools.append()) = {pool, attrs, 0, 0};
        *TRY(snapshot.pools.append()) = row;
        TRY(machine.pool_numbers.reserve(number + 1));
        machine.pool_numbers.put(pool, number);
        id++;
    }
    return {};
}

Result<void> gather_workqueues(const Kernel& kernel, Snapshot& snapshot, Machine& machine)
{
    TRY(WorkqueueWalk(kernel, snapshot, machine).run());
    return sort_pwqs(kernel, machine);
}

}  // namespace wqlab
