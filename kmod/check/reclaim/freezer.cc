// SPDX-License-Identifier: GPL-2.0
// Who waits for freezable items, of every kind, and what a freeze holds back.
#include "../../glue/rcu.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../harness/kernel_log.hh"
#include "../scenes/delayed.hh"
#include "../scenes/look.hh"
#include "frozen.hh"

namespace wqlab {

namespace freezer {

// The kinds of freezable workqueues; ordered ones and those with a rescuer are made in other ways.
constexpr struct {
    uint32_t flags;
    const char* name;
} kKinds[] = {
    {WQLAB_WQ_FREEZABLE, "per-CPU"},
    {WQLAB_WQ_FREEZABLE | WQLAB_WQ_UNBOUND, "unbound"},
    {WQLAB_WQ_FREEZABLE | WQLAB_WQ_ORDERED, "ordered"},
    {WQLAB_WQ_FREEZABLE | WQLAB_WQ_HIGHPRI, "highpri"},
    {WQLAB_WQ_FREEZABLE | WQLAB_WQ_UNBOUND | WQLAB_WQ_HIGHPRI | WQLAB_WQ_MEM_RECLAIM, "unbound highpri, reclaim"},
};

struct WaitsForEachKind {
    static constexpr Promise kPromise = {
        151,
        "",
        "freezer.waits-for-each-kind",
        "freeze_workqueues_busy() is true while an item of a freezable workqueue runs, per-CPU, unbound or ordered, on "
        "whatever CPU, and false while only others run, or it is held back; who asks is in no read side of RCU "
        "afterwards, nor out of one",
        "kernel/workqueue.c: freeze_workqueues_busy()",
        WQLAB_CHECK_FREEZER,
        Fault::kBusyLies};

    // How many read sides of RCU were ended too many; they are begun again.
    static int mend_rcu(int depth)
    {
        const int ended = depth - wqlab_rcu_depth();
        for (int i = 0; i < ended; i++)
            wqlab_rcu_read_lock();
        for (int i = 0; i > ended; i--)
            wqlab_rcu_read_unlock();
        return ended;
    }

