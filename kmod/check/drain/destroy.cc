// SPDX-License-Identifier: GPL-2.0
// Destroy.
#include "../../glue/attributes.h"
#include "../../glue/text.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/delayed.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace destroying {

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
        47,
        "",
        "destroy.finishes-all",
        "destroy_workqueue() first takes the workqueue out of sysfs, then runs everything "
        "that is queued, held back or not, and ends the rescuer",
        "kernel/workqueue.c: destroy_workqueue()",
        0,
        Fault::kFlushReturnsEarly};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 200;
        Queue& wq = t.queue(
            {.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM | WQLAB_WQ_SYSFS, .max_active = 2, .name = "wqlab-c47"});
        TestItem& gate = t.item("the item in front", TestItem::Body::kGate);
        gate.queue(wq);
        AWAIT(t, gate.started() == 1, "the item in front to start");
        const Items items = t.items(kItems, "an item");
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue(wq);
        const char* directory = "/sys/devices/virtual/workqueue/wqlab-c47/max_active";
        const int before = t.read(directory);
        const Snapshot* then = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
        const wqlab_snap_workqueue* row = then ? row_of(*then, wq) : nullptr;
        const int32_t rescuer = row ? row->rescuer_pid : 0;
        struct Ran {
            uint32_t items;
        };
        Ran* ran = t.own<Ran>();
        if (!ran)
            return;
        Actor& destroyer = t.actor("destroyer", Kthread::kAnyCpu, [&wq, &gate, items, ran] {
            wq.destroy();
            ran->items = gate.ended() + executions(items, kItems);
        });
        AWAIT(t, t.read(directory) != 0 || destroyer.done(),
              "the sysfs directory of one that waits for its items to go");
        t.linger();
        gate.open();
        AWAIT(t, destroyer.done(), "destroy_workqueue() to return");
        WANT(t, ran->items == kItems + 1, "when it returned %u of %u items had run", ran->items, kItems + 1);
        WANT(t, before == 0 && t.read(directory) != 0, "its sysfs directory was not there, or still is");
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++)
            WANT(t, !same_text(string_of(*now, now->workqueues[i].name), "wqlab-c47"),
                 "it is still among the machine's workqueues");
        AWAIT(t, worker_has_gone(t, rescuer), "its rescuer to go");
    }
};

struct DestroyLeavesDelayed {
    static constexpr Promise kPromise = {48,
                                         "",
                                         "destroy.leaves-delayed-items",
                                         "destroy_workqueue() neither waits for, runs nor cancels a delayed item whose "
                                         "timer has not expired: that is the caller's",
                                         "kernel/workqueue.c: destroy_workqueue()",
                                         0,
                                         Fault::kDelayEarly};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
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
        128,
        "",
        "destroy.managed-finishes-all",
        "A workqueue of devm_alloc_workqueue() is destroyed with its device, and all that is queued runs first",
        "include/linux/workqueue.h: devm_alloc_workqueue()",
        0,
        Fault::kFlushReturnsEarly};

    static bool is_listed(Trial& t)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++)
            if (same_text(string_of(*now, now->workqueues[i].name), "wqlab-c128"))
                return true;
        return false;
    }

    // Whatever happens, the device goes before the check ends, and its gate is opened before.
    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 50;
        SKIP_UNLESS(t, wqlab_wq_is_manageable(), "this kernel has no devm_alloc_workqueue()");
        SKIP_UNLESS(t, wqlab_device_ends_at_once(), "with DEBUG_KOBJECT_RELEASE a device is released later");
        TestItem& gate = t.item("the item in front", TestItem::Body::kGate);
        const Items items = t.items(kItems, "an item");
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
        const auto destroy = [&] {
            const Calls::Scope in(t.calls(), Call::kUnregisterDevice, "wqlab-c128");
            wqlab_device_destroy(owner);
        };
        if (!early)
            destroy();
        const uint32_t ran = gate.ended() + executions(items, kItems);
        if (early)
            destroy();
        t.wait([&] { return opener.done(); }, "the opener");
        WANT(t, listed && !is_listed(t), "it is not among the machine's workqueues, or still is");
        WANT(t, ran == kItems + 1, "when the device had gone %u of %u items had run", ran, kItems + 1);
    }
};

