// SPDX-License-Identifier: GPL-2.0
// Group C, continued: drain and destroy.
#include "../glue/attributes.h"
#include "../glue/text.h"
#include "../glue/time.h"
#include "../glue/work.h"
#include "../glue/workqueue.h"
#include "delayed.hh"
#include "kernel_log.hh"

namespace wqlab {

namespace draining {

struct ChainsAreAllowed {
    static constexpr Promise kPromise = {
        44, "", "drain.chains-are-allowed",
        "While a workqueue drains, its items may queue on it: drain_workqueue() waits until it is empty",
        "kernel/workqueue.c: drain_workqueue()", 0, Fault::kFlushReturnsEarly};

    static constexpr uint32_t kLinks = 20;

    struct Chain {
        Queue* wq;
        Gate* gate;
        uint32_t refused;
    };

    static void requeue(Probe& probe, void* argument)
    {
        Chain& chain = *static_cast<Chain*>(argument);
        chain.gate->wait(Event::kForEver - 1);
        wqlab_sleep(500'000);
        if (probe.started() <= kLinks)
            chain.refused += !wqlab_queue_bare_on(chain.wq->get(), probe.address(), -1);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Chain* chain = t.own<Chain>();
        if (!chain)
            return;
        *chain = {&wq, &t.gate(), 0};
        Probe& item = t.probe("the item that queues itself").on_run(requeue, chain);
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, drainer.done() || t.flushes(drainer, wq), "drain_workqueue() to begin");
        WANT(t, !drainer.done(), "it returned while an item was held");
        chain->gate->open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        WANT(t, chain->refused == 0, "%u times the item could not queue itself", chain->refused);
        WANT(t, item.ended() == kLinks + 1 && item.last().end < drainer.done_ticket(), "it returned after %u of %u executions", item.ended(),
             kLinks + 1);
    }
};

struct BhChainsAreAllowed {
    static constexpr Promise kPromise = {
        44, "b", "drain.bh-chains-are-allowed",
        "While a BH workqueue drains, its items may queue on it: drain_workqueue() waits until it is empty",
        "kernel/workqueue.c: drain_workqueue(), is_chained_work()", WQLAB_CHECK_NEGATIVE, Fault::kFlushReturnsEarly,
        {"docs/findings/0004, not mended: is_chained_work() does not know a BH worker"}};

    struct Chain {
        Trial* trial;
        Queue* wq;
        bool over;
    };

    static void requeue(Probe& probe, void* argument)
    {
        Chain& chain = *static_cast<Chain*>(argument);
        if (!__atomic_load_n(&chain.over, __ATOMIC_ACQUIRE) && !chain.trial->given_up())
            wqlab_queue_bare_on(chain.wq->get(), probe.address(), -1);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_features() & WQLAB_FEATURE_BH_PERCPU, "on this kernel an item that is refused stays pending for ever, see 45");
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        Chain* chain = t.own<Chain>();
        if (!chain)
            return;
        *chain = {&t, &wq, false};
        Probe& item = t.probe("the item that queues itself").on_run(requeue, chain);
        item.queue(wq);
        AWAIT(t, item.started() > 1, "the item to queue itself");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, drainer.done() || t.flushes(drainer, wq), "drain_workqueue() to begin");
        t.linger();
        const bool early = drainer.done();
        __atomic_store_n(&chain->over, true, __ATOMIC_RELEASE);
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        WANT(t, !early, "it returned while an item still queued itself, which was refused");
    }
};

struct OthersAreRefused {
    static constexpr Promise kPromise = {
        45, "", "drain.others-are-refused",
        "While a workqueue drains, queueing from outside is refused with a warning, and the item can be used afterwards",
        "kernel/workqueue.c: __queue_work()", WQLAB_CHECK_NEGATIVE, Fault::kBusyLies,
        {"a7488f089bdf: the refused item stays pending for ever", WQLAB_FEATURE_BH_PERCPU}};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& held = t.probe("an item", Probe::Body::kGate);
        // Of its own: once refused on a kernel that leaves it pending, cancelling it would never end.
        struct Stray {
            Opaque<work_struct, WQLAB_SIZEOF_WORK> work;  // first: the function finds the rest behind it
            uint32_t runs;
        };
        Stray* stray = t.own<Stray>();
        if (!stray || !wq.get())
            return;
        stray->runs = 0;
        wqlab_work_init(stray->work.get(), WQLAB_WORK_PLAIN,
                        [](work_struct* work) { __atomic_add_fetch(&reinterpret_cast<Stray*>(work)->runs, 1, __ATOMIC_RELEASE); });
        held.queue(wq);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wqlab_drain_workqueue(wq.get()); });
        AWAIT(t, t.flushes(drainer, wq), "drain_workqueue() to begin");
        wqlab_queue_bare_on(wq.get(), stray->work.get(), -1);
        const bool pending = wqlab_work_pending(stray->work.get()) != t.has_fault(Fault::kBusyLies);
        held.open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        WANT(t, __atomic_load_n(&stray->runs, __ATOMIC_ACQUIRE) == 0, "an item from outside was queued and ran");
        WANT(t, !pending, "the item that was refused is pending, and stays so");
        WANT(t, wqlab_queue_bare_on(wq.get(), stray->work.get(), -1), "it can't be queued afterwards");
    }
};

