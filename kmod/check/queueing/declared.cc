// SPDX-License-Identifier: GPL-2.0
// Items that a macro declares, sets up, or has on a stack.
#include "../../glue/declared.h"
#include "../../glue/inspect.h"
#include "../../glue/symbols.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/trial.hh"
#include "../scenes/delayed.hh"

namespace wqlab {

namespace declared {

struct Kind {
    wqlab_declared_as which;
    const char* name;
    wqlab_work_kind kind;
    bool is_deferrable;
};
constexpr Kind kKinds[] = {
    {WQLAB_DECLARED_WORK, "a plain item", WQLAB_WORK_PLAIN, false},
    {WQLAB_DECLARED_DELAYED, "a delayed item", kDelayed, false},
    {WQLAB_DECLARED_DEFERRABLE, "a deferrable item", kDelayed, true},
};

// How many reports of wrong objects the kernel has made, of which only the first few are in the log. Of what kind that
// is depends on the kernel; its first byte says it.
inline uint8_t reports()
{
    uint8_t value = 0;
    const uintptr_t at = wqlab_work_is_tracked() ? wqlab_symbol("debug_objects_warnings") : 0;
    return at && wqlab_peek(&value, at, sizeof(value)) ? value : 0;
}

// Others' objects may be wrong, too, but hardly each time.
template <typename Judge>
inline void judge_unreported(Trial& t, Judge judge)
{
    constexpr uint32_t kRounds = 3;
    for (uint32_t i = 0; i < kRounds; i++) {
        const uint8_t before = reports();
        judge();
        if (t.decided() || reports() == before)
            return;
    }
    t.fail("the kernel reported objects that are wrong, each of %u times", kRounds);
}

struct Declared {
    static constexpr Promise kPromise = {
        294,
        "",
        "queue.declared-items",
        "An item of DECLARE_WORK(), DECLARE_DELAYED_WORK(), DECLARE_DEFERRABLE_WORK() or of what sets one up is idle, "
        "and runs as often as it is queued; a delayed one's timer is safe from interrupts, a deferrable one's defers",
        "include/linux/workqueue.h: DECLARE_WORK(), DECLARE_DELAYED_WORK(), DECLARE_DEFERRABLE_WORK(), INIT_WORK(), "
        "INIT_DELAYED_WORK(), INIT_DEFERRABLE_WORK(), INIT_RCU_WORK()",
        0,
        Fault::kBusyLies};

    // At the end nobody has it any more, whatever was found.
    struct Cancelled {
        work_struct* item;
        wqlab_work_kind kind;
        ~Cancelled() { wqlab_cancel_sync(item, kind); }
    };

    static void judge_timer(Trial& t, work_struct* item, const Kind& kind)
    {
        WANT(t, kind.kind != kDelayed || wqlab_timer_is_irqsafe(item), "the timer of %s can be interrupted", kind.name);
        WANT(t, kind.kind != kDelayed || wqlab_timer_is_deferrable(item) == kind.is_deferrable, "the timer of %s %s",
             kind.name, kind.is_deferrable ? "does not defer" : "defers");
    }

