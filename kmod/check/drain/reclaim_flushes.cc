// SPDX-License-Identifier: GPL-2.0
// Items of each kind of workqueue with WQ_MEM_RECLAIM, and what they must not wait for.
#include "../../glue/context.h"
#include "../../glue/work.h"
#include "../harness/kernel_log.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace reclaim_flushes {

struct Kind {
    uint32_t flags;
    const char* name;
};

// What they are besides.
constexpr Kind kKinds[] = {
    {WQLAB_WQ_UNBOUND, "unbound"},
    {WQLAB_WQ_ORDERED, "ordered"},
    {WQLAB_WQ_HIGHPRI, "highpri"},
    {WQLAB_WQ_FREEZABLE, "freezable"},
    {WQLAB_WQ_CPU_INTENSIVE, "CPU-intensive"},
    {WQLAB_WQ_SYSFS, "in sysfs"},
    {WQLAB_WQ_UNBOUND | WQLAB_WQ_HIGHPRI, "unbound and highpri"},
};

// Warnings of the task that flushes, and of others, of whom some driver may be one.
class WhoFlushes {
public:
    explicit WhoFlushes(const uintptr_t* flusher) : flusher_(flusher) {}

    void see(const LogLine& line)
    {
        // Of a task that is PF_MEMALLOC there is another.
        if (!line.has(": WQ_MEM_RECLAIM ") || !line.has(" is flushing !WQ_MEM_RECLAIM "))
            return;
        const bool is_ours = line.writer == __atomic_load_n(flusher_, __ATOMIC_ACQUIRE);
        __atomic_add_fetch(is_ours ? &ours_ : &others_, 1, __ATOMIC_RELAXED);
    }
    uint32_t ours() const { return __atomic_load_n(&ours_, __ATOMIC_RELAXED); }
    uint32_t others() const { return __atomic_load_n(&others_, __ATOMIC_RELAXED); }

private:
    const uintptr_t* const flusher_;
    uint32_t ours_ = 0, others_ = 0;
};

struct EachKindIsWarned {
    static constexpr Promise kPromise = {
        466,
        "",
        "flush.reclaim-of-each-kind-is-warned",
        "An item of a workqueue with WQ_MEM_RECLAIM that flushes one of a workqueue without it is warned of, whatever "
        "other flags its own workqueue has",
        "kernel/workqueue.c: check_flush_dependency()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    struct Doing {
        TestItem* target;
        uintptr_t flusher;  // the task
    };

    static void flush_target(TestItem&, void* argument)
    {
        Doing& doing = *static_cast<Doing*>(argument);
        __atomic_store_n(&doing.flusher, wqlab_current_task(), __ATOMIC_RELEASE);
        wqlab_flush(doing.target->address(), WQLAB_WORK_PLAIN);
    }

    static void judge(Trial& t, Queue& plain, const Kind& kind)
    {
        constexpr uint32_t kTries = 4;
        const uint32_t cpu = t.first_cpu();
        const bool is_silent = t.has_fault(Fault::kLogIsSilent);
        Queue& reclaim = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM | kind.flags});
        uint32_t ours = 0, others = 0;
        // It warns once, until it is made to forget; of somebody else, perhaps, who may not have said so yet.
        for (uint32_t i = 0; i < kTries && !ours; i++) {
            Doing* const doing = t.own<Doing>();
            TestItem& target = t.item("the other item", TestItem::Body::kGate);
            TestItem& waiter = t.item("the reclaim item").on_run(flush_target, doing);
            if (!doing || t.decided())
                return;
            *doing = {&target, 0};
            const LogListener<WhoFlushes> log(&doing->flusher);
            SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
            if (!hear_again(t))
                return;
            target.queue_on(plain, cpu);
            AWAIT(t, target.started() == 1, "the other item to start");
            waiter.queue_on(reclaim, t.other_cpu(cpu));
            AWAIT(t, waiter.started() == 1, "the reclaim item to start");
            // Only asleep it has been warned of.
            AWAIT(t, waiter.ended() == 1 || t.decided() || sleeps_behind_barrier(t, waiter.last().pid),
                  "the reclaim item to wait");
            target.open();
            AWAIT(t, waiter.ended() == 1, "the reclaim item to end");
            ours = is_silent ? 0 : log.heard().ours();
            others += is_silent ? 0 : log.heard().others();
        }
        SKIP_UNLESS(t, ours || !others, "it warns of others' flushes");
        WANT(t, ours == 1, "of an item of a workqueue with WQ_MEM_RECLAIM (%s) it warned %u times", kind.name, ours);
    }

    static void run(Trial& t)
    {
        Queue& plain = t.queue();
        for (const Kind& kind : kKinds)
            if (!t.decided())
                judge(t, plain, kind);
    }
};

constexpr Check kAll[] = {
    check_of<EachKindIsWarned>(),
};

}  // namespace reclaim_flushes

constinit const Group kReclaimFlushChecks = group_of("drain", reclaim_flushes::kAll);

}  // namespace wqlab
