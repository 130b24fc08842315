// SPDX-License-Identifier: GPL-2.0
// Workers that are made, or can't be.
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/pool_cpus.hh"
#include "../scenes/scarce_threads.hh"
#include "../scenes/topology.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace making_workers {

struct RefusedWithoutWorker {
    static constexpr Promise kPromise = {
        264,
        "",
        "attrs.refused-without-a-worker",
        "Attributes that need a new pool, for which no worker can be made, are refused with ENOMEM, and the workqueue "
        "stays as it was; those that are taken have pools with workers",
        "kernel/workqueue.c: apply_workqueue_attrs(), alloc_pwq(), get_unbound_pool()",
        WQLAB_CHECK_MEMORY,
        Fault::kResultLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        TestItem& before = t.item("the item before");
        before.queue(wq);
        AWAIT(t, before.ended() == 1, "an item to run before");
        int nice = Queue::kPrivateNice, error = 0;
        {
            NoNewThreads scarce(t);
            // Where somebody has such a pool no new one is needed.
            while (!t.decided() && !error && nice < 19) {
                error = wq.apply("default", false, 0, nice + 1);
                nice += error == 0;
                const wqlab_snap_pool* pool = error ? nullptr : own_pool(t, wq, t.first_cpu());
                WANT(t, !pool || pool->nr_workers, "of nice %d it was taken, with a pool that has no worker", nice);
            }
        }
        if (t.decided())
            return;
        SKIP_UNLESS(t, error, "threads ended meanwhile, or there were such pools");
        error += t.has_fault(Fault::kResultLies) ? 1 : 0;
        WANT(t, error == -number(Errno::kNoMemory), "it gave error %d", -error);
        TestItem& item = t.item("the item");
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "an item to run where attributes were refused");
        WANT(t, item.last().nice == nice, "of nice %d, to which another was refused, an item ran at nice %d", nice,
             item.last().nice);
        error = wq.apply("default", false, 0, nice + 1);
        WANT(t, error == 0, "once threads can be made again it gave error %d", -error);
    }
};

struct MadeWithoutWarning {
    static constexpr Promise kPromise = {
        267,
        "",
        "workers.made-without-warning",
        "Where workers are made as they are needed, busy and idle in turn, nothing of what the kernel asserts of them "
        "is reported",
        "kernel/workqueue.c: create_worker(), worker_attach_to_pool(), worker_enter_idle(), worker_leave_idle()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kResultLies};

    // Nobody's misuse is reported in these: they are about the kernel's own doing. The last two are named where the
    // others are inlined.
    class Assertions {
    public:
        void see(const LogLine& line)
        {
            if (line.has("WARNING: ") && (line.has(" create_worker+") || line.has(" worker_attach_to_pool+") ||
                                          line.has(" worker_enter_idle+") || line.has(" worker_leave_idle+") ||
                                          line.has(" worker_thread+") || line.has(" bh_worker+")))
                __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
        }
        uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

    private:
        uint32_t count_ = 0;
    };

    static int32_t workers_of(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
        return pool ? pool->nr_workers : 0;
    }

    // Until one more has been made than there were.
    static void use_one_more(Trial& t, uint32_t flags)
    {
        constexpr uint32_t kMost = 200;
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.flags = flags, .max_active = 256});
        Gate& gate = t.gate();
        const int32_t before = workers_of(t, wq, cpu);
        for (uint32_t n = 0; n < kMost && !t.decided() && workers_of(t, wq, cpu) <= before; n++) {
            TestItem& item = t.item("an item").on_run(sleep_at, &gate);
            item.queue_on(wq, cpu);
            if (inactive_of(t, wq))
                break;
            AWAIT(t, item.started() == 1, "an item to start");
        }
        gate.open();
        wq.flush();
    }

    static void run(Trial& t)
    {
        if (!hear_again(t))
            return;
        const KernelLog<Assertions> log(t);
        for (const uint32_t flags : {0u, uint32_t{WQLAB_WQ_HIGHPRI}, uint32_t{WQLAB_WQ_UNBOUND}})
            if (!t.decided())
                use_one_more(t, flags);
        const uint32_t reports = log.count() + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        WANT(t, reports == 0 || t.decided(), "of workers there were %u reports, see the kernel's log", reports);
    }
};

