// SPDX-License-Identifier: GPL-2.0
// What the kernel says of items that do what they must not.
#include "../../glue/context.h"
#include "../../glue/inspect.h"
#include "../../glue/symbols.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"

namespace wqlab {

namespace misuse {

struct LeaksAreReported {
    static constexpr Promise kPromise = {
        97,
        "",
        "misuse.leak-is-reported",
        "An item that returns with preemption off is reported, and the next one on that worker is not blamed",
        "kernel/workqueue.c: process_one_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    struct Leak {
        Gate* gate;
        bool armed;     // the next item is queued
        int32_t pid;    // of who leaks
        bool repaired;  // by the next item, on the same worker
        Opaque<work_struct, WQLAB_SIZEOF_WORK> before;
    };

    static int32_t current_pid()
    {
        const wqlab_context context = wqlab_current();
        return context.pid;
    }

    static void leak(TestItem&, void* argument)
    {
        Leak& leak = *static_cast<Leak*>(argument);
        leak.gate->pass();
        if (!__atomic_load_n(&leak.armed, __ATOMIC_ACQUIRE))
            return;
        leak.pid = current_pid();
        wqlab_preempt_disable();
    }

    // On another worker there is nothing to repair, and the first schedule() of the one that leaks ends it.
    static void repair(TestItem&, void* argument)
    {
        Leak& leak = *static_cast<Leak*>(argument);
        leak.repaired = leak.pid == current_pid();
        if (leak.repaired)
            wqlab_preempt_enable();
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_preempt_is_counted(), "this kernel does not count preemption");
        SKIP_UNLESS(t, t.fault() == Fault::kNone || t.fault() == Fault::kLogIsSilent,
                    "a stand-in may lose the item that repairs");
        SKIP_UNLESS(t, !wqlab_atomic_sleep_is_reported(),
                    "with DEBUG_ATOMIC_SLEEP the worker's cond_resched() is reported, too");
        Leak* state = t.own<Leak>();
        if (!state)
            return;
        *state = {};
        state->gate = &t.gate();
        const KernelLog<LinesWith> log(t, "workqueue leaked");
        // The first words are those of kernels before 6.9.
        const KernelLog<LinesWith> once(t, "last function: wqlab_test_item"), by_name(t, "workfn=wqlab_test_item");
        // The end of the first activates the second and kicks nobody, since the
        // worker is there: it takes it before it sleeps. In the pool there is
        // nobody else's item that could come between and sleep.
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"});
        // So that what its worker ran before is something else.
        wqlab_work_init(state->before.get(), WQLAB_WORK_PLAIN, [](work_struct*) {});
        if (!wq.get())
            return;
        wqlab_queue_bare_on(wq.get(), state->before.get(), -1);
        wq.flush();
        TestItem& first = t.item("the item that leaks").on_run(leak, state);
        TestItem& second = t.item("the item that repairs it").on_run(repair, state);
        first.queue(wq);
        AWAIT(t, first.started() == 1, "the item to start");
        __atomic_store_n(&state->armed, second.queue(wq), __ATOMIC_RELEASE);
        state->gate->open();
        AWAIT(t, second.ended() == 1, "the next item to run");
        wq.flush();
        WANT(t, log.count() >= 1, "it was not reported");
        WANT(t, !state->repaired || log.count() == 1, "of one item that leaks there were %u reports", log.count());
        WANT(t, once.count() + by_name.count() >= 1, "the function that leaks was not named");
    }
};

struct ReinitialisingIsReported {
    static constexpr Promise kPromise = {
        129,
        "",
        "misuse.reinitialising-is-reported",
        "With DEBUG_OBJECTS_WORK, INIT_WORK() of a pending item is reported, and takes it off the workqueue first",
        "kernel/workqueue.c: work_fixup_init()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kBusyLies};

    struct Raw {
        Opaque<work_struct, WQLAB_SIZEOF_WORK> work;  // first: the function finds the rest behind it
        uint32_t runs;
    };

    static void count(work_struct* work)
    {
        __atomic_add_fetch(&reinterpret_cast<Raw*>(work)->runs, 1, __ATOMIC_RELAXED);
    }

    // Of what kind the kernel has it depends on the kernel; its first byte says it.
    static uint8_t variable(const char* name)
    {
        uint8_t value = 0;
        const uintptr_t at = wqlab_symbol(name);
        return at && wqlab_peek(&value, at, sizeof(value)) ? value : 0;
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_work_is_tracked(), "this kernel is built without DEBUG_OBJECTS_WORK");
        // Off, it would corrupt the list that the item is on.
        SKIP_UNLESS(t, variable("debug_objects_enabled"), "the kernel has given up tracking objects");
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        TestItem& front = t.item("the item in front", TestItem::Body::kGate);
        Raw* raw = t.own<Raw>();
        if (!raw || !wq.get())
            return;
        raw->runs = 0;
        wqlab_work_init(raw->work.get(), WQLAB_WORK_PLAIN, count);
        front.queue_on(wq, cpu);
        AWAIT(t, front.started() == 1, "the item in front to start");
        wqlab_queue_bare_on(wq.get(), raw->work.get(), static_cast<int>(cpu));
        // Only the first five reports go to the log; all are counted.
        const uint8_t before = variable("debug_objects_warnings");
        wqlab_work_init(raw->work.get(), WQLAB_WORK_PLAIN, count);
        const uint8_t reports = static_cast<uint8_t>(variable("debug_objects_warnings") - before);
        const bool pending = wqlab_work_pending(raw->work.get()) != t.has_fault(Fault::kBusyLies);
        const bool held = wqlab_congested(static_cast<int>(cpu), wq.get());
        front.open();
        wq.flush();
        WANT(t, reports == 1, "of one INIT_WORK() there were %u reports", reports);
        WANT(t, !pending && !held, "the item is pending, or still on the workqueue");
        WANT(t, raw->runs == 0, "the item ran");
        WANT(t, wqlab_queue_bare_on(wq.get(), raw->work.get(), static_cast<int>(cpu)), "it can't be queued afterwards");
        wq.flush();
        WANT(t, raw->runs == 1, "queued afterwards it ran %u times", raw->runs);
    }
};

constexpr Check kAll[] = {
    check_of<LeaksAreReported>(),
    check_of<ReinitialisingIsReported>(),
};

}  // namespace misuse

constinit const Group kMisuseChecks = group_of("misuse", misuse::kAll);

}  // namespace wqlab