struct DrainsNest {
    static constexpr Promise kPromise = {
        46, "", "drain.nests",
        "Several threads can drain one workqueue, and it can be used afterwards",
        "kernel/workqueue.c: drain_workqueue()", 0, Fault::kFlushReturnsEarly};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& held = t.probe("an item", Probe::Body::kGate);
        held.queue(wq);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& first = t.actor("first drainer", Kthread::kAnyCpu, [&wq] { wqlab_drain_workqueue(wq.get()); });
        AWAIT(t, t.flushes(first, wq), "the first drain_workqueue() to begin");
        Actor& second = t.actor("second drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, second.done() || t.flushes(second, wq), "the second drain_workqueue() to begin");
        t.linger();
        WANT(t, !first.done() && !second.done(), "one returned while an item was held");
        held.open();
        AWAIT(t, first.done() && second.done(), "both to return");
        Probe& after = t.probe("an item queued afterwards");
        WANT(t, after.queue(wq), "queue_work() returned false afterwards");
        AWAIT(t, after.ended() == 1, "an item queued afterwards to run");
    }
};

// A thread that was told to end is in /proc for a little longer. Should its
// number be another one's by then, that is hardly a worker.
inline bool worker_has_gone(Trial& t, int32_t pid)
{
    char path[40];
    wqlab_format(path, sizeof(path), "/proc/%d/comm", pid);
    return t.read(path) != 0 || __builtin_memcmp(t.text(), "kworker/", 8) != 0;
}

struct DestroyFinishesAll {
    static constexpr Promise kPromise = {
        47, "", "destroy.finishes-all",
        "destroy_workqueue() first runs everything that is queued, held back or not, and ends the rescuer and the sysfs directory",
        "kernel/workqueue.c: destroy_workqueue()", 0, Fault::kFlushReturnsEarly};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 200;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM | WQLAB_WQ_SYSFS, .max_active = 2, .name = "wqlab-c47"});
        Probe& gate = t.probe("the item in front", Probe::Body::kGate);
        gate.queue(wq);
        AWAIT(t, gate.started() == 1, "the item in front to start");
        Probe** items = t.probes(kItems, "an item");
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue(wq);
        const char* directory = "/sys/devices/virtual/workqueue/wqlab-c47/max_active";
        const int before = t.read(directory);
        const Snapshot* then = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
        const wqlab_snap_workqueue* row = then ? Trial::row_of(*then, wq) : nullptr;
        const int32_t rescuer = row ? row->rescuer_pid : 0;
        Actor& opener = t.actor("opener", Kthread::kAnyCpu, [&gate, &t] {
            t.linger();
            gate.open();
        });
        wq.destroy();
        const uint32_t ran = gate.ended() + executions(items, kItems);
        const int after = t.read(directory);
        AWAIT(t, opener.done(), "the opener");
        WANT(t, ran == kItems + 1, "when it returned %u of %u items had run", ran, kItems + 1);
        WANT(t, before == 0 && after != 0, "its sysfs directory is still there");
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++)
            WANT(t, !same_text(Trial::string(*now, now->workqueues[i].name), "wqlab-c47"), "it is still among the machine's workqueues");
        AWAIT(t, worker_has_gone(t, rescuer), "its rescuer to go");
    }
};

