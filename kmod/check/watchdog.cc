// SPDX-License-Identifier: GPL-2.0
// Group L, continued: what the watchdog of workqueues counts, and what it says of a pool that makes no progress.
#include "../glue/symbols.h"
#include "../glue/text.h"
#include "../glue/time.h"
#include "kernel_log.hh"
#include "look.hh"
#include "threshold.hh"

namespace wqlab {

namespace watchdog {

constexpr const char* kThresh = "/sys/module/workqueue/parameters/watchdog_thresh";
using check_bounds::kSecond;
constexpr int32_t kHighpri = -20;

struct CountsFromTheFirst {
    static constexpr Promise kPromise = {185,
                                         "",
                                         "watchdog.counts-from-the-first-that-waits",
                                         "For how long a pool makes no progress is counted from when an item came to "
                                         "its empty worklist, queued or let go "
                                         "of by max_active; those that come behind it change nothing",
                                         "kernel/workqueue.c: __queue_work(), __pwq_activate_work(): last_progress_ts",
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
    static void judge(Trial& t, Queue& front, Queue& wq, uint32_t cpu, Seen& queued, Seen& activated)
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
        spinner.open();
        AWAIT(t, spinner.ended() == 1 && fourth.ended() == 1, "the items to run");
    }

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, t.kernel().has(Field::kPoolProgress), "it can't be seen when a pool has made progress");
        Queue& front = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI, .max_active = 1});
        Seen queued, activated;
        for (uint32_t i = 0; i < kRounds && !t.decided(); i++)
            judge(t, front, wq, cpu, queued, activated);
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
    }
};

// What the watchdog prints, piece by piece, of the pool of one CPU and nice value.
class Lockups {
public:
    Lockups(uint32_t cpu, int32_t nice) : cpu_(cpu), nice_(nice) {}

    void see(const LogLine& line)
    {
        if (line.has("workqueue lockup - pool")) {
            writer_ = line.writer;
            is_cpu_ = is_nice_ = false;
            any_++;
        }
        if (line.has("Showing busy workqueues and worker pools:")) {
            if (!any_)
                __atomic_add_fetch(&unfounded_, 1, __ATOMIC_RELAXED);
            any_ = 0;
        }
        if (line.writer != writer_)
            return;
        int64_t value;
        if (number_behind(line, " cpus=", value))
            is_cpu_ = value == cpu_;
        if (number_behind(line, " nice=", value))
            is_nice_ = value == nice_;
        if (!number_behind(line, " stuck for ", value))
            return;
        writer_ = 0;
        if (!is_cpu_ || !is_nice_)
            return;
        __atomic_store_n(&seconds_, static_cast<uint32_t>(value), __ATOMIC_RELAXED);
        __atomic_add_fetch(&reports_, 1, __ATOMIC_RELEASE);
    }

    uint32_t ours() const { return __atomic_load_n(&reports_, __ATOMIC_ACQUIRE); }
    uint32_t seconds() const { return __atomic_load_n(&seconds_, __ATOMIC_RELAXED); }
    // That all workqueues were shown, and no pool was said to be stuck.
    uint32_t unfounded() const { return __atomic_load_n(&unfounded_, __ATOMIC_RELAXED); }

private:
    // False: it is not there, or is no number alone ("0-3").
    static bool number_behind(const LogLine& line, const char* words, int64_t& value)
    {
        const char* at = line.find(words);
        if (!at)
            return false;
        at += __builtin_strlen(words);
        const char* end = line.text + line.size;
        const bool negative = at < end && *at == '-';
        at += negative;
        const char* begin = at;
        for (value = 0; at < end && *at >= '0' && *at <= '9'; at++)
            value = value * 10 + (*at - '0');
        if (negative)
            value = -value;
        return at != begin && (at == end || (*at != '-' && *at != ','));
    }

    const uint32_t cpu_;
    const int32_t nice_;
    uintptr_t writer_ = 0;
    bool is_cpu_ = false, is_nice_ = false;
    uint32_t any_ = 0;
    uint32_t reports_ = 0, seconds_ = 0, unfounded_ = 0;
};