struct RescuerKeepsOrder {
    static constexpr Promise kPromise = {
        271,
        "",
        "rescuer.in-queueing-order",
        "A rescuer runs what waits in the order in which it was queued, all of it when it has been called once and "
        "nobody else calls, and is called no more when nothing is left; each is counted as begun, as rescued, and as "
        "completed, and the CPU time of what it runs is, too",
        "kernel/workqueue.c: assign_rescuer_work(), rescuer_thread(), wq_worker_tick()",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueReorders};

    static constexpr uint32_t kItems = 60;

    struct Front {
        Trial* trial;
        Gate* gate;
        bool may_sleep;
    };

    // Others of its CPU have their turns, though next to a rescuer they would have few.
    static void spin_with_breaks(TestItem&, void* argument)
    {
        Front& front = *static_cast<Front*>(argument);
        while (!__atomic_load_n(&front.may_sleep, __ATOMIC_ACQUIRE) && !front.trial->given_up() &&
               !front.trial->ending()) {
            for (const uint64_t began = wqlab_now(); wqlab_now() - began < 20'000'000;) {
                wqlab_resched();
                wqlab_relax();
            }
            wqlab_sleep(1'000'000);
        }
        front.gate->pass();
    }

    // Of calls there is one each tenth of a second, by the clock that the timer goes by, and one to begin with; and by
    // what is left of it when it has just been armed anew, a few.
    static uint64_t most_calls(uint64_t jiffies) { return jiffies * 10 / wqlab_hz() + 4; }

    static void judge_calls(Trial& t, const Queue& saved, uint64_t began)
    {
        const uint64_t calls = stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY);
        const uint64_t most = most_calls(wqlab_jiffies() - began);
        WANT(t, calls <= most || t.decided(),
             "to run %u items it was called %llu times, within %llu tenths of a second", kItems,
             static_cast<unsigned long long>(calls), static_cast<unsigned long long>(most - 4));
        // While it is leaving it may be called once more.
        wqlab_sleep(500'000'000);
        const uint64_t before = stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY);
        wqlab_sleep(1'000'000'000);
        const uint64_t after = stat_of(t, saved, WQLAB_PWQ_STAT_MAYDAY);
        WANT(t, after - before <= 2 || t.decided(), "when nothing was left it was called %llu times in a second",
             static_cast<unsigned long long>(after - before));
    }

    // Of each item, which all went to the rescuer, and to one CPU's pool_workqueue.
    static void judge_counts(Trial& t, const Queue& saved)
    {
        const uint64_t rescued = stat_of(t, saved, WQLAB_PWQ_STAT_RESCUED);
        const uint64_t begun = stat_of(t, saved, WQLAB_PWQ_STAT_STARTED);
        WANT(t, (rescued == kItems + 1 && begun == kItems + 1) || t.decided(),
             "of %u items that the rescuer ran %llu are counted as begun, and %llu as rescued", kItems + 1,
             static_cast<unsigned long long>(begun), static_cast<unsigned long long>(rescued));
        AWAIT(t, stat_of(t, saved, WQLAB_PWQ_STAT_COMPLETED) == begun || t.decided(),
              "each to be counted as completed");
    }

    static void run(Trial& t)
    {
        const bool counts_time = t.kernel().has(Field::kPwqStats) && has_ticks(t, t.other_cpu(t.first_cpu()));
        Gate& gate = t.gate();
        Front* const spins = t.own<Front>();
        if (!spins)
            return;
        Distress distress(t);
        Queue& saved = distress.saved;
        *spins = {&t, &gate, !counts_time};
        TestItem& front = t.item("the item in front").on_run(spin_with_breaks, spins);
        const Items items = t.items(kItems, "an item");
        if (t.decided())
            return;
        const uint64_t began = wqlab_jiffies();
        kernel::queue_on(t, saved, front, static_cast<int>(distress.cpu));
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(saved, distress.cpu);
        AWAIT(t, front.started() == 1, "the rescuer to help");
        AWAIT(t, !counts_time || t.decided() || stat_of(t, saved, WQLAB_PWQ_STAT_CPU_TIME),
              "the CPU time of an item that a rescuer runs to be counted");
        __atomic_store_n(&spins->may_sleep, true, __ATOMIC_RELEASE);
        gate.open();
        AWAIT(t, executions(items, kItems) == kItems, "the rescuer to go on");
        bool is_free = is_other_worker(front.last().command);
        for (uint32_t i = 0; i < kItems; i++)
            is_free |= is_other_worker(items[i]->last().command);
        SKIP_UNLESS(t, !is_free, "a worker became free, or threads ended meanwhile");
        for (uint32_t i = 1; i < kItems; i++)
            WANT(t, items[i - 1]->last().end < items[i]->last().start, "item %u ran before item %u", i + 1, i);
        if (t.kernel().has(Field::kPwqStats)) {
            judge_calls(t, saved, began);
            if (!t.decided())
                judge_counts(t, saved);
        }
        distress.end();
    }
};

