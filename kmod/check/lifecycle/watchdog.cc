// SPDX-License-Identifier: GPL-2.0
// What the watchdog of workqueues counts, and what it says of a pool that makes no progress.
#include "../../glue/cpu.h"
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../harness/few_tries.hh"
#include "../scenes/lockups.hh"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace watchdog {

using check_bounds::kSecond;
constexpr int32_t kHighpri = -20;

struct CountsFromTheFirst {
    static constexpr Promise kPromise = {185,
                                         "",
                                         "watchdog.counts-from-the-first-that-waits",
                                         "For how long a pool makes no progress is counted from when an item came to "
                                         "its empty worklist, queued or let go "
                                         "of by max_active, or one began; those that come behind it change nothing",
                                         "kernel/workqueue.c: __queue_work(), __pwq_activate_work(), "
                                         "process_scheduled_works(): last_progress_ts",
                                         0,
                                         Fault::kQueueLoses};

    static constexpr uint32_t kRounds = 4;
    static constexpr uint64_t kWhile = kSecond;

    // Since when the CPU's pool, of which `pending` items of ours wait and no others, makes no progress. kNotOurs:
    // others wait as well.
    static constexpr uint64_t kNotOurs = WQLAB_NEVER;
    static uint64_t since(Trial& t, const Queue& wq, uint32_t cpu, uint32_t pending)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        return pool && pool->nr_pending == pending ? pool->since_progress_ns : kNotOurs;
    }

    struct Seen {
        uint32_t rounds = 0;  // that could be judged
        uint32_t stale = 0;   // counted from before the first came
        uint32_t anew = 0;    // from when the second did
    };

    // The highpri pool, which hardly anybody uses, of a CPU; an item spins, so that nothing ends. Others' items may
    // come all the same: then nothing is said.
    static void judge(Trial& t, Queue& front, Queue& wq, uint32_t cpu, Seen& queued, Seen& activated, Seen& begun)
    {
        TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
        TestItem& first = t.item("the first behind it");
        TestItem& second = t.item("the second");
        TestItem& third = t.item("the third");
        TestItem& fourth = t.item("the fourth");
        // The kernel counts in jiffies, which come late where a host is busy.
        constexpr uint64_t kSlack = kWhile / 2;
        kernel::queue_on(t, front, spinner, static_cast<int>(cpu));
        AWAIT(t, spinner.started() == 1, "the item that spins to start");
        wqlab_sleep(kWhile);
        const uint64_t came = wqlab_now();
        first.queue_on(wq, cpu);
        const uint64_t waits = since(t, wq, cpu, 1), seen = wqlab_now();
        const bool is_ours = waits != kNotOurs;
        queued.rounds += is_ours;
        queued.stale += is_ours && waits > seen - came + kSlack;
        // Held back: the first one has used up max_active.
        second.queue_on(wq, cpu);
        wqlab_sleep(kWhile);
        third.queue_on(front, cpu);
        const uint64_t two = since(t, wq, cpu, 2);
        queued.anew += is_ours && two != kNotOurs && two + kSlack < kWhile;
        // The second one is let go of, and comes behind the third.
        first.cancel();
        const uint64_t behind = since(t, wq, cpu, 2);
        activated.anew += is_ours && behind != kNotOurs && behind + kSlack < kWhile;
        // When the second one is taken back the worklist is empty, to which the fourth one comes.
        third.cancel();
        fourth.queue_on(wq, cpu);
        const uint64_t before = wqlab_now();
        second.cancel();
        const uint64_t count = since(t, wq, cpu, 1), after = wqlab_now();
        if (count != kNotOurs) {
            activated.rounds++;
            activated.stale += count > after - before + kSlack;
        }
        judge_start(t, front, spinner, cpu, begun);
        spinner.open();
        AWAIT(t, spinner.ended() == 1 && fourth.ended() == 1, "the items to run");
    }

    // The next item's start is progress, with one that still waits. By the kernel's own clock: no bound is needed.
    static void judge_start(Trial& t, Queue& front, TestItem& spinner, uint32_t cpu, Seen& begun)
    {
        constexpr uint64_t kTicks = 10;
        TestItem& next = t.item("the one that spins next", TestItem::Body::kSpin);
        TestItem& last = t.item("the last");
        next.queue_on(front, cpu);
        last.queue_on(front, cpu);
        const uint64_t came = wqlab_jiffies();
        AWAIT(t, wqlab_jiffies() - came > kTicks, "some ticks to pass");
        const uint64_t before = wqlab_jiffies();
        spinner.open();
        AWAIT(t, next.started() == 1, "the next item to start");
        const uint64_t count = since(t, front, cpu, 1);
        const uint64_t most = (wqlab_jiffies() - before + 1) * (kSecond / wqlab_hz());
        begun.rounds += count != kNotOurs;
        begun.stale += count != kNotOurs && count > most;
        next.open();
        AWAIT(t, last.ended() == 1, "the last item to run");
    }

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, t.kernel().has(Field::kPoolProgress), "it can't be seen when a pool has made progress");
        Queue& front = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI, .max_active = 1});
        Seen queued, activated, begun;
        for (uint32_t i = 0; i < kRounds && !t.decided(); i++)
            judge(t, front, wq, cpu, queued, activated, begun);
        if (t.decided())
            return;
        SKIP_UNLESS(t, queued.rounds > 1 && activated.rounds > 1, "others' items were there nearly each time");
        // Another's item that is cancelled just then explains one round, and not all.
        WANT(t, queued.stale < queued.rounds,
             "queued on an empty worklist, an item was said to wait for longer than it did");
        WANT(t, queued.anew < queued.rounds, "an item that came behind another one began the count anew");
        WANT(t, activated.anew < activated.rounds,
             "an item that was let go of behind another one began the count anew");
        WANT(t, activated.stale < activated.rounds,
             "let go of when the worklist was empty, an item was said to wait for longer than it did");
        WANT(t, !begun.stale, "in %u of %u rounds an item that had just begun was no progress", begun.stale,
             begun.rounds);
    }
};

