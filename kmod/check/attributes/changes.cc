// SPDX-License-Identifier: GPL-2.0
// Items in flight while their workqueue's attributes change.
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace changes {

struct RunningIsWaitedFor {
    static constexpr Promise kPromise = {
        214,
        "",
        "attrs.change-keeps-non-reentrance",
        "An item that runs while its workqueue's attributes change is not run beside itself when it is queued again: "
        "it waits for the worker that has it; other items, and its next execution, are of the new attributes at once",
        "Documentation/core-api/workqueue.rst: Non-reentrance Conditions; kernel/workqueue.c: __queue_work(), "
        "install_unbound_pwq()",
        0,
        Fault::kQueueTwice};

    static constexpr int kNew = Queue::kPrivateNice + 1;

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        for (const char* scope : {smallest_scope(), "default"}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "default"});
            TestItem& item = t.item("the item", TestItem::Body::kGate);
            TestItem& other = t.item("another item");
            item.queue_on(wq, cpu);
            AWAIT(t, item.started() >= 1, "the item to start");
            const int error = wq.apply(scope, false, 0, kNew);
            WANT(t, error == 0, "a change of attributes gave error %d", -error);
            WANT(t, item.queue_on(wq, cpu), "queue_work_on() of a running item returned false");
            other.queue_on(wq, cpu);
            AWAIT(t, other.ended() >= 1, "another item to run");
            t.linger();
            WANT(t, item.started() == 1, "after a change of attributes it was started while it ran");
            WANT(t, other.last().nice == kNew, "after a change to nice %d another item ran at nice %d", kNew,
                 other.last().nice);
            item.open();
            AWAIT(t, item.ended() == 2, "the item to run again");
            WANT(t, item.overlapped() == 1 && item.execution(1).pid == item.execution(0).pid,
                 "another worker than the one that had it took it");
            item.flush();  // until then the worker has it, though its function has ended
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 3, "the item to run once more");
            WANT(t, item.last().nice == kNew, "idle when it was queued it ran at nice %d, not %d", item.last().nice,
                 kNew);
        }
    }
};

struct OrderedKeepsOrder {
    static constexpr Promise kPromise = {
        215,
        "",
        "ordered.survives-changes-in-sysfs",
        "Order and exclusivity of an ordered workqueue survive what is written to its files meanwhile, and the next "
        "item is of what was written",
        "kernel/workqueue.c: apply_wqattrs_prepare(), unplug_oldest_pwq(), wq_sysfs_prep_attrs()",
        0,
        Fault::kQueueReorders};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 6;
        constexpr const char* kDirectory = "/sys/devices/virtual/workqueue/wqlab-c215";
        SKIP_UNLESS(t, wqlab_features() & WQLAB_FEATURE_ORDERED_SYSFS, "this kernel shows no ordered one in sysfs");
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed) && second_of(allowed) < 32, "unbound workqueues may use one CPU");
        const uint32_t cpus[] = {first_of(allowed), second_of(allowed)};
        Queue& wq = t.queue({.flags = WQLAB_WQ_ORDERED | WQLAB_WQ_SYSFS, .name = "wqlab-c215"});
        TestItem& front = t.item("the item in front", TestItem::Body::kGate);
        const Items items = t.items(kItems, "an item");
        if (t.decided())
            return;
        char mask[16];
        wqlab_format(mask, sizeof(mask), "%x", 1u << cpus[1]);
        const struct {
            const char *file, *text;
        } steps[] = {{"nice", "4"}, {"affinity_scope", "cpu"}, {"cpumask", mask}};
        front.queue_on(wq, cpus[0]);
        AWAIT(t, front.started() == 1, "the item in front to start");
        // Each change gives it another pool, and from each CPU one is queued there.
        uint32_t n = 0;
        for (const auto& [file, text] : steps) {
            char path[96];
            wqlab_format(path, sizeof(path), "%s/%s", kDirectory, file);
            const int error = t.write(path, text);
            WANT(t, error == 0, "%s could not be written: error %d", file, error);
            for (const uint32_t cpu : cpus)
                items[n++]->queue_on(wq, cpu);
        }
        t.linger();
        WANT(t, started(items, kItems) == 0, "%u items started while the one in front was running",
             started(items, kItems));
        front.open();
        AWAIT(t, executions(items, kItems) == kItems, "all items to run");
        WANT(t, front.last().end < items[0]->last().start, "the first item ran while the one in front did");
        for (uint32_t i = 1; i < kItems; i++)
            WANT(t, items[i - 1]->last().end < items[i]->last().start, "item %u started before item %u had ended",
                 i + 1, i);
        const Execution& last = items[kItems - 1]->last();
        WANT(t, last.nice == 4 && last.cpu == cpus[1], "written nice 4 and CPU %u, it ran at nice %d on CPU %u",
             cpus[1], last.nice, last.cpu);
    }
};

constexpr Check kAll[] = {
    check_of<RunningIsWaitedFor>(),
    check_of<OrderedKeepsOrder>(),
};

}  // namespace changes

constinit const Group kChangeChecks = group_of("attributes", changes::kAll);

}  // namespace wqlab
