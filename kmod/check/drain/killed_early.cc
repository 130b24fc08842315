// SPDX-License-Identifier: GPL-2.0
// Who is killed before a workqueue that is made for him has anything of a CPU's.
#include "../../glue/symbols.h"
#include "../../glue/sync.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/kept_memory.hh"
#include "../scenes/killed_thread.hh"

namespace wqlab {

namespace killed_early {

// Per-CPU memory is handed out under one lock, for which who is killed does not wait. The machine has to, whoever forks
// too: somebody sleeps while he has it, for a moment, and depends on nobody.
struct Holder {
    mutex* lock;
    bool holds, enough;

    void hold()
    {
        constexpr uint32_t kMost = 10;  // ms
        wqlab_mutex_lock(lock);
        __atomic_store_n(&holds, true, __ATOMIC_RELEASE);
        for (uint32_t i = 0; i < kMost && !__atomic_load_n(&enough, __ATOMIC_ACQUIRE); i++)
            wqlab_sleep(1'000'000);
        wqlab_mutex_unlock(lock);
    }
};

struct GivesBack {
    static constexpr Promise kPromise = {
        451,
        "",
        "alloc.killed-early-gives-back-its-memory",
        "Who is killed while a workqueue is made for him, before there is anything of it for a CPU, is given none, and "
        "all of it is freed",
        "kernel/workqueue.c: alloc_workqueue(), alloc_and_link_pwqs()",
        WQLAB_CHECK_MEMORY,
        Fault::kFlushReturnsEarly};

    // Whether he was refused. Without the lock he is given one: none of its threads has to be made.
    static bool is_refused(Trial& t, mutex* lock, uint32_t flags, leaks::Watch& watch)
    {
        Holder* const holder = t.own<Holder>();
        if (!holder)
            return false;
        *holder = {lock, false, false};
        Actor& actor = t.actor("who has the lock of per-CPU memory", Kthread::kAnyCpu, [holder] { holder->hold(); });
        while (!__atomic_load_n(&holder->holds, __ATOMIC_ACQUIRE) && !actor.done() && !t.given_up())
            wqlab_sleep(100'000);
        workqueue_struct* wq;
        watch.track();
        {
            const Killed killed;
            wq = wqlab_wq_create("wqlab-c451", flags, flags & WQLAB_WQ_ORDERED ? 1 : 0);
        }
        __atomic_store_n(&holder->enough, true, __ATOMIC_RELEASE);
        if (wq)
            wqlab_wq_destroy(wq);
        watch.rest();
        return t.wait([&] { return actor.done(); }, "the lock to be free") && !wq;
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kTries = 5;
        mutex* const lock = reinterpret_cast<mutex*>(wqlab_symbol("pcpu_alloc_mutex"));
        SKIP_UNLESS(t, lock, "this kernel does not show the lock of per-CPU memory");
        leaks::Kept* const kept = t.own<leaks::Kept>();
        if (!kept)
            return;
        leaks::Watch watch(*kept);
        SKIP_UNLESS(t, watch.attached(), "allocations can't be watched here");
        uint32_t refused = 0;
        for (const uint32_t flags : {0u, uint32_t{WQLAB_WQ_UNBOUND}, uint32_t{WQLAB_WQ_ORDERED}})
            for (uint32_t i = 0; i < kTries && !t.decided(); i++)
                if (is_refused(t, lock, flags, watch)) {
                    refused++;
                    break;
                }
        watch.track();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        wq.destroy();
        watch.rest();
        if (t.decided())
            return;
        SKIP_UNLESS(t, refused, "the machine is so slow that the lock was free again each time");
        t.note("of three kinds of workqueues %u were refused", refused);
        leaks::await_freed(t, *kept, leaks::is_of_workqueues, "what was allocated for workqueues to be freed");
    }
};

constexpr Check kAll[] = {
    check_of<GivesBack>(),
};

}  // namespace killed_early

constinit const Group kKilledEarlyChecks = group_of("drain", killed_early::kAll);

}  // namespace wqlab
