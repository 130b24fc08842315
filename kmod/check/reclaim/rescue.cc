// SPDX-License-Identifier: GPL-2.0
// Rescuers of workqueues of each kind, and what is true inside of them.
#include "../../glue/context.h"
#include "../../glue/symbols.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/item_to_refuse.hh"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace rescue {

struct OfEachKind {
    static constexpr Promise kPromise = {
        217,
        "",
        "rescuer.of-each-kind",
        "The rescuer of a workqueue of any kind runs its items when no worker can be made, those of a CPU on that CPU, "
        "and of an unbound one on the CPUs of its cpumask; "
        "who flushes one of them is woken; and there current_is_workqueue_rescuer() is true, "
        "current_is_workqueue_mem_reclaim(), too, current_work() is the item, and current is running; in an interrupt "
        "that comes over it nothing of that is so",
        "kernel/workqueue.c: rescuer_thread(), worker_attach_to_pool(), current_is_workqueue_rescuer()",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    // What the item is told of itself.
    struct Inside {
        uintptr_t function;
        bool called, is_rescuer, is_own, is_somebody_over_it;
        int is_mem_reclaim;  // -1: this kernel does not say
        uint32_t state;
    };

    static void ask_over_it(void* argument)
    {
        Inside& inside = *static_cast<Inside*>(argument);
        unsigned long says = 0;
        const bool called = inside.function && wqlab_call(inside.function, 0, 0, 0, &says);
        inside.is_somebody_over_it |= (called && says & 0xff) || wqlab_current_work() ||
                                      wqlab_current_is_mem_reclaim() > 0;
    }

    static void ask(TestItem& item, void* argument)
    {
        Inside& inside = *static_cast<Inside*>(argument);
        inside.state = wqlab_current_state();
        unsigned long says = 0;
        inside.called = inside.function && wqlab_call(inside.function, 0, 0, 0, &says);
        inside.is_rescuer = says & 0xff;
        inside.is_own = wqlab_current_work() == item.address();
        inside.is_mem_reclaim = wqlab_current_is_mem_reclaim();
        wqlab_call_in_hardirq(ask_over_it, argument);
        wqlab_call_in_own_softirq(ask_over_it, argument);
    }

    static void judge(Trial& t, const char* kind, const Shape& like, uint32_t flags)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Shape shape = like;
        shape.flags |= WQLAB_WQ_MEM_RECLAIM | flags;
        Queue& plain = t.queue(like);
        Queue& saved = t.queue(shape);
        Inside* const inside = t.own<Inside>();
        TestItem& item = t.item("the item to rescue");
        if (!inside || t.decided())
            return;
        *inside = {wqlab_symbol("current_is_workqueue_rescuer"), false, false, false, false, -1, 0};
        item.on_run(ask, inside);
        // A thread of before, for no new one can be made.
        Gate& gate = t.gate();
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&gate, &item] {
            gate.pass();
            item.flush();
        });
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, plain, cpu))
            return;
        item.queue_on(saved, cpu);
        gate.open();
        AWAIT(t, item.ended() == 1, "the rescuer to run an item");
        AWAIT(t, flusher.done(), "flush_work() of a rescued item to return");
        scarce.end();
        const Execution& ran = item.last();
        SKIP_UNLESS(t, !is_other_worker(ran.command), "a worker became free, or threads ended meanwhile");
        WANT(t, is_rescuer(ran.command) && ran.nice == -20, "%s: it ran in %s at nice %d, and not in the rescuer", kind,
             ran.command, ran.nice);
        const bool is_percpu = !(shape.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED));
        const uint64_t only = is_percpu ? uint64_t{1} << cpu : shape.cpus;
        WANT(t, !only || (ran.cpu == cpu && ran.cpus == only),
             "%s: for CPU %u it ran on CPU %u, and might have on %llx", kind, cpu, ran.cpu,
             static_cast<unsigned long long>(ran.cpus));
        WANT(t, inside->is_own, "%s: current_work() was another one", kind);
        WANT(t, inside->state == 0, "%s: it ran in a thread of the state %x, as if asleep", kind, inside->state);
        WANT(t, inside->is_mem_reclaim != 0, "%s: current_is_workqueue_mem_reclaim() was false", kind);
        WANT(t, !inside->called || inside->is_rescuer, "%s: current_is_workqueue_rescuer() was false", kind);
        WANT(t, !inside->is_somebody_over_it, "%s: an interrupt over the rescuer was told that it is one, or its item",
             kind);
    }

    static void run(Trial& t)
    {
        // Each with a workqueue that is served by the same pool.
        const Shape percpu = {.max_active = 512}, highpri = {.flags = WQLAB_WQ_HIGHPRI, .max_active = 512};
        // Where unbound ones may use it, of the same CPU alone.
        const uint64_t cpu = unbound_cpus(t) & uint64_t{1} << t.other_cpu(t.first_cpu());
        const Shape unbound = {.flags = WQLAB_WQ_UNBOUND, .max_active = 512, .cpus = cpu};
        const struct {
            const char* name;
            const Shape& like;
            uint32_t flags;
        } kinds[] = {{"per-CPU, freezable", percpu, WQLAB_WQ_FREEZABLE},
                     {"highpri", highpri, 0},
                     {"unbound", unbound, 0},
                     {"unbound, CPU-intensive", unbound, WQLAB_WQ_CPU_INTENSIVE}};
        for (const auto& kind : kinds)
            if (!t.decided())
                judge(t, kind.name, kind.like, kind.flags);
    }
};

