// SPDX-License-Identifier: GPL-2.0
// What may be called from any context, called from each.
#include "../../glue/context.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/delayed.hh"

namespace wqlab {

namespace contexts {

// In a timer; in a thread, if there is no memory for one.
inline void call_in_timer(void (*function)(void*), void* argument)
{
    if (!wqlab_call_in_timer(function, argument))
        function(argument);
}
inline void call_in_task(void (*function)(void*), void* argument) { function(argument); }

constexpr struct {
    const char* name;
    void (*in)(void (*)(void*), void*);
} kContexts[] = {
    {"a task", call_in_task},
    {"a task with softirqs off", wqlab_call_with_bh_off},
    {"a task with interrupts off", wqlab_call_with_irqs_off},
    {"a timer", call_in_timer},
    {"an interrupt", wqlab_call_in_hardirq},
};

// A plain item that is held back, a delayed one on its timer, and one that runs.
struct Three {
    Queue* wq;
    TestItem *held, *timed, *running;
    uint32_t cpu;

    static bool make(Trial& t, Three& three)
    {
        const uint32_t cpu = three.cpu = t.first_cpu();
        three.wq = &t.queue({.max_active = 1});
        three.running = &t.item("the item that runs", TestItem::Body::kGate);
        three.held = &t.item("the item held back");
        three.timed = &t.item("the item on its timer", TestItem::Body::kReturn, kDelayed);
        three.running->queue_on(*three.wq, cpu);
        if (!t.wait([&] { return three.running->started() == 1; }, "the item to start"))
            return false;
        three.held->queue_on(*three.wq, cpu);
        three.timed->queue_delayed(*three.wq, an_hour());
        return !t.decided();
    }
};

struct CancelAnywhere {
    static constexpr Promise kPromise = {168,
                                         "",
                                         "cancel.from-any-context",
                                         "cancel_work() and cancel_delayed_work() may be called from any context: what "
                                         "was pending never runs, and can be "
                                         "queued again from there",
                                         "kernel/workqueue.c: cancel_work(), cancel_delayed_work()",
                                         0,
                                         Fault::kCancelLies};

    struct Call {
        Three of;
        bool held, timed, running, again;
    };

    static void call(void* argument)
    {
        Call& c = *static_cast<Call*>(argument);
        c.held = c.of.held->cancel();
        c.timed = c.of.timed->cancel();
        c.running = c.of.running->cancel();
        c.again = c.of.held->queue_on(*c.of.wq, c.of.cpu) && c.of.held->cancel() &&
                  c.of.timed->queue_delayed(*c.of.wq, an_hour()) && c.of.timed->cancel();
    }

    static void run(Trial& t)
    {
        for (const auto& context : kContexts) {
            Call* c = t.own<Call>();
            if (!c || !Three::make(t, c->of))
                return;
            context.in(call, c);
            WANT(t, c->held && c->timed && !c->running && c->again,
                 "in %s cancelling returned %d for an item held back, %d for one on its timer, %d for one that runs, "
                 "and %d for those again",
                 context.name, c->held, c->timed, c->running, c->again);
            WANT(t, c->of.running->running(), "in %s cancelling waited", context.name);
            c->of.running->open();
            c->of.wq->flush();
            WANT(t, c->of.held->started() == 0 && c->of.timed->started() == 0 && !c->of.timed->timer_pending(),
                 "an item ran, or its timer is armed, that was cancelled in %s", context.name);
        }
    }
};

struct DisableAnywhere {
    static constexpr Promise kPromise = {
        169,
        "",
        "disable.from-any-context",
        "disable_work(), enable_work() and their like for delayed items may be called from any context",
        "kernel/workqueue.c: disable_work(), enable_work(), disable_delayed_work(), enable_delayed_work()",
        0,
        Fault::kDisableDoesNothing};

    struct Call {
        Three of;
        bool held, timed, running, refused, enabled;
    };

    static void call(void* argument)
    {
        Call& c = *static_cast<Call*>(argument);
        c.held = c.of.held->disable();
        c.timed = c.of.timed->disable();
        c.running = c.of.running->disable();
        c.refused = !c.of.held->queue(*c.of.wq) && !c.of.timed->queue_delayed(*c.of.wq, 1) &&
                    !c.of.timed->mod_delayed(*c.of.wq, 1) && !c.of.running->queue(*c.of.wq);
        c.enabled = c.of.held->enable() && c.of.timed->enable() && c.of.running->enable();
    }