struct GlobalCpusRefused {
    static constexpr Promise kPromise = {
        275,
        "",
        "sysfs.cpus-refused-without-a-worker",
        "CPUs for all unbound workqueues, for which some would need a pool that no worker can be made for, are refused "
        "with ENOMEM, and those there were stay, also of each workqueue for which there was a pool",
        "kernel/workqueue.c: workqueue_apply_unbound_cpumask(), cpumask_store()",
        WQLAB_CHECK_MEMORY,
        Fault::kStepLies};

    static void run(Trial& t)
    {
        constexpr const char* kPath = UnboundCpus::kPath;
        constexpr const char* kRequested = UnboundCpus::kRequested;
        constexpr int kShort = 5;  // EIO: not all of what was written was taken
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed) && second_of(allowed) < 32, "unbound workqueues may use one CPU");
        // They are asked in the order in which they were made: the first has a pool of the second's for those CPUs, and
        // the last one has none.
        Queue& first = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
        t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false, .cpus = uint64_t{1} << second_of(allowed)});
        Queue& last = t.queue({.flags = WQLAB_WQ_UNBOUND});
        TestItem& item = t.item("an item of the first");
        char* const before = t.own<char, WQLAB_STEP_TEXT_LEN>();
        if (!before)
            return;
        char mask[16];
        wqlab_format(mask, sizeof(mask), "%x", 1u << second_of(allowed));
        SKIP_UNLESS(t, t.ask(WQLAB_STEP_READ, kPath, "") == 0, "%s can't be read", kPath);
        __builtin_memcpy(before, t.text(), WQLAB_STEP_TEXT_LEN);
        const size_t size = __builtin_strlen(before);
        WANT(t, size, "%s is empty", kPath);
        SKIP_UNLESS(t, before[size - 1] == '\n', "%s is longer than can be read", kPath);
        // What is written is what was requested from then on, also where a cpuset keeps some of them for itself.
        const int lack = t.ask(WQLAB_STEP_READ, kRequested, "");
        SKIP_UNLESS(t, lack == number(Errno::kNoEntry) || lack == 0, "%s can't be read", kRequested);
        SKIP_UNLESS(t, lack || same_text(t.text(), before), "some of the CPUs are kept by cpusets");
        // Also because who is to put it back needs a thread, too.
        const int same = t.ask(WQLAB_STEP_WRITE, kPath, before);
        WANT(t, same != number(Errno::kNoMemory) && same != number(Errno::kInvalid) && same != kShort,
             "what %s says was written there, and gave error %d", kPath, same);
        SKIP_UNLESS(t, same == 0, "%s can't be written: error %d", kPath, same);
        int error;
        {
            const NoNewThreads scarce(t);
            if (t.decided())
                return;
            error = t.ask(WQLAB_STEP_WRITE, kPath, mask);
        }
        SKIP_UNLESS(t, error != number(Errno::kTimedOut), "user space did not answer");
        const int unread = t.read(kPath);
        const bool is_same = same_text(t.text(), before);
        const int request_unread = lack ? 0 : t.read(kRequested);
        const bool is_request_same = lack || same_text(t.text(), before);
        // What is taken is so for each workqueue.
        const uint64_t set = uint64_t{1} << second_of(allowed);
        const uint64_t used = error ? 0 : cpus_of_pool(t, last, first_of(allowed), allowed, set);
        // It is set back at the end by who set it, too.
        if (error == 0)
            SKIP_UNLESS(t, t.ask(WQLAB_STEP_WRITE, kPath, before) == 0, "%s can't be set back now", kPath);
        SKIP_UNLESS(t, unread == 0 && request_unread == 0, "%s can't be read now", kPath);
        WANT(t, error || !is_same, "%s seemed to be set to %s, and is %s", kPath, mask, before);
        WANT(t, !used || used == set, "%s was set to %s, and a pool has %llx", kPath, mask,
             static_cast<unsigned long long>(used));
        SKIP_UNLESS(t, error, "threads ended meanwhile");
        WANT(t, error == number(Errno::kNoMemory), "it gave error %d", error);
        WANT(t, is_same, "refused to be set to %s, %s is no more what it was", mask, kPath);
        WANT(t, is_request_same, "%s, to which %s was refused, is not what it was", kRequested, mask);
        item.queue_on(first, first_of(allowed));
        AWAIT(t, item.ended() == 1, "an item of a workqueue that had a pool to run");
        WANT(t, wqlab_lacks() & WQLAB_LACK_SCOPES || (item.last().cpus & allowed) == allowed,
             "after CPUs were refused an item of a workqueue that had a pool for them may run on %llx, not on %llx",
             static_cast<unsigned long long>(item.last().cpus), static_cast<unsigned long long>(allowed));
    }
};

