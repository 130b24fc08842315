// SPDX-License-Identifier: GPL-2.0
// Who may wait for whom.
#include "../../glue/context.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace flush_dependency {

// Such warnings of the task that flushes, and of others, of whom some driver may be one; and of the task's those that
// say which of the two workqueues is which, and whose item waits for whose: of a whole workqueue for none's.
class WhoForWhom {
public:
    WhoForWhom(const uintptr_t* flusher, bool is_item) : flusher_(flusher), is_item_(is_item) {}

    void see(const LogLine& line)
    {
        if (!line.has("is flushing !WQ_MEM_RECLAIM"))
            return;
        const bool is_ours = line.writer == __atomic_load_n(flusher_, __ATOMIC_ACQUIRE);
        count(is_ours ? ours_ : others_);
        if (is_ours && line.has(": WQ_MEM_RECLAIM wqlab-c50r:wqlab_test_item") &&
            line.has(" is flushing !WQ_MEM_RECLAIM wqlab-c50p:") &&
            line.has("is flushing !WQ_MEM_RECLAIM wqlab-c50p:wqlab_test_item") == is_item_)
            count(named_);
    }
    uint32_t ours() const { return __atomic_load_n(&ours_, __ATOMIC_RELAXED); }
    uint32_t named() const { return __atomic_load_n(&named_, __ATOMIC_RELAXED); }
    uint32_t others() const { return __atomic_load_n(&others_, __ATOMIC_RELAXED); }

private:
    static void count(uint32_t& what) { __atomic_add_fetch(&what, 1, __ATOMIC_RELAXED); }

    const uintptr_t* const flusher_;
    const bool is_item_;
    uint32_t ours_ = 0, named_ = 0, others_ = 0;
};

struct ReclaimMustNotWaitForOthers {
    static constexpr Promise kPromise = {50,
                                         "",
                                         "flush.reclaim-must-not-wait-for-others",
                                         "Flushing a workqueue without WQ_MEM_RECLAIM from an item of one with it "
                                         "warns, of the two and the items by name; cancelling does not, nor does "
                                         "flushing one that is idle",
                                         "kernel/workqueue.c: check_flush_dependency(), __flush_workqueue()",
                                         WQLAB_CHECK_NEGATIVE,
                                         Fault::kQueueLoses};

    enum class How { kCancel, kFlushItem, kFlushWorkqueue, kFlushIdle };

    struct Other {
        TestItem* item;
        Queue* wq;
        How how;
        uintptr_t flusher;  // the task
    };

    static void wait_for_other(TestItem&, void* argument)
    {
        Other& other = *static_cast<Other*>(argument);
        __atomic_store_n(&other.flusher, wqlab_current_task(), __ATOMIC_RELEASE);
        switch (other.how) {
        case How::kCancel: wqlab_cancel_sync(other.item->address(), WQLAB_WORK_PLAIN); break;
        case How::kFlushItem: wqlab_flush(other.item->address(), WQLAB_WORK_PLAIN); break;
        case How::kFlushWorkqueue:
        case How::kFlushIdle: wqlab_flush_workqueue(other.wq->get());
        }
    }

    struct Warnings {
        uint32_t ours, others;
    };

    // How often the kernel warned while an item of a WQ_MEM_RECLAIM workqueue waited for one that runs on another.
    // False: the trial is decided.
    static bool warns(Trial& t, How how, Warnings& warnings)
    {
        // It warns once, unless it is made to forget.
        if (!hear_again(t))
            return false;
        // That it has another flag is no excuse.
        const uint32_t another = how == How::kFlushItem ? uint32_t{WQLAB_WQ_HIGHPRI} : 0;
        Queue& plain = t.queue({.flags = another, .name = "wqlab-c50p"});
        Queue& reclaim = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = "wqlab-c50r"});
        Other* other = t.own<Other>();
        if (!other)
            return false;
        TestItem& target = t.item("the other item", TestItem::Body::kGate);
        *other = {&target, &plain, how, 0};
        TestItem& waiter = t.item("the reclaim item").on_run(wait_for_other, other);
        const LogListener<WhoForWhom> log(&other->flusher, how == How::kFlushItem);
        if (!log.attached())
            t.skip("the kernel's log can't be watched here");
        if (how != How::kFlushIdle)
            target.queue_on(plain, t.first_cpu());
        if (how != How::kFlushIdle && !t.wait([&] { return target.started() == 1; }, "the other item to start"))
            return false;
        waiter.queue_on(reclaim, t.other_cpu(t.first_cpu()));
        if (!t.wait([&] { return waiter.started() == 1; }, "the reclaim item to start"))
            return false;
        // It has said that it started; only asleep it has warned, too.
        const auto asleep = [&] {
            return how == How::kFlushWorkqueue ? flushes(t, waiter.last().pid, plain)
                                               : sleeps_behind_barrier(t, waiter.last().pid);
        };
        if (!t.wait([&] { return waiter.ended() == 1 || asleep(); }, "the reclaim item to wait"))
            return false;
        target.open();
        if (!t.wait([&] { return waiter.ended() == 1; }, "the reclaim item to end"))
            return false;
        const WhoForWhom& heard = log.heard();
        warnings = {heard.ours(), heard.others()};
        if (heard.ours() != heard.named())
            t.fail("it warned %u times, and %u times of the two workqueues as they are", heard.ours(), heard.named());
        return !t.decided();
    }

    // What it warns of once it may have said of somebody else.
    static bool must_warn(Trial& t, How how, const char* what)
    {
        constexpr uint32_t kTries = 4;
        Warnings warnings = {};
        for (uint32_t i = 0; i < kTries && !warnings.ours; i++)
            if (!warns(t, how, warnings) || (!warnings.ours && !warnings.others))
                break;
        if (!t.decided() && !warnings.ours && warnings.others)
            t.skip("it warns of others' flushes");
        else if (warnings.ours != 1)
            t.fail("%s warned %u times", what, warnings.ours);
        return !t.decided();
    }

    static void run(Trial& t)
    {
        Warnings cancelled = {}, idle_flushed = {};
        if (!warns(t, How::kCancel, cancelled))
            return;
        WANT(t, cancelled.ours == 0, "cancel_work_sync() warned, as it did before de35994ecd2d");
        if (!must_warn(t, How::kFlushItem, "flush_work()") ||
            !must_warn(t, How::kFlushWorkqueue, "flush_workqueue()") || !warns(t, How::kFlushIdle, idle_flushed))
            return;
        WANT(t, idle_flushed.ours == 0, "flush_workqueue() of an idle one warned");
    }
};

constexpr Check kAll[] = {
    check_of<ReclaimMustNotWaitForOthers>(),
};

}  // namespace flush_dependency

constinit const Group kFlushDependencyChecks = group_of("drain", flush_dependency::kAll);

}  // namespace wqlab
