// SPDX-License-Identifier: GPL-2.0
// For what is held back no rescuer is called.
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace called_no_more {

struct HeldBackIsNotCalledFor {
    static constexpr Promise kPromise = {
        336,
        "",
        "rescuer.not-called-for-what-is-held-back",
        "A rescuer that leaves a CPU where workers still can't be made is called no more while all that is left of its "
        "workqueue there is held back by max_active; what a worker runs and has next is not counted with what it ran",
        "kernel/workqueue.c: rescuer_thread(), assign_rescuer_work(), assign_work(), pool_mayday_timeout(), "
        "mayday_cursor",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kPwqStats), "this kernel does not count calls");
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& plain = t.queue({.max_active = 512});
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .max_active = 3});
        Gate &gate = t.gate(), &first_gate = t.gate();
        TestItem& first = t.item("the item that a worker runs").on_run(sleep_at, &first_gate);
        TestItem& helped = t.item("the item that the rescuer runs").on_run(sleep_at, &gate);
        TestItem& held = t.item("the item that is held back");
        first.queue_on(saved, cpu);
        AWAIT(t, first.started() == 1, "an item to start");
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, plain, cpu))
            return;
        // It is that worker's, who is asleep.
        kernel::queue_on(t, saved, first, static_cast<int>(cpu));
        helped.queue_on(saved, cpu);
        held.queue_on(saved, cpu);
        AWAIT(t, helped.started() == 1, "the rescuer to help");
        SKIP_UNLESS(t, !is_other_worker(helped.last().command), "a worker became free, or threads ended meanwhile");
        WANT(t, is_rescuer(helped.last().command), "an item ran in %s, and not in the rescuer", helped.last().command);
        saved.set_max_active(1);
        gate.open();
        AWAIT(t, helped.ended() == 1, "the rescuer's item to end");
        // While it is leaving it may be called once more.
        wqlab_sleep(500'000'000);
        const uint64_t before = stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY);
        wqlab_sleep(1'000'000'000);
        const uint64_t calls = stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY) - before;
        if (t.decided())
            return;
        WANT(t, held.started() == 0, "max_active is 1, and a second item started");
        WANT(t, calls <= 2, "with nothing left to run the rescuer was called %llu times in a second",
             static_cast<unsigned long long>(calls));
        const uint64_t rescued = stat_of(t, saved, WQLAB_PWQ_STAT_RESCUED);
        scarce.end();
        first_gate.open();
        AWAIT(t, first.ended() == 2, "the item that a worker runs to run again");
        WANT(t, first.execution(0).pid == first.execution(1).pid, "it ran again in another one than its worker");
        // Before Linux 6.6 it is counted, and then left to its worker.
        WANT(t, rescued == 1 || wqlab_lacks() & WQLAB_LACK_SCOPES || t.decided(),
             "of one item that the rescuer ran %llu are counted", static_cast<unsigned long long>(rescued));
    }
};

constexpr Check kAll[] = {
    check_of<HeldBackIsNotCalledFor>(WQLAB_LACK_COUNTERS),
};

}  // namespace called_no_more

constinit const Group kCalledNoMoreChecks = group_of("reclaim", called_no_more::kAll);

}  // namespace wqlab
