// SPDX-License-Identifier: GPL-2.0
// Items that keep a hanging trial's items company. Where a pool has items on
// its worklist of which nobody was told (39b), the next one that is queued
// there makes all of them go on.
#pragma once

#include "../../core/memory.hh"
#include "../../glue/work.h"
#include "../../lab/work_item.hh"
#include "../../lab/workqueue.hh"
#include "queue.hh"

extern "C" void wqlab_company(work_struct* work);

namespace wqlab {

// An item on each CPU, of another workqueue than the trial's: that may be
// drained or destroyed just now, and takes none.
class Company {
public:
    // Of a workqueue with the same pools. False: there is no memory.
    bool create(const Queue& queue);
    // Queues those that have run; not for a CPU that has gone, where a BH item would wait for the CPU's return.
    void come();

private:
    struct Guest : WorkItem<Guest> {
        Guest() : WorkItem(WQLAB_WORK_PLAIN, wqlab_company) {}
    };

    Array<Guest> guests_;
    // After the guests, so that it ends before them and runs those that are queued.
    Workqueue twin_;
};

}  // namespace wqlab
