// SPDX-License-Identifier: GPL-2.0
// What the kernel tells when there is no thread for a worker or a rescuer.
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/killed_thread.hh"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace no_thread {

struct IsTold {
    static constexpr Promise kPromise = {
        300,
        "",
        "log.no-thread-is-told",
        "When a thread for a worker can't be made it is told in the log once; when one for a rescuer can't, with the "
        "workqueue's name, and there is no such workqueue",
        "kernel/workqueue.c: create_worker(), init_rescuer(), alloc_workqueue()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_MEMORY,
        Fault::kLogIsSilent};

    // Nobody is idle, and items wait for a worker.
    static bool is_starved(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
        return pool && pool->nr_idle == 0 && pool->nr_pending;
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& plain = t.queue({.max_active = 512});
        const KernelLog<LinesWith> of_workers(t, "Failed to create a worker thread: ");
        const KernelLog<LinesWith> of_rescuers(t, "Failed to create a rescuer kthread for wq \"wqlab-c300\"");
        if (!hear_again(t))
            return;
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, plain, cpu))
            return;
        AWAIT(t, of_workers.count() || t.decided() || !is_starved(t, plain, cpu), "the kernel to tell of no worker");
        workqueue_struct* const saved = wqlab_wq_create("wqlab-c300", WQLAB_WQ_MEM_RECLAIM, 0);
        const uint32_t workers = of_workers.count(), rescuers = of_rescuers.count();
        if (saved)
            wqlab_wq_destroy(saved);
        scarce.end();
        if (t.decided())
            return;
        SKIP_UNLESS(t, workers || t.has_fault(Fault::kLogIsSilent), "threads ended meanwhile, and so there was one");
        WANT(t, workers == 1, "of no thread for a worker it was told %u times", workers);
        SKIP_UNLESS(t, !saved || rescuers, "threads ended meanwhile, and so there was one");
        WANT(t, rescuers == 1, "of no thread for a rescuer it was told %u times", rescuers);
        WANT(t, !saved, "without its rescuer the workqueue was made");
    }
};

struct InterruptedIsTold {
    static constexpr Promise kPromise = {
        351,
        "",
        "log.interrupted-worker-is-told",
        "That the making of a worker was interrupted, because who needs it was killed, is told in the log each time, "
        "with the worker's name, and not as a failure",
        "kernel/workqueue.c: create_worker()",
        0,
        Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        constexpr uint32_t kWanted = 2;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        if (t.decided())
            return;
        const KernelLog<LinesWith> log(t, "Interrupted when creating a worker thread \"kworker/u");
        const KernelLog<LinesWith> failures(t, "Failed to create a worker thread: -EINTR");
        uint32_t refused = 0;
        // A thread may have been made before anybody looked who was killed; and then there is such a pool.
        for (int nice = Queue::kPrivateNice + 1; nice <= 19 && refused < kWanted && !t.decided(); nice++) {
            int error;
            {
                const Killed killed;
                error = wq.apply("default", false, 0, nice);
            }
            refused += error != 0;
            SKIP_UNLESS(t, error != -number(Errno::kNotSupported), "attributes can't be set here");
            WANT(t, error == 0 || error == -number(Errno::kNoMemory), "it gave error %d", -error);
        }
        if (t.decided())
            return;
        SKIP_UNLESS(t, refused, "threads are made so fast that nobody was refused");
        WANT(t, log.count() == refused, "of %u workers whose making was interrupted it was told %u times", refused,
             log.count());
        WANT(t, failures.count() == 0, "that the making of a worker was interrupted was told as a failure");
    }
};

constexpr Check kAll[] = {
    // Before 6.3 it was not told.
    check_of<IsTold>(WQLAB_LACK_SCOPES),
    check_of<InterruptedIsTold>(WQLAB_LACK_SCOPES),
};

}  // namespace no_thread

constinit const Group kNoThreadChecks = group_of("misuse", no_thread::kAll);

}  // namespace wqlab
