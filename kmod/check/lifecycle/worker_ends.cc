// SPDX-License-Identifier: GPL-2.0
// Where a worker is when it ends.
#include "../../glue/thread.h"
#include "../../glue/time.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace worker_ends {

struct EndsElsewhere {
    static constexpr Promise kPromise = {
        344,
        "",
        "workers.end-where-unbound-ones-may-run",
        "A worker of a CPU's strict pool that is to end, because the pool goes, may do so wherever unbound workqueues "
        "may run, and does not need its CPU for that",
        "kernel/workqueue.c: put_unbound_pool(), detach_dying_workers(), detach_worker(), unbind_worker()",
        0,
        Fault::kQueueElsewhere};

    struct Thread {
        task_struct* const task;
        ~Thread()
        {
            if (task)
                wqlab_thread_put(task);
        }
    };

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpu = last_of(allowed);
        const uint64_t bit = uint64_t{1} << cpu;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true});
        TestItem& item = t.item("the item");
        item.queue_on(wq, cpu);
        AWAIT(t, item.ended() == 1, "an item to run");
        // It is idle now, and stays, to be looked at when it has ended.
        const Thread worker{wqlab_thread_get(item.last().pid)};
        SKIP_UNLESS(t, worker.task, "the worker's thread can't be seen");
        SKIP_UNLESS(t, t.fault() != Fault::kNone || wqlab_thread_cpus(worker.task) == bit,
                    "a worker of a strict pool may run on other CPUs, too");
        wq.destroy();
        AWAIT(t, wqlab_thread_has_ended(worker.task), "the worker of a pool that has gone to end");
        const uint64_t last = wqlab_thread_cpus(worker.task);
        SKIP_UNLESS(t, unbound_cpus(t) == allowed, "the CPUs of unbound workqueues were changed meanwhile");
        WANT(t, (last & allowed) == allowed, "a worker of CPU %u ended where it could run on %llx, not on %llx", cpu,
             static_cast<unsigned long long>(last), static_cast<unsigned long long>(allowed));
    }
};

constexpr Check kAll[] = {
    check_of<EndsElsewhere>(WQLAB_LACK_SCOPES),
};

}  // namespace worker_ends

constinit const Group kWorkerEndChecks = group_of("lifecycle", worker_ends::kAll);

}  // namespace wqlab
