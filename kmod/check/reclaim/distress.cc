// SPDX-License-Identifier: GPL-2.0
// What a pool does that can't make a worker, and how rescuers share their time.
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace distress {

constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS |
                               WQLAB_SECTION_WORK;

struct OneManagerKeepsTrying {
    static constexpr Promise kPromise = {
        198,
        "",
        "workers.one-manager-keeps-trying",
        "When no worker can be made a pool has one manager that goes on to try, marked as such, and calls for help "
        "meanwhile, ten times a second; once it has made one the pool has none, and calls no more",
        "kernel/workqueue.c: manage_workers(), maybe_create_worker(), pool_mayday_timeout()",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    struct Manager {
        int32_t pid = 0;  // 0: none, or it is not marked, or nobody calls for help
        int32_t workers = 0;
    };

    static Manager manager_of(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const Snapshot* now = t.snapshot(kSections);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        if (!pool)
            return {};
        const bool is_marked = pool->flags & WQLAB_POOL_MANAGER_ACTIVE && pool->mayday_timer_ns != WQLAB_NEVER;
        return {is_marked ? pool->manager : 0, pool->nr_workers};
    }

    static bool is_quiet(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const Snapshot* now = t.snapshot(kSections);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        return pool && !pool->manager && !(pool->flags & WQLAB_POOL_MANAGER_ACTIVE) &&
               pool->mayday_timer_ns == WQLAB_NEVER;
    }

    // Each item needs a call, for the rescuer leaves when it has run the one before. How many there may be is told by
    // the clock that the timer goes by.
    static void call_again_and_again(Trial& t, Distress& distress)
    {
        constexpr uint32_t kItems = 12;
        const uint64_t began = wqlab_jiffies();
        for (uint32_t i = 0; i < kItems; i++) {
            TestItem& item = t.item("an item to rescue");
            item.queue_on(distress.saved, distress.cpu);
            AWAIT(t, item.ended() == 1, "an item to be rescued while the manager tries");
            SKIP_UNLESS(t, !is_other_worker(item.last().command), "a worker became free, or threads ended meanwhile");
            WANT(t, is_rescuer(item.last().command), "it ran in %s, and not in the rescuer", item.last().command);
        }
        if (!t.kernel().has(Field::kPwqStats))
            return;
        const uint64_t calls = stat_of(t, distress.saved, WQLAB_PWQ_STAT_MAYDAY);
        const uint64_t most = (wqlab_jiffies() - began) * 10 / wqlab_hz() + 2;
        WANT(t, calls <= most || t.decided(), "it called for help %llu times within %llu tenths of a second",
             static_cast<unsigned long long>(calls), static_cast<unsigned long long>(most - 2));
    }

    // Who has run an item meanwhile goes on with the next one, and does not try, too.
    static void end_one(Trial& t, Distress& distress)
    {
        if (!t.kernel().has(Field::kPwqStats))
            return;
        const uint64_t before = stat_of(t, distress.plain, WQLAB_PWQ_STAT_STARTED);
        distress.first.open();
        t.wait([&] { return t.decided() || stat_of(t, distress.plain, WQLAB_PWQ_STAT_STARTED) > before; },
               "a worker that has become free to run the next item while the manager tries");
    }

    static void run(Trial& t)
    {
        Distress distress(t);
        const uint32_t cpu = distress.cpu;
        Queue& plain = distress.plain;
        TestItem& stuck = t.item("the plain item");
        if (t.decided())
            return;
        kernel::queue_on(t, plain, stuck, static_cast<int>(cpu));
        Manager manager;
        AWAIT(t, t.decided() || (manager = manager_of(t, plain, cpu)).pid != 0,
              "the pool to have a manager that is marked, and calls for help");
        // Others may not become it as long as that one tries, which it does once a second.
        for (uint32_t i = 0; i < 12; i++) {
            wqlab_sleep(100'000'000);
            const Manager now = manager_of(t, plain, cpu);
            SKIP_UNLESS(t, stuck.started() == 0 && now.workers == manager.workers,
                        "a worker became free, or threads ended meanwhile");
            // Between two of its tries its call is for a moment not armed.
            WANT(t, now.pid == manager.pid || now.pid == 0, "its manager was thread %d, and is thread %d", manager.pid,
                 now.pid);
        }
        call_again_and_again(t, distress);
        if (!t.decided())
            end_one(t, distress);
        if (t.decided())
            return;
        distress.end();
        AWAIT(t, stuck.ended() == 1, "the plain item to run once there are threads again");
        AWAIT(t, t.decided() || is_quiet(t, plain, cpu), "the pool to have no manager, and to call no more");
    }
};

struct RescuerTakesTurns {
    static constexpr Promise kPromise = {
        199,
        "",
        "rescuer.takes-turns",
        "A rescuer that several CPUs call helps one after the other, and does not stay with one until that has nothing "
        "left: after some 16 items, or those that were active, it leaves",
        "kernel/workqueue.c: rescuer_thread(), RESCUER_BATCH",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kItems = 120;
    // Of one visit are 17; where all that is active is taken at once, those 8 and what they let in. The CPU may be
    // visited once more before the other one, if it called again first. A rescuer that stays runs all of them.
    static constexpr uint32_t kMost = 60;

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        SKIP_UNLESS(t, here != there, "there is one CPU");
        Queue& plain = t.queue({.max_active = 512});
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .max_active = 8});
        Gate& gate = t.gate();
        TestItem& front = t.item("the item in front").on_run(sleep_at, &gate);
        const Items items = t.items(kItems, "an item of the first CPU");
        TestItem& other = t.item("an item of the second CPU");
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, plain, here) || !use_up_workers(t, plain, there))
            return;
        front.queue_on(saved, here);
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(saved, here);
        AWAIT(t, front.started() == 1, "the rescuer to help the first CPU");
        SKIP_UNLESS(t, !is_other_worker(front.last().command), "a worker became free, or threads ended meanwhile");
        WANT(t, is_rescuer(front.last().command), "it ran in %s, and not in the rescuer", front.last().command);
        other.queue_on(saved, there);
        AWAIT(t, t.decided() || other.started() || waits_for_rescuer(t, saved, there), "the second CPU to call");
        gate.open();
        AWAIT(t, other.ended() == 1 && executions(items, kItems) == kItems, "the rescuer to help both");
        uint32_t before = 0;
        bool is_free = is_other_worker(other.last().command);
        for (uint32_t i = 0; i < kItems; i++) {
            before += items[i]->last().start < other.last().start;
            is_free |= is_other_worker(items[i]->last().command);
        }
        SKIP_UNLESS(t, !is_free, "a worker became free, or threads ended meanwhile");
        WANT(t, before <= kMost,
             "%u of %u items of one CPU ran before one of another that called; with two visits it may be %u", before,
             kItems, kMost);
        if (t.kernel().has(Field::kPwqStats)) {
            const uint64_t rescued = stat_of(t, saved, WQLAB_PWQ_STAT_RESCUED),
                           called = stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY);
            WANT(t, t.decided() || (rescued == kItems + 2 && called >= 2),
                 "of %u that the rescuer ran, on two CPUs, %llu are counted as rescued after %llu calls", kItems + 2,
                 static_cast<unsigned long long>(rescued), static_cast<unsigned long long>(called));
        }
        scarce.end();
    }
};

