// SPDX-License-Identifier: GPL-2.0
// Who manages a pool, and what it leaves behind.
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/timer_rearms.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/idle_pool.hh"
#include "../scenes/proc_stat.hh"
#include "../scenes/scarce_threads.hh"
#include "../scenes/timer_cancels.hh"
#include "manager_turns.hh"

namespace wqlab {

namespace manager {

constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK;

struct RestsBetweenTries {
    static constexpr Promise kPromise = {
        246,
        "",
        "workers.manager-rests-between-tries",
        "A manager that can make no worker sleeps for a second, and no less, before it tries again, and is interrupted "
        "by nobody; meanwhile it leaves its call for help alone, and the next is never more than a tenth of a second "
        "away",
        "kernel/workqueue.c: maybe_create_worker(), CREATE_COOLDOWN, create_worker(), pool_mayday_timeout(), "
        "MAYDAY_INTERVAL",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    // Each try makes it wait some times, and who is preempted has the CPU once more than it asked for. Without a rest
    // it tries some thousand times a second.
    static constexpr uint64_t kMostASecond = 200;

    static int32_t manager_of(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
        return pool ? pool->manager : 0;
    }

    static void judge_timer(Trial& t, const Distress& distress)
    {
        const uint64_t began = wqlab_jiffies(), tick = 1'000'000'000 / wqlab_hz();
        const wqlab_snap_pool* pool = own_pool(t, distress.plain, distress.cpu);
        const uint64_t due = pool ? pool->mayday_timer_ns : WQLAB_NEVER;
        const uint64_t most = (wqlab_hz() / 10 + wqlab_jiffies() - began + 1) * tick;
        WANT(t, due == WQLAB_NEVER || due <= most, "the next call for help is due in %llu ms",
             static_cast<unsigned long long>(due / 1'000'000));
    }

    // Who needs a worker all the time leaves the call alone. One that has come and is busy already explains one time.
    static void judge_calls(Trial& t, uint32_t rearmed)
    {
        WANT(t, rearmed < 2, "between its tries it took its call for help back to call anew, %u times", rearmed);
    }

    static void run(Trial& t)
    {
        Distress distress(t);
        TestItem& stuck = t.item("the plain item");
        const KernelLog<LinesWith> interrupted(t, "Interrupted when creating a worker");
        if (t.decided())
            return;
        stuck.queue_on(distress.plain, distress.cpu);
        int32_t pid = 0;
        AWAIT(t, t.decided() || stuck.started() || (pid = manager_of(t, distress.plain, distress.cpu)) != 0,
              "the pool to have a manager");
        WANT(t, stuck.started() == 0 || is_other_worker(stuck.last().command), "it ran in %s", stuck.last().command);
        SKIP_UNLESS(t, stuck.started() == 0, "a worker became free, or threads ended meanwhile");
        uint64_t before = 0, after = 0;
        SKIP_UNLESS(t, turns_of(t, pid, before), "this kernel does not tell how often a thread has run");
        Attached<wqlab_timer_rearms, wqlab_timer_rearms_attach, wqlab_timer_rearms_detach> calls(
            {wqlab_symbol("pool_mayday_timeout"), pid, 0, 0});
        SKIP_UNLESS(t, calls.is_attached(), "timers can't be watched here");
        const uint64_t began = wqlab_now();
        Rests rests;
        // For two rests at least.
        for (uint32_t looks = 0; looks < 25 && !t.decided(); looks++) {
            wqlab_sleep(100'000'000);
            judge_timer(t, distress);
            rests.look(t, pid);
        }
        if (t.decided())
            return;
        const uint64_t most_rests = rests.most();
        SKIP_UNLESS(t, turns_of(t, pid, after), "how often the manager has run can't be read again");
        const uint64_t most = (wqlab_now() - began) * kMostASecond / 1'000'000'000;
        WANT(t, stuck.started() == 0 || is_other_worker(stuck.last().command), "it ran in %s", stuck.last().command);
        SKIP_UNLESS(t, stuck.started() == 0 && manager_of(t, distress.plain, distress.cpu) == pid,
                    "a worker became free, or threads ended meanwhile");
        judge_calls(t, __atomic_load_n(&calls.probe().count, __ATOMIC_RELAXED));
        if (t.decided())
            return;
        WANT(t, after - before <= most, "within %llu ms it has run %llu times",
             static_cast<unsigned long long>((wqlab_now() - began) / 1'000'000),
             static_cast<unsigned long long>(after - before));
        WANT(t, rests.rests() <= most_rests, "it rested %u times, and not %llu at most", rests.rests(),
             static_cast<unsigned long long>(most_rests));
        WANT(t, interrupted.count() == 0, "it is said to have been interrupted, %u times", interrupted.count());
        distress.end();
        AWAIT(t, stuck.ended() == 1, "the plain item to run once there are threads again");
        t.note("in 2.5 s it ran %llu times", static_cast<unsigned long long>(after - before));
    }
};

struct LeavesNothing {
    static constexpr Promise kPromise = {
        247,
        "",
        "workers.manager-leaves-nothing-behind",
        "Who is idle while another worker is manager need not become one, too, to run an item; then no worker is made "
        "any more; one that could not "
        "be made leaves no number taken: the next one has the lowest that is free; and a pool that goes while it has a "
        "manager waits for that one, and no longer",
        "kernel/workqueue.c: create_worker(), maybe_create_worker(), manage_workers(), put_unbound_pool()",
        WQLAB_CHECK_MEMORY,
        Fault::kSnapshotLies};

