// SPDX-License-Identifier: GPL-2.0
// What wqctl dump shows: a snapshot, the part of it that was asked for, and
// what this kernel can't show.
#pragma once

#include <string>
#include <vector>

#include "source/info.hh"
#include "commands/dump/selection.hh"
#include "commands/dump/stacks.hh"
#include "snapshot/workqueue_labels.hh"

namespace wqctl {

struct Dump {
    const Snapshot& snapshot;
    const Selection& selection;
    std::string kernel;           // its release
    uint32_t sections = 0;        // enum wqlab_section to be shown
    std::vector<View> lacking{};  // asked for, but not to be had
    std::string source{};         // where it was read, for people; empty: the module
    const Stacks* stacks = nullptr;
};

// "default (cache)" of an unbound workqueue; "" of another.
std::string scope_text(const Snapshot& snapshot, const wqlab_snap_workqueue& wq);
// The scope that it means, and whether that is by default; "" of another.
struct Scope {
    std::string name;
    bool is_default = false;
};
Scope scope_of(const Snapshot& snapshot, const wqlab_snap_workqueue& wq);

// Flags of a pool that are not what every pool of its kind has.
uint32_t unusual_flags(const wqlab_snap_pool& pool);

// The CPUs whose items go to each pwq, by its index; none for one that was
// replaced, or is a default that no CPU uses.
std::vector<CpuList> cpus_of_pwqs(const Snapshot& snapshot);

// CPUs in a row whose items go to the same pool.
struct PoolRun {
    uint32_t first_cpu = 0;
    uint32_t last_cpu = 0;
    int32_t pool = -1;
};
// entries: of one workqueue, by CPU.
std::vector<PoolRun> pool_runs(const std::vector<const wqlab_snap_cpu_pwq*>& entries);
// "0-3: 42, 4-7: 43", and of different pools in regular steps "0-7: 2,6..30".
std::string pool_runs_text(const std::vector<PoolRun>& runs);

// The entries of one workqueue from a list that is ordered by workqueue.
std::vector<const wqlab_snap_cpu_pwq*> entries_of(const Selection& selection, uint32_t workqueue);
std::vector<const wqlab_snap_pwq*> pwqs_of(const Selection& selection, uint32_t workqueue);

}  // namespace wqctl
