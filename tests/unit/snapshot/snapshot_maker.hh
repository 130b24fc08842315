// SPDX-License-Identifier: GPL-2.0
// Made-up snapshots, grown a workqueue, a pool and a worker at a time.
#pragma once

#include <string>
#include <vector>

#include "snapshot/snapshot.hh"

class SnapshotMaker {
public:
    struct Pwq {
        uint64_t identity = 0;
        uint64_t started = 0;
        uint64_t completed = 0;
        uint64_t cpu_us = 0;
        int32_t active = 0;
        uint32_t inactive = 0;
        uint64_t hogs = 0;
        int32_t pool = 0;
    };

    explicit SnapshotMaker(uint64_t time_ns = 1'000'000'000);

    uint32_t string(const std::string& text);
    uint32_t mask(uint64_t cpus);
    // Their indices.
    uint32_t workqueue(uint64_t identity, const std::string& name, uint32_t flags, const std::vector<Pwq>& pwqs,
                       const std::string& symbol = "");
    void pool(int32_t id, int32_t cpu, uint64_t since_progress_ns = WQLAB_NEVER);
    void busy_worker(int32_t pid, int32_t pool, uint32_t workqueue, const std::string& function, uint64_t busy_ns,
                     uint32_t flags = WQLAB_WORKER_ON_CPU);
    void idle_worker(int32_t pid, int32_t pool, uint64_t idle_ns);
    void work(int32_t pool, uint32_t workqueue, const std::string& function, uint32_t state = WQLAB_WORK_PENDING);
    void hog(const std::string& function, uint64_t count);

    wqctl::Snapshot snapshot;
};
