// SPDX-License-Identifier: GPL-2.0
// The watchdog when it is turned off and on, and a pool in which nothing has run yet.
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/few_tries.hh"
#include "../scenes/delayed.hh"
#include "../scenes/lockups.hh"
#include "../scenes/neighbour.hh"
#include "../scenes/new_pool.hh"
#include "../scenes/threshold.hh"
#include "../scenes/watchdog_touched.hh"

namespace wqlab {

namespace watchdog_again {

using check_bounds::kSecond;

struct OffAndOn {
    static constexpr Promise kPromise = {
        269,
        "",
        "watchdog.off-and-on",
        "A watchdog_thresh of 0 turns the watchdog of workqueues off; written again it watches as before",
        "kernel/workqueue.c: wq_watchdog_set_thresh(), wq_watchdog_param_set_thresh()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW,
        Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        constexpr int32_t kHighpri = -20;
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "1") == 0, "this kernel has no watchdog of workqueues");
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        LogListener<Lockups> log(cpu, kHighpri);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Awake awake(t);
        TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
        TestItem& behind = t.item("the item behind it");
        kernel::queue_on(t, wq, spinner, static_cast<int>(cpu));
        AWAIT(t, spinner.started() == 1, "the item to start");
        kernel::queue_on(t, wq, behind, static_cast<int>(cpu));
        const auto reports = [&] { return t.has_fault(Fault::kLogIsSilent) ? 0 : log.heard().ours(); };
        const auto is_named_again = [&](const char* when) {
            const uint32_t before = reports();
            return t.wait([&] { return reports() > before || spinner.ended(); }, when);
        };
        uint32_t silent = 0;
        bool is_written = is_named_again("the pool to be named that makes no progress") &&
                          t.write(Lockups::kThresh, "0") == 0;
        if (is_written) {
            const uint32_t before = reports();
            t.linger(4 * kSecond);
            silent = reports() - before;
            is_written = t.write(Lockups::kThresh, "1") == 0 &&
                         is_named_again("the pool to be named when the watchdog is on again");
        }
        const bool was_held = spinner.running();
        // Before the log is let go of: that waits for RCU, which may wait for items of this CPU.
        spinner.open();
        if (t.decided())
            return;
        SKIP_UNLESS(t, is_written && was_held, "the item ended meanwhile, or user space did not answer");
        AWAIT(t, behind.ended() == 1, "the item behind it to run");
        WANT(t, silent == 0, "turned off it named the pool %u times", silent);
        tried_few(t, 1, "turning the watchdog off while a pool makes no progress");
    }
};

struct NewPool {
    static constexpr Promise kPromise = {
        270,
        "",
        "watchdog.new-pool-is-new",
        "A pool in which nothing has run yet is not said to have made no progress since before the machine was started",
        "kernel/workqueue.c: init_worker_pool(): last_progress_ts",
        0,
        Fault::kFlushReturnsEarly};

    // An item of it that is held back, flushed and cancelled leaves the barrier on its worklist, as the first there.
    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kPoolProgress), "it can't be seen when a pool has made progress");
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        const uint32_t here = first_of(allowed), there = neighbour_of(here, allowed);
        SKIP_UNLESS(t, here != there, "there is no other CPU of the same node");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .is_private = false});
        if (!take_new_pool(t, wq, "cpu", there))
            return;
        TestItem& front = t.item("the item that runs", TestItem::Body::kGate);
        TestItem& item = t.item("the item held back");
        TestItem& helper = t.item("the helper");
        front.queue_on(wq, here);
        AWAIT(t, front.started() == 1, "the item to start");
        item.queue_on(wq, there);
        AWAIT(t, t.decided() || item.started() || inactive_of(t, wq) > 0, "the next to be held back");
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&item] { item.flush(); });
        AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_work() of it to begin");
        const bool is_early = flusher.done() || item.started(), was_pending = item.cancel();
        SKIP_UNLESS(t, front.running(), "the item that runs ended meanwhile");
        WANT(t, !is_early, "flush_work() of an item held back returned, or it ran");
        WANT(t, was_pending, "cancel_work() of an item held back returned false");
        const wqlab_snap_pool* pool = own_pool(t, wq, there, WQLAB_SECTION_WORK);
        const uint64_t since = pool && pool->nr_pending ? pool->since_progress_ns : WQLAB_NEVER, now = wqlab_now();
        front.open();
        AWAIT(t, front.ended() == 1, "the item that runs to end");
        kernel::queue_on(t, wq, helper, static_cast<int>(there));
        AWAIT(t, helper.ended() == 1 && flusher.done(), "flush_work() to return");
        SKIP_UNLESS(t, since != WQLAB_NEVER || t.decided(), "the barrier was run at once");
        // Both count from about when the machine was started, the kernel in jiffies, which come late on a busy host.
        WANT(t, since <= now + 60 * kSecond, "on a machine that runs for %llu s it made no progress for %llu s",
             static_cast<unsigned long long>(now / kSecond), static_cast<unsigned long long>(since / kSecond));
    }
};