struct NamesWhatStalls {
    static constexpr Promise kPromise = {
        186,
        "",
        "watchdog.names-what-stalls",
        "The watchdog names the pool that makes no progress, by CPU and nice value, and for how many seconds, again "
        "after each watchdog_thresh, and shows all workqueues; while nothing stalls, and when it goes on, it says "
        "nothing",
        "kernel/workqueue.c: wq_watchdog_timer_fn(), wq_watchdog_set_thresh(), wq_watchdog_reset_touched()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW,
        Fault::kQueueLoses};

    // A host that takes a CPU away for a second stalls what others have there, which is said and true; and a report may
    // be under way. So one quiet time of several is enough: what speaks without a reason does so each second.
    static constexpr uint32_t kQuietTimes = 6;

    static bool is_quiet(Trial& t, const Lockups& heard)
    {
        for (uint32_t i = 0; i < kQuietTimes && !t.given_up(); i++) {
            const uint32_t reports = heard.ours(), unfounded = heard.unfounded();
            t.linger(5 * kSecond / 2);
            if (heard.ours() == reports && heard.unfounded() == unfounded)
                return true;
        }
        return false;
    }

    struct Turns {
        Trial* trial;
        Queue* queue;
        uint32_t cpu;
        bool over;
        uint64_t last, longest;  // in jiffies: when one began, and from there to the next

        // One at a time.
        void begin()
        {
            const uint64_t now = wqlab_jiffies();
            if (now - last > longest)
                __atomic_store_n(&longest, now - last, __ATOMIC_RELAXED);
            last = now;
        }
    };

    static void spin_and_come_back(TestItem& item, void* argument)
    {
        Turns& turns = *static_cast<Turns*>(argument);
        turns.begin();
        for (const uint64_t began = wqlab_now(); wqlab_now() - began < kSecond / 50;) {
            wqlab_resched();
            wqlab_relax();
        }
        if (!__atomic_load_n(&turns.over, __ATOMIC_ACQUIRE) && !turns.trial->given_up() && !turns.trial->ending())
            item.queue_on(*turns.queue, turns.cpu);
    }

