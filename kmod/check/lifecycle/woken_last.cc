// SPDX-License-Identifier: GPL-2.0
// Which of its workers a pool has woken last. Of a CPU's pool in which nobody runs the watchdog shows that one's stack.
// Here it is asked of unbound pools, which can be a check's alone, and end: they forget by the same function.
#include "../../glue/thread_ends.h"
#include "../harness/few_tries.hh"
#include "../scenes/attached_probe.hh"
#include "../scenes/idle_pool.hh"
#include "../scenes/shared_pool.hh"
#include "../scenes/told_worker.hh"

namespace wqlab {

namespace woken_last {

using check_bounds::kSecond;

// A pool of a check's own, and who was woken last there.
struct Woken {
    Queue* wq;
    int32_t nice, id;
    Address pool, worker;
    int32_t pid;
    TestItem* item;  // what that one runs, until the gate opens
    Gate* gate;
};

constexpr Address kUnread = 1;  // nobody's address

// Whom the pool has noted. Any context, as long as the pool is there.
inline Address noted(const Kernel& kernel, Address pool)
{
    Address worker = 0;
    return kernel.peek(worker, pool, Field::kPoolLastWoken) ? worker : kUnread;
}

inline bool is_settled(Trial& t, const Woken& woken, uint32_t busy)
{
    return t.decided() || idle::settled(t, *woken.wq, t.first_cpu(), busy);
}

// A new pool, some workers of which are idle and so many busy until the gate opens.
inline void make_workers(Trial& t, Woken& woken, uint32_t busy, Gate& gate)
{
    constexpr uint32_t kIdle = 3;
    const uint32_t cpu = t.first_cpu();
    woken.wq = &t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
    woken.nice = take_new_pool(t, *woken.wq, "system", cpu);
    Gate& own = t.gate();
    const Items sleepers = t.items(busy, "an item that sleeps"), items = t.items(kIdle, "an item");
    for (uint32_t i = 0; i < kIdle; i++)
        items[i]->on_run(sleep_at, &own).queue_on(*woken.wq, cpu);
    for (uint32_t i = 0; i < busy; i++)
        sleepers[i]->on_run(sleep_at, &gate).queue_on(*woken.wq, cpu);
    AWAIT(t, t.decided() || started(items, kIdle) + started(sleepers, busy) == kIdle + busy,
          "items to start, each in a worker of its own");
    own.open();
    AWAIT(t, is_settled(t, woken, busy), "workers to be idle");
    const wqlab_snap_pool* pool = t.decided() ? nullptr : own_pool(t, *woken.wq, cpu);
    woken.id = pool ? pool->id : -1;
}

// Of several that are idle one is woken, and runs an item. Once it does the pool knows it as the one woken last.
inline void wake_one(Trial& t, Woken& woken, uint32_t busy)
{
    constexpr uint32_t kTries = 4;
    const Queue* const ours[] = {woken.wq};
    bool is_known = false;
    Address seen = 0;
    for (uint32_t i = 0; i < kTries && !is_known; i++) {
        ToldWorker* const place = t.own<ToldWorker>();
        if (t.decided())
            return;
        *place = {&t.gate(), 0, 0};
        TestItem& item = t.item("an item that a worker is woken for").on_run(tell_worker, place);
        item.queue_on(*woken.wq, t.first_cpu());
        AWAIT(t, __atomic_load_n(&place->pid, __ATOMIC_ACQUIRE), "an item to start");
        WANT(t, place->worker, "an item ran in no worker");
        Address pool = 0;
        SKIP_UNLESS(t, t.kernel().peek(pool, place->worker, Field::kWorkerPool) && pool, "a worker can't be seen");
        woken = {woken.wq, woken.nice, woken.id, pool, place->worker, place->pid, &item, place->gate};
        seen = noted(t.kernel(), pool);
        SKIP_UNLESS(t, seen != kUnread, "a pool can't be read");
        is_known = seen == place->worker;
        if (is_known)
            break;
        place->gate->open();
        AWAIT(t, item.ended() == 1 && is_settled(t, woken, busy), "its worker to be idle");
    }
    SKIP_UNLESS(t, is_known || !is_shared(t, woken.id, ours), "somebody else uses the pool");
    WANT(t, is_known || t.decided(), "%u times a worker was woken, and the pool has %s as the last one", kTries,
         seen ? "another" : "nobody");
}

// What is noted when a thread ends.
class AtItsEnd {
public:
    AtItsEnd(const Kernel& kernel, const Woken& woken)
        : kernel_(kernel),
          pool_(woken.pool),
          pid_(woken.pid),
          ends_({[](void* to, int32_t pid, bool) { static_cast<AtItsEnd*>(to)->ended(pid); }, this})
    {
    }

    bool attached() const { return ends_.is_attached(); }
    bool is_over() const { return __atomic_load_n(&is_over_, __ATOMIC_ACQUIRE); }
    Address seen() const { return seen_; }  // once it is over

