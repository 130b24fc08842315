// SPDX-License-Identifier: GPL-2.0
// What each function does and returns in each state that it may find an item in.
#include "states.hh"

#include "../../glue/work.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace states {

constexpr wqlab_work_kind kKinds[] = {WQLAB_WORK_PLAIN, WQLAB_WORK_DELAYED};

// Where there is room for one item at a time.
constexpr Shape kShapes[] = {
    {.max_active = 1},
    {.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"},
    {.flags = WQLAB_WQ_ORDERED},
};

// judge(scene, item, state) for each kind of item in each state that it can be in.
template <typename Judge>
void in_each_state_on(Trial& t, const Shape& shape, Judge judge)
{
    for (const wqlab_work_kind kind : kKinds) {
        Scene scene(t, shape);
        for (uint32_t i = 0; i < static_cast<uint32_t>(ItemState::kCount) && !t.decided(); i++) {
            const auto state = static_cast<ItemState>(i);
            if (has_timer(state) && kind == WQLAB_WORK_PLAIN)
                continue;
            TestItem& item = t.item("the item", TestItem::Body::kGate, kind);
            if (!scene.put(item, state))
                return;
            judge(scene, item, state);
            scene.release(item);
            if (t.decided())
                return;
            item.cancel_sync();
            scene.queue().flush();
        }
    }
}

// The same on each kind of workqueue.
template <typename Judge>
void in_each_state(Trial& t, Judge judge)
{
    for (const Shape& shape : kShapes)
        if (!t.decided())
            in_each_state_on(t, shape, judge);
}

struct BusyInEachState {
    static constexpr Promise kPromise = {
        135,
        "",
        "queue.busy-in-each-state",
        "work_pending(), delayed_work_pending() and work_busy() are right in each state that an item can be in",
        "include/linux/workqueue.h: delayed_work_pending(); kernel/workqueue.c: work_busy()",
        0,
        Fault::kBusyLies};

    static void judge(Trial& t, TestItem& item, ItemState state)
    {
        const uint32_t wanted = (is_pending(state) ? WQLAB_BUSY_PENDING : 0) |
                                (is_running(state) ? WQLAB_BUSY_RUNNING : 0);
        const uint32_t busy = item.busy();
        WANT(t, busy == wanted, "of an item that is %s work_busy() says %u", state_name(state), busy);
        WANT(t, item.pending() == is_pending(state), "of an item that is %s work_pending() says %d", state_name(state),
             !is_pending(state));
        WANT(t, item.kind() == WQLAB_WORK_PLAIN || wqlab_delayed_work_pending(item.address()) == is_pending(state),
             "of an item that is %s delayed_work_pending() says %d", state_name(state), !is_pending(state));
    }

    static void run(Trial& t)
    {
        in_each_state(t, [&t](Scene&, TestItem& item, ItemState state) { judge(t, item, state); });
    }
};

struct QueueInEachState {
    static constexpr Promise kPromise = {
        136,
        "",
        "queue.returns-in-each-state",
        "Each queueing function returns true for an idle or running item and false for a pending one, which it leaves",
        "include/linux/workqueue.h: queue_work(), schedule_work(), queue_delayed_work()",
        0,
        Fault::kQueueLies};

    // The n-th function; false for what this kind has not.
    static bool call(Scene& scene, TestItem& item, uint32_t n)
    {
        switch (n) {
        case 0: return item.queue(scene.queue());
        case 1: return item.queue_on(scene.queue(), scene.cpu());
        case 2: return item.queue_delayed(scene.queue(), an_hour());
        default: return item.queue_delayed(scene.queue(), an_hour(), static_cast<int>(scene.cpu()));
        }
    }

    static void judge(Trial& t, Scene& scene, TestItem& item, ItemState state)
    {
        constexpr const char* kNames[] = {"queue_work()", "queue_work_on()", "queue_delayed_work()",
                                          "queue_delayed_work_on()"};
        const uint32_t n = item.kind() == WQLAB_WORK_DELAYED ? 4 : 2;
        for (uint32_t i = 0; i < n; i++) {
            const bool wanted = !is_pending(state);
            const bool timer = item.kind() == WQLAB_WORK_DELAYED && item.timer_pending();
            // Of a delay, an idle item is pending whatever happens; without one it may start at once, and is running.
            if (wanted && i < 2 && state == ItemState::kIdle)
                continue;
            const bool got = call(scene, item, i);
            WANT(t, got == wanted, "%s of an item that is %s returned %d", kNames[i], state_name(state), got);
            WANT(t, item.pending(), "after %s an item that was %s is not pending", kNames[i], state_name(state));
            if (!wanted)
                WANT(t, item.kind() != WQLAB_WORK_DELAYED || item.timer_pending() == timer,
                     "%s changed the timer of an item that was %s", kNames[i], state_name(state));
            else
                item.cancel();
        }
    }

    static void run(Trial& t)
    {
        in_each_state(t, [&t](Scene& scene, TestItem& item, ItemState state) { judge(t, scene, item, state); });
    }
};

struct FlushInEachState {
    static constexpr Promise kPromise = {
        137,
        "",
        "flush.returns-in-each-state",
        "flush_work() and flush_delayed_work() wait and return true in each state but idle, where they return false",
        "kernel/workqueue.c: flush_work(), flush_delayed_work()",
        0,
        Fault::kFlushLies};

    static void judge(Trial& t, Scene& scene, TestItem& item, ItemState state)
    {
        if (state == ItemState::kIdle) {
            WANT(t, !item.flush(), "of an idle item it returned true");
            return;
        }
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&item] { return item.flush(); });
        AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "it to wait");
        WANT(t, !flusher.done(), "of an item that is %s it did not wait", state_name(state));
        scene.release(item);
        AWAIT(t, flusher.done(), "it to return");
        WANT(t, flusher.result(), "of an item that was %s it returned false", state_name(state));
        const uint32_t wanted = is_running(state) && is_pending(state) ? 2 : 1;
        WANT(t, item.ended() == wanted && item.last().end < flusher.done_ticket(),
             "of an item that was %s it returned after %u of %u executions", state_name(state), item.ended(), wanted);
    }

    static void run(Trial& t)
    {
        in_each_state(t, [&t](Scene& scene, TestItem& item, ItemState state) { judge(t, scene, item, state); });
    }
};

