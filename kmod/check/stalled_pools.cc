// SPDX-License-Identifier: GPL-2.0
// Group L, continued: what else the watchdog says of pools that make no progress: who has them, and since when.
#include "../glue/cpu.h"
#include "../glue/symbols.h"
#include "../glue/time.h"
#include "../glue/work.h"
#include "../glue/workqueue.h"
#include "kernel_log.hh"
#include "lockups.hh"
#include "look.hh"
#include "scarce_threads.hh"
#include "threshold.hh"

namespace wqlab {

namespace stalled_pools {

using check_bounds::kSecond;
constexpr int32_t kHighpri = -20;

// Of two pools of the same nice value: each time that the watchdog looks, it names those that make no progress, shows
// all workqueues and pools, and then who runs in those that it has named and that have a CPU of their own.
class Keepers {
public:
    struct Pool {
        uint32_t cpu = 0;
        int32_t id = -1;
    };

    Keepers(const Pool& one, const Pool& other) : pools_{one, other} {}

    void see(const LogLine& line)
    {
        if (line.has("workqueue lockup - pool")) {
            if (is_shown_) {
                is_shown_ = is_listed_ = false;
                is_named_[0] = is_named_[1] = false;
            }
            writer_ = line.writer;
            cpu_ = nice_ = -1;
            is_any_named_ = true;
        }
        if (line.has("Showing backtraces of ")) {
            if (!is_any_named_)
                __atomic_add_fetch(&stray_, 1, __ATOMIC_RELAXED);
            is_any_named_ = false;
            is_listed_ = true;
        }
        if (line.writer != writer_)
            return;
        is_shown_ |= line.has("Showing busy workqueues and worker pools:");
        int64_t value;
        if (number_behind(line, " cpus=", value))
            cpu_ = value;
        if (number_behind(line, " nice=", value))
            nice_ = value;
        for (uint32_t i = 0; i < 2; i++)
            see_of(i, line);
    }

    uint32_t named(uint32_t i) const { return __atomic_load_n(&named_[i], __ATOMIC_ACQUIRE); }
    uint32_t listed(uint32_t i) const { return __atomic_load_n(&listed_[i], __ATOMIC_RELAXED); }
    // Though it was not named then.
    uint32_t unfounded(uint32_t i) const { return __atomic_load_n(&unfounded_[i], __ATOMIC_RELAXED); }
    // Headings of such a list without any pool that was named.
    uint32_t stray() const { return __atomic_load_n(&stray_, __ATOMIC_RELAXED); }

private:
    void see_of(uint32_t i, const LogLine& line)
    {
        int64_t value;
        if (line.has(" stuck for ") && cpu_ == pools_[i].cpu && nice_ == kHighpri) {
            is_named_[i] = true;
            __atomic_add_fetch(&named_[i], 1, __ATOMIC_RELEASE);
        }
        if (is_listed_ && line.find("pool ") == line.text && number_behind(line, "pool ", value) &&
            value == pools_[i].id)
            __atomic_add_fetch(is_named_[i] ? &listed_[i] : &unfounded_[i], 1, __ATOMIC_RELAXED);
    }

    const Pool pools_[2];
    uintptr_t writer_ = 0;
    int64_t cpu_ = -1, nice_ = -1;
    bool is_any_named_ = false, is_shown_ = false, is_listed_ = false;
    bool is_named_[2] = {};
    uint32_t named_[2] = {}, listed_[2] = {}, unfounded_[2] = {};
    uint32_t stray_ = 0;
};

struct ShowsWhoKeepsThePool {
    static constexpr Promise kPromise = {
        229,
        "",
        "watchdog.shows-who-keeps-the-pool",
        "Of a per-CPU pool that makes no progress the workers that run are shown; of one that had made none before, or "
        "that has nothing to do, they are not. A BH pool without progress is survived",
        "kernel/workqueue.c: wq_watchdog_timer_fn(), show_cpu_pools_busy_workers()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW,
        Fault::kQueueLoses};

    // Two seconds are enough for two reports, on a machine that is not too busy.
    static void keep_softirq(TestItem& item, void*)
    {
        for (const uint64_t begun = wqlab_now(); !item.is_open() && wqlab_now() - begun < 4 * kSecond;)
            wqlab_relax();
    }