    static constexpr uint32_t kMost = 60, kMore = 3;
    static constexpr uint64_t kMoment = 4'000'000;       // ns
    static constexpr uint64_t kYoung = 250'000'000'000;  // ns: nobody has been idle for five minutes

    struct Numbers {
        int32_t workers = 0, highest = -1;
    };

    static Numbers numbers_of(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const Snapshot* now = t.snapshot(kSections);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        Numbers numbers;
        for (uint32_t i = 0; pool && i < now->workers.size(); i++) {
            const wqlab_snap_worker& worker = now->workers[i];
            numbers.workers = pool->nr_workers;
            if (worker.pool == pool->id && worker.id > numbers.highest)
                numbers.highest = worker.id;
        }
        return numbers;
    }

    static bool is_stuck(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
        return pool && pool->nr_pending && pool->manager;
    }

    // From the first on, until no worker can be made. How many are queued; 0: decided.
    static uint32_t use_up(Trial& t, Queue& wq, uint32_t cpu, const Items& items, uint32_t first)
    {
        for (uint32_t i = first; i < kMost - kMore; i++) {
            items[i]->queue_on(wq, cpu);
            wqlab_sleep(kMoment);
            // Or one is being made just now.
            for (uint32_t looks = 0; !t.decided() && is_stuck(t, wq, cpu); wqlab_sleep(kMoment))
                if (++looks == 5)
                    return i + 1;
            if (t.decided())
                return 0;
        }
        t.skip("workers are still made");
        return 0;
    }

    // One becomes idle, and is given an item, while another tries to make a worker. False: decided.
    static bool run_meanwhile(Trial& t, Queue& wq, uint32_t cpu, TestItem& runs, TestItem& waits)
    {
        waits.open();
        runs.open();
        if (!t.wait([&] { return waits.ended() == 1; }, "a worker that has become free to run what waits"))
            return false;
        t.wait([&] { return t.decided() || own_idle(t, wq, cpu); }, "its worker to be idle");
        TestItem& next = t.item("an item for it");
        next.queue_on(wq, cpu);
        return t.wait([&] { return next.ended() == 1; }, "an idle worker to run an item while another one tries") &&
               !t.decided();
    }

    // Who tries to make a worker sleeps, and need not make any, as one is idle and nothing waits: if that is seen, none
    // is made once there are threads again.
    static void judge_rest(Trial& t, const Queue& wq, uint32_t cpu, NoNewThreads& scarce)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
        const int32_t pid = pool && pool->nr_idle && !pool->nr_pending ? pool->manager : 0;
        const int32_t workers = pool ? pool->nr_workers : 0;
        // It waits for a new thread in another state.
        const char* const state = pid ? stat_of_thread(t, pid, "kworker") : nullptr;
        const bool rests = state && *state == 'S';
        scarce.end();
        AWAIT(t, t.decided() || !has_manager(t, wq, cpu), "the pool to have no manager");
        pool = own_pool(t, wq, cpu);
        WANT(t, !rests || !pool || pool->nr_workers == workers || t.decided(),
             "with one that is idle and nothing to run, of %d workers it made %d", workers, pool->nr_workers);
        t.note("who was not needed %s", rests ? "made none" : "was not seen");
    }

    static bool has_manager(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
        return pool && pool->manager;
    }

    static bool own_idle(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
        return pool && pool->nr_idle;
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        const uint64_t began = wqlab_now();
        Queue& wq = idle::queue_with_new_pool(t);
        const Items items = t.items(kMost, "an item that sleeps", TestItem::Body::kGate);
        uint32_t n = kMore;
        for (uint32_t i = 0; i < n; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(items, n) == n, "items to start, each in a worker of its own");
        {
            NoNewThreads scarce(t);
            if (t.decided() || !(n = use_up(t, wq, cpu, items, n)) ||
                !run_meanwhile(t, wq, cpu, *items[0], *items[n - 1]))
                return;
            judge_rest(t, wq, cpu, scarce);
            if (t.decided())
                return;
        }
        // More than there are idle ones now, and who tried to make another is one of them.
        n += kMore;
        for (uint32_t i = n - kMore; i < n; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(items, n) == n, "a worker to be made once there are threads again");
        // One that is just being made has its number, and is not counted yet.
        Numbers numbers;
        t.wait(
            [&] {
                numbers = numbers_of(t, wq, cpu);
                return t.decided() || wqlab_now() - began >= kYoung || numbers.highest == numbers.workers - 1;
            },
            "the workers to have the lowest numbers");
        SKIP_UNLESS(t, wqlab_now() - began < kYoung, "the machine is too slow");
        if (t.decided())
            return;
        {
            NoNewThreads scarce(t);
            if (t.decided() || !(n = use_up(t, wq, cpu, items, n)))
                return;
        }
        for (uint32_t i = 0; i < n; i++)
            items[i]->open();
        AWAIT(t, executions(items, n) == n, "all items to end");
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
        t.note("the pool went with%s a manager", pool && pool->manager ? "" : "out");
        wq.destroy();
        // Pools go one after the other: who waits for ever lets none behind it go.
        Queue& next = idle::queue_with_new_pool(t);
        pool = own_pool(t, next, cpu);
        if (t.decided())
            return;
        const int32_t id = pool->id;
        next.destroy();
        AWAIT(t, t.decided() || !is_there(t, id), "the next pool to go");
    }