struct NamesWhatStalls {
    static constexpr Promise kPromise = {
        186,
        "",
        "watchdog.names-what-stalls",
        "The watchdog names the pool that makes no progress, by CPU and nice value, and for how many seconds, again "
        "after "
        "each watchdog_thresh, and shows all workqueues; while nothing stalls, and when it goes on, it says nothing",
        "kernel/workqueue.c: wq_watchdog_timer_fn(), wq_watchdog_set_thresh(), wq_watchdog_reset_touched()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW,
        Fault::kQueueLoses};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.write(kThresh, "1") == 0, "this kernel has no watchdog of workqueues");
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        LogListener<Lockups> log(cpu, kHighpri);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Lockups& heard = log.heard();
        wqlab_sleep(7 * kSecond / 2);
        WANT(t, heard.unfounded() == 0, "all workqueues were shown, and no pool was said to be stuck");
        TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
        TestItem& behind = t.item("the item behind it");
        kernel::queue_on(t, wq, spinner, static_cast<int>(cpu));
        AWAIT(t, spinner.started() == 1, "the item to start");
        const uint64_t before = wqlab_now();
        behind.queue_on(wq, cpu);
        const bool first = t.wait([&] { return heard.ours() >= 1; }, "the pool to be named that makes no progress");
        const uint32_t seconds = heard.seconds();
        const uint64_t after = wqlab_now();
        const bool second = first && t.wait([&] { return heard.ours() >= 2; }, "it to be named again");
        const uint32_t later = heard.seconds();
        // Before the log is let go of: that waits for RCU, which may wait for items of this CPU.
        spinner.open();
        if (!first || !second)
            return;
        AWAIT(t, behind.ended() == 1, "the item behind it to run");
        WANT(t, seconds >= 1 && seconds <= (after - before) / kSecond + 1 && later > seconds,
             "after %llu ms it was said to be stuck for %u s, and then for %u s",
             static_cast<unsigned long long>((after - before) / 1'000'000), seconds, later);
        wqlab_sleep(5 * kSecond / 4);  // what was being said
        const uint32_t said = heard.ours();
        wqlab_sleep(7 * kSecond / 2);
        WANT(t, heard.ours() == said, "it was named again after it had gone on");
        WANT(t, heard.unfounded() == 0, "all workqueues were shown, and no pool was said to be stuck");
    }
};

struct TouchedIsSilent {
    static constexpr Promise kPromise = {
        187,
        "",
        "watchdog.touched-is-silent",
        "As long as the watchdog of a CPU is touched no pool of that CPU is reported; once it is not, a pool is that "
        "makes no progress",
        "kernel/workqueue.c: wq_watchdog_touch(), wq_watchdog_timer_fn()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW,
        Fault::kQueueLoses};

    struct Touch {
        uintptr_t function;
        uint32_t cpu;
        bool enough, over, called;
        uint64_t longest;  // between two touches
    };

    // Keeps the CPU, and touches it often, then no more.
    static void touch(TestItem&, void* argument)
    {
        Touch& touch = *static_cast<Touch*>(argument);
        const uint64_t begun = wqlab_now();
        uint64_t last = 0;
        while (!__atomic_load_n(&touch.over, __ATOMIC_ACQUIRE) && wqlab_now() - begun < 60 * kSecond) {
            const uint64_t now = wqlab_now();
            if (!__atomic_load_n(&touch.enough, __ATOMIC_ACQUIRE) && now - last > kSecond / 50) {
                touch.called = wqlab_call(touch.function, touch.cpu, 0, 0, nullptr);
                if (last && now - last > touch.longest)
                    __atomic_store_n(&touch.longest, now - last, __ATOMIC_RELAXED);
                last = now;
            }
            wqlab_resched();
            wqlab_relax();
        }
    }

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("wq_watchdog_touch");
        SKIP_UNLESS(t, function && t.write(kThresh, "1") == 0, "this kernel has no watchdog of workqueues");
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Touch* const touched = t.own<Touch>();
        if (!touched)
            return;
        *touched = {function, cpu, false, false, true, 0};
        LogListener<Lockups> log(cpu, kHighpri);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        TestItem& spinner = t.item("the item that touches").on_run(touch, touched);
        TestItem& behind = t.item("the item behind it");
        kernel::queue_on(t, wq, spinner, static_cast<int>(cpu));
        AWAIT(t, spinner.started() == 1, "the item to start");
        behind.queue_on(wq, cpu);
        wqlab_sleep(9 * kSecond / 2);
        const uint32_t silent = log.heard().ours();
        const uint64_t longest = __atomic_load_n(&touched->longest, __ATOMIC_RELAXED);
        __atomic_store_n(&touched->enough, true, __ATOMIC_RELEASE);
        const bool said = t.wait([&] { return log.heard().ours() > silent; },
                                 "a pool to be named once it is not touched any more");
        __atomic_store_n(&touched->over, true, __ATOMIC_RELEASE);
        AWAIT(t, spinner.ended() == 1, "the item to end");
        SKIP_UNLESS(t, touched->called, "kprobes are disarmed, so the kernel can't be called");
        SKIP_UNLESS(t, longest < kSecond / 2, "the machine is so busy that it was not touched for %llu ms",
                    static_cast<unsigned long long>(longest / 1'000'000));
        WANT(t, silent == 0, "touched at least each %llu ms it was reported %u times",
             static_cast<unsigned long long>(longest / 1'000'000), silent);
        WANT(t, said && behind.started() <= 1, "it was not reported");
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
