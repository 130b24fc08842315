// SPDX-License-Identifier: GPL-2.0
// Since when a worker is at its item.
#include "../../glue/time.h"
#include "../harness/few_tries.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace busy_for {

struct ItemsBeginning {
    static constexpr Promise kPromise = {
        313,
        "",
        "worker.knows-when-its-item-began",
        "A worker that runs an item has it noted when that began, however long the machine has been up",
        "kernel/workqueue.c: process_one_work()",
        WQLAB_CHECK_SLOW,
        Fault::kSnapshotLies};

    static const wqlab_snap_worker* worker_of(Trial& t, int32_t pid)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        for (uint32_t i = 0; now && i < now->workers.size(); i++)
            if (now->workers[i].pid == pid)
                return &now->workers[i];
        return nullptr;
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kWorkerStart), "this kernel does not note when an item began");
        // It is noted in jiffies, which leave 32 bits five minutes after the start.
        while (!(wqlab_jiffies() >> 32) && !t.given_up())
            wqlab_sleep(check_bounds::kSecond);
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        const uint64_t queued = wqlab_jiffies();
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        const uint64_t began = item.last().jiffies;
        t.linger();
        const uint64_t before = wqlab_jiffies();
        const wqlab_snap_worker* worker = nullptr;
        AWAIT(t, (worker = worker_of(t, item.last().pid)) || t.decided(), "the worker that runs the item to be seen");
        const uint64_t after = wqlab_jiffies();
        if (t.decided())
            return;
        const uint64_t least = t.kernel().jiffies_to_ns(before - began);
        const uint64_t most = t.kernel().jiffies_to_ns(after - queued);
        const uint64_t ns = worker->busy_ns + (t.has_fault(Fault::kSnapshotLies) ? most + 1 : 0);
        WANT(t, ns >= least && ns <= most, "it runs for %llu ns, and not for %llu to %llu",
             static_cast<unsigned long long>(ns), static_cast<unsigned long long>(least),
             static_cast<unsigned long long>(most));
        tried_few(t, 1, "an item that began after 32 bits of jiffies");
    }
};

constexpr Check kAll[] = {
    check_of<ItemsBeginning>(),
};

}  // namespace busy_for

constinit const Group kBusyForChecks = group_of("introspection", busy_for::kAll);

}  // namespace wqlab
