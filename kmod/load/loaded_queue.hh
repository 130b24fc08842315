// SPDX-License-Identifier: GPL-2.0
// A workqueue under load: the real thing and its records for each CPU.
#pragma once

#include "../lab/workqueue.hh"
#include "record.hh"
#include "spec.hh"

namespace wqlab {

class LoadedQueue {
public:
    // The kernel sees it as wqlab<run>-<name>.
    Result<void> create(const WorkqueueSpec& spec, uint32_t run_id);

    // Destroys an own workqueue, which waits for its items; records stay.
    void retire() { workqueue_ = Workqueue(); }

    workqueue_struct* wq() const { return workqueue_.get(); }
    uint32_t flags() const { return flags_; }
    bool ordered() const { return flags_ & WQLAB_WQ_ORDERED; }
    // A power-efficient one may be made so (wq_power_efficient).
    bool unbound() const { return flags_ & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED | WQLAB_WQ_POWER_EFFICIENT); }
    // As the kernel cut it. Of a system one, the name of its variable.
    const char* kernel_name() const { return kernel_name_; }

    // A bound workqueue's limit counts for each CPU, so each has its own gauge
    // and line. An unbound one's counts for the system: all CPUs share a line
    // there, as they share the kernel's own wq_node_nr_active.
    Gauge& gauge(uint32_t cpu) { return *gauges_[cpu]; }
    uint32_t max_concurrency() const;

    CpuRecord& on(uint32_t cpu) { return *records_[cpu]; }
    const CpuRecord& on(uint32_t cpu) const { return *records_[cpu]; }
    uint32_t cpus() const { return records_.size(); }

private:
    Workqueue workqueue_;
    uint32_t flags_ = 0;
    char kernel_name_[64] = {};
    Array<Box<CpuRecord>> records_;
    Array<Gauge*> gauges_;  // by CPU
    alignas(64) Gauge running_;
};

}  // namespace wqlab