struct EachHasItsRescuer {
    static constexpr Promise kPromise = {
        200,
        "",
        "rescuer.each-workqueue-has-its-own",
        "Of a pool that two workqueues with rescuers use each rescuer runs its own workqueue's items, also while the "
        "other one is in the middle of its",
        "kernel/workqueue.c: assign_rescuer_work(), rescuer_thread(), pool_mayday_timeout()",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kItems = 24;  // of each

    static bool is_of(const char* command, char which)
    {
        const uint32_t size = static_cast<uint32_t>(__builtin_strlen(command));
        return size && command[size - 1] == which;
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& plain = t.queue({.max_active = 512});
        // Rescuers are called as their workqueues, since 6.9 with something in front, and 15 characters are kept.
        const bool is_new = !(wqlab_lacks() & WQLAB_LACK_SYSTEM_MAX_ACTIVE);
        Queue& a = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = is_new ? "w20a" : "wqlab-ca"});
        Queue& b = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = is_new ? "w20b" : "wqlab-cb"});
        Gate& gate = t.gate();
        TestItem& front = t.item("the item in front").on_run(sleep_at, &gate);
        const Items of_a = t.items(kItems, "an item of the first workqueue");
        const Items of_b = t.items(kItems, "an item of the second");
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, plain, cpu))
            return;
        front.queue_on(a, cpu);
        for (uint32_t i = 0; i < kItems; i++) {
            of_b[i]->queue_on(b, cpu);
            of_a[i]->queue_on(a, cpu);
        }
        AWAIT(t, front.started() == 1, "the first rescuer to help");
        AWAIT(t, executions(of_b, kItems) == kItems, "the second rescuer to help while the first one sleeps");
        // Several calls for help while the first one is in the middle of its items.
        wqlab_sleep(350'000'000);
        const uint32_t early = executions(of_a, kItems);
        gate.open();
        AWAIT(t, executions(of_a, kItems) == kItems, "the first rescuer to go on");
        bool is_free = is_other_worker(front.last().command);
        for (uint32_t i = 0; i < kItems; i++)
            is_free |= is_other_worker(of_a[i]->last().command) || is_other_worker(of_b[i]->last().command);
        SKIP_UNLESS(t, !is_free, "a worker became free, or threads ended meanwhile");
        for (uint32_t i = 0; i < kItems; i++) {
            const char *in_a = of_a[i]->last().command, *in_b = of_b[i]->last().command;
            WANT(t, is_rescuer(in_a) && is_of(in_a, 'a') && is_rescuer(in_b) && is_of(in_b, 'b'),
                 "items of workqueues a and b ran in %s and %s", in_a, in_b);
        }
        WANT(t, early == 0, "%u items of the first workqueue ran while its rescuer slept", early);
        scarce.end();
    }
};

