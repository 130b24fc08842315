// SPDX-License-Identifier: GPL-2.0
#include "loaded_queue.hh"

#include "../core/text.hh"
#include "../glue/cpu.h"
#include "../glue/workqueue.h"

namespace wqlab {

Result<void> LoadedQueue::create(const WorkqueueSpec& spec, uint32_t run_id)
{
    const uint32_t cpus = wqlab_nr_cpus();
    records_ = TRY(Array<Box<CpuRecord>>::create(cpus));
    for (uint32_t cpu = 0; cpu < cpus; cpu++) {
        const int node = wqlab_cpu_node(cpu);
        records_[cpu] = TRY(Box<CpuRecord>::create_on(node));
        records_[cpu]->queued_at = TRY(Array<Counter>::create(cpus, node));
    }

    if (spec.is_system()) {
        workqueue_ = TRY(Workqueue::system(spec.system));
        Text(kernel_name_).add(spec.system);
    } else {
        Text(kernel_name_).add("wqlab").add(run_id).add("-").add(spec.name);
        kernel_name_[wqlab_wq_name_size() - 1] = '\0';
        workqueue_ = TRY(Workqueue::create(kernel_name_, spec.flags, spec.max_active));
    }
    flags_ = workqueue_.flags();
    gauges_ = TRY(Array<Gauge*>::create(cpus));
    for (uint32_t cpu = 0; cpu < cpus; cpu++)
        gauges_[cpu] = unbound() ? &running_ : &records_[cpu]->running;
    return {};
}

uint32_t LoadedQueue::max_concurrency() const
{
    uint32_t most = running_.most();
    for (const Box<CpuRecord>& record : records_)
        if (record->running.most() > most)
            most = record->running.most();
    return most;
}

}  // namespace wqlab
