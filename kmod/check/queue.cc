// SPDX-License-Identifier: GPL-2.0
#include "queue.hh"

#include "../glue/attributes.h"
#include "../glue/workqueue.h"
#include "trial.hh"

namespace wqlab {

void Queue::flush()
{
    const Trial::Doing doing(trial_, "flush_workqueue() of", name_);
    if (trial_.has_fault(Fault::kFlushReturnsEarly))
        return;
    if (trial_.has_fault(Fault::kFlushNeverReturns))
        trial_.wait([] { return false; }, "flush_workqueue()");
    wqlab_flush_workqueue(get());
}

void Queue::drain()
{
    const Trial::Doing doing(trial_, "drain_workqueue() of", name_);
    if (trial_.has_fault(Fault::kFlushReturnsEarly))
        return;
    if (trial_.has_fault(Fault::kFlushNeverReturns))
        trial_.wait([] { return false; }, "drain_workqueue()");
    wqlab_drain_workqueue(get());
}

void Queue::destroy()
{
    const Trial::Doing doing(trial_, "destroy_workqueue() of", name_);
    // The stand-in leaves it to the trial's end.
    if (!trial_.has_fault(Fault::kFlushReturnsEarly))
        trial_.destroy(*this);
}

void Queue::set_max_active(int max_active)
{
    if (!trial_.has_fault(Fault::kLimitIgnored))
        wqlab_set_max_active(get(), max_active);
}

bool Queue::congested(int cpu)
{
    return wqlab_congested(cpu, get()) != trial_.has_fault(Fault::kBusyLies);
}

int Queue::apply(const char* scope, bool strict, uint64_t cpus, int nice)
{
    const int type = wqlab_scope_of(scope);
    if (type < 0)
        return -22;
    if (trial_.has_fault(Fault::kAttributesIgnored))
        return 0;
    const wqlab_attributes attributes = {cpus, nice, type, strict};
    const Trial::Doing doing(trial_, "apply_workqueue_attrs() of", name_);
    return wqlab_attributes_apply(get(), &attributes);
}

}  // namespace wqlab