struct HoweverLongItIsUp {
    static constexpr Promise kPromise = {
        377,
        "",
        "watchdog.however-long-it-is-up",
        "Since when a pool makes no progress, since when a worker is idle, until when an item waits for its timer, and "
        "when the watchdog was touched last is right, too, on a machine that has been up for so long that its ticks "
        "are no 32 bits any more",
        "kernel/workqueue.c: __queue_work(), __pwq_activate_work(), process_scheduled_works(), init_worker_pool(), "
        "worker_enter_idle(), __queue_delayed_work(), wq_watchdog_reset_touched()",
        WQLAB_CHECK_SLOW,
        Fault::kFlushReturnsEarly};

    // What has lost a bit is wrong by seven weeks at least.
    static constexpr uint64_t kHour = 3600 * kSecond;

    static void judge(Trial& t, const Queue& wq, uint32_t cpu, const char* when)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
        const bool is_late = pool && pool->nr_pending && pool->since_progress_ns > kHour;
        WANT(t, !is_late || t.decided(), "%s, its pool is said to have made no progress for %llu s", when,
             static_cast<unsigned long long>(pool->since_progress_ns / kSecond));
    }

    // Nothing goes on of a per-CPU pool while one of its items spins.
    static void judge_progress(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& front = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI, .max_active = 1});
        TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
        TestItem& first = t.item("the first behind it");
        TestItem& second = t.item("the second, which spins, too", TestItem::Body::kSpin);
        TestItem& third = t.item("the third");
        kernel::queue_on(t, front, spinner, static_cast<int>(cpu));
        AWAIT(t, spinner.started() == 1, "the item that spins to start");
        first.queue_on(wq, cpu);
        judge(t, wq, cpu, "with an item that has just been queued");
        second.queue_on(wq, cpu);
        first.cancel();
        judge(t, wq, cpu, "with an item that has just been let go of by max_active");
        third.queue_on(front, cpu);
        spinner.open();
        AWAIT(t, second.started() == 1, "the second to start");
        judge(t, wq, cpu, "with an item that has just been begun");
        second.open();
        AWAIT(t, third.ended() == 1, "the third to run");
    }

    static uint64_t idle_for(Trial& t, int32_t pid)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        for (uint32_t i = 0; now && i < now->workers.size(); i++)
            if (now->workers[i].pid == pid)
                return now->workers[i].idle_ns;
        return WQLAB_NEVER;
    }

    static void judge_times(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        TestItem& item = t.item("the item");
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "the item to run");
        uint64_t idle = WQLAB_NEVER;
        AWAIT(t, t.decided() || (idle = idle_for(t, item.last().pid)) != WQLAB_NEVER, "its worker to be idle");
        WANT(t, idle < kHour || t.decided(), "a worker that has just run an item is said to be idle for %llu s",
             static_cast<unsigned long long>(idle / kSecond));
        TestItem& delayed = t.item("the delayed item", TestItem::Body::kReturn, WQLAB_WORK_DELAYED);
        delayed.queue_delayed(wq, an_hour());
        const uint64_t due = delayed.timer_expires();
        const bool is_early = due < wqlab_jiffies();
        t.linger();
        const uint32_t ran = delayed.started();
        delayed.cancel_sync();
        WANT(t, !is_early && !ran, "delayed by an hour, an item is due at %llu, and it is %llu; it ran %u times",
             static_cast<unsigned long long>(due), static_cast<unsigned long long>(wqlab_jiffies()), ran);
    }

    // To set the threshold to another number than 0 is to touch all. Somebody who was interrupted in a touch explains
    // one time, and not each.
    static void judge_touches(Trial& t)
    {
        constexpr uint32_t kTimes = 3;
        const Touched touched(t);
        for (uint32_t i = 0; i < kTimes; i++) {
            const uint64_t set = wqlab_jiffies();
            if (!touched.can_be_read() || t.write(Lockups::kThresh, "31")) {
                t.note("touches were not judged: there is no watchdog, or it is not shown, or can't be set");
                return;
            }
            if (touched.all_since(set))
                return;
        }
        t.fail("setting the watchdog's threshold was not kept as a touch of each CPU, each of %u times", kTimes);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kPoolProgress), "it can't be seen when a pool has made progress");
        while (!(wqlab_jiffies() >> 32) && !t.given_up())
            wqlab_sleep(kSecond);
        judge_progress(t);
        if (!t.decided())
            judge_times(t);
        if (!t.decided())
            NewPool::run(t);
        if (!t.decided())
            judge_touches(t);
        tried_few(t, 1, "each time after 32 bits of jiffies");
    }
};

constexpr Check kAll[] = {
    check_of<OffAndOn>(),
    check_of<NewPool>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<HoweverLongItIsUp>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace watchdog_again

constinit const Group kWatchdogAgainChecks = group_of("lifecycle", watchdog_again::kAll);

}  // namespace wqlab
