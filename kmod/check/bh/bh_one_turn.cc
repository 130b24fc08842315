// SPDX-License-Identifier: GPL-2.0
// Who begins with what little is left of the BH items of a CPU that went away.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/few_tries.hh"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace bh_one_turn {

struct BegunByItsPriority {
    static constexpr Promise kPromise = {
        472,
        "",
        "bh.dead-cpu-is-drained-in-one-turn",
        "What is left of the BH items of a CPU that went away, if one turn is enough for it, is run by an item of "
        "system_bh_wq, with WQ_HIGHPRI by one of system_bh_highpri_wq",
        "kernel/workqueue.c: workqueue_softirq_dead()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kQueueOtherCpu};

    // Far less than the ten of a turn: who drains does not queue himself again, by which he would choose anew.
    static constexpr uint32_t kFew = 3, kTries = 4, kEnough = 2;

    // Queues itself as long as its CPU is there, and a few times more. What is left of that then may still run on the
    // CPU that goes.
    struct Until {
        Queue* wq;
        uint32_t cpu, afterwards, elsewhere;
    };

    static void again(TestItem& item, void* argument)
    {
        Until& until = *static_cast<Until*>(argument);
        const bool away = !wqlab_cpu_online(until.cpu);
        until.elsewhere += away && wqlab_this_cpu() != until.cpu;
        if (!away || __atomic_add_fetch(&until.afterwards, 1, __ATOMIC_RELEASE) < kFew)
            wqlab_queue_bare_on(until.wq->get(), item.address(), -1);
    }

    // False: nothing was left of it, or the trial is decided.
    static bool judge(Trial& t, uint32_t cpu, uint32_t flags, const char* drained_by)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH | flags});
        Queue& system = t.system_queue(drained_by);
        Until* const until = t.own<Until>();
        if (!until || t.decided())
            return false;
        *until = {&wq, cpu, 0, 0};
        TestItem& item = t.item("an item that queues itself").on_run(again, until);
        item.queue_on(wq, cpu);
        if (!t.wait([&] { return item.started() > 10; }, "the item to run"))
            return false;
        const uint64_t before = stat_of(t, system, WQLAB_PWQ_STAT_STARTED);
        CpuAway away(t, cpu);
        if (t.decided())
            return false;
        if (!t.wait([&] { return __atomic_load_n(&until->afterwards, __ATOMIC_ACQUIRE) >= kFew && !item.running(); },
                    "the item to run on after its CPU went away"))
            return false;
        const uint64_t drains = stat_of(t, system, WQLAB_PWQ_STAT_STARTED) - before;
        away.back();
        if (t.decided() || !until->elsewhere)
            return false;
        // That others use it, too, explains more than there should be, and not none.
        if (!drains)
            t.fail("of a CPU that went away %u items ran elsewhere, and none of %s had begun", until->elsewhere,
                   drained_by);
        return true;
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        const struct {
            uint32_t flags;
            const char* drained_by;
        } kinds[] = {{0, "system_bh_wq"}, {WQLAB_WQ_HIGHPRI, "system_bh_highpri_wq"}};
        uint32_t all = 0;
        for (const auto& kind : kinds) {
            uint32_t judged = 0;
            for (uint32_t i = 0; i < kTries && judged < kEnough && !t.decided(); i++)
                judged += judge(t, cpu, kind.flags, kind.drained_by);
            SKIP_UNLESS(t, judged || t.decided(), "the CPU left nothing to be run elsewhere");
            all += judged;
        }
        tried_few(t, all, "a CPU that leaves a few BH items, of one priority or the other");
    }
};

constexpr Check kAll[] = {
    check_of<BegunByItsPriority>(WQLAB_LACK_BH | WQLAB_LACK_COUNTERS),
};

}  // namespace bh_one_turn

constinit const Group kBhOneTurnChecks = group_of("bh", bh_one_turn::kAll);

}  // namespace wqlab