    static bool find_pool(Trial& t, const Queue& wq, uint32_t cpu, Keepers::Pool& found)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
        if (pool)
            found = {cpu, pool->id};
        return pool;
    }

    static void keep_bh(Trial& t, uint32_t cpu)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        TestItem& keeper = t.item("the BH item that spins").on_run(keep_softirq);
        TestItem& behind = t.item("the BH item behind it");
        const LogListener<LinesWith> log("workqueue lockup - pool");
        keeper.queue_on(wq, cpu);
        AWAIT(t, keeper.started() == 1, "the BH item to start");
        behind.queue_on(wq, cpu);
        // The watchdog's timer is of the CPU that sets it: none that spins.
        const int error = t.write(Lockups::kThresh, "1");
        t.wait([&] { return keeper.ended() == 1 || log.heard().ours() >= 2; }, "a BH item that spins to end");
        keeper.open();
        WANT(t, error == 0, "%s can't be written: error %d", Lockups::kThresh, error);
        AWAIT(t, behind.ended() == 1, "the BH item behind it to run");
        t.note("with a BH pool that made no progress, pools were named %u times", log.heard().ours());
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "1") == 0, "this kernel has no watchdog of workqueues");
        SKIP_UNLESS(t, t.online_cpus() > 2, "it takes two CPUs for items that spin, and one for who looks");
        const Threshold off(t, 0);
        const uint32_t cpus[] = {t.other_cpu(t.first_cpu()), t.other_cpu(t.other_cpu(t.first_cpu()))};
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Keepers::Pool pools[2];
        for (uint32_t i = 0; i < 2; i++)
            if (!find_pool(t, wq, cpus[i], pools[i]))
                return;
        const LogListener<Keepers> log(pools[0], pools[1]);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Awake awake(t);
        const Keepers& heard = log.heard();
        const Items spinners = t.items(2, "an item that spins", TestItem::Body::kSpin);
        const auto open = [&] {
            spinners[0]->open();
            spinners[1]->open();
        };
        for (uint32_t i = 0; i < 2; i++)
            kernel::queue_on(t, wq, *spinners[i], static_cast<int>(cpus[i]));
        AWAIT(t, started(spinners, 2) == 2, "the items to start");
        uint32_t named[2] = {};
        for (uint32_t i = 0; i < 2 && !t.decided(); i++) {
            TestItem& behind = t.item("the item behind it");
            const uint32_t before = heard.named(i), listed = heard.listed(i);
            behind.queue_on(wq, cpus[i]);
            // Once it is named again, all that was said of it the time before has been.
            t.wait([&] { return heard.named(i) >= before + 2; }, "a pool to be named twice that makes no progress");
            named[i] = heard.named(i) - before;
            behind.cancel();
            if (!t.decided() && heard.listed(i) - listed + 1 < named[i])
                t.fail("of a pool that was named %u times, who runs there was shown %u times", named[i],
                       heard.listed(i) - listed);
        }
        open();
        for (uint32_t i = 0; i < 2; i++)
            WANT(t, heard.unfounded(i) == 0, "who runs in the pool of CPU %u was shown %u times without it being named",
                 cpus[i], heard.unfounded(i));
        WANT(t, heard.stray() == 0, "while no pool was named it was said %u times that workers are shown",
             heard.stray());
        AWAIT(t, executions(spinners, 2) == 2, "the items to end");
        if (!(wqlab_lacks() & WQLAB_LACK_BH) && !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT))
            keep_bh(t, cpus[0]);
    }
};

// How often the pool is named, with a threshold of a second, that has made progress in the last one.
class TooSoon {
public:
    TooSoon(uint32_t cpu, int32_t nice) : lockups_(cpu, nice) {}

    void see(const LogLine& line)
    {
        const uint32_t before = lockups_.ours();
        lockups_.see(line);
        if (lockups_.ours() != before && lockups_.seconds(before) == 0)
            __atomic_add_fetch(&too_soon_, 1, __ATOMIC_RELAXED);
    }

