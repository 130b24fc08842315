// SPDX-License-Identifier: GPL-2.0
// What changes while workqueues are frozen, and thaws nothing.
#include "../../glue/symbols.h"
#include "../harness/kernel_log.hh"
#include "../harness/user_steps.hh"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"
#include "../scenes/unbound_cpus.hh"
#include "frozen.hh"

namespace wqlab {

namespace frozen_changes {

constexpr uint32_t kEach = 3;

// As many items for that CPU.
inline Items queue_some(Trial& t, Queue& wq, uint32_t cpu)
{
    const Items items = t.items(kEach, "a freezable item");
    for (uint32_t i = 0; i < kEach; i++)
        items[i]->queue_on(wq, cpu);
    return items;
}

struct ChangesThawNothing {
    static constexpr Promise kPromise = {
        277,
        "",
        "freezer.changes-thaw-nothing",
        "While workqueues are frozen nothing of a freezable one starts, whatever is changed of it: its attributes, its "
        "limits, the CPUs of all unbound workqueues; after the thaw all of it runs, as it was set by then",
        "kernel/workqueue.c: apply_wqattrs_commit(), wq_update_node_max_active(), workqueue_set_min_active()",
        WQLAB_CHECK_FREEZER,
        Fault::kQueueElsewhere};

    static constexpr int kNew = Queue::kPrivateNice + 1;
    static constexpr uint32_t kLimit = 16;
    static constexpr int32_t kMinActive = 4;  // half of what it is of itself

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpu = first_of(allowed), other = second_of(allowed);
        // Since 6.9.
        const uintptr_t set_min_active = wqlab_symbol("workqueue_set_min_active");
        Queue& wq = t.queue({.flags = WQLAB_WQ_FREEZABLE | WQLAB_WQ_UNBOUND, .max_active = 4});
        UnboundCpus cpus(t);
        Items items[4];
        uint32_t early[4] = {};
        bool is_min_set = false;
        {
            Frozen frozen(t);
            if (t.decided())
                return;
            items[0] = queue_some(t, wq, cpu);
            const int error = wq.apply(smallest_scope(), false, 0, kNew);
            SKIP_UNLESS(t, error != -number(Errno::kNoMemory), "there was no memory for attributes");
            WANT(t, error == 0, "attributes of a frozen workqueue can't be set: error %d", -error);
            items[1] = queue_some(t, wq, cpu);
            wq.set_max_active(kLimit);
            is_min_set = set_min_active &&
                         wqlab_call(set_min_active, reinterpret_cast<unsigned long>(wq.get()), kMinActive, 0, nullptr);
            if (set_min_active && !is_min_set)
                t.note("kprobes are disarmed, so min_active was not changed");
            items[2] = queue_some(t, wq, cpu);
            t.linger();
            for (uint32_t i = 0; i < 3; i++)
                early[i] = started(items[i], kEach);
            if (!cpus.restrict_to(other))
                return;
            items[3] = queue_some(t, wq, cpu);
            t.linger();
            for (const Items& some : items)
                early[3] += started(some, kEach);
        }
        constexpr const char* kThen[] = {"before a change", "after its attributes had changed",
                                         "after its limits had changed"};
        for (uint32_t i = 0; i < 3; i++)
            WANT(t, early[i] == 0, "of a frozen workqueue %u items started that were queued %s", early[i], kThen[i]);
        WANT(t, early[3] == 0, "%u items of a frozen workqueue started when the CPUs of unbound ones had changed",
             early[3]);
        for (const Items& some : items)
            AWAIT(t, executions(some, kEach) == kEach, "all items to run after the thaw");
        for (uint32_t i = 1; i < 4; i++)
            for (uint32_t of = 0; of < kEach; of++)
                WANT(t, items[i][of]->last().nice == kNew, "queued after a change to nice %d an item ran at nice %d",
                     kNew, items[i][of]->last().nice);
        for (uint32_t of = 0; of < kEach; of++)
            WANT(t, items[3][of]->last().cpu == other,
                 "queued when unbound ones might use CPU %u only an item ran on CPU %u", other,
                 items[3][of]->last().cpu);
        // The limits that were set meanwhile count now.
        if (is_min_set && t.kernel().has(Field::kWqMinActive)) {
            const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
            const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
            WANT(t, !row || row->min_active == kMinActive,
                 "set to %d while it was frozen, min_active is %d after the thaw", kMinActive, row->min_active);
        }
        const Items many = t.items(kLimit, "an item after the thaw", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kLimit; i++)
            many[i]->queue_on(wq, other);
        AWAIT(t, started(many, kLimit) == kLimit, "max_active, which was raised while it was frozen, to count");
    }
};

struct CpusThawNothing {
    static constexpr Promise kPromise = {
        278,
        "",
        "freezer.cpus-thaw-nothing",
        "While workqueues are frozen a CPU may leave and come back, as in suspend, and nothing of a freezable one "
        "starts, also where that was the only one that its workqueue may use; after the thaw all of it runs, what is "
        "of a CPU there",
        "kernel/workqueue.c: workqueue_offline_cpu(), workqueue_online_cpu(), wq_update_node_max_active()",
        WQLAB_CHECK_FREEZER | WQLAB_CHECK_HOTPLUG,
        Fault::kQueueElsewhere};