    static bool is_there(Trial& t, int32_t id)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        for (uint32_t i = 0; now && i < now->pools.size(); i++)
            if (now->pools[i].id == id)
                return true;
        return false;
    }
};

struct WaiterSleeps {
    static constexpr Promise kPromise = {
        379,
        "",
        "workers.who-waits-for-a-manager-sleeps",
        "The thread of the kernel that lets pools go sleeps while the manager of one that goes rests",
        "kernel/workqueue.c: put_unbound_pool()",
        WQLAB_CHECK_MEMORY,
        Fault::kResultLies};

    static constexpr uint32_t kRounds = 4;
    static constexpr uint64_t kWhile = 500'000'000, kBusy = 100'000'000;  // ns

    // The thread that lets pools go. 0: decided.
    static int32_t who_lets_go(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("idle_worker_timeout");
        const TimerCancels cancels(function);
        if (!function || !cancels.attached()) {
            t.skip("timers can't be watched here");
            return 0;
        }
        Queue& wq = idle::queue_with_new_pool(t);
        idle::arm_timer(t, wq);
        if (t.decided())
            return 0;
        const uint32_t before = cancels.count();
        wq.destroy();
        t.wait([&] { return cancels.count() != before; }, "the idle timer of a pool that goes to be taken back");
        return t.decided() ? 0 : cancels.pid();
    }

    // How long it has had a CPU: the 14th and 15th word of its stat, in hundredths of a second. False: that is not
    // told, and the trial is decided.
    static bool ran_for(Trial& t, int32_t pid, uint64_t& ns)
    {
        const char* at = stat_of_thread(t, pid, "pool_workqueue");
        if (!at) {
            t.skip("/proc does not show a thread of the kernel");
            return false;
        }
        uint64_t hundredths = 0;
        for (uint32_t word = 3; *at; at++) {
            word += *at == ' ';
            if (*at == ' ' && (word == 14 || word == 15))
                hundredths += number_at(at + 1);
        }
        ns = hundredths * 10'000'000;
        return true;
    }

    // For how long it runs while it waits for a manager; kNobody: none was there, or decided.
    static constexpr uint64_t kNobody = UINT64_MAX;
    static uint64_t play(Trial& t, int32_t pid)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = idle::queue_with_new_pool(t);
        const Items items = t.items(LeavesNothing::kMost, "an item that sleeps", TestItem::Body::kGate);
        uint32_t n = 1;
        items[0]->queue_on(wq, cpu);
        if (!t.wait([&] { return items[0]->started() == 1; }, "an item to start"))
            return kNobody;
        {
            NoNewThreads scarce(t);
            if (t.decided() || !(n = LeavesNothing::use_up(t, wq, cpu, items, n)))
                return kNobody;
        }
        for (uint32_t i = 0; i < n; i++)
            items[i]->open();
        if (!t.wait([&] { return executions(items, n) == n; }, "all items to end"))
            return kNobody;
        uint64_t before = 0, after = 0;
        const wqlab_snap_pool* pool = ran_for(t, pid, before) ? own_pool(t, wq, cpu) : nullptr;
        const bool is_there = pool && pool->manager;
        wq.destroy();
        wqlab_sleep(kWhile);
        return is_there && ran_for(t, pid, after) ? after - before : kNobody;
    }

    static void run(Trial& t)
    {
        const int32_t pid = who_lets_go(t);
        uint32_t rounds = 0, busy = 0;
        uint64_t most = 0;
        for (uint32_t i = 0; i < kRounds && !t.decided(); i++) {
            const uint64_t ran = play(t, pid);
            if (ran == kNobody)
                continue;
            rounds++;
            busy += ran > kBusy || t.has_fault(Fault::kResultLies);
            most = ran > most ? ran : most;
        }
        SKIP_UNLESS(t, rounds > 1 || t.decided(), "no pool went with a manager");
        // A host that takes the CPU away just then explains one of them.
        WANT(t, busy < 2 || t.decided(), "while it waited for a manager it ran, of %u ms, for up to %u ms",
             static_cast<uint32_t>(kWhile / 1'000'000), static_cast<uint32_t>(most / 1'000'000));
    }
};

constexpr Check kAll[] = {
    check_of<RestsBetweenTries>(),
    check_of<LeavesNothing>(),
    check_of<WaiterSleeps>(WQLAB_LACK_SCOPES),
};

}  // namespace manager

constinit const Group kManagerChecks = group_of("reclaim", manager::kAll);

}  // namespace wqlab