struct DestroyLeavesDelayed {
    static constexpr Promise kPromise = {
        48, "", "destroy.leaves-delayed-items",
        "destroy_workqueue() neither waits for, runs nor cancels a delayed item whose timer has not expired: that is the caller's",
        "kernel/workqueue.c: destroy_workqueue()", 0, Fault::kDelayEarly};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kReturn, kDelayed);
        item.queue_delayed(wq, an_hour());
        const uint64_t expires = item.timer_expires();
        wq.destroy();
        WANT(t, item.started() == 0, "the item ran");
        WANT(t, item.timer_pending() && item.timer_expires() == expires, "its timer was touched");
        WANT(t, item.pending(), "the item is not pending any more");
        // It is on no workqueue, so this needs none.
        WANT(t, item.cancel(), "cancel_delayed_work() returned false for it");
        WANT(t, !item.timer_pending() && !item.pending(), "it could not be cancelled");
    }
};

struct ManagedIsDestroyed {
    static constexpr Promise kPromise = {
        128, "", "destroy.managed-finishes-all",
        "A workqueue of devm_alloc_workqueue() is destroyed with its device, and all that is queued runs first",
        "include/linux/workqueue.h: devm_alloc_workqueue()", 0, Fault::kFlushReturnsEarly};

    static bool is_listed(Trial& t)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++)
            if (same_text(Trial::string(*now, now->workqueues[i].name), "wqlab-c128"))
                return true;
        return false;
    }

    // Whatever happens, the device goes before the check ends, and its gate is opened before.
    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 50;
        SKIP_UNLESS(t, wqlab_wq_is_manageable(), "this kernel has no devm_alloc_workqueue()");
        SKIP_UNLESS(t, wqlab_device_ends_at_once(), "with DEBUG_KOBJECT_RELEASE a device is released later");
        Probe& gate = t.probe("the item in front", Probe::Body::kGate);
        Probe** items = t.probes(kItems, "an item");
        device* owner = t.decided() ? nullptr : wqlab_device_create("wqlab-c128");
        SKIP_UNLESS(t, owner, "no device can be made");
        if (workqueue_struct* wq = wqlab_wq_create_managed(owner, "wqlab-c128", WQLAB_WQ_UNBOUND, 1)) {
            wqlab_queue_bare_on(wq, gate.address(), -1);
            for (uint32_t i = 0; i < kItems; i++)
                wqlab_queue_bare_on(wq, items[i]->address(), -1);
        } else {
            t.fail("devm_alloc_workqueue() gave none");
        }
        const bool listed = is_listed(t);
        Actor& opener = t.actor("opener", Kthread::kAnyCpu, [&gate, &t] {
            t.linger();
            gate.open();
        });
        const bool early = t.has_fault(Fault::kFlushReturnsEarly);
        const Calls::Scope in(t.calls(), Call::kUnregisterDevice, "wqlab-c128");
        if (!early)
            wqlab_device_destroy(owner);
        const uint32_t ran = gate.ended() + executions(items, kItems);
        if (early)
            wqlab_device_destroy(owner);
        t.wait([&] { return opener.done(); }, "the opener");
        WANT(t, listed && !is_listed(t), "it is not among the machine's workqueues, or still is");
        WANT(t, ran == kItems + 1, "when the device had gone %u of %u items had run", ran, kItems + 1);
    }
};

struct NothingLeaks {
    static constexpr Promise kPromise = {
        49, "", "destroy.leaks-nothing",
        "Making, using and destroying workqueues leaves no pool and no workqueue behind",
        "kernel/workqueue.c: destroy_workqueue(), put_unbound_pool()", 0, Fault::kSnapshotLies};

    static uint32_t pools(Trial& t, uint32_t& workqueues)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        workqueues = 0;
        if (!now)
            return 0;
        for (const wqlab_snap_workqueue& row : now->workqueues)
            workqueues += same_text(Trial::string(*now, row.name), "wqlab-c49");
        uint32_t own = 0;
        for (const wqlab_snap_pool& pool : now->pools)
            own += pool.cpu < 0 && pool.nice == kOwnNice;
        return own + (t.has_fault(Fault::kSnapshotLies) ? 1 : 0);
    }

    static constexpr int kOwnNice = 9;

    static void run(Trial& t)
    {
        constexpr uint32_t kRounds = 100;
        int32_t worker = 0;  // that only such a workqueue had
        for (uint32_t i = 0; i < kRounds; i++) {
            Result<Workqueue> made = Workqueue::create("wqlab-c49", i % 2 ? WQLAB_WQ_UNBOUND : 0, 0);
            SKIP_UNLESS(t, made.ok(), "there was no workqueue");
            const Workqueue wq = made.take();
            if (i % 2) {
                const wqlab_attributes own = {0, kOwnNice, wqlab_scope_of("cpu"), false};
                const int error = wqlab_attributes_apply(wq.get(), &own);
                SKIP_UNLESS(t, error == 0, "attributes can't be set: error %d", -error);
            }
            Probe& item = t.probe("an item");
            wqlab_queue_bare_on(wq.get(), item.address(), -1);
            item.flush();
            if (i % 2)
                worker = item.last().pid;
        }
        // Pools go when RCU has let go of them.
        uint32_t workqueues = 0;
        AWAIT(t, pools(t, workqueues) == 0 && workqueues == 0, "all pools and workqueues to go");
        AWAIT(t, worker_has_gone(t, worker), "their workers to go");
        t.note("%u rounds", kRounds);
    }
};

