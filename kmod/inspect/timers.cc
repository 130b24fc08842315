// SPDX-License-Identifier: GPL-2.0
// Delayed works whose timers have not fired.
#include "walk.hh"
#include "walk_state.hh"

namespace wqlab {

namespace {

constexpr uint32_t kMostTimersAtOnce = 512;  // under one hold of a base's lock
constexpr uint32_t kMostBases = 3;           // NR_BASES: 2 before 6.9, 1 without NO_HZ
constexpr uint32_t kMostWords = 64;          // of a base's pending_map, of which the kernel has 8 or 9

class TimerWalk {
public:
    TimerWalk(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
        : kernel_(kernel), snapshot_(snapshot), state_(state)
    {
    }

    Result<void> run()
    {
        for (uint32_t cpu = 0; cpu < kernel_.nr_cpus(); cpu++)
            if (snapshot_.masks.has(snapshot_.head.possible_cpus, cpu))
                TRY(walk_cpu(cpu));
        state_.timers_jiffies = kernel_.jiffies();
        return {};
    }

private:
    Result<void> walk_cpu(uint32_t cpu)
    {
        Address base = kernel_.per_cpu(kernel_[Symbol::kTimerBases], cpu);
        const uint32_t bases = kernel_.has(Field::kTimerBases) ? kernel_.elements(Field::kTimerBases) : kMostBases;
        for (uint32_t i = 0; i < bases && i < kMostBases; i++, base += kernel_.size(Field::kTimerBase)) {
            // Each knows its CPU. Where NR_BASES can't be known, what is behind the last one does not, as a rule.
            uint32_t of_cpu;
            Address first;
            if (!kernel_.peek(of_cpu, base, Field::kTimerBaseCpu) || of_cpu != cpu ||
                !kernel_.peek(first, base, Field::kTimerBaseVectors))
                break;
            const uint32_t words = kernel_.elements(Field::kTimerBasePending);
            for (uint32_t word = 0; word < words && word < kMostWords; word++)
                TRY(walk_word(base, word, cpu));
        }
        return {};
    }

    Result<void> walk_word(Address base, uint32_t word, uint32_t cpu)
    {
        const Address pending = kernel_.address(base, Field::kTimerBasePending) + word * sizeof(uint64_t);
        // An unlocked look: an empty word need not be locked.
        if (!kernel_.target().load<uint64_t>(pending))
            return {};
        TRY(state_.timers.reserve(kMostTimersAtOnce));
        uint32_t left = kMostTimersAtOnce;
        WalkEnd end = WalkEnd::kWhole;
        {
            const RawHold hold(kernel_.target(), kernel_.address(base, Field::kTimerBaseLock));
            uint64_t bits = kernel_.target().load<uint64_t>(pending);
            const uint32_t vectors = kernel_.elements(Field::kTimerBaseVectors);
            for (; bits && end == WalkEnd::kWhole; bits &= bits - 1) {
                const uint32_t vector = word * 64 + static_cast<uint32_t>(__builtin_ctzll(bits));
                if (vector >= vectors)
                    break;
                const Address head = kernel_.address(base, Field::kTimerBaseVectors) + vector * sizeof(Address);
                end = walk_hlist(kernel_, head, left, [&](Address node) {
                    left--;
                    copy(node, cpu, word);
                    return left != 0;
                });
            }
        }
        snapshot_.troubles.add(Trouble::Where::kTimers, end, static_cast<int32_t>(cpu));
        return {};
    }

    // A level of the wheel has as many buckets, LVL_SIZE, as a word has bits.
    void copy(Address node, uint32_t cpu, uint32_t level)
    {
        const Address timer = node - kernel_.offset(Field::kTimerEntry);
        Address function;
        if (!kernel_.peek(function, timer, Field::kTimerFunction) || function != kernel_[Symbol::kTimerFunction])
            return;
        const Address delayed = timer - kernel_.offset(Field::kDelayedTimer);
        TimerAt row{};
        row.work = delayed;
        row.timer_cpu = cpu;
        row.level = level;
        if (kernel_.peek(row.expires, timer, Field::kTimerExpires) &&
            kernel_.peek(row.flags, timer, Field::kTimerFlags) &&
            kernel_.peek(row.function, kernel_.address(delayed, Field::kDelayedWork), Field::kWorkFunction) &&
            kernel_.peek(row.workqueue, delayed, Field::kDelayedWq) &&
            kernel_.peek(row.cpu, delayed, Field::kDelayedCpu))
            if (TimerAt* place = state_.timers.add())
                *place = row;
    }

    const Kernel& kernel_;
    Snapshot& snapshot_;
    WalkState& state_;
};

}  // namespace

Result<void> copy_timers(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
{
    return TimerWalk(kernel, snapshot, state).run();
}

}  // namespace wqlab
