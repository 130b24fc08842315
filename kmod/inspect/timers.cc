// SPDX-License-Identifier: GPL-2.0
#include "timers.hh"

#include "../glue/cpu.h"
#include "../glue/inspect.h"
#include "layout.h"
#include "walk.hh"

namespace wqlab {

namespace {

constexpr uint32_t kMostTimersAtOnce = 512;  // under one hold of a base's lock
constexpr uint32_t kMostBases = 3;           // NR_BASES: 2 or 3, 1 without NO_HZ

// A row under a lock, before its names are looked up.
struct Found {
    Address timer;
    Address function;
    Address workqueue;
    uint64_t expires;
    uint32_t flags;
    int32_t cpu;
    uint32_t timer_cpu;
};

class TimerWalk {
public:
    TimerWalk(const Kernel& kernel, Snapshot& snapshot) : kernel_(kernel), snapshot_(snapshot) {}

    Result<void> run(const AddressMap& workqueues)
    {
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++)
            if (snapshot_.masks.has(snapshot_.head.possible_cpus, cpu))
                TRY(walk_cpu(cpu));
        return resolve(workqueues);
    }

private:
    Result<void> walk_cpu(uint32_t cpu)
    {
        Address base = wqlab_per_cpu(kernel_[Symbol::kTimerBases], cpu);
        for (uint32_t i = 0; i < kMostBases; i++, base += kernel_.member(Field::kTimerBase).size) {
            // How many there are is nowhere to be read; each knows its CPU.
            Address first;
            if (kernel_.load<uint32_t>(base, Field::kTimerBaseCpu) != cpu ||
                !wqlab_peek(&first, kernel_.address(base, Field::kTimerBaseVectors), sizeof(first)))
                break;
            const uint32_t words = kernel_.member(Field::kTimerBasePending).elements;
            for (uint32_t word = 0; word < words; word++)
                TRY(walk_word(base, word, cpu));
        }
        return {};
    }

    Result<void> walk_word(Address base, uint32_t word, uint32_t cpu)
    {
        const Address pending = kernel_.address(base, Field::kTimerBasePending) + word * sizeof(uint64_t);
        // An unlocked look: an empty word need not be locked.
        if (!*reinterpret_cast<const volatile uint64_t*>(pending))
            return {};
        TRY(found_.reserve(kMostTimersAtOnce));
        uint32_t left = kMostTimersAtOnce;
        WalkEnd end = WalkEnd::kWhole;
        {
            const RawHold hold(kernel_.address(base, Field::kTimerBaseLock));
            uint64_t bits = *reinterpret_cast<const volatile uint64_t*>(pending);
            const uint32_t vectors = kernel_.member(Field::kTimerBaseVectors).elements;
            for (; bits && end == WalkEnd::kWhole; bits &= bits - 1) {
                const uint32_t vector = word * 64 + static_cast<uint32_t>(__builtin_ctzll(bits));
                if (vector >= vectors)
                    break;
                end = walk_hlist(kernel_.address(base, Field::kTimerBaseVectors) + vector * sizeof(Address), left, [&](Address node) {
                    left--;
                    copy(node, cpu);
                    return left != 0;
                });
            }
        }
        if (end != WalkEnd::kWhole)
            snapshot_.troubles.add(Trouble::Where::kTimers, end == WalkEnd::kCut ? Trouble::Why::kCut : Trouble::Why::kBroken,
                                   static_cast<int32_t>(cpu));
        return {};
    }

    void copy(Address node, uint32_t cpu)
    {
        const Address timer = node - kernel_.member(Field::kTimerEntry).offset;
        Address function;
        if (!kernel_.peek(function, timer, Field::kTimerFunction) || function != kernel_[Symbol::kTimerFunction])
            return;
        const Address work = timer - kernel_.member(Field::kDelayedTimer).offset;
        Found row{};
        row.timer = work;
        row.timer_cpu = cpu;
        if (kernel_.peek(row.expires, timer, Field::kTimerExpires) && kernel_.peek(row.flags, timer, Field::kTimerFlags) &&
            kernel_.peek(row.function, kernel_.address(work, Field::kDelayedWork), Field::kWorkFunction) &&
            kernel_.peek(row.workqueue, work, Field::kDelayedWq) && kernel_.peek(row.cpu, work, Field::kDelayedCpu))
            if (Found* place = found_.add())
                *place = row;
    }

    Result<void> resolve(const AddressMap& workqueues)
    {
        const uint64_t now = wqlab_jiffies();
        for (const Found& found : found_) {
            const int64_t due = static_cast<int64_t>(found.expires - now);
            wqlab_snap_timer row{};
            row.due_ns = due < 0 ? -static_cast<int64_t>(wqlab_jiffies_to_ns(static_cast<uint64_t>(-due)))
                                 : static_cast<int64_t>(wqlab_jiffies_to_ns(static_cast<uint64_t>(due)));
            row.work = wqlab_identity(found.timer);
            row.function = TRY(snapshot_.strings.symbol(found.function));
            row.workqueue = workqueues.get(found.workqueue);
            row.cpu = found.cpu == WQLAB_WORK_CPU_UNBOUND ? -1 : found.cpu;
            row.timer_cpu = found.timer_cpu;
            row.cpu_online = wqlab_cpu_online(found.timer_cpu);
            row.deferrable = (found.flags & WQLAB_TIMER_DEFERRABLE) != 0;
            *TRY(snapshot_.timers.append()) = row;
        }
        return {};
    }

    const Kernel& kernel_;
    Snapshot& snapshot_;
    Table<Found> found_;
};

}  // namespace

Result<void> copy_timers(const Kernel& kernel, const AddressMap& workqueues, Snapshot& snapshot)
{
    return TimerWalk(kernel, snapshot).run(workqueues);
}

}  // namespace wqlab
