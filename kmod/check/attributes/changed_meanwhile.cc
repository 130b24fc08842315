// SPDX-License-Identifier: GPL-2.0
// An item that is about to be queued when its workqueue's attributes change.
#include "../../glue/activations.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../harness/few_tries.hh"
#include "../scenes/attached_probe.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace changed_meanwhile {

// The queueing of one item. Where it goes is chosen first, and then the lock of the pool is taken in which it ran last,
// which somebody else has: another item is being queued there, and lets go of it when the attributes have changed.
class HeldQueueing {
public:
    void begin(const Trial& trial) { trial_ = &trial; }
    void end() { set(kOver); }
    // Whether it waited for the lock until the attributes had changed. When all is done.
    bool has_waited() const
    {
        return __atomic_load_n(&in_time_, __ATOMIC_ACQUIRE) && __atomic_load_n(&waited_, __ATOMIC_ACQUIRE);
    }
    int error() const { return error_; }

    // By who has the lock, with interrupts off.
    void holds()
    {
        set(kLocked);
        for (const uint64_t until = wqlab_now() + kMost; !is(kChanged) && wqlab_now() < until;)
            wqlab_relax();
        __atomic_store_n(&in_time_, is(kChanged), __ATOMIC_RELEASE);
        set(kOver);
    }
    void queue(TestItem& item, Queue& wq, uint32_t cpu)
    {
        wait_while(kBefore);
        if (is(kLocked))
            set(kAsked);
        item.queue_on(wq, cpu);
    }
    // As it is put on a list, with that pool's lock: when who queues it has returned says nothing.
    void queued() { __atomic_store_n(&waited_, is(kOver), __ATOMIC_RELEASE); }
    void change(Queue& wq, int nice)
    {
        wait_while(kBefore);
        wait_while(kLocked);
        // By then who queues has chosen, unless his CPU was taken away from him.
        wqlab_sleep(kMoment);
        error_ = wq.apply("default", false, 0, nice);
        if (!error_)
            set(kChanged);
    }

private:
    static constexpr uint64_t kMost = 50'000'000, kMoment = 2'000'000;  // ns

    // kAsked: it is being queued, and had not begun before the lock was held.
    enum State : uint32_t { kBefore, kLocked, kAsked, kChanged, kOver };

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
            wqlab_sleep(kMoment / 20);
    }

    const Trial* trial_ = nullptr;
    State state_ = kBefore;
    bool in_time_ = false, waited_ = false;
    int error_ = 0;
};

struct IsOfTheNewOnes {
    static constexpr Promise kPromise = {
        475,
        "",
        "attrs.change-while-being-queued",
        "An idle item that is being queued while its workqueue's attributes change, and is on no list before they "
        "have, is of the new ones, and of no pool_workqueue that is about to go",
        "kernel/workqueue.c: __queue_work(): pwq->refcnt",
        0,
        Fault::kWorkerLies};

    static constexpr uint32_t kTries = 12, kEnough = 4;
    static constexpr int kOld = Queue::kPrivateNice, kNew = kOld + 1, kElsewhere = kOld + 2;

    using Activations = Attached<wqlab_activations, wqlab_activations_attach, wqlab_activations_detach>;

    // False: the item did not wait so, or the trial is decided.
    static bool play(Trial& t, Queue& elsewhere, const uint32_t (&cpus)[3])
    {
        HeldQueueing* const held = t.own<HeldQueueing>();
        // A new one: no item that ends just now holds on to what it has before the change.
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        TestItem& item = t.item("the item");
        TestItem& front = t.item("the item that is queued where it ran last");
        if (!held || t.decided())
            return false;
        item.queue_on(elsewhere, cpus[0]);
        if (!t.wait([&] { return item.ended() == 1; }, "the item to run elsewhere"))
            return false;
        held->begin(t);
        const Activations activations({reinterpret_cast<uintptr_t>(front.address()),
                                       [](void* at) { static_cast<HeldQueueing*>(at)->holds(); }, held});
        const Activations queueings({reinterpret_cast<uintptr_t>(item.address()),
                                     [](void* at) { static_cast<HeldQueueing*>(at)->queued(); }, held});
        if (!activations.is_attached() || !queueings.is_attached()) {
            t.skip("tracepoints can't be watched here");
            return false;
        }
        const Actor& asks = t.actor("who queues the item", static_cast<int>(cpus[1]),
                                    [held, &item, &wq, cpu = cpus[1]] { held->queue(item, wq, cpu); });
        const Actor& changes = t.actor("who changes the attributes", static_cast<int>(cpus[2]),
                                       [held, &wq] { held->change(wq, kNew); });
        if (t.decided()) {
            held->end();
            return false;
        }
        t.on_cpu(cpus[0], [&front, &elsewhere, cpu = cpus[0]] { return front.queue_on(elsewhere, cpu); });
        held->end();
        if (!t.wait([&] { return asks.done() && changes.done() && item.ended() == 2 && front.ended() == 1; },
                    "who queues and who changes attributes to end, and the items to run"))
            return false;
        if (held->error())
            t.skip("attributes can't be set: error %d", -held->error());
        if (t.decided() || !held->has_waited())
            return false;
        if (item.last().nice != kNew)
            t.fail("while it was being queued the nice value changed from %d to %d, and it ran at nice %d", kOld, kNew,
                   item.last().nice);
        return true;
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 2,
                    "it takes a CPU for who has the lock, one for who waits, and one for who changes attributes");
        const uint32_t first = t.first_cpu(), second = t.other_cpu(first);
        const uint32_t cpus[] = {first, second, t.other_cpu(second)};
        // With these each pool is there before and stays: no change waits for a worker to be made.
        t.queue({.flags = WQLAB_WQ_UNBOUND});
        Queue& next = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
        Queue& elsewhere = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
        if (t.decided())
            return;
        int error = next.apply("default", false, 0, kNew);
        error = error ? error : elsewhere.apply("default", false, 0, kElsewhere);
        SKIP_UNLESS(t, !error, "attributes can't be set: error %d", -error);
        uint32_t played = 0;
        for (uint32_t i = 0; i < kTries && played < kEnough && !t.decided(); i++)
            played += play(t, elsewhere, cpus);
        SKIP_UNLESS(t, played || t.decided(), "attributes did not change while the item was being queued");
        tried_few(t, played, "a change of attributes while an item is being queued");
    }
};

constexpr Check kAll[] = {
    check_of<IsOfTheNewOnes>(),
};

}  // namespace changed_meanwhile

constinit const Group kChangedMeanwhileChecks = group_of("attributes", changed_meanwhile::kAll);

}  // namespace wqlab
