// SPDX-License-Identifier: GPL-2.0
// Functions that have something called in process context, here or on another CPU.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/trace.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/delayed.hh"
#include "../scenes/events.hh"

namespace wqlab {

namespace process_context {

struct WorkOnCpuReturnsLong {
    static constexpr Promise kPromise = {141,
                                         "",
                                         "queue.work-on-cpu-returns-a-long",
                                         "work_on_cpu() and work_on_cpu_safe() give the function its argument, in a "
                                         "worker, also if called on that CPU, and return all of the long that it "
                                         "returned",
                                         "kernel/workqueue.c: work_on_cpu_key(), work_for_cpu_fn()",
                                         0,
                                         Fault::kResultLies};

    struct Call {
        long wanted;
        bool in_task;
        work_struct* current;
        int32_t nice;
        uint32_t cpu;
    };

    static long answer(void* argument)
    {
        Call& call = *static_cast<Call*>(argument);
        const wqlab_context context = wqlab_current();
        call.in_task = wqlab_in_task();
        call.current = wqlab_current_work();
        call.nice = context.nice;
        call.cpu = context.cpu;
        return call.wanted;
    }

    static void judge(Trial& t, const char* name, uint32_t cpu, const Call& call)
    {
        WANT(t, call.cpu == cpu && call.in_task && call.current && call.nice == 0,
             "%s for CPU %u called the function on CPU %u, in %s, at nice %d", name, cpu, call.cpu,
             call.current ? "a worker" : "no worker", call.nice);
    }

    static void run(Trial& t)
    {
        constexpr long kLong = sizeof(long) > 4 ? 0x123456789abcdefL : 0x1234567L;
        constexpr long kValues[] = {0,     -1,     -22,          0x7fffffffL,      -0x7fffffffL - 1,
                                    kLong, -kLong, __LONG_MAX__, -__LONG_MAX__ - 1};
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Call* call = t.own<Call>();
        if (!call)
            return;
        for (auto* const function : {wqlab_work_on_cpu, wqlab_work_on_cpu_safe}) {
            const char* const name = function == wqlab_work_on_cpu ? "work_on_cpu()" : "work_on_cpu_safe()";
            for (const long value : kValues) {
                *call = {value, false, nullptr, 1, 0};
                const long whole = function(cpu, answer, call);
                const long got = t.has_fault(Fault::kResultLies) ? static_cast<int>(whole) : whole;
                WANT(t, got == value, "of a function that returned %ld %s returned %ld", value, name, got);
                judge(t, name, cpu, *call);
            }
            // Who is on that CPU already is no worker.
            *call = {kLong, false, nullptr, 1, 0};
            const bool same = t.on_cpu(cpu, [function, cpu, call] { return function(cpu, answer, call) == kLong; });
            WANT(t, same || t.decided(), "on CPU %u %s for it did not return what the function did", cpu, name);
            if (t.decided())
                return;
            judge(t, name, cpu, *call);
        }
    }
};

struct InContextOfEachKind {
    static constexpr Promise kPromise = {
        142,
        "",
        "queue.execute-in-process-context-from-each",
        "execute_in_process_context() calls at once and returns 0 where nothing but a task is; elsewhere (softirqs "
        "off, a timer, a BH item, an interrupt) it returns 1 and a worker of the CPU calls, at nice 0",
        "kernel/workqueue.c: execute_in_process_context()",
        0,
        Fault::kResultLies};

    struct Seen {
        Opaque<work_struct, WQLAB_SIZEOF_EXECUTE_WORK> storage;  // first: the function gets it
        Trial* trial;
        uint32_t calls, others, wrong, caller_cpu, cpu, calls_before_return;
        int result, nice;
        bool in_worker;
    };