// cancel_work(), cancel_work_sync(), disable_work(), disable_work_sync(), and of delayed items.
enum class Taker : uint8_t { kCancel, kCancelSync, kDisable, kDisableSync };

constexpr const char* taker_name(Taker taker, bool delayed)
{
    constexpr const char* kNames[2][4] = {
        {"cancel_work()", "cancel_work_sync()", "disable_work()", "disable_work_sync()"},
        {"cancel_delayed_work()", "cancel_delayed_work_sync()", "disable_delayed_work()",
         "disable_delayed_work_sync()"}};
    return kNames[delayed][static_cast<uint32_t>(taker)];
}
constexpr bool waits(Taker taker) { return taker == Taker::kCancelSync || taker == Taker::kDisableSync; }
constexpr bool disables(Taker taker) { return taker == Taker::kDisable || taker == Taker::kDisableSync; }

inline bool take(TestItem& item, Taker taker)
{
    switch (taker) {
    case Taker::kCancel: return item.cancel();
    case Taker::kCancelSync: return item.cancel_sync();
    case Taker::kDisable: return item.disable();
    case Taker::kDisableSync: return item.disable(true);
    }
    return false;
}

// Whoever waits for an item that runs is a thread of its own.
inline void judge_taker(Trial& t, Scene& scene, TestItem& item, ItemState state, Taker taker)
{
    const bool delayed = item.kind() == WQLAB_WORK_DELAYED;
    const char* const name = taker_name(taker, delayed);
    bool taken;
    if (waits(taker) && is_running(state)) {
        Actor& caller = t.actor("caller", Kthread::kAnyCpu, [&item, taker] { return take(item, taker); });
        AWAIT(t, caller.done() || sleeps_behind_barrier(t, caller), "it to wait for the item");
        WANT(t, !caller.done(), "%s of an item that is %s did not wait", name, state_name(state));
        scene.release(item);
        AWAIT(t, caller.done(), "it to return");
        WANT(t, item.last().end < caller.done_ticket(), "%s returned before the item had ended", name);
        taken = caller.result();
    } else {
        taken = take(item, taker);
        WANT(t, !is_running(state) || item.running(), "%s waited", name);
    }
    WANT(t, taken == is_pending(state), "%s of an item that is %s returned %d", name, state_name(state), taken);
    WANT(t, !item.pending() && (!delayed || !item.timer_pending()), "after %s an item that was %s is pending", name,
         state_name(state));
    if (disables(taker)) {
        WANT(t, !item.queue_on(scene.queue(), scene.cpu()), "after %s the item could be queued", name);
        WANT(t, item.enable(), "after %s one enable_work() was not enough", name);
    }
    scene.release(item);
    scene.queue().flush();
    WANT(t, item.started() == (is_running(state) ? 1 : 0), "after %s an item that was %s ran %u times", name,
         state_name(state), item.started());
}

