// SPDX-License-Identifier: GPL-2.0
// Whom a manager calls that is held up while a worker runs again.
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/scarce_threads.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace worker_runs {

struct CallsNobody {
    static constexpr Promise kPromise = {
        468,
        "",
        "rescuer.not-called-while-a-worker-runs",
        "As long as a worker of a CPU runs no other is needed there: what waits on a workqueue with a rescuer goes on "
        "to wait, and the rescuer is not called, not even by a manager that has not got the worker that it was to make",
        "kernel/workqueue.c: need_to_create_worker(), need_more_worker(), pool_mayday_timeout()",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kRounds = 6;
    // The first call is never so far ahead, and each later one is for half of its time.
    static constexpr uint64_t kRests = 50'000'000;  // ns

    struct Phases {
        Trial* trial;
        Gate* gate;
        bool runs;
    };

    // Sleeps until the gate opens, and runs from then on until the item is opened, as the trial's end does, too.
    static void sleep_then_run(TestItem& item, void* argument)
    {
        Phases& phases = *static_cast<Phases*>(argument);
        phases.gate->pass();
        __atomic_store_n(&phases.runs, true, __ATOMIC_RELEASE);
        phases.trial->changed();
        while (!item.is_open()) {
            wqlab_resched();
            wqlab_relax();
        }
    }

    struct Look {
        bool is_managed = false;
        uint64_t due = WQLAB_NEVER;  // the manager's next call
    };

    static Look look(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
        Look seen;
        if (pool && pool->manager) {
            seen.is_managed = true;
            seen.due = pool->mayday_timer_ns;
        }
        return seen;
    }

    // Who has been away from its CPU counts no more, though it runs.
    static bool is_counted(Trial& t, int32_t pid)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        for (uint32_t i = 0; now && i < now->workers.size(); i++)
            if (now->workers[i].pid == pid)
                return now->workers[i].flags & WQLAB_WORKER_COUNTED;
        return false;
    }

    // Whether the manager's timer ran while a worker did, and an item waited.
    static bool judge(Trial& t, Queue& plain, uint32_t cpu)
    {
        const bool counts = t.kernel().has(Field::kPwqStats);
        // A new one: nobody has called its rescuer yet.
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM});
        Phases* const phases = t.own<Phases>();
        if (!phases)
            return false;
        *phases = {&t, &t.gate(), false};
        TestItem& runs = t.item("the item that runs").on_run(sleep_then_run, phases);
        TestItem& waits = t.item("the item that waits");
        if (t.decided())
            return false;
        kernel::queue_on(t, plain, runs, static_cast<int>(cpu));
        if (!t.wait([&] { return runs.started() == 1; }, "a sleeper to start"))
            return false;
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, plain, cpu))
            return false;
        // Who finds that nobody is needed when he has just failed tries no more: he shall be asleep by then.
        const auto rests = [&] {
            const Look seen = look(t, plain, cpu);
            return !seen.is_managed || (seen.due != WQLAB_NEVER && seen.due > kRests);
        };
        if (!t.wait(rests, "a manager to rest") || t.decided())
            return false;
        phases->gate->open();
        if (!t.wait([&] { return __atomic_load_n(&phases->runs, __ATOMIC_ACQUIRE); }, "the sleeper to go on"))
            return false;
        waits.queue_on(saved, cpu);
        uint64_t due = WQLAB_NEVER;
        bool is_told = false;
        const auto is_over = [&] {
            const Look seen = look(t, plain, cpu);
            if (!seen.is_managed || waits.started())
                return true;
            // While a worker runs only the timer itself arms it anew, once it has run.
            is_told = due != WQLAB_NEVER && seen.due != WQLAB_NEVER && seen.due > due;
            due = seen.due != WQLAB_NEVER ? seen.due : due;
            return is_told;
        };
        if (!t.wait(is_over, "the manager's timer to run, or a manager to leave"))
            return false;
        if (!counts)
            t.linger();
        const uint64_t calls = counts ? stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY) : 0;
        const bool has_run = waits.started() != 0;
        const bool is_elsewhere = has_run && !is_other_worker(waits.last().command);
        if ((calls || is_elsewhere) && is_counted(t, runs.last().pid))
            t.fail("while a worker of a CPU ran, for an item that waited there the rescuer was called %llu times%s%s",
                   static_cast<unsigned long long>(calls), is_elsewhere ? ", and it ran in " : "",
                   is_elsewhere ? waits.last().command : "");
        if (t.decided())
            return false;
        scarce.end();
        runs.open();
        return t.wait([&] { return runs.ended() == 1 && waits.ended() == 1; },
                      "the items to end once there are threads again") &&
               is_told && !calls && !has_run;
    }

    static void run(Trial& t)
    {
        // Who runs for long counts as running all the same.
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& plain = t.queue({.max_active = 512});
        bool is_told = false;
        for (uint32_t round = 0; round < kRounds && !is_told && !t.decided(); round++)
            is_told = judge(t, plain, cpu);
        SKIP_UNLESS(t, is_told || t.decided(),
                    "each time the manager left before it would have called, or a worker became free");
    }
};

constexpr Check kAll[] = {
    check_of<CallsNobody>(),
};

}  // namespace worker_runs

constinit const Group kWorkerRunsChecks = group_of("reclaim", worker_runs::kAll);

}  // namespace wqlab