    // Two items that take turns: at each moment one waits, and the pool goes on all the same.
    static void judge_busy(Trial& t, Queue& wq, uint32_t cpu, const Lockups& heard)
    {
        Turns* const turns = t.own<Turns>();
        if (!turns)
            return;
        *turns = {&t, &wq, cpu, false, wqlab_jiffies(), 0};
        const Items items = t.items(2, "an item that comes back");
        for (uint32_t i = 0; i < 2; i++)
            items[i]->on_run(spin_and_come_back, turns).queue_on(wq, cpu);
        const bool is_busy = t.wait([&] { return items[0]->started() > 1 && items[1]->started() > 1; },
                                    "the items to take turns");
        const uint32_t reports = heard.ours(), unfounded = heard.unfounded();
        const bool quiet = !is_busy || is_quiet(t, heard);
        __atomic_store_n(&turns->over, true, __ATOMIC_RELEASE);
        AWAIT(t, !items[0]->busy() && !items[1]->busy(), "the items to end");
        const uint64_t longest = __atomic_load_n(&turns->longest, __ATOMIC_RELAXED);
        SKIP_UNLESS(t, quiet || longest < wqlab_hz() / 2, "the machine is so busy that no item began for %llu ms",
                    static_cast<unsigned long long>(longest * 1000 / wqlab_hz()));
        WANT(t, quiet,
             "while an item began at least each %llu ms, and one waited at each moment, it was named %u times, and all "
             "workqueues shown %u times more",
             static_cast<unsigned long long>(longest * 1000 / wqlab_hz()), heard.ours() - reports,
             heard.unfounded() - unfounded);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.read(Lockups::kThresh) == 0, "this kernel has no watchdog of workqueues");
        if (!jiffies_left_32_bits(t))
            return;
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "1") == 0, "this kernel has no watchdog of workqueues");
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        LogListener<Lockups> log(cpu, kHighpri);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Awake awake(t);
        const Lockups& heard = log.heard();
        WANT(t, is_quiet(t, heard), "while nothing stalled it spoke %u times, and showed all workqueues %u times more",
             heard.ours(), heard.unfounded());
        judge_busy(t, wq, cpu, heard);
        if (t.decided())
            return;
        TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
        TestItem& behind = t.item("the item behind it");
        // Between these two the kernel's own clock is read, for when the pool last went on and for each report.
        const uint64_t before = wqlab_jiffies();
        kernel::queue_on(t, wq, spinner, static_cast<int>(cpu));
        AWAIT(t, spinner.started() == 1, "the item to start");
        behind.queue_on(wq, cpu);
        const uint32_t others = heard.ours();
        t.wait([&] { return heard.ours() >= others + 3; },
               "the pool to be named, again and again, that makes no progress");
        const uint64_t after = wqlab_jiffies();
        const uint32_t named = heard.ours();
        // Before the log is let go of: that waits for RCU, which may wait for items of this CPU.
        spinner.open();
        AWAIT(t, behind.ended() == 1, "the item behind it to run");
        // What was said while it was queued may be of others' items.
        const uint32_t first = heard.seconds(others + 1), second = heard.seconds(others + 2);
        WANT(t, first >= 1 && second > first && second <= (after - before) / wqlab_hz(),
             "within %llu ms, of %u reports, it was said to be stuck for %u s, and then for %u s",
             static_cast<unsigned long long>((after - before) * 1000 / wqlab_hz()), named - others, first, second);
        WANT(t, is_quiet(t, heard),
             "it was named %u times more after it had gone on, and all workqueues shown %u times", heard.ours() - named,
             heard.unfounded());
        tried_few(t, 1, "a pool that makes no progress");
    }
};

struct TouchedIsSilent {
    static constexpr Promise kPromise = {
        187,
        "",
        "watchdog.touched-is-silent",
        "As long as the watchdog of a CPU is touched no pool of that CPU is reported, and those of others are; once it "
        "is not, a pool is that makes no progress",
        "kernel/workqueue.c: wq_watchdog_touch(), wq_watchdog_timer_fn()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW,
        Fault::kQueueLoses};

    struct Touch {
        uintptr_t function;
        uint32_t cpu;
        bool enough, over, called;
        uint32_t touches;
        uint64_t longest;  // between two touches, in jiffies
    };