struct NothingLeaks {
    static constexpr Promise kPromise = {
        49,
        "",
        "destroy.leaks-nothing",
        "Making, using and destroying workqueues, also such as share their pools, leaves no pool and no workqueue "
        "behind",
        "kernel/workqueue.c: destroy_workqueue(), get_unbound_pool(), put_unbound_pool()",
        0,
        Fault::kSnapshotLies};

    static uint32_t pools(Trial& t, uint32_t& workqueues)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        workqueues = 0;
        if (!now)
            return 0;
        for (const wqlab_snap_workqueue& row : now->workqueues)
            workqueues += same_text(string_of(*now, row.name), "wqlab-c49");
        uint32_t own = 0;
        for (const wqlab_snap_pool& pool : now->pools)
            own += pool.cpu < 0 && pool.nice == kOwnNice;
        return own + (t.has_fault(Fault::kSnapshotLies) ? 1 : 0);
    }

    static constexpr int kOwnNice = 9;

    // Two that share their pools, of which one goes before the other.
    static void share(Trial& t, const char* scope, bool strict)
    {
        const wqlab_attributes own = {0, kOwnNice, wqlab_scope_of(scope), strict};
        Result<Workqueue> first = Workqueue::create("wqlab-c49", WQLAB_WQ_UNBOUND, 0);
        Result<Workqueue> second = Workqueue::create("wqlab-c49", WQLAB_WQ_UNBOUND, 0);
        SKIP_UNLESS(t, first.ok() && second.ok(), "there was no workqueue");
        const Workqueue stays = second.take();
        {
            const Workqueue goes = first.take();
            for (const Workqueue* wq : {&goes, &stays}) {
                const int error = wqlab_attributes_apply(wq->get(), &own);
                SKIP_UNLESS(t, error == 0, "attributes can't be set: error %d", -error);
            }
        }
        TestItem& item = t.item("an item of the one that stays");
        wqlab_queue_bare_on(stays.get(), item.address(), -1);
        item.flush();
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kRounds = 100;
        for (const char* scope : {smallest_scope(), "numa", "system"})
            for (const bool strict : {false, true})
                if (!t.decided())
                    share(t, scope, strict);
        if (t.decided())
            return;
        int32_t worker = 0;  // that only such a workqueue had
        for (uint32_t i = 0; i < kRounds; i++) {
            Result<Workqueue> made = Workqueue::create("wqlab-c49", i % 2 ? WQLAB_WQ_UNBOUND : 0, 0);
            SKIP_UNLESS(t, made.ok(), "there was no workqueue");
            const Workqueue wq = made.take();
            if (i % 2) {
                const wqlab_attributes own = {0, kOwnNice, wqlab_scope_of(smallest_scope()), false};
                const int error = wqlab_attributes_apply(wq.get(), &own);
                SKIP_UNLESS(t, error == 0, "attributes can't be set: error %d", -error);
            }
            TestItem& item = t.item("an item");
            wqlab_queue_bare_on(wq.get(), item.address(), -1);
            item.flush();
            if (i % 2)
                worker = item.last().pid;
        }
        // Pools go when RCU has let go of them.
        uint32_t workqueues = 0;
        AWAIT(t, pools(t, workqueues) == 0 && workqueues == 0, "all pools and workqueues to go");
        AWAIT(t, worker_has_gone(t, worker), "their workers to go");
        t.tried(kRounds, "making, using and destroying a workqueue");
    }
};

constexpr Check kAll[] = {
    check_of<DestroyFinishesAll>(),
    check_of<DestroyLeavesDelayed>(),
    check_of<ManagedIsDestroyed>(),
    check_of<NothingLeaks>(),
};

}  // namespace destroying

constinit const Group kDestroyChecks = group_of("drain", destroying::kAll);

}  // namespace wqlab