    static void note(work_struct* work)
    {
        Seen& seen = *reinterpret_cast<Seen*>(work);
        seen.wrong += wqlab_in_hardirq() || wqlab_in_softirq();
        seen.cpu = wqlab_this_cpu();
        seen.nice = wqlab_current().nice;
        seen.in_worker = !wqlab_in_hardirq() && !wqlab_in_softirq() && wqlab_current_worker() != 0;
        __atomic_add_fetch(&seen.calls, 1, __ATOMIC_RELEASE);
        seen.trial->changed();
    }

    static void call(void* argument)
    {
        Seen& seen = *static_cast<Seen*>(argument);
        seen.caller_cpu = wqlab_this_cpu();
        const int result = wqlab_execute_in_process_context(note, seen.storage.get());
        // Of another CPU than that of a worker that is asked for here nobody says when it calls.
        seen.calls_before_return = result ? 0 : __atomic_load_n(&seen.calls, __ATOMIC_ACQUIRE);
        __atomic_store_n(&seen.result, seen.trial->has_fault(Fault::kResultLies) ? 1 - result : result,
                         __ATOMIC_RELEASE);
        seen.trial->changed();
    }

    // It is on a workqueue of the system's, which does not end with the trial.
    struct Withdrawn {
        Seen& seen;
        explicit Withdrawn(Seen& one) : seen(one) { wqlab_work_init(seen.storage.get(), WQLAB_WORK_PLAIN, note); }
        Withdrawn(const Withdrawn&) = delete;
        ~Withdrawn() { wqlab_cancel_sync(seen.storage.get(), WQLAB_WORK_PLAIN); }
    };

    static void directly(void (*function)(void*), void* argument) { function(argument); }
    static void in_timer(void (*function)(void*), void* argument)
    {
        if (!wqlab_call_in_timer(function, argument))
            static_cast<Seen*>(argument)->trial->skip("no memory for a timer");
    }
    // In a BH item: on the first workqueue of the trial.
    static void in_bh_item(void (*)(void*), void* argument)
    {
        Trial& t = *static_cast<Seen*>(argument)->trial;
        Queue& bh = t.queue({.flags = WQLAB_WQ_BH});
        TestItem& item = t.item("a BH item").on_run([](TestItem&, void* seen) { call(seen); }, argument);
        item.queue(bh);
        // Later it would queue what is withdrawn by then.
        if (!t.wait([&] { return item.ended() == 1; }, "a BH item to run"))
            item.cancel_sync();
    }

    static void run(Trial& t)
    {
        const bool has_bh = !(wqlab_lacks() & WQLAB_LACK_BH);
        struct {
            const char* name;
            void (*in)(void (*)(void*), void*);
            int wanted;
            bool there;
        } const contexts[] = {
            {"a task", directly, 0, true},
            {"a task with interrupts off", wqlab_call_with_irqs_off, 0, true},
            {"a task with softirqs off", wqlab_call_with_bh_off, 1, true},
            {"a timer", in_timer, 1, true},
            {"a BH item", in_bh_item, 1, has_bh},
            {"an interrupt", wqlab_call_in_hardirq, 1, true},
        };
        // With PREEMPT_RT softirqs are tasks', and being off is no context.
        const bool rt = wqlab_features() & WQLAB_FEATURE_PREEMPT_RT;
        for (const auto& context : contexts) {
            Seen* seen = t.own<Seen>();
            if (!seen || !context.there || (rt && context.in == wqlab_call_with_bh_off))
                continue;
            seen->trial = &t;
            seen->calls = seen->wrong = 0;
            seen->result = -1;
            const Withdrawn withdrawn(*seen);
            context.in(call, seen);
            if (t.decided())
                return;
            WANT(t, __atomic_load_n(&seen->result, __ATOMIC_ACQUIRE) == context.wanted, "in %s it returned %d",
                 context.name, seen->result);
            WANT(t, context.wanted || seen->calls_before_return == 1, "in %s it had called %u times when it returned 0",
                 context.name, seen->calls_before_return);
            AWAIT(t, __atomic_load_n(&seen->calls, __ATOMIC_ACQUIRE) >= 1, "the function to be called");
            t.linger();
            WANT(t, seen->calls == 1 && seen->wrong == 0, "in %s it called %u times, %u of them in an interrupt",
                 context.name, seen->calls, seen->wrong);
            WANT(t, !context.wanted || (seen->in_worker && seen->cpu == seen->caller_cpu),
                 "in %s on CPU %u the function was called on CPU %u, in %s worker", context.name, seen->caller_cpu,
                 seen->cpu, seen->in_worker ? "a" : "no");
            WANT(t, !context.wanted || seen->nice == 0, "in %s the function was called at nice %d", context.name,
                 seen->nice);
        }
        if (!rt)
            call_another(t);
    }

