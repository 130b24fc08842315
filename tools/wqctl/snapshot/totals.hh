// SPDX-License-Identifier: GPL-2.0
// What workqueues did since their first snapshot here and before. The kernel
// counts in pool_workqueues (pwqs), which die when an attribute of their
// workqueue changes or a CPU comes or goes, and their counts with them: so
// what a pwq was last seen to have counted stays in the total.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "snapshot/snapshot.hh"

namespace wqctl {

using Counters = std::array<uint64_t, WQLAB_PWQ_STATS>;  // by enum wqlab_pwq_stat

struct WorkqueueTotals {
    uint64_t identity = 0;
    std::string name;    // as the kernel has it
    std::string symbol;  // the system workqueue's variable; empty: it is none
    std::string label;   // printable, and distinct
    uint32_t flags = 0;  // enum wqlab_wq_flag, enum wqlab_snap_wq_flag
    int32_t max_active = 0;

    bool counted = true;  // false: a kernel before 6.5, which has no such counters
    Counters total{};
    Counters delta{};              // since the sample before
    uint64_t active = 0;           // items that max_active lets through: executing, or waiting for a worker
    uint64_t inactive = 0;         // items that it holds back; where they were not walked, with barriers of flushes
    std::optional<uint64_t> busy;  // workers with its items, where the snapshot has them

    bool is(uint32_t flag) const { return flags & flag; }
    // As wq_monitor.py counts them. Older kernels, 6.12 too, may lose
    // completions of unbound items, so this can be too high there.
    // Where nothing is counted, what executes is as far as one can see.
    uint64_t in_flight() const;
    // Waiting for a worker.
    uint64_t pending() const;
};

struct TotalsSample {
    uint64_t time_ns = 0;                     // CLOCK_MONOTONIC
    uint64_t interval_ns = 0;                 // since the sample before; 0: there was none
    double timestamp = 0;                     // seconds since 1970, for those who write it down
    std::vector<WorkqueueTotals> workqueues;  // in the snapshot's order

    // A delta's rate a second; nothing in the first sample.
    std::optional<double> per_second(uint64_t delta) const;
};

class Totals {
public:
    TotalsSample take(const Snapshot& snapshot);

private:
    // An identity has 32 bits, so of many pwqs two may have one; a pwq's pool is always the same.
    using PwqKey = std::pair<uint64_t, int32_t>;
    struct Record {
        Counters gone{};  // of pwqs that are
        std::map<PwqKey, Counters> pwqs;
        Counters total{};
        size_t position = 0;  // among the workqueues
    };
    // An address is used again, but hardly for the same name.
    using Key = std::pair<uint64_t, std::string>;

    static PwqKey key_of(const wqlab_snap_pwq& pwq) { return {pwq.identity, pwq.pool}; }
    static bool is_another(const Record& record, const Snapshot& snapshot, const wqlab_snap_workqueue& workqueue);
    static void count(Record& record, const Snapshot& snapshot, const wqlab_snap_workqueue& workqueue);

    std::map<Key, Record> records_;
    std::optional<uint64_t> last_ns_;
    bool last_was_whole_ = true;
};

}  // namespace wqctl