    static void run(Trial& t)
    {
        for (const auto& context : kContexts) {
            Call* c = t.own<Call>();
            if (!c || !Three::make(t, c->of))
                return;
            context.in(call, c);
            WANT(t, c->held && c->timed && !c->running,
                 "in %s disabling returned %d for an item held back, %d for one on its timer, %d for one that runs",
                 context.name, c->held, c->timed, c->running);
            WANT(t, c->refused, "in %s a disabled item could be queued", context.name);
            WANT(t, c->enabled, "in %s enabling them once was not enough", context.name);
            WANT(t, c->of.held->queue(*c->of.wq), "enabled in %s it could not be queued", context.name);
            c->of.running->open();
            AWAIT(t, c->of.held->ended() == 1, "the item to run");
            c->of.wq->flush();
            WANT(t, c->of.held->started() == 1 && c->of.timed->started() == 0 && c->of.running->ended() == 1,
                 "the items ran %u, %u and %u times, not 1, 0 and 1", c->of.held->started(), c->of.timed->started(),
                 c->of.running->ended());
        }
    }
};

struct EnableTooOften {
    static constexpr Promise kPromise = {170,
                                         "",
                                         "enable.too-often-is-reported",
                                         "enable_work() of an item that is not disabled warns, and leaves it as it is: "
                                         "it can be queued and disabled as ever",
                                         "kernel/workqueue.c: work_offqd_enable()",
                                         WQLAB_CHECK_NEGATIVE,
                                         Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        if (!hear_again(t))
            return;
        Queue& wq = t.queue();
        TestItem& item = t.item("the item");
        uint32_t warnings;
        {
            const KernelLog<LinesWith> log(t, "work disable count underflowed");
            item.enable();
            item.enable();
            warnings = log.count();
        }
        WANT(t, warnings == 1, "it was reported %u times", warnings);
        WANT(t, item.queue(wq), "the item can't be queued");
        AWAIT(t, item.ended() == 1, "the item to run");
        item.disable();
        WANT(t, !item.queue(wq), "disabled once it can be queued");
        WANT(t, item.enable(), "enabling it once was not enough");
    }
};

// Each call leaves its item in the state that the next one is for.
struct CallScene {
    Trial* t;
    Three of;
    int cpu;  // of.cpu
    Queue* unbound;
    TestItem *item, *delayed, *rcu, *any;
};

struct CallStep {
    const char* name;
    void (*call)(CallScene& s);
    bool disables = false;
};

struct InterruptsStay {
    static constexpr Promise kPromise = {
        283,
        "",
        "queue.interrupts-stay-as-they-are",
        "Who queues, cancels, disables or asks, in any context and of an item in any state, has interrupts and "
        "preemption off afterwards if they were so before, and on if not; so has who waits",
        "kernel/workqueue.c: queue_work_on(), queue_work_node(), queue_delayed_work_on(), mod_delayed_work_on(), "
        "__cancel_work(), enable_work(), start_flush_work(), flush_delayed_work(), work_busy()",
        0,
        Fault::kContextLies};

    static constexpr CallStep kAnywhere[] = {
        {"queue_work_on() of an idle item", [](CallScene& s) { s.item->queue_on(*s.of.wq, s.cpu); }},
        {"queue_work_on() of a pending item", [](CallScene& s) { s.item->queue_on(*s.of.wq, s.cpu); }},
        {"work_busy()", [](CallScene& s) { s.item->busy(); }},
        {"workqueue_congested()", [](CallScene& s) { s.of.wq->congested(s.cpu); }},
        {"cancel_work() of a pending item", [](CallScene& s) { s.item->cancel(); }},
        {"cancel_work() of an idle item", [](CallScene& s) { s.item->cancel(); }},
        {"cancel_work() of an item that runs", [](CallScene& s) { s.of.running->cancel(); }},
        {"queue_delayed_work_on() of an idle item",
         [](CallScene& s) { s.delayed->queue_delayed(*s.of.wq, an_hour(), s.cpu); }},
        {"queue_delayed_work_on() of an item on its timer",
         [](CallScene& s) { s.delayed->queue_delayed(*s.of.wq, 1, s.cpu); }},
        {"mod_delayed_work_on() of an item on its timer",
         [](CallScene& s) { s.delayed->mod_delayed(*s.of.wq, an_hour(), s.cpu); }},
        {"mod_delayed_work_on() without a delay", [](CallScene& s) { s.delayed->mod_delayed(*s.of.wq, 0, s.cpu); }},
        {"mod_delayed_work_on() of a pending item",
         [](CallScene& s) { s.delayed->mod_delayed(*s.of.wq, an_hour(), s.cpu); }},
        {"cancel_delayed_work() of an item on its timer", [](CallScene& s) { s.delayed->cancel(); }},
        {"cancel_delayed_work() of an idle item", [](CallScene& s) { s.delayed->cancel(); }},
        {"mod_delayed_work_on() of an idle item",
         [](CallScene& s) { s.delayed->mod_delayed(*s.of.wq, an_hour(), s.cpu); }},
        {"queue_work_node()", [](CallScene& s) { s.any->queue_node(*s.unbound, -1); }},
        {"queue_work_node(), again", [](CallScene& s) { s.any->queue_node(*s.unbound, -1); }},
        {"disable_work() of an idle item", [](CallScene& s) { s.item->disable(); }, true},
        {"queue_work_on() of a disabled item", [](CallScene& s) { s.item->queue_on(*s.of.wq, s.cpu); }, true},
        {"enable_work()", [](CallScene& s) { s.item->enable(); }, true},
        {"disable_delayed_work() of an item on its timer", [](CallScene& s) { s.delayed->disable(); }, true},
        {"queue_delayed_work_on() of a disabled item",
         [](CallScene& s) { s.delayed->queue_delayed(*s.of.wq, 1, s.cpu); }, true},
        {"mod_delayed_work_on() of a disabled item", [](CallScene& s) { s.delayed->mod_delayed(*s.of.wq, 1, s.cpu); },
         true},
        {"enable_delayed_work()", [](CallScene& s) { s.delayed->enable(); }, true},
        {"cancel_delayed_work()", [](CallScene& s) { s.delayed->cancel(); }},
    };

