// SPDX-License-Identifier: GPL-2.0
// Workers of a CPU that goes away, until they are let go of and from then on.
#include "../../glue/context.h"
#include "../../glue/time.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"
#include "../scenes/unbound_cpus.hh"
#include "../scenes/worker_cpus.hh"

namespace wqlab {

namespace unbind_workers {

struct WhereUnboundOnesMay {
    static constexpr Promise kPromise = {
        391,
        "",
        "hotplug.let-go-where-unbound-ones-may",
        "Workers of a CPU that goes away may run where unbound workqueues may, if one of those CPUs is there, and else "
        "anywhere; when it is back they are on it again",
        "kernel/workqueue.c: unbind_worker(), unbind_workers(), rebind_workers()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kStepIgnored};

    static void judge(Trial& t, uint32_t cpu, uint64_t allowed, uint64_t unbound)
    {
        const uint64_t bit = uint64_t{1} << cpu;
        // Each pool of the CPU.
        TestItem* const items[] = {&t.item("an item", TestItem::Body::kGate),
                                   &t.item("an item of highpri", TestItem::Body::kGate)};
        items[0]->queue_on(t.queue(), cpu);
        items[1]->queue_on(t.queue({.flags = WQLAB_WQ_HIGHPRI}), cpu);
        AWAIT(t, items[0]->started() == 1 && items[1]->started() == 1, "the items to start");
        UnboundCpus masks(t);
        if (!masks.write_mask(unbound))
            return;
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        for (const TestItem* item : items) {
            const uint64_t left = cpus_of_worker(t, item->last().pid);
            const bool is_right = unbound & ~bit ? left == unbound : (left & allowed & ~bit) == (allowed & ~bit);
            WANT(t, !left || is_right || t.decided(),
                 "unbound workqueues may use %llx when CPU %u goes, and a worker of its %llx",
                 static_cast<unsigned long long>(unbound), cpu, static_cast<unsigned long long>(left));
        }
        away.back();
        for (TestItem* item : items) {
            const uint64_t back = cpus_of_worker(t, item->last().pid);
            WANT(t, !back || back == bit || t.decided(), "CPU %u is back, and a worker of its may run on %llx", cpu,
                 static_cast<unsigned long long>(back));
            item->open();
        }
        AWAIT(t, items[0]->ended() == 1 && items[1]->ended() == 1, "the items to end");
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        const uint64_t others = allowed & (allowed - 1);
        SKIP_UNLESS(t, has_two(others), "unbound workqueues may use one or two CPUs");
        const uint32_t cpu = last_of(others);
        const uint64_t bit = uint64_t{1} << cpu;
        for (const uint64_t unbound : {bit | uint64_t{1} << first_of(others), bit})
            if (!t.decided())
                judge(t, cpu, allowed, unbound);
    }
};

struct OnItsCpuUntilThen {
    static constexpr Promise kPromise = {
        392,
        "",
        "hotplug.on-its-cpu-until-let-go",
        "Items of a CPU that goes away run on it until its pool is marked as no longer tied to it, also in workers "
        "that have been away and came back",
        "kernel/workqueue.c: worker_attach_to_pool(), rebind_workers(), unbind_workers()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kQueueOtherCpu};

    static constexpr uint32_t kMore = 4, kMost = 40;  // items
    static constexpr uint64_t kMoment = 125'000;      // ns; one of them looks each such

    struct Scene {
        Trial* trial;
        uint32_t cpu;
        uint32_t items;
        bool over;
        uint32_t early;  // looks from elsewhere, when the pool was not marked
    };

    // The mark comes first: who is elsewhere, and looks then, sees it.
    static void look(TestItem&, void* argument)
    {
        Scene& scene = *static_cast<Scene*>(argument);
        const Kernel& kernel = scene.trial->kernel();
        const uintptr_t worker = wqlab_current_worker();
        Address pool = 0;
        if (!worker || !kernel.peek(pool, worker, Field::kWorkerPool))
            return;
        const uint64_t begun = wqlab_now();
        while (!__atomic_load_n(&scene.over, __ATOMIC_ACQUIRE) && wqlab_now() - begun < check_bounds::kWait) {
            const bool is_elsewhere = wqlab_this_cpu() != scene.cpu;
            uint32_t flags = 0;
            if (is_elsewhere && kernel.peek(flags, pool, Field::kPoolFlags) &&
                !(flags & kernel.constant(Field::kPoolDisassociated)))
                __atomic_add_fetch(&scene.early, 1, __ATOMIC_RELAXED);
            wqlab_sleep(kMoment * scene.items);
        }
    }

    static void judge(Trial& t, Queue& wq, uint32_t cpu, const char* of)
    {
        Scene* const scene = t.own<Scene>();
        if (!scene)
            return;
        *scene = {&t, cpu, 0, false, 0};
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
        if (!pool)
            return;
        // More than there are workers: some are made for them.
        const uint32_t more = static_cast<uint32_t>(pool->nr_workers) + kMore, n = more < kMost ? more : kMost;
        scene->items = n;
        const Items items = t.items(n, "an item that looks where it is");
        for (uint32_t i = 0; i < n; i++)
            items[i]->on_run(look, scene).queue_on(wq, cpu);
        AWAIT(t, started(items, n) == n, "the items to start");
        const CpuAway away(t, cpu);
        // Before it is back: then a mark that has gone says nothing.
        __atomic_store_n(&scene->over, true, __ATOMIC_RELEASE);
        AWAIT(t, executions(items, n) == n, "the items to end");
        const uint32_t early = __atomic_load_n(&scene->early, __ATOMIC_RELAXED);
        WANT(t, early == 0 || t.decided(), "%s: %u times one was elsewhere before its pool was let go of", of, early);
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        SKIP_UNLESS(t, t.kernel().constant(Field::kPoolDisassociated), "pools' flags are not known here");
        Queue& wq = t.queue({.max_active = kMost});
        judge(t, wq, cpu, "new workers");
        if (!t.decided())
            judge(t, wq, cpu, "those that came back");
    }
};

struct HoldsUpNoOther {
    static constexpr Promise kPromise = {
        393,
        "",
        "hotplug.who-has-fled-holds-up-no-other",
        "The CPU to which an item has fled from its own, which went away, can be taken away, too, while it goes on",
        "kernel/workqueue.c: unbind_worker()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kResultLies};

    struct Scene {
        Trial* trial;
        uint32_t cpu;
        bool over;
        uint64_t since;  // when the second CPU began to go, 0: not yet
    };

    // Ends by itself, some time after the second CPU has begun to go: who waits for it is to be told from who does not.
    static void spin(TestItem&, void* argument)
    {
        Scene& scene = *static_cast<Scene*>(argument);
        const auto is_over = [&scene] {
            const uint64_t since = __atomic_load_n(&scene.since, __ATOMIC_ACQUIRE);
            return __atomic_load_n(&scene.over, __ATOMIC_ACQUIRE) || scene.trial->given_up() ||
                   (since && wqlab_now() - since > check_bounds::kWait);
        };
        while (!is_over()) {
            __atomic_store_n(&scene.cpu, wqlab_this_cpu(), __ATOMIC_RELAXED);
            wqlab_resched();
            wqlab_relax();
        }
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        const uint64_t others = allowed & (allowed - 1);
        SKIP_UNLESS(t, has_two(others), "unbound workqueues may use one or two CPUs");
        const uint32_t own = second_of(others), refuge = first_of(others);
        Scene* const scene = t.own<Scene>();
        if (!scene)
            return;
        *scene = {&t, own, false, 0};
        Queue& wq = t.queue();
        TestItem& item = t.item("an item that goes on").on_run(spin, scene);
        UnboundCpus masks(t);
        if (!masks.restrict_to(refuge))
            return;
        item.queue_on(wq, own);
        AWAIT(t, item.started() == 1, "an item to start");
        bool is_held_up = false;
        {
            const uint64_t before = wqlab_now();
            const CpuAway away(t, own);
            const uint64_t takes = wqlab_now() - before;
            if (t.decided())
                return;
            AWAIT(t, __atomic_load_n(&scene->cpu, __ATOMIC_RELAXED) == refuge || item.ended(),
                  "the item to go on where unbound workqueues may");
            __atomic_store_n(&scene->since, wqlab_now(), __ATOMIC_RELEASE);
            const bool was_there = !item.ended();
            if (t.has_fault(Fault::kResultLies)) {  // the CPU waits for the item
                __atomic_store_n(&scene->over, true, __ATOMIC_RELEASE);
                AWAIT(t, item.ended() == 1, "the item to end");
            }
            const CpuAway refuge_away(t, refuge);
            is_held_up = item.ended();
            __atomic_store_n(&scene->over, true, __ATOMIC_RELEASE);
            // Of a machine on which a CPU takes long to go it can't be said that it waited for the item.
            SKIP_UNLESS(t, was_there && (takes < check_bounds::kWait / 10 || t.has_fault(Fault::kResultLies)),
                        "the machine is too slow");
        }
        AWAIT(t, item.ended() == 1, "the item to end");
        WANT(t, !is_held_up, "CPU %u went only when the item of CPU %u had ended", refuge, own);
    }
};

constexpr Check kAll[] = {
    check_of<WhereUnboundOnesMay>(),
    check_of<OnItsCpuUntilThen>(),
    check_of<HoldsUpNoOther>(),
};

}  // namespace unbind_workers

constinit const Group kUnbindWorkersChecks = group_of("lifecycle", unbind_workers::kAll);

}  // namespace wqlab