    uint32_t all() const { return lockups_.ours(); }
    uint32_t ours() const { return __atomic_load_n(&too_soon_, __ATOMIC_RELAXED); }

private:
    Lockups lockups_;
    uint32_t too_soon_ = 0;
};

// What is said of a pool, as it is said: since when it has made no progress, against a time at which it certainly had.
class Seconds {
public:
    explicit Seconds(const uint64_t* from) : from_(from), lockups_(Lockups::kAnyCpus, Queue::kPrivateNice) {}

    void see(const LogLine& line)
    {
        const uint32_t before = lockups_.ours();
        lockups_.see(line);
        const uint64_t from = __atomic_load_n(from_, __ATOMIC_ACQUIRE);
        if (lockups_.ours() == before || !from)
            return;
        const uint64_t hz = wqlab_hz(), most = ((wqlab_jiffies() - from) * 1000 + hz - 1) / hz / 1000;
        if (lockups_.seconds(before) > most) {
            said_ = lockups_.seconds(before);
            __atomic_add_fetch(&wrong_, 1, __ATOMIC_RELEASE);
        }
    }

    uint32_t ours() const { return lockups_.ours(); }
    uint32_t wrong() const { return __atomic_load_n(&wrong_, __ATOMIC_ACQUIRE); }
    uint32_t said() const { return said_; }

private:
    const uint64_t* const from_;
    Lockups lockups_;
    uint32_t said_ = 0, wrong_ = 0;
};

struct CountsWholeSeconds {
    static constexpr Promise kPromise = {
        230,
        "",
        "watchdog.counts-whole-seconds",
        "The seconds for which a pool is said to be stuck have passed, to the last",
        "kernel/workqueue.c: wq_watchdog_timer_fn(), wq_watchdog_param_set_thresh(), wq_watchdog_set_thresh()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW | WQLAB_CHECK_MEMORY,
        Fault::kLogIsSilent};

    // The kernel's timers come a little late, and so each report comes later in its second than the one before. Where
    // a second is a thousandth too short, that shows in the last thirtieth of the 30th.
    static constexpr uint64_t kBefore = 30 * kSecond + kSecond * 86 / 100;
    static constexpr uint32_t kReports = 10;

    // When the pool has made progress, or a little before: in jiffies. 0: decided.
    static uint64_t last_progress(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const uint64_t now = wqlab_jiffies();
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
        if (pool && pool->since_progress_ns == WQLAB_NEVER)
            t.skip("a worker became free, or threads ended meanwhile");
        if (t.decided() || !pool)
            return 0;
        return now - (pool->since_progress_ns * wqlab_hz() + kSecond - 1) / kSecond;
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kPoolProgress), "it can't be seen when a pool has made progress");
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "0") == 0, "this kernel has no watchdog of workqueues");
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 512});
        TestItem& stuck = t.item("an item that no worker is there for");
        uint64_t* const from = t.own<uint64_t>();
        if (!from)
            return;
        *from = 0;
        const LogListener<Seconds> log(from);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const WideAwake awake(t);
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, wq, cpu))
            return;
        kernel::queue_on(t, wq, stuck, static_cast<int>(cpu));
        const uint64_t begun = last_progress(t, wq, cpu);
        if (t.decided())
            return;
        __atomic_store_n(from, begun, __ATOMIC_RELEASE);
        const uint64_t until = begun + kBefore / kSecond * wqlab_hz() + kBefore % kSecond * wqlab_hz() / kSecond;
        for (uint64_t now; (now = wqlab_jiffies()) < until && !t.given_up(); t.goes_on())
            wqlab_sleep(until - now > wqlab_hz() ? kSecond : kSecond / wqlab_hz());
        t.write(Lockups::kThresh, "1");
        const auto reports = [&] { return t.has_fault(Fault::kLogIsSilent) ? 0 : log.heard().ours(); };
        for (uint32_t i = 0; i < kReports && !t.decided() && !stuck.started(); i++)
            t.wait([&] { return stuck.started() || reports() > i; }, "a pool to be named that makes no progress");
        const bool is_free = stuck.started();
        scarce.end();
        WANT(t, log.heard().wrong() == 0,
             "%u times of %u it was said to be stuck for longer than it was, once for %u s", log.heard().wrong(),
             log.heard().ours(), log.heard().said());
        SKIP_UNLESS(t, t.decided() || !is_free, "a worker became free, or threads ended meanwhile");
        AWAIT(t, stuck.ended() == 1, "the item to run once there are threads again");
    }
};