    static void run(Trial& t)
    {
        Queue& plain = t.queue();
        TestItem& other = t.item("an item that is not freezable", TestItem::Body::kGate);
        other.queue(plain);
        AWAIT(t, other.started() == 1, "an item that is not freezable to start");
        for (const auto& kind : kKinds) {
            Queue& wq = t.queue({.flags = kind.flags});
            TestItem& item = t.item("a freezable item", TestItem::Body::kGate);
            item.queue_on(wq, t.other_cpu(t.first_cpu()));
            AWAIT(t, item.started() == 1, "a freezable item to start");
            Frozen frozen(t);
            if (t.decided())
                return;
            // Others' items end meanwhile, and hide nothing any more.
            for (uint32_t i = 0; i < 20; i++) {
                const int depth = wqlab_rcu_depth();
                const bool is_busy = frozen.busy();
                const int ended = mend_rcu(depth);
                WANT(t, !ended, "who asked whether workqueues are busy ended %d read sides of RCU too many", ended);
                WANT(t, is_busy, "while an item of a freezable workqueue (%s) was running it said that none was",
                     kind.name);
                t.linger();
            }
            item.open();
            AWAIT(t, !frozen.busy(), "it to say that nothing freezable runs");
            TestItem& held = t.item("a freezable item that is held back");
            held.queue_on(wq, t.other_cpu(t.first_cpu()));
            WANT(t, !frozen.busy() || held.started(),
                 "with an item of a freezable workqueue (%s) held back it said that one was running", kind.name);
            WANT(t, other.running(), "the item that is not freezable ended");
        }
    }
};

struct HoldsBackEachKind {
    static constexpr Promise kPromise = {
        152,
        "",
        "freezer.holds-back-each-kind",
        "While workqueues are frozen nothing that comes to a freezable one starts: queued, delayed, behind a running "
        "item, on a workqueue made meanwhile, with max_active raised; after the thaw all of it runs, in order",
        "kernel/workqueue.c: freeze_workqueues_begin(), wq_adjust_max_active(), thaw_workqueues()",
        WQLAB_CHECK_FREEZER,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kEach = 3;

    static void run(Trial& t)
    {
        constexpr uint32_t kNr = sizeof(kKinds) / sizeof(kKinds[0]);
        const uint32_t cpu = t.first_cpu();
        Queue* queues[kNr + 1];
        Items items[kNr + 1];
        TestItem* running[kNr];
        TestItem* delayed[kNr];
        for (uint32_t k = 0; k < kNr; k++) {
            queues[k] = &t.queue({.flags = kKinds[k].flags, .max_active = 2});
            items[k] = t.items(kEach, "a freezable item");
            delayed[k] = &t.item("a delayed freezable item", TestItem::Body::kReturn, kDelayed);
            running[k] = &t.item("a freezable item that runs", TestItem::Body::kGate);
            kernel::queue_on(t, *queues[k], *running[k], static_cast<int>(cpu));
            AWAIT(t, running[k]->started() == 1, "a freezable item to start");
        }
        items[kNr] = t.items(kEach, "an item of a workqueue made meanwhile");
        TestItem& warm = t.item("an item that is not freezable");
        Queue& other = t.queue();
        const uint64_t began = wqlab_jiffies();
        uint32_t early = 0;
        bool ran;
        {
            Frozen frozen(t);
            if (t.decided())
                return;
            queues[kNr] = &t.queue({.flags = WQLAB_WQ_FREEZABLE});
            for (uint32_t k = 0; k <= kNr; k++) {
                for (uint32_t i = 0; i < kEach; i++)
                    items[k][i]->queue_on(*queues[k], cpu);
                if (k < kNr)
                    delayed[k]->queue_delayed(*queues[k], 1, static_cast<int>(cpu));
            }
            for (uint32_t k = 0; k < kNr; k++) {
                running[k]->open();
                if (!(kKinds[k].flags & WQLAB_WQ_ORDERED))
                    queues[k]->set_max_active(5);
            }
            warm.queue(other);
            // The delayed ones' timers have fired by then.
            ran = t.wait([&] { return warm.ended() == 1 && wqlab_jiffies() > began + 10; },
                         "an item that is not freezable to run");
            t.linger();
            for (uint32_t k = 0; k <= kNr; k++)
                early += started(items[k], kEach) + (k < kNr ? delayed[k]->started() : 0);
        }
        WANT(t, ran && early == 0, "%u freezable items started while workqueues were frozen", early);
        for (uint32_t k = 0; k <= kNr; k++) {
            const char* const name = k < kNr ? kKinds[k].name : "made meanwhile";
            AWAIT(t, executions(items[k], kEach) == kEach && (k == kNr || delayed[k]->ended() == 1),
                  "all items to run after the thaw");
            const bool in_order = k < kNr && kKinds[k].flags & WQLAB_WQ_ORDERED;
            for (uint32_t i = 1; in_order && i < kEach; i++)
                WANT(t, items[k][i - 1]->last().end < items[k][i]->last().start, "%s: item %u ran before item %u", name,
                     i + 1, i);
        }
        // The limit that was set meanwhile counts now.
        const Items five = t.items(6, "an item after the thaw", TestItem::Body::kGate);
        for (uint32_t i = 0; i < 6; i++)
            five[i]->queue_on(*queues[0], cpu);
        AWAIT(t, started(five, 6) >= 5, "max_active, which was raised while it was frozen, to count after the thaw");
        t.linger();
        WANT(t, started(five, 6) == 5, "of max_active 5, set while it was frozen, %u items are in flight",
             started(five, 6));
    }
};

struct SuspendWaits {
    static constexpr Promise kPromise = {
        153,
        "",
        "freezer.suspend-waits",
        "Suspend (as far as pm_test=freezer goes) holds back freezable items until it resumes, and is given up with "
        "EBUSY while one runs, per-CPU or unbound",
        "kernel/power/process.c: try_to_freeze_tasks(); kernel/workqueue.c: freeze_workqueues_busy()",
        WQLAB_CHECK_FREEZER,
        Fault::kStepIgnored};

    static bool contains(const char* text, const char* word)
    {
        const size_t length = __builtin_strlen(word);
        for (; __builtin_strlen(text) >= length; text++)
            if (__builtin_memcmp(text, word, length) == 0)
                return true;
        return false;
    }

    // errno of a suspend that goes no further than the freezer, and stays there for five seconds.
    static int suspend(Trial& t, const char* state) { return t.write("/sys/power/state", state); }

