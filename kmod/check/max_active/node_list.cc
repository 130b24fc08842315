// SPDX-License-Identifier: GPL-2.0
// Which pool_workqueues wait for their node's max_active.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../../glue/wakings.h"
#include "../../glue/work.h"
#include "../scenes/attached_probe.hh"
#include "../scenes/topology.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace node_list {

// How many of its pool_workqueues wait, on all nodes.
inline uint32_t waiting(Trial& t, const Queue& wq)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_NODES);
    const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
    uint32_t n = 0;
    for (uint32_t i = 0; row && i < now->node_active.size(); i++)
        if (&now->workqueues[now->node_active[i].workqueue] == row)
            n += now->node_active[i].nr_pending_pwqs;
    return n;
}

struct ReplacedLeavesIt {
    static constexpr Promise kPromise = {
        370,
        "",
        "max-active.replaced-waits-no-more",
        "When what was held back has been cancelled and the workqueue gets other attributes, nothing of what these "
        "replace is left among those that wait for max_active, and items go on",
        "kernel/workqueue.c: pwq_release_workfn(), pwq_tryinc_nr_active()",
        0,
        Fault::kAttributesIgnored};

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        // Of one node: another one has its own share.
        const uint32_t here = first_of(allowed);
        const uint64_t other = companion_of(allowed, here);
        SKIP_UNLESS(t, other, "no two CPUs are of one node");
        const uint32_t there = first_of(other);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "cpu"});
        TestItem& front = t.item("the item in front", TestItem::Body::kGate);
        TestItem& held = t.item("the item held back");
        front.queue_on(wq, here);
        AWAIT(t, front.started() == 1, "the item in front to start");
        held.queue_on(wq, there);
        const uint32_t waits = waiting(t, wq);
        SKIP_UNLESS(t, waits == 1 || t.decided(), "with an item held back %u pool_workqueues wait, and not one", waits);
        WANT(t, held.cancel(), "an item held back was not cancelled");
        // It need not: docs/findings/0011 is about that it does.
        if (const uint32_t left = waiting(t, wq); !left)
            t.note("nobody waits when what was held back has been cancelled");
        const int error = wq.apply("cpu", false, 0, Queue::kPrivateNice + 1);
        SKIP_UNLESS(t, error == 0 || t.decided(), "attributes can't be set: error %d", -error);
        AWAIT(t, t.decided() || waiting(t, wq) == 0, "who was replaced to wait no more");
        const Items next = t.items(2, "the next item");
        next[0]->queue_on(wq, there);
        next[1]->queue_on(wq, here);
        front.open();
        AWAIT(t, executions(next, 2) == 2, "the next items to run");
        WANT(t, held.started() == 0, "the cancelled item ran");
    }
};

struct UnpluggedIsNotOnIt {
    static constexpr Promise kPromise = {
        462,
        "",
        "ordered.unplugged-waits-no-more",
        "When an ordered workqueue has got other CPUs and what ran on the old ones has ended, the one item that was "
        "queued meanwhile runs, and then nobody waits for max_active",
        "kernel/workqueue.c: unplug_oldest_pwq(), pwq_tryinc_nr_active()",
        0,
        Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        UnboundCpus cpus(t);
        Queue& wq = t.queue({.flags = WQLAB_WQ_ORDERED});
        Gate& gate = t.gate();
        TestItem& before = t.item("the item before").on_run(sleep_at, &gate);
        TestItem& behind = t.item("the item behind it", TestItem::Body::kGate);
        before.queue(wq);
        AWAIT(t, before.started() == 1, "the item before to start");
        if (!cpus.restrict_to(first_of(allowed)))
            return;
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        SKIP_UNLESS(t, !row || row->nr_pwqs >= 2 || t.decided(),
                    "with other CPUs the workqueue has %u pool_workqueues, and not two", row->nr_pwqs);
        behind.queue(wq);
        gate.open();
        AWAIT(t, behind.started() == 1, "the item behind it to start");
        const uint32_t wait = waiting(t, wq) + t.has_fault(Fault::kSnapshotLies);
        WANT(t, wait == 0 || t.decided() || !behind.running(), "while the only item runs %u pool_workqueues wait",
             wait);
        behind.open();
        AWAIT(t, behind.ended() == 1, "the item behind it to end");
    }
};

// Two items run, as many as may, and a third is held back. One of the two ends, and while its worker wakes another one
// for the third, with the node's list locked, a fourth is queued: it finds no room, and waits for the list. Then the
// other one ends, finds nobody on the list, and leaves.
struct RoomThatComes {
    static constexpr Promise kPromise = {463,
                                         "",
                                         "max-active.room-that-comes-is-seen",
                                         "Who finds no room for his item, and is about to note that it waits, sees "
                                         "room that comes just then: it starts, "
                                         "and nobody waits",
                                         "kernel/workqueue.c: pwq_tryinc_nr_active(), pwq_dec_nr_active()",
                                         0,
                                         Fault::kSnapshotLies};

    static constexpr uint32_t kTries = 4;
    static constexpr uint64_t kMost = 5'000'000, kMoment = 500'000;  // ns

    // What happens while the list is locked.
    class Held {
    public:
        // Of the thread that ends an item, and is to wake another for what was held back.
        void begin(const Trial& trial, int32_t pid)
        {
            trial_ = &trial;
            __atomic_store_n(&pid_, pid, __ATOMIC_RELEASE);
        }
        void end() { set(kOver); }
        bool was_in_time() const { return __atomic_load_n(&in_time_, __ATOMIC_ACQUIRE); }

