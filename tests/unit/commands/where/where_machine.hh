// SPDX-License-Identifier: GPL-2.0
// A made-up machine of 8 CPUs: 2 nodes of 2 cores of 2 threads, with the pools
// and workqueues that a test puts there.
#pragma once

#include <string>
#include <vector>

#include "commands/where/where.hh"

class WhereMachine {
public:
    enum Scope : uint32_t { kDefault, kCpu, kSmt, kCache, kNuma, kSystem };

    explicit WhereMachine(const wqctl::CpuList& online = {0, 1, 2, 3, 4, 5, 6, 7},
                          const wqctl::CpuList& possible = {0, 1, 2, 3, 4, 5, 6, 7});

    struct Unbound {
        uint32_t scope = kDefault;
        bool strict = false;
        wqctl::CpuList cpus = {0, 1, 2, 3, 4, 5, 6, 7};
        uint32_t flags = 0;
        int nr_active = 0;
        int max_active = 16;
    };

    // Workqueues, with a pwq for each CPU as the kernel makes them; their index.
    uint32_t add_bound(const std::string& name, uint32_t flags = 0);
    uint32_t add_unbound(const std::string& name, const Unbound& attrs);
    uint32_t add_ordered(const std::string& name);

    // What was added is as Linux 6.1 has it: no pods, and max_active is each pwq's. Call it last.
    void become_old();

    // An idle worker goes to the end of its pool's list of idle ones.
    wqlab_snap_worker& add_idle(int32_t pool, int32_t pid);
    // It runs an item of the workqueue, whose pwq for the CPU leads to its pool.
    wqlab_snap_worker& add_busy(uint32_t workqueue, uint32_t cpu, int32_t pid, uint64_t work,
                                const std::string& function);
    void add_work(int32_t pool, uint64_t identity, uint32_t state);

    wqlab_snap_pool& pool_of(uint32_t workqueue, uint32_t cpu);
    wqlab_snap_pwq& pwq_of(uint32_t workqueue, uint32_t cpu);
    void restrict_unbound(const wqctl::CpuList& cpus) { snapshot.head.unbound_cpus = mask(cpus); }

    // From one CPU, which must be the only answer.
    wqctl::WhereAnswer ask(wqctl::WhereQuestion question, uint32_t from) const;

    uint32_t mask(const wqctl::CpuList& cpus);
    uint32_t string(const std::string& text);

    wqctl::Snapshot snapshot;

private:
    int32_t add_pool(int32_t cpu, int nice, uint32_t flags);
    int32_t unbound_pool(const wqctl::CpuList& pod, const wqctl::CpuList& cpus, bool strict);
    wqlab_snap_workqueue& add_workqueue(const std::string& name, uint32_t flags);
    uint32_t add_pwq(uint32_t workqueue, int32_t pool);

    wqctl::CpuList online_;
    wqctl::CpuList possible_;
    int32_t bound_pools_[2][8] = {};
    int32_t bh_pools_[2][8] = {};
};

// Whether any step names the function and says the text.
bool says(const wqctl::WhereAnswer& answer, const std::string& function, const std::string& text = "");