struct RefusedWithoutRescuer {
    static constexpr Promise kPromise = {
        309,
        "",
        "alloc.refused-without-a-rescuer",
        "A WQ_MEM_RECLAIM workqueue for which no rescuer can be made is refused, and can be made once threads can",
        "kernel/workqueue.c: init_rescuer(), alloc_workqueue()",
        WQLAB_CHECK_MEMORY,
        Fault::kResultLies};

    static constexpr const char* kName = "wqlab-c309";

    static bool has_rescuer(Trial& t)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++)
            if (same_text(string_of(*now, now->workqueues[i].name), kName))
                return now->workqueues[i].rescuer_pid > 0;
        return false;
    }

    static void run(Trial& t)
    {
        for (const uint32_t flags :
             {uint32_t{WQLAB_WQ_MEM_RECLAIM}, uint32_t{WQLAB_WQ_MEM_RECLAIM} | WQLAB_WQ_HIGHPRI}) {
            workqueue_struct* wq;
            {
                const NoNewThreads scarce(t);
                if (t.decided())
                    return;
                wq = wqlab_wq_create(kName, flags, 0);
            }
            const bool is_there = wq || t.has_fault(Fault::kResultLies), is_saved = is_there && has_rescuer(t);
            if (wq)
                wqlab_wq_destroy(wq);
            WANT(t, !is_there || is_saved || t.decided(), "it was made without a rescuer");
            SKIP_UNLESS(t, !is_there, "threads ended meanwhile");
            Queue& later = t.queue({.flags = flags});
            TestItem& item = t.item("the item");
            if (t.decided())
                return;
            item.queue(later);
            AWAIT(t, item.ended() == 1, "an item to run on one that was made later");
        }
    }
};

constexpr Check kAll[] = {
    check_of<RefusedWithoutWorker>(), check_of<GlobalCpusRefused>(),     check_of<MadeWithoutWarning>(),
    check_of<RescuerKeepsOrder>(),    check_of<RefusedWithoutRescuer>(),
};

}  // namespace making_workers

constinit const Group kMakingWorkersChecks = group_of("reclaim", making_workers::kAll);

}  // namespace wqlab
