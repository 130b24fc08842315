// SPDX-License-Identifier: GPL-2.0
// An item whose worker has used much of its CPU before.
#include "../../glue/time.h"
#include "../harness/few_tries.hh"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"
#include "../scenes/topology.hh"
#include "cpu_in_parts.hh"

namespace wqlab {

namespace intensive {

using check_bounds::kSecond;

struct JudgedByItself {
    static constexpr Promise kPromise = {421,
                                         "",
                                         "concurrency.judged-by-itself",
                                         "An item that uses less than cpu_intensive_thresh_us without sleeping is not "
                                         "set apart, however many seconds its worker has used before",
                                         "kernel/workqueue.c: wq_worker_running(), process_one_work(): current_at",
                                         WQLAB_CHECK_SLOW,
                                         Fault::kSnapshotLies};

    static constexpr uint64_t kThreshold = 100'000'000;
    // Whoever became idle last is woken first, if nobody else has items just then.
    static constexpr uint32_t kTries = 8;

    static void spin(const Trial& t, uint64_t ns)
    {
        for (const uint64_t began = wqlab_runtime(); wqlab_runtime() - began < ns && !t.given_up() && !t.ending();) {
            wqlab_resched();
            wqlab_relax();
        }
    }

    // More ns than 32 bits have, in parts: others of that pool are in a hurry. The last one alone is more than the next
    // item may use, if its time is counted from when this one slept.
    static void use_much(TestItem&, void* trial)
    {
        const Trial& t = *static_cast<Trial*>(trial);
        while (wqlab_runtime() < 4'500'000'000 && !t.given_up() && !t.ending()) {
            spin(t, 20'000'000);
            wqlab_sleep(1'000'000);
        }
        spin(t, kThreshold);
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, has_ticks(t, cpu), "CPU %u has no ticks: nohz_full", cpu);
        TestItem& much = t.item("an item that uses much").on_run(use_much, &t);
        const uint64_t began = wqlab_now();
        {
            const Threshold off(t, 0);
            much.queue_on(t.queue({.flags = WQLAB_WQ_HIGHPRI}), cpu);
            for (; !much.ended() && wqlab_now() - began < 100 * kSecond && !t.given_up(); t.goes_on())
                wqlab_sleep(kSecond / 10);
        }
        SKIP_UNLESS(t, much.ended(), "in 100 s it did not get five seconds of its CPU");
        const Threshold low(t, kThreshold / 1000);
        bool judged = false;
        for (uint32_t i = 0; i < kTries && !judged; i++) {
            Parts* const parts = t.own<Parts>();
            if (!parts || t.decided())
                return;
            *parts = {2, {wqlab_now(), wqlab_now()}, 0};
            Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
            TestItem& item = t.item("an item that uses little").on_run(spin_and_sleep, parts);
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "an item that uses little to run");
            parts->begin();
            const uint64_t counted = stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
            judged = item.last().pid == much.last().pid && parts->longest < kThreshold * 9 / 10;
            WANT(t, !judged || counted == 0, "an item that slept before it reached the threshold was counted");
        }
        SKIP_UNLESS(t, judged, "its worker had no other item, or the machine is too slow");
        tried_few(t, 1, "an item behind one that used much");
    }
};

constexpr Check kOfUsedBefore[] = {
    check_of<JudgedByItself>(WQLAB_LACK_HOGS),
};

}  // namespace intensive

constinit const Group kUsedBeforeChecks = group_of("concurrency", intensive::kOfUsedBefore);

}  // namespace wqlab
