// SPDX-License-Identifier: GPL-2.0
// The machine's pools and workqueues at one moment, as the module sent them:
// tables of the wire's own structs. Every index in them is looked up through
// here, because nobody vouches for it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/cpu_list.hh"
#include "uapi/wqlab_lists.h"

namespace wqctl {

struct Snapshot {
    wqlab_snap_head head{};
    uint32_t sections = 0;              // enum wqlab_section that are there
    std::vector<std::string> troubles;  // where a walk stopped, and why

    std::vector<std::string> strings;
    std::vector<uint64_t> mask_words;
    // Vectors of their names, in the order that wqlab.h tells of each.
#define WQCTL_TABLE(attribute, table, row) std::vector<row> table;
    WQLAB_SNAPSHOT_TABLES(WQCTL_TABLE)
#undef WQCTL_TABLE

    bool has(uint32_t section) const { return sections & section; }

    // "?" for what is not there.
    const std::string& string(uint32_t index) const;
    // The CPUs of a mask, ascending; empty for what is not there.
    CpuList cpus(uint32_t mask) const;
    bool has_mask(uint32_t mask) const;

    // nullptr for what is not there.
    const wqlab_snap_pool* pool(int32_t id) const;
    const wqlab_snap_workqueue* workqueue(uint32_t index) const;
    const wqlab_snap_pwq* pwq(uint32_t index) const;
    const wqlab_snap_scope* scope(uint32_t type) const;
    const wqlab_snap_scope* default_scope() const;
    // Of those that other rows name: pid 0 is no task.
    const wqlab_snap_task* task(int32_t pid) const;
    const wqlab_snap_runqueue* runqueue(uint32_t cpu) const;

    // The mask of where a pool's workers may run. The kernel does not use, and
    // fills with all CPUs, the cpumask of a strict pool.
    static uint32_t allowed_cpus(const wqlab_snap_pool& pool)
    {
        return pool.flags & WQLAB_POOL_STRICT ? pool.pod_cpus : pool.cpus;
    }
    // Of an unbound workqueue: of its default pool; WQLAB_NONE of another.
    uint32_t effective_cpus(const wqlab_snap_workqueue& workqueue) const;

    std::span<const wqlab_snap_pwq> pwqs_of(const wqlab_snap_workqueue& workqueue) const;
    std::span<const wqlab_snap_cpu_pwq> cpu_pwqs_of(uint32_t workqueue) const;
    uint32_t index_of(const wqlab_snap_workqueue& workqueue) const
    {
        return static_cast<uint32_t>(&workqueue - workqueues.data());
    }
};

}  // namespace wqctl