    // The pool waits for its workers' threads. Another one may have the number later.
    void ended(int32_t pid)
    {
        if (pid != pid_ || is_over())
            return;
        seen_ = noted(kernel_, pool_);
        __atomic_store_n(&is_over_, true, __ATOMIC_RELEASE);
    }

private:
    const Kernel& kernel_;
    const Address pool_;
    const int32_t pid_;
    Address seen_ = 0;
    bool is_over_ = false;
    Attached<wqlab_thread_ends, wqlab_thread_ends_attach, wqlab_thread_ends_detach> ends_;
};

struct GoesWithItsThread {
    static constexpr Promise kPromise = {
        443,
        "",
        "watchdog.shows-no-worker-that-has-gone",
        "The worker that a pool has woken last is known as that to the watchdog, and is forgotten before its thread "
        "ends with the pool",
        "kernel/workqueue.c: kick_pool_pick(), set_worker_dying()",
        0,
        Fault::kTraceLies};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kPoolLastWoken), "this kernel does not note who was woken last");
        Woken woken = {};
        make_workers(t, woken, 0, t.gate());
        if (!t.decided())
            wake_one(t, woken, 0);
        if (t.decided())
            return;
        // While it is in an item its thread can't end unseen.
        AtItsEnd end(t.kernel(), woken);
        SKIP_UNLESS(t, end.attached(), "threads can't be watched here");
        woken.gate->open();
        AWAIT(t, woken.item->ended() == 1, "the item to end");
        if (t.has_fault(Fault::kTraceLies))
            end.ended(woken.pid);
        woken.wq->destroy();
        bool shared = false;
        AWAIT(t, end.is_over() || t.decided() || (shared = have_others_pools_of(t, woken.nice)),
              "the pool's worker to go");
        SKIP_UNLESS(t, !shared, "somebody else has a workqueue of nice %d now", woken.nice);
        SKIP_UNLESS(t, end.seen() != kUnread || t.decided(), "a pool can't be read when its worker's thread ends");
        WANT(t, end.seen() != woken.worker || t.decided(),
             "the thread of worker %d ended, and its pool still had that as the one woken last", woken.pid);
    }
};

struct StaysOrGoes {
    static constexpr Promise kPromise = {
        444,
        "",
        "watchdog.knows-who-was-woken-last",
        "The worker that a pool has woken last is known as that to the watchdog as long as it stays, whichever others "
        "go, and is forgotten when it goes after five minutes",
        "kernel/workqueue.c: set_worker_dying(), idle_cull_fn()",
        WQLAB_CHECK_SLOW,
        Fault::kSnapshotLies};

    static constexpr uint32_t kBusy = 3;
    static constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK;

    // Who was woken last is idle before the busy ones are, or after them: it is to go, or to stay.
    static void set_up(Trial& t, Woken& woken, bool stays)
    {
        Gate& gate = t.gate();
        make_workers(t, woken, kBusy, gate);
        if (!t.decided())
            wake_one(t, woken, kBusy);
        if (t.decided())
            return;
        (stays ? gate : *woken.gate).open();
        AWAIT(t, is_settled(t, woken, stays ? 1 : kBusy), "workers to be idle");
        (stays ? *woken.gate : gate).open();
        AWAIT(t, is_settled(t, woken, 0), "all workers to be idle");
    }

    struct Seen {
        bool is_there, are_two;  // of the pool's idle workers
    };

    // Nobody is woken there any more. Who is there later was there before, and who is not, won't be.
    static Seen judge(Trial& t, const Woken& woken, const Woken& other)
    {
        const auto look = [&] { return noted(t.kernel(), (t.has_fault(Fault::kSnapshotLies) ? other : woken).pool); };
        const Address before = look();
        const Snapshot* now = t.snapshot(kSections);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, *woken.wq, t.first_cpu()) : nullptr;
        Seen seen = {false, pool && pool->nr_idle == 2};
        for (uint32_t i = 0; pool && i < now->workers.size(); i++)
            seen.is_there |= now->workers[i].pool == pool->id && now->workers[i].pid == woken.pid;
        const Address known = seen.is_there ? before : look();
        if (t.decided() || known == (seen.is_there ? woken.worker : 0))
            return seen;
        // Who changes where unbound workqueues may run gives it another pool, and this one goes.
        const Queue* const ours[] = {woken.wq};
        pool = own_pool(t, *woken.wq, t.first_cpu());
        if (!pool || pool->id != woken.id || known == kUnread || is_shared(t, woken.id, ours))
            t.skip("somebody else uses the pool, or it is another one now");
        else
            t.fail("worker %d, which was woken last, %s, and its pool has %s as that", woken.pid,
                   seen.is_there ? "is there" : "has gone",
                   !known                  ? "nobody"
                   : known == woken.worker ? "still that"
                                           : "another");
        return seen;
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kPoolLastWoken), "this kernel does not note who was woken last");
        Woken stays = {}, goes = {};
        set_up(t, stays, true);
        if (!t.decided())
            set_up(t, goes, false);
        if (t.decided())
            return;
        const idle::Ticks ticks(t);
        Seen one = {}, other = {};
        for (uint32_t looks = 0; looks < 120 && !(one.are_two && other.are_two) && !t.given_up(); looks++) {
            if (looks)
                t.linger(6 * kSecond);
            one = judge(t, stays, goes);
            if (!t.decided())
                other = judge(t, goes, stays);
            if (t.decided())
                return;
        }
        SKIP_UNLESS(t, one.are_two && other.are_two, "others than two that were idle stay");
        t.note("who was to stay %s, and who was to go %s", one.is_there ? "is there" : "has gone",
               other.is_there ? "is there" : "has gone");
        tried_few(t, 1, "letting workers go that were idle for long");
    }
};

constexpr Check kAll[] = {
    check_of<GoesWithItsThread>(),
    check_of<StaysOrGoes>(),
};

}  // namespace woken_last

constinit const Group kWokenLastChecks = group_of("lifecycle", woken_last::kAll);

}  // namespace wqlab
