// SPDX-License-Identifier: GPL-2.0
// Whom a rescuer helps first of those that have called it.
#include "../../glue/workqueue.h"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace first_call {

struct FirstCallFirst {
    static constexpr Promise kPromise = {445,
                                         "",
                                         "rescuer.first-call-first",
                                         "A rescuer that CPUs have called while it was in the middle of an item helps "
                                         "them in the order in which they called",
                                         "kernel/workqueue.c: send_mayday(), rescuer_thread()",
                                         WQLAB_CHECK_MEMORY,
                                         Fault::kQueueElsewhere};

    static constexpr uint32_t kRounds = 8;

    static void call(Trial& t, Queue& saved, TestItem& item, uint32_t cpu)
    {
        item.queue_on(saved, cpu);
        AWAIT(t, t.decided() || item.started() || waits_for_rescuer(t, saved, cpu), "a CPU to call");
    }

    // While the rescuer sleeps in an item of one CPU two others call. Whether that told anything.
    static void judge(Trial& t, Queue& saved, uint32_t here, uint32_t first, uint32_t next, bool& told)
    {
        Gate& gate = t.gate();
        TestItem& front = t.item("the item in front").on_run(sleep_at, &gate);
        TestItem &of_first = t.item("the item of who calls first"), &of_next = t.item("the item of who calls next");
        const uint64_t before = stat_of_cpu(t, saved, first, WQLAB_PWQ_STAT_MAYDAY);
        front.queue_on(saved, here);
        AWAIT(t, t.decided() || front.started() == 1, "the rescuer to help");
        if (!t.decided())
            call(t, saved, of_first, first);
        if (!t.decided())
            call(t, saved, of_next, next);
        gate.open();
        if (t.decided())
            return;
        AWAIT(t, front.ended() == 1 && of_first.ended() == 1 && of_next.ended() == 1, "the rescuer to help all");
        for (const TestItem* item : {&front, &of_first, &of_next}) {
            const char* command = item->last().command;
            SKIP_UNLESS(t, !is_other_worker(command), "a worker became free, or threads ended meanwhile");
            WANT(t, is_rescuer(command), "an item ran in %s, and not in the rescuer", command);
        }
        // A CPU on which somebody goes on for a moment is left as it is, and has to call again, behind the other one.
        const uint64_t calls = stat_of_cpu(t, saved, first, WQLAB_PWQ_STAT_MAYDAY) - before;
        if (t.decided() || calls != 1)
            return;
        WANT(t, of_first.last().start < of_next.last().start,
             "CPU %u called once, before CPU %u did, and was helped behind it", first, next);
        told = true;
    }

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), one = t.other_cpu(here), other = t.other_cpu(one);
        SKIP_UNLESS(t, one != here && other != here, "it takes three CPUs");
        SKIP_UNLESS(t, t.kernel().has(Field::kPwqStats), "this kernel does not count calls");
        Queue& plain = t.queue({.max_active = 512});
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM});
        NoNewThreads scarce(t);
        for (const uint32_t cpu : {here, one, other})
            if (t.decided() || !use_up_workers(t, plain, cpu))
                return;
        // Either CPU is the first once, unless others run there: its number is to say nothing.
        bool one_told = false, other_told = false;
        for (uint32_t round = 0; round < kRounds && !(one_told && other_told); round++) {
            if (!one_told)
                judge(t, saved, here, one, other, one_told);
            if (!t.decided() && !other_told)
                judge(t, saved, here, other, one, other_told);
            if (t.decided())
                return;
        }
        SKIP_UNLESS(t, one_told || other_told, "each time a CPU had to call again: others run there");
        scarce.end();
    }
};

constexpr Check kAll[] = {
    check_of<FirstCallFirst>(WQLAB_LACK_COUNTERS),
};

}  // namespace first_call

constinit const Group kFirstCallChecks = group_of("reclaim", first_call::kAll);

}  // namespace wqlab