    static void judge_declared(Trial& t, Queue& wq, const Kind& kind)
    {
        work_struct* const item = wqlab_declared(kind.which);
        const Cancelled cancelled{item, kind.kind};
        const uint32_t before = wqlab_declared_runs(kind.which);
        // Another run of this check may have used it.
        WANT(t, before || wqlab_work_is_fresh(item), "%s that was declared belongs to a pool", kind.name);
        judge_timer(t, item, kind);
        const bool pending = wqlab_work_pending(item) != t.has_fault(Fault::kBusyLies);
        WANT(t, !pending && wqlab_work_busy(item) == 0, "%s that was declared is busy", kind.name);
        WANT(t, !wqlab_flush(item, kind.kind) && !wqlab_cancel(item, kind.kind) && !wqlab_cancel_sync(item, kind.kind),
             "of %s that was declared there was something to flush, or to cancel", kind.name);
        for (uint32_t runs = 1; runs <= 2; runs++) {
            const bool queued = kind.kind == kDelayed ? wqlab_queue_delayed_on(wq.get(), item, -1, runs - 1)
                                                      : wqlab_queue_bare_on(wq.get(), item, -1);
            WANT(t, queued, "%s that was declared can't be queued", kind.name);
            {
                // A timer that defers comes when its CPU has something else to do.
                const Calls::Scope in(t.calls(), Call::kFlushWork, kind.name);
                wqlab_flush(item, kind.kind);
            }
            WANT(t, wqlab_declared_runs(kind.which) - before == runs, "%s that was declared ran %u times, not %u",
                 kind.name, wqlab_declared_runs(kind.which) - before, runs);
        }
    }

    static void judge(Trial& t, Queue& wq)
    {
        for (const Kind& kind : kKinds) {
            judge_declared(t, wq, kind);
            TestItem& item = t.item("an item that was set up", TestItem::Body::kReturn, kind.kind, kind.is_deferrable);
            if (t.decided())
                return;
            WANT(t, wqlab_work_is_fresh(item.address()), "%s that was set up belongs to a pool", kind.name);
            judge_timer(t, item.address(), kind);
        }
        TestItem& item = t.item("an RCU item that was set up", TestItem::Body::kReturn, WQLAB_WORK_RCU);
        WANT(t, wqlab_work_is_fresh(item.address()) || t.decided(), "an RCU item that was set up belongs to a pool");
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        if (!t.decided())
            judge_unreported(t, [&] { judge(t, wq); });
    }
};

struct OnStack {
    static constexpr Promise kPromise = {
        295,
        "",
        "queue.items-on-a-stack",
        "An item of INIT_WORK_ONSTACK(), INIT_DELAYED_WORK_ONSTACK() or INIT_DEFERRABLE_WORK_ONSTACK() that is queued, "
        "flushed and destroyed runs once, and then nobody has it; debug objects have nothing to report",
        "include/linux/workqueue.h: INIT_WORK_ONSTACK(), INIT_DELAYED_WORK_ONSTACK(), "
        "INIT_DEFERRABLE_WORK_ONSTACK(); kernel/workqueue.c: destroy_work_on_stack(), destroy_delayed_work_on_stack()",
        0,
        Fault::kQueueTwice};

    static void judge(Trial& t, Queue& wq, const Kind& kind)
    {
        wqlab_on_stack became = {};
        wqlab_run_on_stack(kind.which, wq.get(), &became);
        became.runs += t.has_fault(Fault::kQueueTwice) ? 1 : 0;
        WANT(t, became.was_fresh && became.was_queued, "%s on a stack belonged to a pool, or could not be queued",
             kind.name);
        WANT(t, became.runs == 1 && !became.is_pending, "%s on a stack ran %u times until it was flushed%s", kind.name,
             became.runs, became.is_pending ? ", and was pending then" : "");
        WANT(t, kind.kind != kDelayed || became.timer_is_irqsafe, "the timer of %s on a stack can be interrupted",
             kind.name);
        WANT(t, became.timer_is_deferrable == kind.is_deferrable, "the timer of %s on a stack %s", kind.name,
             kind.is_deferrable ? "does not defer" : "defers");
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        if (t.decided())
            return;
        judge_unreported(t, [&] {
            // The second one finds the same place on the stack.
            for (uint32_t i = 0; i < 2; i++)
                for (const Kind& kind : kKinds)
                    if (!t.decided())
                        judge(t, wq, kind);
        });
    }
};

constexpr Check kAll[] = {
    check_of<Declared>(),
    check_of<OnStack>(),
};

}  // namespace declared

constinit const Group kDeclaredChecks = group_of("queueing", declared::kAll);

}  // namespace wqlab
