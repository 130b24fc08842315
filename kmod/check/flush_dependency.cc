// SPDX-License-Identifier: GPL-2.0
// Group C, continued: who may wait for whom.
#include "../glue/work.h"
#include "../glue/workqueue.h"
#include "kernel_log.hh"
#include "look.hh"

namespace wqlab {

namespace flush_dependency {

// Such warnings that say which of the two workqueues is which, and whose item waits for whose: of a whole workqueue
// for none's.
class WhoForWhom {
public:
    explicit WhoForWhom(bool is_item) : is_item_(is_item) {}

    void see(const LogLine& line)
    {
        if (line.has(": WQ_MEM_RECLAIM wqlab-c50r:wqlab_test_item") &&
            line.has(" is flushing !WQ_MEM_RECLAIM wqlab-c50p:") &&
            line.has("is flushing !WQ_MEM_RECLAIM wqlab-c50p:wqlab_test_item") == is_item_)
            __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
    }
    uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

private:
    const bool is_item_;
    uint32_t count_ = 0;
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
    };

    static void wait_for_other(TestItem&, void* argument)
    {
        const Other& other = *static_cast<Other*>(argument);
        switch (other.how) {
        case How::kCancel: wqlab_cancel_sync(other.item->address(), WQLAB_WORK_PLAIN); break;
        case How::kFlushItem: wqlab_flush(other.item->address(), WQLAB_WORK_PLAIN); break;
        case How::kFlushWorkqueue:
        case How::kFlushIdle: wqlab_flush_workqueue(other.wq->get());
        }
    }

    // How often the kernel warned while an item of a WQ_MEM_RECLAIM workqueue
    // waited for one that runs on another.
    static bool warns(Trial& t, How how, uint32_t& warnings)
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
        *other = {&target, &plain, how};
        TestItem& waiter = t.item("the reclaim item").on_run(wait_for_other, other);
        const KernelLog<LinesWith> log(t, "is flushing !WQ_MEM_RECLAIM");
        const KernelLog<WhoForWhom> log_of_ours(t, how == How::kFlushItem);
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
        warnings = log.count();
        if (warnings != log_of_ours.count())
            t.fail("it warned %u times, and %u times of the two workqueues as they are", warnings, log_of_ours.count());
        return !t.decided();
    }

    static void run(Trial& t)
    {
        uint32_t cancelled = 0, flushed = 0, all_flushed = 0, idle_flushed = 0;
        if (!warns(t, How::kCancel, cancelled) || !warns(t, How::kFlushItem, flushed) ||
            !warns(t, How::kFlushWorkqueue, all_flushed) || !warns(t, How::kFlushIdle, idle_flushed))
            return;
        WANT(t, cancelled == 0, "cancel_work_sync() warned, as it did before de35994ecd2d");
        WANT(t, flushed == 1, "flush_work() warned %u times", flushed);
        WANT(t, all_flushed == 1, "flush_workqueue() warned %u times", all_flushed);
        WANT(t, idle_flushed == 0, "flush_workqueue() of an idle one warned");
    }
};

constexpr Check kAll[] = {
    check_of<ReclaimMustNotWaitForOthers>(),
};

}  // namespace flush_dependency

constinit const Group kFlushDependencyChecks = group_of("drain", flush_dependency::kAll);

}  // namespace wqlab
