// SPDX-License-Identifier: GPL-2.0
#include "queue.hh"

#include "../glue/attributes.h"
#include "../glue/workqueue.h"
#include "trial.hh"

namespace wqlab {

void Queue::flush()
{
    const Calls::Scope in(trial_.calls(), Call::kFlushWorkqueue, name_);
    if (trial_.has_fault(Fault::kFlushReturnsEarly))
        return;
    if (trial_.has_fault(Fault::kFlushNeverReturns))
        trial_.wait([] { return false; }, "flush_workqueue()");
    if (trial_.has_fault(Fault::kFlushHangs))
        trial_.hang();
    wqlab_flush_workqueue(get());
}

void Queue::drain()
{
    const Calls::Scope in(trial_.calls(), Call::kDrainWorkqueue, name_);
    if (trial_.has_fault(Fault::kFlushReturnsEarly))
        return;
    if (trial_.has_fault(Fault::kFlushNeverReturns))
        trial_.wait([] { return false; }, "drain_workqueue()");
    if (trial_.has_fault(Fault::kDrainHangs))
        trial_.hang();
    wqlab_drain_workqueue(get());
}

void Queue::destroy()
{
    const Calls::Scope in(trial_.calls(), Call::kDestroyWorkqueue, name_);
    if (trial_.has_fault(Fault::kDrainHangs))
        trial_.hang();
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
    const Calls::Scope in(trial_.calls(), Call::kApplyAttributes, name_);
    const int error = wqlab_attributes_apply(get(), &attributes);
    if (!error) {
        attributes_ = attributes;
        has_attributes_ = true;
    }
    return error;
}

}  // namespace wqlab
