// SPDX-License-Identifier: GPL-2.0
#include "company.hh"

#include "../../glue/attributes.h"
#include "../../glue/cpu.h"

namespace wqlab {

bool Company::create(const Queue& queue)
{
    // What the choice of the pools depends on. An ordered workqueue uses those of any unbound one.
    constexpr uint32_t kOfPools = WQLAB_WQ_UNBOUND | WQLAB_WQ_HIGHPRI | WQLAB_WQ_BH;
    const uint32_t flags = queue.shape().flags & WQLAB_WQ_ORDERED ? uint32_t{WQLAB_WQ_UNBOUND}
                                                                  : queue.shape().flags & kOfPools;
    Result<Workqueue> twin = Workqueue::create("wqlab-company", flags, 0);
    Result<Array<Guest>> guests = Array<Guest>::create(wqlab_nr_cpus());
    if (!twin.ok() || !guests.ok())
        return false;
    twin_ = twin.take();
    guests_ = guests.take();
    if (const wqlab_attributes* attributes = queue.attributes())
        wqlab_attributes_apply(twin_.get(), attributes);
    return true;
}

void Company::come()
{
    for (uint32_t cpu = 0; cpu < guests_.size(); cpu++)
        if (wqlab_cpu_online(cpu))
            guests_[cpu].queue_on(twin_.get(), cpu);
}

}  // namespace wqlab

void wqlab_company(work_struct*) {}