    // Keeps the CPU, and touches it often, then no more.
    static void touch(TestItem&, void* argument)
    {
        Touch& touch = *static_cast<Touch*>(argument);
        const uint64_t begun = wqlab_now();
        uint64_t last = wqlab_jiffies();
        while (!__atomic_load_n(&touch.over, __ATOMIC_ACQUIRE) && wqlab_now() - begun < 60 * kSecond) {
            // By the clock that the watchdog reads, which may stand still where a host takes a CPU away, and then jump:
            // whoever reads it between two touches sees no more than lies between ours.
            const uint64_t now = wqlab_jiffies();
            if (!__atomic_load_n(&touch.enough, __ATOMIC_ACQUIRE) && now != last) {
                touch.called = wqlab_call(touch.function, touch.cpu, 0, 0, nullptr);
                const uint64_t between = wqlab_jiffies() - last;
                if (between > touch.longest)
                    __atomic_store_n(&touch.longest, between, __ATOMIC_RELAXED);
                __atomic_add_fetch(&touch.touches, 1, __ATOMIC_RELEASE);
                last = now;
            }
            wqlab_resched();
            wqlab_relax();
        }
    }

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("wq_watchdog_touch");
        SKIP_UNLESS(t, function, "this kernel has no watchdog of workqueues");
        // A time that is kept in 32 bits is wrong from then on.
        if (!jiffies_left_32_bits(t))
            return;
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "1") == 0, "this kernel has no watchdog of workqueues");
        const Threshold off(t, 0);
        const uint32_t other = t.first_cpu(), cpu = t.other_cpu(other);
        SKIP_UNLESS(t, cpu != other, "there is one CPU");
        // Two CPUs are kept at nice -20, and before 6.13 the timers of PREEMPT_RT are run by ksoftirqd.
        SKIP_UNLESS(t, !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT) || wqlab_nr_cpus() > 2,
                    "with PREEMPT_RT it takes a CPU for who prints");
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Touch* const touched = t.own<Touch>();
        if (!touched)
            return;
        *touched = {function, cpu, false, false, true, 0, 0};
        LogListener<Lockups> log(cpu, kHighpri), log_of_other(other, kHighpri);
        SKIP_UNLESS(t, log.attached() && log_of_other.attached(), "the kernel's log can't be watched here");
        const Awake awake(t);
        TestItem& spinner = t.item("the item that touches").on_run(touch, touched);
        TestItem& untouched = t.item("the item of another CPU", TestItem::Body::kSpin);
        TestItem& behind = t.item("the item behind it");
        TestItem& behind_other = t.item("the item behind that of another CPU");
        kernel::queue_on(t, wq, spinner, static_cast<int>(cpu));
        kernel::queue_on(t, wq, untouched, static_cast<int>(other));
        const auto all_end = [&] {
            __atomic_store_n(&touched->over, true, __ATOMIC_RELEASE);
            untouched.open();
        };
        if (!t.wait([&] { return __atomic_load_n(&touched->touches, __ATOMIC_ACQUIRE) && untouched.started() == 1; },
                    "the items to start"))
            return all_end();
        // What is being said now is of before the first touch.
        wqlab_sleep(kSecond);
        const uint32_t before = log.heard().ours();
        behind.queue_on(wq, cpu);
        behind_other.queue_on(wq, other);
        const bool of_other = t.wait([&] { return log_of_other.heard().ours() >= 3; },
                                     "a pool of another CPU than the one that is touched to be named");
        untouched.open();
        const uint32_t silent = log.heard().ours() - before;
        const uint32_t touches = __atomic_load_n(&touched->touches, __ATOMIC_ACQUIRE);
        const bool again = t.wait([&] { return __atomic_load_n(&touched->touches, __ATOMIC_ACQUIRE) > touches; },
                                  "it to be touched once more");
        const uint64_t longest = __atomic_load_n(&touched->longest, __ATOMIC_RELAXED);
        __atomic_store_n(&touched->enough, true, __ATOMIC_RELEASE);
        const bool said = of_other && again &&
                          t.wait([&] { return log.heard().ours() > before + silent; },
                                 "a pool to be named once it is not touched any more");
        all_end();
        if (!said)
            return;
        AWAIT(t, spinner.ended() == 1 && untouched.ended() == 1 && behind_other.ended() == 1, "the items to end");
        SKIP_UNLESS(t, touched->called, "kprobes are disarmed, so the kernel can't be called");
        SKIP_UNLESS(t, longest < wqlab_hz() / 2, "the machine is so busy that it was not touched for %llu ms",
                    static_cast<unsigned long long>(longest * 1000 / wqlab_hz()));
        WANT(t, silent == 0, "touched at least each %llu ms it was reported %u times",
             static_cast<unsigned long long>(longest * 1000 / wqlab_hz()), silent);
        tried_few(t, 1, "touching the watchdog while a pool makes no progress");
    }
};

constexpr Check kAll[] = {
    check_of<CountsFromTheFirst>(),
    check_of<NamesWhatStalls>(),
    check_of<TouchedIsSilent>(),
};

}  // namespace watchdog

constinit const Group kWatchdogChecks = group_of("lifecycle", watchdog::kAll);

}  // namespace wqlab