    static constexpr struct {
        uint32_t flags;
        const char* name;
        bool is_of_it_alone;
    } kOf[] = {
        {WQLAB_WQ_FREEZABLE, "per-CPU", false},
        {WQLAB_WQ_FREEZABLE | WQLAB_WQ_UNBOUND, "unbound", false},
        {WQLAB_WQ_FREEZABLE | WQLAB_WQ_ORDERED, "ordered", false},
        {WQLAB_WQ_FREEZABLE | WQLAB_WQ_UNBOUND, "unbound, of that CPU alone", true},
    };
    static constexpr uint32_t kNr = sizeof(kOf) / sizeof(kOf[0]);
    static constexpr const char* kThen[] = {"before the CPU left", "while it was away", "when it was back"};

    struct Scene {
        Queue* queues[kNr];
        Items items[3][kNr];  // of before, meanwhile, after
        uint32_t early[3][kNr] = {};
    };

    // False: decided.
    static bool freeze(Trial& t, Scene& scene, uint32_t cpu, uint32_t other)
    {
        const Frozen frozen(t);
        const auto queue_and_look = [&](uint32_t when) {
            for (uint32_t k = 0; k < kNr; k++)
                // Behind what is held back nothing starts; of another CPU nothing is held back, and the pool is the
                // same.
                scene.items[when][k] = queue_some(t, *scene.queues[k],
                                                  when == 1 && kOf[k].is_of_it_alone ? other : cpu);
            t.linger();
            for (uint32_t k = 0; k < kNr; k++)
                for (uint32_t of = 0; of <= when; of++)
                    scene.early[when][k] += started(scene.items[of][k], kEach);
        };
        if (t.decided())
            return false;
        queue_and_look(0);
        {
            const CpuAway away(t, cpu);
            if (t.decided())
                return false;
            queue_and_look(1);
        }
        queue_and_look(2);
        return !t.decided();
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpu = second_of(allowed);
        Scene scene;
        for (uint32_t k = 0; k < kNr; k++)
            scene.queues[k] = &t.queue({.flags = kOf[k].flags,
                                        .max_active = 4,
                                        .scope = smallest_scope(),
                                        .cpus = kOf[k].is_of_it_alone ? uint64_t{1} << cpu : 0});
        if (t.decided() || !freeze(t, scene, cpu, first_of(allowed)))
            return;
        for (uint32_t when = 0; when < 3; when++)
            for (uint32_t k = 0; k < kNr; k++)
                WANT(t, scene.early[when][k] == 0, "%u items of a frozen workqueue (%s) had started %s",
                     scene.early[when][k], kOf[k].name, kThen[when]);
        for (const auto& of_then : scene.items)
            for (const Items& some : of_then)
                AWAIT(t, executions(some, kEach) == kEach, "all items to run after the thaw");
        const TestItem* before = nullptr;
        for (uint32_t when = 0; when < 3; when++)
            for (uint32_t i = 0; i < kEach; i++) {
                const TestItem *bound = scene.items[when][0][i], *ordered = scene.items[when][2][i];
                WANT(t, bound->last().cpu == cpu, "an item that was queued for CPU %u %s ran on CPU %u", cpu,
                     kThen[when], bound->last().cpu);
                WANT(t, !before || before->last().end < ordered->last().start,
                     "an ordered item that was queued %s ran before the one in front of it", kThen[when]);
                before = ordered;
            }
    }
};

struct FilesSayTheLimit {
    static constexpr Promise kPromise = {
        410,
        "",
        "freezer.files-say-the-limit",
        "max_active in sysfs says what was set, and takes what is written, also while workqueues are frozen; what was "
        "written then holds after the thaw",
        "kernel/workqueue.c: max_active_show(), max_active_store(), wq_adjust_max_active()",
        WQLAB_CHECK_FREEZER,
        Fault::kStepLies};

    static constexpr const char* kPath = "/sys/devices/virtual/workqueue/wqlab-c410/max_active";