struct MayQueueWhileItDrains {
    static constexpr Promise kPromise = {
        386,
        "",
        "rescuer.may-queue-while-it-drains",
        "While a workqueue drains, an item that its rescuer runs may queue on it, as any: drain_workqueue() waits for "
        "that, too; as long as the rescuer helps it holds the pool_workqueue, and no longer",
        "kernel/workqueue.c: is_chained_work(), current_wq_worker(), drain_workqueue(), send_mayday(), "
        "rescuer_thread()",
        WQLAB_CHECK_MEMORY,
        Fault::kFlushReturnsEarly};

    struct Chain {
        Queue* wq;  // nullptr: it has not come to that
        Gate* gate;
        uint32_t cpu;
        Stray next;
        bool is_taken;
        uint32_t ran;  // when drain_workqueue() had returned
    };

    // How often its pool_workqueues are held, beyond each by the workqueue.
    static int64_t holds(Trial& t, const Queue& wq)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        if (!row)
            t.skip("the snapshot does not show the check's own workqueue");
        int64_t n = 0;
        for (uint32_t i = 0; row && i < row->nr_pwqs; i++)
            n += now->pwqs[row->first_pwq + i].refcnt - 1;
        return n;
    }

    static void queue_next(TestItem&, void* argument)
    {
        Chain& chain = *static_cast<Chain*>(argument);
        chain.gate->pass();
        chain.is_taken = chain.next.queue_on(chain.wq->get(), static_cast<int>(chain.cpu));
    }

    static void run(Trial& t)
    {
        Chain* const chain = t.own<Chain>();
        if (!chain)
            return;
        chain->wq = nullptr;
        chain->gate = &t.gate();
        chain->next.init();
        chain->is_taken = false;
        chain->ran = 0;
        // A thread of before, for no new one can be made.
        Gate& gate = t.gate();
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&gate, chain] {
            gate.pass();
            if (!chain->wq)
                return;
            chain->wq->drain();
            chain->ran = chain->next.runs();
        });
        Distress distress(t);
        Queue& saved = distress.saved;
        TestItem& item = t.item("the item that queues another").on_run(queue_next, chain);
        if (t.decided())
            return;
        chain->wq = &saved;
        chain->cpu = distress.cpu;
        item.queue_on(saved, distress.cpu);
        AWAIT(t, item.started() == 1, "the rescuer to run an item");
        gate.open();
        AWAIT(t, drainer.done() || flushes(t, drainer, saved), "drain_workqueue() to begin");
        const int64_t held = holds(t, saved);
        chain->gate->open();
        AWAIT(t, item.ended() == 1 && drainer.done(), "drain_workqueue() to return");
        const char* const command = item.last().command;
        SKIP_UNLESS(t, !is_other_worker(command), "a worker became free, or threads ended meanwhile");
        WANT(t, is_rescuer(command), "an item ran in %s, and not in the rescuer", command);
        WANT(t, chain->is_taken, "what a rescuer's item queues on a workqueue that drains is said to be pending");
        WANT(t, chain->ran == 1, "when it returned what a rescuer's item had queued meanwhile had run %u times",
             chain->ran);
        WANT(t, held >= 2, "while a rescuer ran an item its pool_workqueue was held by %lld, not by both",
             static_cast<long long>(held));
        distress.end();
        AWAIT(t, holds(t, saved) == 0 || t.decided(), "the rescuer to let go of the pool_workqueue");
    }
};

constexpr Check kAll[] = {
    check_of<OfEachKind>(),
    check_of<MayQueueWhileItDrains>(),
};

}  // namespace rescue

constinit const Group kRescueChecks = group_of("reclaim", rescue::kAll);

}  // namespace wqlab
