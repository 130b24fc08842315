// SPDX-License-Identifier: GPL-2.0
// All pools and workqueues of the machine at one moment, as the wire has them.
#pragma once

#include "../uapi/wqlab_lists.h"
#include "kernel.hh"
#include "masks.hh"
#include "strings.hh"
#include "walk.hh"

namespace wqlab {

// A walk that stopped: what can't be validated is not followed.
struct Trouble {
    enum class Where : uint8_t {
        kPools,
        kWorkqueues,
        kPwqs,
        kFlushers,
        kMaydays,
        kNodes,
        kWorklist,
        kWorkers,
        kInactive,
        kTimers,
        kMasks,
        kPool
    };
    enum class Why : uint8_t {
        kBroken,
        kCut,
        kStranger,
        kMoving,  // without locks only
        kHeld     // with locks only
    };

    Where where;
    Why why;
    int32_t id;  // of the pool, the workqueue's index or the CPU; -1: none

    void describe(Text& out) const;
};

class Troubles {
public:
    Result<void> create() { return rows_.reserve(kMost); }
    // Any context; what is too much is dropped.
    void add(Trouble::Where where, Trouble::Why why, int32_t id)
    {
        if (Trouble* row = rows_.add())
            *row = {where, why, id};
    }
    // How a walk ended, unless it came to its end.
    void add(Trouble::Where where, WalkEnd end, int32_t id)
    {
        if (end != WalkEnd::kWhole)
            add(where, end == WalkEnd::kCut ? Trouble::Why::kCut : Trouble::Why::kBroken, id);
    }
    void cut_to(uint32_t rows) { rows_.cut_to(rows); }
    const Table<Trouble>& rows() const { return rows_; }

private:
    static constexpr uint32_t kMost = 32;

    Table<Trouble> rows_;
};

struct Snapshot {
    // For wq_pool_mutex; nothing of a machine that works holds it for long.
    static constexpr uint64_t kPatienceNs = 20'000'000'000;

    // Once. Sleeps, allocates, and takes the kernel's locks in the kernel's order:
    // wq_pool_mutex, in it each wq->mutex, then each pool->lock, wq_mayday_lock,
    // nna->lock or timer_base->lock alone. kBusy: wq_pool_mutex was not to be had.
    Result<void> take(const Kernel& kernel, uint32_t sections);

    wqlab_snap_head head{};
    uint32_t sections = 0;
    Troubles troubles;
    Strings strings;
    Masks masks;
#define WQLAB_TABLE(attribute, table, row) Table<row> table;
    WQLAB_SNAPSHOT_TABLES(WQLAB_TABLE)
#undef WQLAB_TABLE

private:
    Result<void> take_head(const Kernel& kernel);
    Result<void> take_machine(const Kernel& kernel);
};

}  // namespace wqlab