    // In a task, when nothing is held back any more.
    static constexpr CallStep kWaiting[] = {
        {"flush_work() of an item that is queued",
         [](CallScene& s) {
             s.item->queue_on(*s.of.wq, s.cpu);
             s.item->flush();
         }},
        {"flush_work() of an idle item", [](CallScene& s) { s.item->flush(); }},
        {"flush_delayed_work() of an item on its timer",
         [](CallScene& s) {
             s.delayed->queue_delayed(*s.of.wq, an_hour(), s.cpu);
             s.delayed->flush();
         }},
        {"flush_rcu_work()",
         [](CallScene& s) {
             s.rcu->queue_rcu(*s.of.wq);
             s.rcu->flush();
         }},
        {"cancel_work_sync()", [](CallScene& s) { s.item->cancel_sync(); }},
        {"cancel_delayed_work_sync() of an item on its timer",
         [](CallScene& s) {
             s.delayed->queue_delayed(*s.of.wq, an_hour(), s.cpu);
             s.delayed->cancel_sync();
         }},
        {"disable_work_sync()", [](CallScene& s) { s.item->disable(true); }, true},
        {"enable_work()", [](CallScene& s) { s.item->enable(); }, true},
        {"flush_workqueue()", [](CallScene& s) { s.of.wq->flush(); }},
        {"drain_workqueue()", [](CallScene& s) { s.of.wq->drain(); }},
        {"workqueue_set_max_active()", [](CallScene& s) { s.of.wq->set_max_active(2); }},
    };

    struct Call {
        CallScene scene;
        Span<const CallStep> steps;
        const char* odd = nullptr;  // the first one that did not leave them alone
        bool were_off = false, are_off = false;
        uint32_t count_before = 0, count_after = 0;
    };

    static void call(void* argument)
    {
        Call& c = *static_cast<Call*>(argument);
        const bool lies = c.scene.t->has_fault(Fault::kContextLies),
                   has_disable = !(wqlab_lacks() & WQLAB_LACK_DISABLE);
        c.were_off = wqlab_irqs_are_off();
        c.count_before = wqlab_preempt_word();
        for (const CallStep& step : c.steps) {
            if (step.disables && !has_disable)
                continue;
            step.call(c.scene);
            c.are_off = wqlab_irqs_are_off() != lies;
            c.count_after = wqlab_preempt_word();
            if (c.are_off != c.were_off || c.count_after != c.count_before) {
                c.odd = step.name;
                return;
            }
        }
    }

    // False: decided.
    static bool judge(Trial& t, Call& c, Span<const CallStep> steps, const char* where,
                      void (*in)(void (*)(void*), void*))
    {
        c.steps = steps;
        in(call, &c);
        if (c.odd)
            t.fail(
                "in %s, interrupts were %s and the preempt count was %x before %s, and then they were %s and it was "
                "%x",
                where, c.were_off ? "off" : "on", c.count_before, c.odd, c.are_off ? "off" : "on", c.count_after);
        return !t.decided();
    }

    static void run(Trial& t)
    {
        for (const auto& context : kContexts) {
            Three of;
            if (!Three::make(t, of))
                return;
            Call* const c = t.own<Call>();
            if (!c)
                return;
            c->scene = {&t,
                        of,
                        static_cast<int>(of.cpu),
                        &t.queue({.flags = WQLAB_WQ_UNBOUND}),
                        &t.item("the item"),
                        &t.item("the delayed item", TestItem::Body::kReturn, kDelayed),
                        &t.item("the item of RCU", TestItem::Body::kReturn, WQLAB_WORK_RCU),
                        &t.item("another item")};
            if (t.decided() || !judge(t, *c, kAnywhere, context.name, context.in))
                return;
            of.running->open();
            of.wq->flush();
            if (!judge(t, *c, kWaiting, "a task", call_in_task))
                return;
        }
    }
};

constexpr Check kAll[] = {
    check_of<CancelAnywhere>(),
    check_of<DisableAnywhere>(WQLAB_LACK_DISABLE),
    check_of<EnableTooOften>(WQLAB_LACK_DISABLE),
    check_of<InterruptsStay>(),
};

}  // namespace contexts

constinit const Group kContextChecks = group_of("cancel", contexts::kAll);

}  // namespace wqlab