static void in_each_state_of(Trial& t, Taker plain, Taker sync)
{
    for (const Taker taker : {plain, sync})
        in_each_state(t, [&t, taker](Scene& scene, TestItem& item, ItemState state) {
            judge_taker(t, scene, item, state, taker);
        });
}

struct CancelInEachState {
    static constexpr Promise kPromise = {
        138,
        "",
        "cancel.returns-in-each-state",
        "All four cancelling functions return whether the item was pending, take it back, and wait only if they say so",
        "kernel/workqueue.c: cancel_work(), cancel_work_sync(), cancel_delayed_work(), cancel_delayed_work_sync()",
        0,
        Fault::kCancelLies};

    static void run(Trial& t) { in_each_state_of(t, Taker::kCancel, Taker::kCancelSync); }
};

struct DisableInEachState {
    static constexpr Promise kPromise = {
        139,
        "",
        "disable.returns-in-each-state",
        "All four disabling functions return whether the item was pending, take it back, and wait only if they say so",
        "kernel/workqueue.c: disable_work(), disable_work_sync(), disable_delayed_work(), disable_delayed_work_sync()",
        0,
        Fault::kCancelLies};

    static void run(Trial& t) { in_each_state_of(t, Taker::kDisable, Taker::kDisableSync); }
};

struct CancelKeepsDisabled {
    static constexpr Promise kPromise = {
        140,
        "",
        "disable.survives-cancelling-and-flushing",
        "Cancelling and flushing a disabled item, and its own end, leave it as often disabled as it was",
        "kernel/workqueue.c: __cancel_work_sync(), set_work_pool_and_clear_pending()",
        0,
        Fault::kDisableDoesNothing};

    static void run(Trial& t)
    {
        for (const wqlab_work_kind kind : kKinds) {
            Scene scene(t);
            TestItem& item = t.item("the item", TestItem::Body::kGate, kind);
            if (!scene.put(item, ItemState::kRunning))
                return;
            // While it runs, twice; its end must not forget it.
            item.disable();
            item.disable();
            item.open();
            AWAIT(t, item.ended() == 1, "the item to end");
            scene.queue().flush();
            const auto refused = [&] { return !item.queue_on(scene.queue(), scene.cpu()) && !item.pending(); };
            WANT(t, refused(), "when it had ended, an item that was disabled while it ran could be queued");
            WANT(t, !item.cancel() && refused(), "after cancelling it a disabled item could be queued");
            WANT(t, !item.cancel_sync() && refused(),
                 "after cancelling it and waiting a disabled item could be queued");
            WANT(t, !item.flush() && refused(), "after flushing it a disabled item could be queued");
            WANT(t, !item.disable(true) && refused(), "after disabling it again it could be queued");
            WANT(t, !item.enable() && !item.enable() && refused(), "of three disables two undid the last");
            WANT(t, item.enable(), "of three disables three did not undo the last");
            WANT(t, item.queue_on(scene.queue(), scene.cpu()), "enabled again it could not be queued");
            AWAIT(t, item.ended() == 2, "it to run again");
        }
    }
};

constexpr Check kAll[] = {
    check_of<BusyInEachState>(),
    check_of<QueueInEachState>(),
    check_of<FlushInEachState>(),
    check_of<CancelInEachState>(),
    check_of<DisableInEachState>(WQLAB_LACK_DISABLE),
    check_of<CancelKeepsDisabled>(WQLAB_LACK_DISABLE),
};

}  // namespace states

constinit const Group kStatesChecks = group_of("states", states::kAll);

}  // namespace wqlab
