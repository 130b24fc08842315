// SPDX-License-Identifier: GPL-2.0
// What the kernel tells who uses what will go.
#include "../../glue/system_flush.h"
#include "../../glue/workqueue.h"
#include "../scenes/thread_log.hh"

namespace wqlab {

namespace deprecated {

struct OldOnesAreTold {
    static constexpr Promise kPromise = {
        290,
        "",
        "log.which-are-deprecated",
        "Who queues on system_wq or system_unbound_wq is told of by the name of the function, once; who queues on any "
        "other system workqueue is not",
        "kernel/workqueue.c: __queue_work(), workqueue_init_early()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    // False: decided.
    static bool queue_once(Trial& t, Queue& wq)
    {
        TestItem& item = t.item("the item");
        item.queue(wq);
        return t.wait([&] { return item.ended() == 1; }, "the item to run");
    }

    // Somebody else's item may be the one that is told of.
    static constexpr uint32_t kTries = 20;

    static void judge_old(Trial& t, Queue& wq)
    {
        const KernelLog<LinesWith> any(t, "enqueued on deprecated workqueue");
        const KernelLog<LinesWith> ours(t, "work func wqlab_test_item [wqlab] enqueued on deprecated workqueue");
        if (t.decided())
            return;
        bool forgot = true;
        for (uint32_t i = 0; i < kTries && forgot && ours.count() == 0; i++) {
            forgot = warns_again(t);
            if (!queue_once(t, wq))
                return;
            if (ours.count() == 0)
                t.linger();
        }
        SKIP_UNLESS(t, forgot || ours.count(), "clear_warn_once can't be written, and it has been told before");
        SKIP_UNLESS(t, ours.count() || any.count() == 0, "others queue on %s all the time", wq.name());
        WANT(t, ours.count() == 1, "an item on %s was told of %u times", wq.name(), ours.count());
        if (queue_once(t, wq) && queue_once(t, wq))
            WANT(t, ours.count() == 1, "on %s each item is told of", wq.name());
    }

    static void judge_other(Trial& t, Queue& wq)
    {
        const KernelLog<LinesWith> any(t, "enqueued on deprecated workqueue");
        const KernelLog<LinesWith> ours(t, "work func wqlab_test_item [wqlab] enqueued on deprecated workqueue");
        bool is_told = true;
        for (uint32_t i = 0; i < kTries && is_told && !t.decided(); i++) {
            const uint32_t before = any.count();
            const bool forgot = warns_again(t);
            if (!queue_once(t, wq))
                return;
            WANT(t, ours.count() == 0, "%s is said to be deprecated", wq.name());
            is_told = forgot && any.count() != before;
        }
    }

    static bool is_old(const char* name)
    {
        return same_text(name, "system_wq") || same_text(name, "system_unbound_wq");
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().constant(Field::kFlagDeprecated), "in this kernel no workqueue is deprecated");
        // Those that are not come first: of the others nothing can be judged where items of everybody are told of.
        for (const bool old : {false, true})
            for (uint32_t i = 0; const char* name = wqlab_wq_system_name(i); i++) {
                if (is_old(name) != old)
                    continue;
                Queue& wq = t.system_queue(name);
                if (t.decided())
                    return;
                if (old)
                    judge_old(t, wq);
                else
                    judge_other(t, wq);
                if (t.decided())
                    return;
            }
    }
};

struct FlushOfSystemWorkqueues {
    static constexpr Promise kPromise = {
        291,
        "",
        "log.flush-of-a-system-workqueue",
        "flush_workqueue() of a system workqueue by its name, and flush_scheduled_work(), are told of in the log as "
        "what will be prohibited; flush_workqueue() of another one is not",
        "include/linux/workqueue.h: flush_workqueue(), flush_scheduled_work(); kernel/workqueue.c: "
        "__warn_flushing_systemwide_wq()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        Queue& own = t.queue();
        const KernelLog<LinesOfMine> log(t, "Flushing system-wide workqueues will be prohibited");
        if (t.decided())
            return;
        wqlab_flush_as_own(own.get());
        WANT(t, log.count() == 0, "of a workqueue of its own who flushes it was told");
        for (uint32_t i = 0; const char* name = wqlab_flush_as_system(i); i++)
            WANT(t, log.count() == i + 1, "flush of %s was told %u times", name, log.count() - i);
    }
};

constexpr Check kAll[] = {
    check_of<OldOnesAreTold>(),
    // Before 6.6 only the compiler told.
    check_of<FlushOfSystemWorkqueues>(WQLAB_LACK_SCOPES),
};

}  // namespace deprecated

constinit const Group kDeprecatedChecks = group_of("misuse", deprecated::kAll);

}  // namespace wqlab