struct ReclaimMustNotWaitForOthers {
    static constexpr Promise kPromise = {
        50, "", "flush.reclaim-must-not-wait-for-others",
        "Flushing a workqueue without WQ_MEM_RECLAIM from an item of one with it warns; cancelling does not",
        "kernel/workqueue.c: check_flush_dependency()", WQLAB_CHECK_NEGATIVE, Fault::kQueueLoses};

    enum class How { kCancel, kFlushItem, kFlushWorkqueue };

    struct Other {
        Probe* item;
        Queue* wq;
        How how;
    };

    static void wait_for_other(Probe&, void* argument)
    {
        const Other& other = *static_cast<Other*>(argument);
        switch (other.how) {
        case How::kCancel:
            wqlab_cancel_sync(other.item->address(), WQLAB_WORK_PLAIN);
            break;
        case How::kFlushItem:
            wqlab_flush(other.item->address(), WQLAB_WORK_PLAIN);
            break;
        case How::kFlushWorkqueue:
            wqlab_flush_workqueue(other.wq->get());
        }
    }

    // How often the kernel warned while an item of a WQ_MEM_RECLAIM workqueue
    // waited for one that runs on another.
    static bool warns(Trial& t, How how, uint32_t& warnings)
    {
        // It warns once, unless it is made to forget.
        if (t.write("/sys/kernel/debug/clear_warn_once", "1")) {
            t.skip("clear_warn_once can't be written");
            return false;
        }
        Queue& plain = t.queue();
        Queue& reclaim = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM});
        Other* other = t.own<Other>();
        if (!other)
            return false;
        Probe& target = t.probe("the other item", Probe::Body::kGate);
        *other = {&target, &plain, how};
        Probe& waiter = t.probe("the reclaim item").on_run(wait_for_other, other);
        const KernelLog log(t, "is flushing !WQ_MEM_RECLAIM");
        target.queue_on(plain, t.first_cpu());
        if (!t.wait([&] { return target.started() == 1; }, "the other item to start"))
            return false;
        waiter.queue_on(reclaim, t.other_cpu(t.first_cpu()));
        if (!t.wait([&] { return waiter.started() == 1; }, "the reclaim item to start"))
            return false;
        // It has said that it started; only asleep it has warned, too.
        const auto asleep = [&] {
            return how == How::kFlushWorkqueue ? t.flushes(waiter.last().pid, plain) : t.sleeps_behind_barrier(waiter.last().pid);
        };
        if (!t.wait([&] { return waiter.ended() == 1 || asleep(); }, "the reclaim item to wait"))
            return false;
        target.open();
        if (!t.wait([&] { return waiter.ended() == 1; }, "the reclaim item to end"))
            return false;
        warnings = log.count();
        return !t.decided();
    }

    static void run(Trial& t)
    {
        uint32_t cancelled = 0, flushed = 0, all_flushed = 0;
        if (!warns(t, How::kCancel, cancelled) || !warns(t, How::kFlushItem, flushed) || !warns(t, How::kFlushWorkqueue, all_flushed))
            return;
        WANT(t, cancelled == 0, "cancel_work_sync() warned");
        WANT(t, flushed == 1, "flush_work() warned %u times", flushed);
        WANT(t, all_flushed == 1, "flush_workqueue() warned %u times", all_flushed);
    }
};

constexpr Check kAll[] = {
    check_of<ChainsAreAllowed>(),
    check_of<BhChainsAreAllowed>(),
    check_of<OthersAreRefused>(),
    check_of<DrainsNest>(),
    check_of<DestroyFinishesAll>(),
    check_of<DestroyLeavesDelayed>(),
    check_of<ManagedIsDestroyed>(),
    check_of<NothingLeaks>(),
    check_of<ReclaimMustNotWaitForOthers>(),
};

}  // namespace draining

constinit const Group kDrainChecks = group_of("drain", draining::kAll);

}  // namespace wqlab
