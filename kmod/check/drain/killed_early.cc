// SPDX-License-Identifier: GPL-2.0
// Who is killed before a workqueue that is made for him, or an item on each CPU, has anything of a CPU's.
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
    void let_go() { __atomic_store_n(&enough, true, __ATOMIC_RELEASE); }
};

// One act while he has it. False: decided.
template <typename Act>
bool while_held(Trial& t, mutex* lock, Act act)
{
    Holder* const holder = t.own<Holder>();
    if (!holder)
        return false;
    *holder = {lock, false, false};
    Actor& actor = t.actor("who has the lock of per-CPU memory", Kthread::kAnyCpu, [holder] { holder->hold(); });
    while (!__atomic_load_n(&holder->holds, __ATOMIC_ACQUIRE) && !actor.done() && !t.given_up())
        wqlab_sleep(100'000);
    act(*holder);
    holder->let_go();
    return t.wait([&] { return actor.done(); }, "the lock to be free");
}

inline mutex* lock_of_memory() { return reinterpret_cast<mutex*>(wqlab_symbol("pcpu_alloc_mutex")); }

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
        workqueue_struct* wq = nullptr;
        const bool went_well = while_held(t, lock, [&](Holder& holder) {
            watch.track();
            {
                const Killed killed;
                wq = wqlab_wq_create("wqlab-c451", flags, flags & WQLAB_WQ_ORDERED ? 1 : 0);
            }
            holder.let_go();
            if (wq)
                wqlab_wq_destroy(wq);
            watch.rest();
        });
        return went_well && !wq;
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kTries = 5;
        mutex* const lock = lock_of_memory();
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

struct CallsNobody {
    static constexpr Promise kPromise = {
        458,
        "",
        "queue.each-cpu-killed-early-calls-nobody",
        "Who is killed while schedule_on_each_cpu() gets memory for its items is told so by -ENOMEM, and the function "
        "is called on no CPU",
        "kernel/workqueue.c: schedule_on_each_cpu()",
        WQLAB_CHECK_MEMORY,
        Fault::kResultLies};

    static inline uint32_t calls = 0;
    static inline uint32_t inside = 0;  // threads, also of a trial that was given up
    static void count(work_struct*) { __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED); }

    // Where it is not refused it waits for each CPU. So it is in a thread of its own, which is there before the lock is
    // held.
    struct Caller {
        uintptr_t function;
        Gate* begin;
        unsigned long result;
        uint32_t more;
        bool called;

        void call(const Trial& t)
        {
            begin->pass();
            if (t.given_up() || t.ending())
                return;
            __atomic_add_fetch(&inside, 1, __ATOMIC_ACQ_REL);
            const uint32_t before = __atomic_load_n(&calls, __ATOMIC_RELAXED);
            {
                const Killed killed;
                called = wqlab_call(function, reinterpret_cast<unsigned long>(count), 0, 0, &result);
            }
            more = __atomic_load_n(&calls, __ATOMIC_RELAXED) - before;
            __atomic_sub_fetch(&inside, 1, __ATOMIC_ACQ_REL);
        }
    };

    static void run(Trial& t)
    {
        constexpr uint32_t kTries = 5;
        mutex* const lock = lock_of_memory();
        const uintptr_t function = wqlab_symbol("schedule_on_each_cpu");
        SKIP_UNLESS(t, lock && function,
                    "this kernel does not show schedule_on_each_cpu(), or the lock of per-CPU memory");
        SKIP_UNLESS(t, __atomic_load_n(&inside, __ATOMIC_ACQUIRE) == 0, "a call of before has not returned");
        bool refused = false;
        for (uint32_t i = 0; i < kTries && !refused && !t.decided(); i++) {
            Caller* const caller = t.own<Caller>();
            if (!caller)
                return;
            *caller = {function, &t.gate(), 0, 0, false};
            const Actor& actor = t.actor("caller", Kthread::kAnyCpu, [caller, &t] { caller->call(t); });
            const bool went_well = while_held(t, lock, [&](Holder&) {
                caller->begin->open();
                t.wait([&] { return actor.done(); }, "schedule_on_each_cpu() to return");
            });
            if (!went_well || t.decided())
                return;
            SKIP_UNLESS(t, caller->called, "kprobes are disarmed, so the kernel can't be called");
            const int error = static_cast<int>(caller->result) + t.has_fault(Fault::kResultLies);
            refused = error != 0;
            WANT(t, !refused || (error == -number(Errno::kNoMemory) && caller->more == 0),
                 "it returned %d, and the function was called %u times", error, caller->more);
        }
        SKIP_UNLESS(t, refused || t.decided(), "the machine is so slow that the lock was free again each time");
    }
};

constexpr Check kAll[] = {
    check_of<GivesBack>(),
    check_of<CallsNobody>(),
};

}  // namespace killed_early

constinit const Group kKilledEarlyChecks = group_of("drain", killed_early::kAll);

}  // namespace wqlab
