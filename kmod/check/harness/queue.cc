// SPDX-License-Identifier: GPL-2.0
#include "queue.hh"

#include "trial.hh"

namespace wqlab {

void Queue::flush() { trial_.api().flush_workqueue(trial_, *this); }

void Queue::drain() { trial_.api().drain(trial_, *this); }

void Queue::destroy() { trial_.api().destroy(trial_, *this); }

void Queue::set_max_active(int max_active) { trial_.api().set_max_active(trial_, *this, max_active); }

bool Queue::congested(int cpu) { return trial_.api().congested(trial_, *this, cpu); }

int Queue::apply(const char* scope, bool strict, uint64_t cpus, int nice)
{
    const int type = wqlab_scope_of(scope);
    if (type < 0) {
        trial_.skip_without(WQLAB_LACK_SCOPES);
        return -number(Errno::kInvalid);
    }
    const wqlab_attributes attributes = {cpus, nice, type, strict};
    const int error = trial_.api().apply(trial_, *this, attributes);
    trial_.goes_on();
    if (!error) {
        attributes_ = attributes;
        has_attributes_ = true;
    }
    return error;
}

}  // namespace wqlab