struct ProgressIsSeen {
    static constexpr Promise kPromise = {
        233,
        "",
        "watchdog.progress-is-seen",
        "A pool in which items wait all the time, but one after the other runs, is not named",
        "kernel/workqueue.c: wq_watchdog_timer_fn()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW,
        Fault::kQueueLoses};

    static constexpr uint64_t kTurn = kSecond / 100, kWhole = 5 * kSecond;
    static constexpr uint32_t kItems = 4;

    struct Round {
        Queue* wq;
        uint32_t cpu;
        bool over;
    };

    static void take_turn(TestItem& item, void* argument)
    {
        const Round& round = *static_cast<Round*>(argument);
        for (const uint64_t begun = wqlab_now(); wqlab_now() - begun < kTurn;) {
            wqlab_resched();
            wqlab_relax();
        }
        if (!__atomic_load_n(&round.over, __ATOMIC_ACQUIRE))
            wqlab_queue_bare_on(round.wq->get(), item.address(), static_cast<int>(round.cpu));
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "1") == 0, "this kernel has no watchdog of workqueues");
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        const LogListener<TooSoon> log(cpu, kHighpri);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Awake awake(t);
        Round* const round = t.own<Round>();
        if (!round)
            return;
        *round = {&wq, cpu, false};
        const Items items = t.items(kItems, "an item that runs and queues itself");
        for (uint32_t i = 0; i < kItems; i++) {
            items[i]->on_run(take_turn, round);
            items[i]->queue_on(wq, cpu);
        }
        // Who is kept from running here for a second or more makes no progress, and may be named.
        for (const uint64_t begun = wqlab_now(); wqlab_now() - begun < kWhole && !t.given_up();)
            wqlab_sleep(kSecond / 10);
        __atomic_store_n(&round->over, true, __ATOMIC_RELEASE);
        wq.flush();
        WANT(t, log.heard().ours() == 0, "with a threshold of 1 s it was named %u times as stuck for 0 s",
             log.heard().ours());
        for (uint32_t i = 0; i < kItems; i++)
            WANT(t, items[i]->ended(), "item %u of %u did not run", i + 1, kItems);
        t.note("%u ran, and it was named %u times", executions(items, kItems), log.heard().all());
    }
};

struct AnyCpuMayBeTouched {
    static constexpr Promise kPromise = {
        260,
        "",
        "watchdog.any-cpu-may-be-touched",
        "The watchdog of each CPU, the first one, too, can be touched without a warning",
        "kernel/workqueue.c: wq_watchdog_touch()",
        0,
        Fault::kResultLies};

    static void run(Trial& t)
    {
        const uintptr_t touch = wqlab_symbol("wq_watchdog_touch");
        SKIP_UNLESS(t, touch, "this kernel has no watchdog of workqueues");
        SKIP_UNLESS(t, t.write("/sys/kernel/debug/clear_warn_once", "1") == 0, "clear_warn_once can't be written");
        // What the touching of a CPU that is none says, which nobody does here.
        const LogListener<LinesWith> log("wq_watchdog_touch should be called with valid CPU");
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++)
            if (wqlab_cpu_online(cpu))
                SKIP_UNLESS(t, wqlab_call(touch, cpu, 0, 0, nullptr),
                            "kprobes are disarmed, so the kernel can't be called");
        const uint32_t warned = log.heard().ours() + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        WANT(t, warned == 0, "the CPUs that are online were touched, and it was said %u times that one is none",
             warned);
    }
};

constexpr Check kAll[] = {
    check_of<AnyCpuMayBeTouched>(),
    check_of<ShowsWhoKeepsThePool>(WQLAB_LACK_HOGS),
    check_of<ProgressIsSeen>(),
    check_of<CountsWholeSeconds>(),
};

}  // namespace stalled_pools

constinit const Group kStalledPoolChecks = group_of("lifecycle", stalled_pools::kAll);

}  // namespace wqlab
