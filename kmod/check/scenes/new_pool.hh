// SPDX-License-Identifier: GPL-2.0
// A pool in which nothing has run yet: it has the one worker that it was made with, and where something has run it has
// two.
#pragma once

#include "../../glue/workqueue.h"
#include "look.hh"

namespace wqlab {

// Gives the workqueue, of which nothing has been queued yet, a nice value with which that CPU's pool is new. The
// scope that is named; before there were scopes, none. 0: the trial is decided.
inline int take_new_pool(Trial& t, Queue& wq, const char* scope, uint32_t cpu)
{
    const char* asked = wqlab_lacks() & WQLAB_LACK_SCOPES ? "default" : scope;
    for (int nice = Queue::kPrivateNice + 1; nice <= 19 && !t.decided(); nice++) {
        if (const int error = wq.apply(asked, false, 0, nice))
            t.skip("attributes can't be set: error %d", -error);
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
        const int32_t most = t.has_fault(Fault::kSnapshotLies) ? 2 : 1;  // it tells of one more
        if (pool && pool->nr_workers <= most)
            return t.decided() ? 0 : nice;
    }
    t.skip("no pool is new");
    return 0;
}

}  // namespace wqlab