    // How long each half of it, users' tasks and then the kernel's and workqueues, may take.
    static bool set_patience(Trial& t, const char* ms)
    {
        const int error = t.ask(WQLAB_STEP_WRITE, "/sys/power/pm_freeze_timeout", ms);
        if (error)
            t.skip("/sys/power/pm_freeze_timeout can't be written: error %d", error);
        return !error;
    }

    static void run(Trial& t)
    {
        int error = t.ask(WQLAB_STEP_READ, "/sys/power/state", "");
        SKIP_UNLESS(t, error == 0, "this kernel can't suspend");
        const char* const state = contains(t.text(), "freeze") ? "freeze" : "mem";
        error = t.ask(WQLAB_STEP_WRITE, "/sys/power/pm_test", "freezer");
        SKIP_UNLESS(t, error == 0, "this kernel has no /sys/power/pm_test: error %d", error);
        judge_busy(t, state);
        if (!t.decided())
            judge_idle(t, state);
        t.ask(WQLAB_STEP_WRITE, "/sys/power/pm_test", "none");
    }

    static void judge_busy(Trial& t, const char* state)
    {
        if (!set_patience(t, "1000"))
            return;
        for (const auto& kind : kKinds) {
            // Any task that does not freeze in time gives EBUSY, too; the log says what it was.
            const LogListener<LinesWith> by_items("tasks refusing to freeze, wq_busy=1");
            SKIP_UNLESS(t, by_items.attached(), "the kernel's log can't be watched here");
            Queue& wq = t.queue({.flags = kind.flags});
            TestItem& item = t.item("a freezable item", TestItem::Body::kGate);
            item.queue_on(wq, t.other_cpu(t.first_cpu()));
            AWAIT(t, item.started() == 1, "a freezable item to start");
            const int error = suspend(t, state);
            WANT(t, error != 0, "while an item of a freezable workqueue (%s) ran, suspend was not given up", kind.name);
            SKIP_UNLESS(t, by_items.heard().ours(), "suspend was given up for something else than workqueues: error %d",
                        error);
            WANT(t, error == number(Errno::kBusy),
                 "for an item of a freezable workqueue (%s) it gave error %d, not EBUSY", kind.name, error);
            item.open();
            wq.flush();
        }
    }

    // With nothing in the way, and the kernel's own patience: what is queued while all is frozen waits.
    static void judge_idle(Trial& t, const char* state)
    {
        if (!set_patience(t, "20000"))
            return;
        Queue& wq = t.queue({.flags = WQLAB_WQ_FREEZABLE | WQLAB_WQ_UNBOUND});
        TestItem& item = t.item("a freezable item");
        struct Seen {
            bool frozen, early, over;
        };
        Seen* seen = t.own<Seen>();
        if (!seen)
            return;
        *seen = {};
        Actor& watcher = t.actor("watcher", Kthread::kAnyCpu, [&t, &wq, &item, seen] {
            while (!t.given_up() && !__atomic_load_n(&seen->over, __ATOMIC_ACQUIRE)) {
                wqlab_sleep(20'000'000);
                if (!is_frozen(t))
                    continue;
                item.queue(wq);
                t.linger();
                // Still frozen, so it must not have started before.
                const bool started = item.started() != 0;
                if (is_frozen(t)) {
                    seen->early = started;
                    seen->frozen = true;
                    return;
                }
                item.cancel_sync();
            }
        });
        const int error = suspend(t, state);
        __atomic_store_n(&seen->over, true, __ATOMIC_RELEASE);
        AWAIT(t, watcher.done(), "the watcher");
        SKIP_UNLESS(t, error == 0, "suspend was given up though none of our items ran: error %d", error);
        SKIP_UNLESS(t, seen->frozen, "it was not seen that workqueues were frozen");
        WANT(t, !seen->early, "a freezable item started while all was frozen");
        AWAIT(t, item.ended() == 1, "the item to run when all was thawed");
    }

    // workqueue_freezing, as the kernel has it.
    static bool is_frozen(Trial& t)
    {
        bool freezing = false;
        return t.kernel().read(freezing, Symbol::kFreezing) && freezing;
    }
};

constexpr Check kAll[] = {
    check_of<WaitsForEachKind>(),
    check_of<HoldsBackEachKind>(),
    check_of<SuspendWaits>(),
};

}  // namespace freezer

constinit const Group kFreezerChecks = group_of("reclaim", freezer::kAll);

}  // namespace wqlab