    static void note_another(work_struct* work)
    {
        Seen& seen = *reinterpret_cast<Seen*>(work);
        __atomic_add_fetch(&seen.others, 1, __ATOMIC_RELEASE);
        seen.trial->changed();
    }

    // Storage that has been used may be used for another function.
    static void call_another(Trial& t)
    {
        Seen* seen = t.own<Seen>();
        if (!seen)
            return;
        seen->trial = &t;
        seen->calls = seen->others = 0;
        const Withdrawn withdrawn(*seen);
        wqlab_call_with_bh_off(call, seen);
        AWAIT(t, __atomic_load_n(&seen->calls, __ATOMIC_ACQUIRE) == 1, "the function to be called");
        wqlab_call_with_bh_off(
            [](void* storage) {
                wqlab_execute_in_process_context(note_another, static_cast<Seen*>(storage)->storage.get());
            },
            seen);
        AWAIT(t, __atomic_load_n(&seen->others, __ATOMIC_ACQUIRE) + seen->calls >= 2, "another function to be called");
        WANT(t, seen->others == 1 && seen->calls == 1,
             "of storage that had been used the function before was called, and not the new one");
    }
};

struct ScheduleOnTheSystemQueue {
    static constexpr Promise kPromise = {
        143,
        "",
        "queue.schedule-family",
        "schedule_work_on(), schedule_delayed_work() and schedule_delayed_work_on() queue on the system's per-CPU "
        "workqueue, where they are told to, and return whether they did",
        "include/linux/workqueue.h: schedule_work_on(), schedule_delayed_work(), schedule_delayed_work_on()",
        0,
        Fault::kTraceFieldsLie};