struct WorkersTakeOver {
    static constexpr Promise kPromise = {204,
                                         "",
                                         "rescuer.workers-take-over",
                                         "When workers can be made again while a rescuer is in the middle of an item "
                                         "they run the rest, on whose list it has left its mark",
                                         "kernel/workqueue.c: assign_work(), assign_rescuer_work(): mayday_cursor",
                                         WQLAB_CHECK_MEMORY,
                                         Fault::kQueueLoses};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 24;
        // Without one the rescuer takes all items of its workqueue to its own list at once, where workers do not look.
        SKIP_UNLESS(t, t.kernel().has(Symbol::kMaydayCursorFunction), "a rescuer of this kernel leaves no mark");
        Distress distress(t);
        const uint32_t cpu = distress.cpu;
        Queue& saved = distress.saved;
        Gate& gate = t.gate();
        TestItem& front = t.item("the item in front").on_run(sleep_at, &gate);
        const Items items = t.items(kItems, "an item behind it");
        if (t.decided())
            return;
        kernel::queue_on(t, saved, front, static_cast<int>(cpu));
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(saved, cpu);
        AWAIT(t, front.started() == 1, "the rescuer to help");
        SKIP_UNLESS(t, !is_other_worker(front.last().command), "a worker became free, or threads ended meanwhile");
        distress.end();
        // They find the mark among the items, and must neither run it nor stop there.
        AWAIT(t, executions(items, kItems) == kItems, "workers to run what is behind the rescuer's item");
        WANT(t, front.running(), "the rescuer's item ended");
        gate.open();
        AWAIT(t, front.ended() == 1, "the rescuer's item to end");
    }
};

constexpr Check kAll[] = {
    check_of<OneManagerKeepsTrying>(),
    check_of<RescuerTakesTurns>(),
    check_of<EachHasItsRescuer>(),
    check_of<WorkersTakeOver>(),
};

}  // namespace distress

constinit const Group kDistressChecks = group_of("reclaim", distress::kAll);

}  // namespace wqlab
