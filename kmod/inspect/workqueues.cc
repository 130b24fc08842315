// SPDX-License-Identifier: GPL-2.0
// The workqueues and which pool_workqueues they have, under wq_pool_mutex. What
// a pwq counts changes under its pool's lock and is copied with the pool.
#include "flags.hh"
#include "masks.hh"
#include "nodes.hh"
#include "shown.hh"
#include "task.hh"
#include "walk.hh"
#include "walk_state.hh"

namespace wqlab {

namespace {

constexpr uint32_t kMostWorkqueues = 1u << 20;
constexpr uint32_t kMostFlushers = 64;  // of each of a workqueue's two lists
constexpr uint32_t kFlusherRows = 1 + 2 * kMostFlushers;
constexpr uint32_t kMostPwqs = 1u << 20;     // of one workqueue
constexpr uint32_t kMostPendingPwqs = 4096;  // with interrupts off

class WorkqueueWalk {
public:
    WorkqueueWalk(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
        : kernel_(kernel), snapshot_(snapshot), state_(state), nodes_(kernel)
    {
    }

    Result<void> run()
    {
        TRY(find_system_workqueues());
        if (has_tables_by_node())
            TRY(find_nodes_of_cpus());
        Result<void> result;
        const WalkEnd end = walk_list(kernel_, kernel_[Symbol::kWorkqueues], kMostWorkqueues, [&](Address node) {
            const Result<void> copied = copy(node - kernel_.offset(Field::kWqList));
            if (!copied.ok())
                result = copied;
            return copied.ok();
        });
        if (end == WalkEnd::kBroken)
            snapshot_.troubles.add(Trouble::Where::kWorkqueues, Trouble::Why::kBroken, -1);
        return result;
    }

private:
    // The kernel's own pointers: which workqueue is system_wq, and so on.
    Result<void> find_system_workqueues()
    {
        for (const Symbol symbol : system_workqueues()) {
            Address wq = 0;
            TRY(system_.append());
            if (kernel_.read(wq, symbol))
                system_[system_.size() - 1] = wq;
        }
        return {};
    }

    // Before 6.6: per-CPU pwqs of per-CPU workqueues, pointers by node of unbound ones.
    bool has_tables_by_node() const { return kernel_.alternative(Field::kWqCpuPwq) == 1; }

    Result<void> find_nodes_of_cpus()
    {
        TRY(node_of_cpu_.reserve(kernel_.nr_cpus()));
        for (uint32_t cpu = 0; cpu < kernel_.nr_cpus(); cpu++)
            *node_of_cpu_.add() = WQLAB_NONE;
        for (uint32_t node = 0; node < nodes_.end(); node++) {
            const uint32_t cpus = nodes_.is_possible(node) ? TRY(snapshot_.masks.add(kernel_, nodes_.cpus(node)))
                                                           : WQLAB_NONE;
            for (uint32_t cpu = 0; cpu < kernel_.nr_cpus(); cpu++)
                if (snapshot_.masks.has(cpus, cpu))
                    node_of_cpu_[cpu] = node;
        }
        return {};
    }

    Result<void> copy(Address address)
    {
        const Struct wq(kernel_, address, Field::kWq);
        const uint32_t index = state_.workqueues.size();
        if (!wq.there() || !is_still_listed(kernel_, wq.at(Field::kWqList))) {
            snapshot_.troubles.add(Trouble::Where::kWorkqueues, Trouble::Why::kStranger, -1);
            return {};
        }
        TRY(state_.workqueue_numbers.reserve(index + 1));
        state_.workqueue_numbers.put(address, index);
        *TRY(state_.workqueues.append()) = address;

        wqlab_snap_workqueue row{};
        row.rescuer_cpus = WQLAB_NONE;
        row.rescuer_pool = -1;
        row.identity = kernel_.target().identity(address);
        row.raw_flags = wq.get<uint32_t>(Field::kWqFlags);
        row.flags = translate<FlagSet::kWorkqueueFlags>(kernel_, row.raw_flags);
        TRY(copy_names(wq, row));
        if (snapshot_.head.flags & WQLAB_STATE_FREEZING && row.flags & WQLAB_WQ_FREEZABLE)
            row.flags |= WQLAB_SNAP_WQ_FROZEN;
        if (wq.get_or<Address>(Field::kWqDevice, 0))
            row.flags |= WQLAB_SNAP_WQ_IN_SYSFS;
        TRY(copy_locked(wq, index, row));
        copy_limits(wq, row);
        TRY(copy_cpu_pwqs(wq, index, row));
        TRY(copy_attributes(wq, row));
        if (snapshot_.sections & WQLAB_SECTION_NODES && row.flags & WQLAB_WQ_UNBOUND)
            TRY(copy_nodes(wq, index));
        if (snapshot_.sections & WQLAB_SECTION_RESCUERS)
            TRY(copy_rescuer(wq, index, row));
        *TRY(snapshot_.workqueues.append()) = row;
        return {};
    }

    Result<void> copy_names(const Struct& wq, wqlab_snap_workqueue& row)
    {
        char name[64] = {};
        wq.copy(name, Field::kWqName);
        name[sizeof(name) - 1] = '\0';
        row.name = TRY(snapshot_.strings.add(name));
        row.symbol = WQLAB_NONE;
        for (uint32_t i = 0; i < system_.size(); i++)
            if (system_[i] == wq.at()) {
                row.symbol = TRY(
                    snapshot_.strings.add(all_symbols()[static_cast<size_t>(system_workqueues()[i])].name));
                break;
            }
        return {};
    }

    // Before 6.9 each pwq had max_active, the same for all of a workqueue.
    void copy_limits(const Struct& wq, wqlab_snap_workqueue& row)
    {
        if (kernel_.has(Field::kWqMaxActive))
            row.max_active = wq.get<int32_t>(Field::kWqMaxActive);
        else if (row.nr_pwqs && kernel_.has(Field::kPwqMaxActive))
            kernel_.peek(row.max_active, state_.pwqs[row.first_pwq].pwq, Field::kPwqMaxActive);
    }

    // What wq->mutex protects. It is taken in memory reclaim, so nothing allocates under it.
    Result<void> copy_locked(const Struct& wq, uint32_t index, wqlab_snap_workqueue& row)
    {
        // Of replaced ones there can be any number. Until wq_pool_mutex is free, none is added.
        uint32_t most = 0;
        row.first_pwq = snapshot_.pwqs.size();
        {
            const MutexTry hold = try_mutex(wq);
            if (!hold.held())
                return nobody_lets_go(wq, index, row);
            walk_list(kernel_, wq.at(Field::kWqPwqs), kMostPwqs, [&](Address) {
                most++;
                return true;
            });
        }
        TRY(state_.pwqs.reserve(most));
        TRY(snapshot_.pwqs.reserve(most));
        TRY(state_.pwq_numbers.reserve(state_.pwqs.size() + most));
        TRY(state_.flushers.reserve(kFlusherRows));
        TRY(snapshot_.flushers.reserve(kFlusherRows));
        TRY(state_.tasks.reserve(kFlusherRows));

        const MutexTry hold = try_mutex(wq);
        if (!hold.held())
            return nobody_lets_go(wq, index, row);
        const WalkEnd end = walk_list(kernel_, wq.at(Field::kWqPwqs), most, [&](Address node) {
            return add_pwq(wq.at(), index, node - kernel_.offset(Field::kPwqNode));
        });
        row.nr_pwqs = snapshot_.pwqs.size() - row.first_pwq;
        if (end == WalkEnd::kCut)
            row.flags |= WQLAB_SNAP_WQ_PWQS_CUT;
        if (end == WalkEnd::kBroken)
            trouble(Trouble::Where::kPwqs, Trouble::Why::kBroken, index);
        copy_shown(kernel_, snapshot_.sections, wq, row);
        if (snapshot_.sections & WQLAB_SECTION_WORK)
            copy_flushing(wq, index);
        return {};
    }

    MutexTry try_mutex(const Struct& wq)
    {
        return MutexTry(kernel_.target(), wq.at(Field::kWqMutex), state_.patience_ns);
    }

    // The others still get what a holder needs that is running.
    Result<void> nobody_lets_go(const Struct& wq, uint32_t index, wqlab_snap_workqueue& row)
    {
        copy_shown(kernel_, snapshot_.sections, wq, row);
        state_.patience_ns = 1'000'000;
        trouble(Trouble::Where::kPwqs, Trouble::Why::kHeld, index);
        return {};
    }

    bool add_pwq(Address wq, uint32_t index, Address pwq)
    {
        Address owner, pool;
        if (!kernel_.peek(owner, pwq, Field::kPwqWq) || !kernel_.peek(pool, pwq, Field::kPwqPool) || owner != wq ||
            state_.pool_numbers.get(pool) == AddressMap::kNone) {
            trouble(Trouble::Where::kPwqs, Trouble::Why::kStranger, index);
            return false;
        }
        const uint32_t number = state_.pool_numbers.get(pool);
        state_.pwq_numbers.put(pwq, snapshot_.pwqs.size());
        *state_.pwqs.add() = {pwq, number};
        wqlab_snap_pwq* row = snapshot_.pwqs.add();
        row->workqueue = index;
        row->pool = snapshot_.pools[number].id;
        return true;
    }

    void copy_flushing(const Struct& wq, uint32_t index)
    {
        if (const Address first = wq.get<Address>(Field::kWqFirstFlusher))
            add_flusher(first, index, WQLAB_FLUSHER_FIRST);
        copy_flushers(wq.at(Field::kWqFlusherQueue), index, WQLAB_FLUSHER_QUEUED);
        copy_flushers(wq.at(Field::kWqFlusherOverflow), index, WQLAB_FLUSHER_OVERFLOW);
    }

    void copy_flushers(Address list, uint32_t index, uint32_t state)
    {
        const WalkEnd end = walk_list(kernel_, list, kMostFlushers, [&](Address node) {
            add_flusher(node - kernel_.offset(Field::kFlusherList), index, state);
            return true;
        });
        trouble(Trouble::Where::kFlushers, end, index);
    }

    // A flusher is on the stack of the task that waits for it to be done, which
    // it can't be while wq->mutex is held.
    void add_flusher(Address flusher, uint32_t index, uint32_t state)
    {
        int32_t color;
        ListNode waiters;
        Address task;
        Task look;
        if (!kernel_.peek(color, flusher, Field::kFlusherColor) ||
            !kernel_.peek(waiters, flusher, Field::kFlusherWaiters) || snapshot_.flushers.full() ||
            state_.flushers.full())
            return;
        wqlab_snap_flusher* row = snapshot_.flushers.add();
        FlusherAt* at = state_.flushers.add();
        row->workqueue = index;
        row->state = state;
        row->color = color;
        if (waiters.next != kernel_.address(flusher, Field::kFlusherWaiters) &&
            kernel_.peek(task, waiters.next - kernel_.offset(Field::kWaiterNode), Field::kWaiterTask) &&
            look_at(kernel_, task, look)) {
            row->pid = look.pid;
            look_closer(kernel_, task, look);
            state_.note(task, look);
            __builtin_memcpy(at->waiter, look.command, sizeof(at->waiter));
        }
    }

    // Which pwq an item queued on each CPU goes to; wq_pool_mutex keeps it.
    Result<void> copy_cpu_pwqs(const Struct& wq, uint32_t index, const wqlab_snap_workqueue& row)
    {
        const Address cpu_pwq = wq.get<Address>(Field::kWqCpuPwq);
        TRY(snapshot_.cpu_pwqs.reserve(kernel_.nr_cpus()));
        for (uint32_t cpu = 0; cpu < kernel_.nr_cpus(); cpu++) {
            if (!snapshot_.masks.has(snapshot_.head.possible_cpus, cpu))
                continue;
            Address pwq = kernel_.per_cpu(cpu_pwq, cpu);
            if (!has_tables_by_node()) {
                if (!kernel_.read(&pwq, pwq, sizeof(pwq)))
                    continue;
            } else if (row.flags & WQLAB_WQ_UNBOUND) {
                pwq = pwq_of_node(wq, node_of_cpu_[cpu]);
            }
            const uint32_t number = state_.pwq_numbers.get(pwq);
            if (number != AddressMap::kNone)
                *snapshot_.cpu_pwqs.add() = {index, cpu, number, snapshot_.pwqs[number].pool};
        }
        return {};
    }

    // As unbound_pwq_by_node() of 6.1.
    Address pwq_of_node(const Struct& wq, uint32_t node) const
    {
        Address pwq = 0;
        if (node != WQLAB_NONE && kernel_.has(Field::kWqNumaPwqs) &&
            kernel_.read(&pwq, wq.at(Field::kWqNumaPwqs) + node * sizeof(pwq), sizeof(pwq)) && pwq)
            return pwq;
        return wq.get_or<Address>(Field::kWqDflPwq, 0);
    }

    Result<void> copy_attributes(const Struct& wq, wqlab_snap_workqueue& row)
    {
        row.scope = row.cpus = row.effective_cpus = row.dfl_pwq = WQLAB_NONE;
        const Address attrs_address = wq.get_or<Address>(Field::kWqAttrs, 0);
        if (row.flags & WQLAB_WQ_UNBOUND && attrs_address) {
            const Struct attrs(kernel_, attrs_address, Field::kAttrs);
            row.scope = attrs.get_or<uint32_t>(Field::kAttrsScope, WQLAB_NONE);
            row.nice = attrs.get<int32_t>(Field::kAttrsNice);
            row.cpus = TRY(snapshot_.masks.add(kernel_, mask_of_attrs(kernel_, attrs_address, Field::kAttrsCpus)));
            if (attrs.get_or<uint8_t>(Field::kAttrsStrict, 0))
                row.flags |= WQLAB_SNAP_WQ_STRICT;
            row.dfl_pwq = state_.pwq_numbers.get(wq.get_or<Address>(Field::kWqDflPwq, 0));
            // As unbound_effective_cpumask(): the cpumask of a strict pool is reset to all CPUs.
            // Before 6.6 no pool is strict, and its cpumask is what it is.
            const Field effective = kernel_.has(Field::kAttrsPodCpus) ? Field::kAttrsPodCpus : Field::kAttrsCpus;
            if (const PoolAt* pool = pool_of(row.dfl_pwq))
                row.effective_cpus = TRY(snapshot_.masks.add(kernel_, mask_of_attrs(kernel_, pool->attrs, effective)));
        } else if (const PoolAt* pool = pool_of(row.nr_pwqs ? row.first_pwq : AddressMap::kNone)) {
            kernel_.peek(row.nice, pool->attrs, Field::kAttrsNice);
        }
        return {};
    }

    const PoolAt* pool_of(uint32_t pwq) const
    {
        return pwq == AddressMap::kNone ? nullptr : &state_.pools[state_.pwqs[pwq].pool];
    }

    // The array exists for unbound workqueues only; the last one is the default.
    Result<void> copy_nodes(const Struct& wq, uint32_t index)
    {
        for (uint32_t i = 0; i <= nodes_.end(); i++) {
            Address address;
            if ((i < nodes_.end() && !nodes_.is_possible(i)) ||
                !kernel_.read(&address, wq.at(Field::kWqNodeNrActive) + i * sizeof(address), sizeof(address)) ||
                !address)
                continue;
            const Struct nna(kernel_, address, Field::kNodeActive);
            if (!nna.there())
                continue;
            wqlab_snap_node_active row{};
            row.workqueue = index;
            row.node = i < nodes_.end() ? static_cast<int32_t>(i) : -1;
            copy_shown(kernel_, snapshot_.sections, nna, row);
            WalkEnd end;
            {
                const RawHold hold(kernel_.target(), nna.at(Field::kNodeActiveLock));
                end = walk_list(kernel_, nna.at(Field::kNodeActivePending), kMostPendingPwqs, [&](Address) {
                    row.nr_pending_pwqs++;
                    return true;
                });
            }
            trouble(Trouble::Where::kNodes, end, index);
            *TRY(snapshot_.node_active.append()) = row;
        }
        return {};
    }

    // destroy_workqueue() frees the rescuer without wq_pool_mutex: nothing of it is trusted.
    Result<void> copy_rescuer(const Struct& wq, uint32_t index, wqlab_snap_workqueue& row)
    {
        Task look;
        Address task = 0;
        bool found = false;
        WalkEnd end;
        {
            const RawHold hold(kernel_.target(), kernel_[Symbol::kMaydayLock]);
            Address owner, pool;
            const Address rescuer = wq.get<Address>(Field::kWqRescuer);
            if (rescuer && kernel_.peek(owner, rescuer, Field::kWorkerRescueWq) && owner == wq.at() &&
                kernel_.peek(task, rescuer, Field::kWorkerTask) && kernel_.peek(pool, rescuer, Field::kWorkerPool))
                found = look_at(kernel_, task, look);
            if (found) {
                look_closer(kernel_, task, look);
                if (const uint32_t number = state_.pool_numbers.get(pool); number != AddressMap::kNone)
                    row.rescuer_pool = snapshot_.pools[number].id;
            }
            end = walk_list(kernel_, wq.at(Field::kWqMaydays), kMostPendingPwqs, [&](Address) {
                row.nr_maydays++;
                return true;
            });
        }
        trouble(Trouble::Where::kMaydays, end, index);
        if (found) {
            row.rescuer_pid = look.pid;
            TRY(state_.tasks.reserve(1));
            state_.note(task, look);
            row.rescuer_cpus = TRY(snapshot_.masks.add(kernel_, look.cpus));
        }
        return {};
    }

    void trouble(Trouble::Where where, auto why, uint32_t index)
    {
        snapshot_.troubles.add(where, why, static_cast<int32_t>(index));
    }

    const Kernel& kernel_;
    Snapshot& snapshot_;
    WalkState& state_;
    const Nodes nodes_;
    Table<Address> system_;        // side by side with system_workqueues(); 0: this kernel has no such
    Table<uint32_t> node_of_cpu_;  // if tables are by node
};

}  // namespace

Result<void> gather_workqueues(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
{
    TRY(WorkqueueWalk(kernel, snapshot, state).run());
    return sort_pwqs(state);
}

}  // namespace wqlab
