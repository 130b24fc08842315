// SPDX-License-Identifier: GPL-2.0
// An item that a workqueue is to refuse.
#pragma once

#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/trial.hh"

namespace wqlab {

// Of its own, and not the trial's: on a kernel that leaves what it has refused pending, cancelling it would never end.
class Stray {
public:
    void init()
    {
        runs_ = 0;
        wqlab_work_init(work_.get(), WQLAB_WORK_PLAIN, count);
    }
    // cpu: -1: any.
    bool queue_on(workqueue_struct* wq, int cpu) { return wqlab_queue_bare_on(wq, work_.get(), cpu); }
    bool pending() { return wqlab_work_pending(work_.get()); }
    uint32_t runs() const { return __atomic_load_n(&runs_, __ATOMIC_ACQUIRE); }
    static uintptr_t function() { return reinterpret_cast<uintptr_t>(count); }

private:
    static void count(work_struct* work)
    {
        __atomic_add_fetch(&reinterpret_cast<Stray*>(work)->runs_, 1, __ATOMIC_RELEASE);
    }

    Opaque<work_struct, WQLAB_SIZEOF_WORK> work_;  // first: count() finds the rest behind it
    uint32_t runs_;
};

}  // namespace wqlab