        // Interrupts are off. In an interrupt over that worker nothing is locked.
        void waking()
        {
            if (!wqlab_in_task() || !is(kBefore) || wqlab_current().pid != __atomic_load_n(&pid_, __ATOMIC_ACQUIRE) ||
                wqlab_current_work())
                return;
            set(kLocked);
            for (const uint64_t until = wqlab_now() + kMost; !is(kOver) && wqlab_now() < until;)
                wqlab_relax();
            __atomic_store_n(&in_time_, is(kOver), __ATOMIC_RELEASE);
            set(kOver);
        }
        void queue(TestItem& item, Queue& wq, uint32_t cpu)
        {
            wait_while(kBefore);
            if (is(kLocked))
                set(kAsked);
            item.queue_on(wq, cpu);
        }
        void make_room(TestItem& item)
        {
            wait_while(kBefore);
            wait_while(kLocked);
            wqlab_sleep(kMoment);
            item.open();
            while (!item.ended() && !is(kOver) && !trial_->given_up())
                wqlab_sleep(kMoment / 10);
            wqlab_sleep(kMoment);
            set(kOver);
        }

    private:
        enum State : uint32_t { kBefore, kLocked, kAsked, kOver };

        // Never back.
        void set(State state)
        {
            State now = state_now();
            while (now < state &&
                   !__atomic_compare_exchange_n(&state_, &now, state, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
                ;
        }
        State state_now() const { return __atomic_load_n(&state_, __ATOMIC_ACQUIRE); }
        bool is(State state) const { return state_now() == state; }
        void wait_while(State state) const
        {
            while (is(state) && !trial_->given_up() && !trial_->ending())
                wqlab_sleep(kMoment / 10);
        }

        const Trial* trial_ = nullptr;
        int32_t pid_ = -1;  // nobody; 0 is who is idle
        State state_ = kBefore;
        bool in_time_ = false;
    };

    using Wakings = Attached<wqlab_wakings, wqlab_wakings_attach, wqlab_wakings_detach>;

    // Whether it was tried: the room came while the list was locked, and the last item was about to be queued. The
    // other item is of a pool that the workqueue had before: who holds the lock of the list has that of the pool for
    // which an item was held back.
    static bool play(Trial& t, uint32_t here, uint32_t there, uint32_t third)
    {
        Held* const held = t.own<Held>();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 2, .scope = "cpu", .strict = true});
        TestItem& other = t.item("the other item", TestItem::Body::kGate);
        TestItem& first = t.item("the first item", TestItem::Body::kGate);
        TestItem& back = t.item("the item held back", TestItem::Body::kGate);
        TestItem& last = t.item("the last item", TestItem::Body::kGate);
        if (!held || t.decided())
            return false;
        other.queue_on(wq, there);
        if (!t.wait([&] { return other.started() == 1; }, "the other item to start"))
            return false;
        if (const int error = wq.apply("cpu", true, 0, Queue::kPrivateNice + 1)) {
            t.skip("attributes can't be set: error %d", -error);
            return false;
        }
        first.queue_on(wq, here);
        if (!t.wait([&] { return first.started() == 1; }, "the first item to start"))
            return false;
        back.queue_on(wq, there);
        held->begin(t, first.last().pid);
        const Wakings wakings({[](void* at, int32_t, uint32_t) { static_cast<Held*>(at)->waking(); }, held});
        if (!wakings.is_attached()) {
            t.skip("wakeups can't be watched here");
            return false;
        }
        const Actor& asks = t.actor("who queues the last item", static_cast<int>(third),
                                    [held, &last, &wq, here] { held->queue(last, wq, here); });
        const Actor& makes = t.actor("who makes room", static_cast<int>(there),
                                     [held, &other] { held->make_room(other); });
        first.open();
        const bool goes_on = t.wait([&] { return back.started() == 1; }, "the item held back to start");
        held->end();
        if (!goes_on || !t.wait([&] { return asks.done() && makes.done(); }, "who queues and who makes room to end") ||
            !t.wait([&] { return last.started() == 1; }, "the last item, for which there is room, to start"))
            return false;
        const uint32_t wait = waiting(t, wq) + t.has_fault(Fault::kSnapshotLies);
        if (wait && back.running() && last.running())
            t.fail("while as many items run as may, and none is held back, %u pool_workqueues wait", wait);
        back.open();
        last.open();
        return t.wait([&] { return back.ended() == 1 && last.ended() == 1; }, "the items to end") &&
               held->was_in_time();
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t here = first_of(allowed);
        const uint64_t other = companion_of(allowed, here), third = allowed & ~other & ~(uint64_t{1} << here);
        SKIP_UNLESS(t, other && third, "there are no two CPUs of one node, and a third one");
        uint32_t seen = 0;
        for (uint32_t i = 0; i < kTries && !seen && !t.decided(); i++)
            seen += play(t, here, first_of(other), first_of(third));
        SKIP_UNLESS(t, seen || t.decided(), "no room came while the list was locked");
    }
};

constexpr Check kAll[] = {
    check_of<ReplacedLeavesIt>(WQLAB_LACK_SYSTEM_MAX_ACTIVE | WQLAB_LACK_SCOPES),
    check_of<UnpluggedIsNotOnIt>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<RoomThatComes>(WQLAB_LACK_SYSTEM_MAX_ACTIVE | WQLAB_LACK_SCOPES),
};

}  // namespace node_list

constinit const Group kNodeListChecks = group_of("max_active", node_list::kAll);

}  // namespace wqlab