    static void run(Trial& t)
    {
        const uint32_t there = t.other_cpu(t.first_cpu());
        // 128ea9f6ccfb added the second one, and later kernels use that.
        uint32_t flags = 0;
        const workqueue_struct* const systems[] = {wqlab_wq_system("system_wq", &flags),
                                                   wqlab_wq_system("system_percpu_wq", &flags)};
        SKIP_UNLESS(t, t.kernel().has(Field::kPwqWq), "it can't be seen which workqueue an item is queued on");
        Events events(t);
        TestItem& on = t.item("the item of schedule_work_on()");
        TestItem& delayed = t.item("the item of schedule_delayed_work()", TestItem::Body::kReturn, kDelayed);
        TestItem& delayed_on = t.item("the item of schedule_delayed_work_on()", TestItem::Body::kReturn, kDelayed);
        if (t.decided())
            return;
        TestItem* const items[] = {&on, &delayed, &delayed_on};
        for (TestItem* item : items)
            events.watch(*item);
        WANT(t, wqlab_schedule_work_on(on.address(), static_cast<int>(there)), "schedule_work_on() returned false");
        WANT(t, wqlab_schedule_delayed(delayed.address(), -1, 2), "schedule_delayed_work() returned false");
        WANT(t, wqlab_schedule_delayed(delayed_on.address(), static_cast<int>(there), an_hour()),
             "schedule_delayed_work_on() returned false");
        WANT(t, !wqlab_schedule_delayed(delayed_on.address(), -1, 1) && delayed_on.timer_pending(),
             "schedule_delayed_work() of a pending item returned true, or changed it");
        delayed_on.flush();
        AWAIT(t, on.ended() == 1 && delayed.ended() == 1 && delayed_on.ended() == 1, "the items to run");
        events.stop();
        const uint32_t wanted[] = {there, wqlab_cpu_unbound(), there};
        for (uint8_t i = 0; i < 3; i++) {
            const Events::Event* queued = events.find(i, WQLAB_TRACE_QUEUE);
            WANT(t, queued, "%s was not traced as queued", items[i]->name());
            WANT(t,
                 queued->workqueue == reinterpret_cast<uintptr_t>(systems[0]) ||
                     queued->workqueue == reinterpret_cast<uintptr_t>(systems[1]),
                 "%s was queued on another workqueue", items[i]->name());
            WANT(t, queued->req_cpu == wanted[i], "%s was queued for CPU %u, not %u", items[i]->name(), queued->req_cpu,
                 wanted[i]);
            WANT(t, i == 1 || items[i]->last().cpu == there, "%s ran on CPU %u, not %u", items[i]->name(),
                 items[i]->last().cpu, there);
        }
    }
};

struct OfflineCpuIsRefused {
    static constexpr Promise kPromise = {
        178,
        "",
        "queue.work-on-cpu-safe-refuses-offline",
        "work_on_cpu_safe() of a CPU that is offline calls nothing and returns -ENODEV; while it has a function called "
        "its CPU does not go offline",
        "kernel/workqueue.c: work_on_cpu_safe_key()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kResultLies};

    static long count(void* argument)
    {
        ++*static_cast<uint32_t*>(argument);
        return 7;
    }

    struct Stay {
        Trial* trial;
        uint32_t cpu;
        bool began;
    };

    // For as long as a CPU that may go is sure to take, on a machine that is well. What is it at its end?
    static long stay(void* argument)
    {
        Stay& scene = *static_cast<Stay*>(argument);
        __atomic_store_n(&scene.began, true, __ATOMIC_RELEASE);
        scene.trial->changed();
        for (uint32_t looks = 0; looks < 50 && wqlab_cpu_online(scene.cpu); looks++)
            wqlab_sleep(10'000'000);
        return wqlab_cpu_online(scene.cpu);
    }

    static void judge_stay(Trial& t, uint32_t cpu)
    {
        Stay* const scene = t.own<Stay>();
        if (!scene)
            return;
        *scene = {&t, cpu, false};
        Actor& caller = t.actor("caller of work_on_cpu_safe()", -1,
                                [cpu, scene] { return wqlab_work_on_cpu_safe(cpu, stay, scene) == 1; });
        AWAIT(t, __atomic_load_n(&scene->began, __ATOMIC_ACQUIRE), "the function to be called");
        const CpuAway away(t, cpu);
        AWAIT(t, caller.done(), "work_on_cpu_safe() to return");
        WANT(t, caller.result(), "CPU %u went offline while a function ran for which it was to stay", cpu);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_has_work_on_cpu_safe(), "this kernel has no work_on_cpu_safe()");
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        uint32_t* const calls = t.own<uint32_t>();
        if (!calls)
            return;
        *calls = 0;
        long away;
        {
            CpuAway gone(t, cpu);
            if (t.decided())
                return;
            away = wqlab_work_on_cpu_safe(cpu, count, calls);
        }
        away += t.has_fault(Fault::kResultLies) ? 1 : 0;
        WANT(t, away == -number(Errno::kNoDevice) && *calls == 0, "it returned %ld, and called %u times", away, *calls);
        const long back = wqlab_work_on_cpu_safe(cpu, count, calls);
        WANT(t, back == 7 && *calls == 1, "of a CPU that is back it returned %ld, and called %u times", back, *calls);
        judge_stay(t, cpu);
    }
};

constexpr Check kAll[] = {
    check_of<WorkOnCpuReturnsLong>(),
    check_of<InContextOfEachKind>(),
    check_of<ScheduleOnTheSystemQueue>(),
    check_of<OfflineCpuIsRefused>(),
};

}  // namespace process_context

constinit const Group kProcessContextChecks = group_of("queueing", process_context::kAll);

}  // namespace wqlab