    static void expect(Trial& t, const char* text, const char* when)
    {
        const int error = t.read(kPath);
        SKIP_UNLESS(t, !is_closed(error), "%s can't be read: error %d", kPath, error);
        WANT(t, error == 0 && same_text(t.text(), text), "%s max_active says %s, not %s", when, t.text(), text);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue(
            {.flags = WQLAB_WQ_FREEZABLE | WQLAB_WQ_SYSFS, .max_active = 4, .is_private = false, .name = "wqlab-c410"});
        if (t.decided())
            return;
        expect(t, "4\n", "before the freeze");
        const Items items = t.items(3, "a freezable item", TestItem::Body::kGate);
        {
            Frozen frozen(t);
            if (t.decided())
                return;
            expect(t, "4\n", "while it is frozen");
            wq.set_max_active(3);
            expect(t, "3\n", "while it is frozen, after workqueue_set_max_active(),");
            if (t.decided())
                return;
            const int error = t.write(kPath, "2");
            SKIP_UNLESS(t, !is_closed(error), "%s can't be written: error %d", kPath, error);
            WANT(t, error == 0, "2 could not be written while it is frozen: error %d", error);
            expect(t, "2\n", "while it is frozen, after it was written,");
            for (uint32_t i = 0; i < 3; i++)
                items[i]->queue_on(wq, t.other_cpu(0));
        }
        if (t.decided())
            return;
        AWAIT(t, started(items, 3) >= 2, "two items to start after the thaw");
        t.linger();
        WANT(t, started(items, 3) == 2, "with max_active 2, written while frozen, %u are in flight", started(items, 3));
        expect(t, "2\n", "after the thaw");
    }
};

struct ThawsWhatDrains {
    static constexpr Promise kPromise = {
        414,
        "",
        "freezer.thaws-what-drains",
        "A workqueue that somebody drains while it is frozen is thawed as any: what was held back runs, and the drain "
        "ends; while it is held back the log shows its workqueue as a busy freezable one",
        "kernel/workqueue.c: thaw_workqueues(), drain_workqueue(), show_freezable_workqueues()",
        WQLAB_CHECK_FREEZER,
        Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        const uintptr_t show = wqlab_symbol("show_freezable_workqueues");
        Queue* const queues[] = {&t.queue({.flags = WQLAB_WQ_FREEZABLE, .name = "wqlab-c414p"}),
                                 &t.queue({.flags = WQLAB_WQ_FREEZABLE | WQLAB_WQ_UNBOUND, .name = "wqlab-c414u"})};
        TestItem* const items[] = {&t.item("a per-CPU item"), &t.item("an unbound item")};
        const KernelLog<LinesWith> of_percpu(t, "workqueue wqlab-c414p: flags=0x"),
            of_unbound(t, "workqueue wqlab-c414u: flags=0x");
        Actor* drainers[2] = {};
        bool is_shown = false;
        {
            Frozen frozen(t);
            if (t.decided())
                return;
            for (uint32_t i = 0; i < 2; i++) {
                Queue& wq = *queues[i];
                kernel::queue_on(t, wq, *items[i], static_cast<int>(t.first_cpu()));
                drainers[i] = &t.actor("who drains a frozen workqueue", Kthread::kAnyCpu,
                                       [&wq, &t] { kernel::drain(t, wq); });
                Actor& drainer = *drainers[i];
                AWAIT(t, drainer.done() || flushes(t, drainer, wq), "drain_workqueue() to begin");
                WANT(t, !drainer.done(), "a frozen workqueue with an item that is held back was drained");
            }
            is_shown = show && wqlab_call(show, 0, 0, 0, nullptr);
        }
        AWAIT(t, drainers[0]->done() && drainers[1]->done(), "what drains to end after the thaw");
        WANT(t, items[0]->ended() == 1 && items[1]->ended() == 1, "items that were held back ran %u and %u times",
             items[0]->ended(), items[1]->ended());
        // Somebody else may have the log show them, too.
        WANT(t, !is_shown || (of_percpu.count() && of_unbound.count()),
             "of frozen workqueues, each with an item held back, %u and %u were shown", of_percpu.count(),
             of_unbound.count());
    }
};

constexpr Check kAll[] = {
    check_of<ThawsWhatDrains>(),
    check_of<ChangesThawNothing>(),
    check_of<CpusThawNothing>(),
    check_of<FilesSayTheLimit>(),
};

}  // namespace frozen_changes

constinit const Group kFrozenChangeChecks = group_of("reclaim", frozen_changes::kAll);

}  // namespace wqlab
