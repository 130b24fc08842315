// SPDX-License-Identifier: GPL-2.0
// What is not stuck in a moment, but wrong because of how much, how long, or when.
#include <catch2/catch.hpp>

#include "unit/commands/doctor/live/scene.hh"

using namespace wqctl;

namespace {

// 40 are held back, and so many are begun in the second between the looks.
void backlog(Scene& s, uint64_t begun = 2, uint32_t flags = 0)
{
    const int32_t pool = flags & WQLAB_WQ_UNBOUND ? 16 : 6;
    const uint32_t wq = s.workqueue("events", flags, {pool, 10}, 1);
    s.busy(10, wq, pool, "slow_fn", kSecond / 2).work = 1000 + s.look;
    for (int i = 0; i < 40; i++)
        s.inactive(wq, pool, "slow_fn").identity += 1000 * s.look;
    s.pwq(wq, pool).stats[WQLAB_PWQ_STAT_STARTED] = 100 + s.look * begun;
}

// A system workqueue, whose pool 6 is full of items of one function.
void crowded(Scene& s, uint64_t begun = 2, bool is_alone = false)
{
    const uint32_t events = s.workqueue("events", 0, {2, 6, 10, 14});
    s.wq(events).symbol = s.string("system_wq");
    for (int i = 0; i < 40; i++)
        s.pending(events, 6, "bcache_fn [bcache]");
    if (!is_alone)
        s.pending(events, 6, "psi_avgs_work");
    s.pwq(events, 6).stats[WQLAB_PWQ_STAT_COMPLETED] = 100 + s.look * begun;
    s.stuck(6, kSecond / 4);
}

void timer(Scene& s, int64_t due, uint32_t online = 1, uint32_t deferrable = 0)
{
    const uint32_t wq = s.workqueue("events", 0, {2, 6, 10, 14});
    wqlab_snap_timer row{};
    row.due_ns = due - static_cast<int64_t>(s.look * kSecond);
    row.work = 77;
    row.function = s.string("vmstat_shepherd");
    row.workqueue = wq;
    row.cpu = 3;
    row.timer_cpu = 3;
    row.cpu_online = online;
    row.deferrable = deferrable;
    row.slack_ns = 4 * kSecond;
    s.snapshot.timers.push_back(row);
}

constexpr auto kSeconds = static_cast<int64_t>(kSecond);

}  // namespace

TEST_CASE("doctor: a workqueue that gets more than it does")
{
    CHECK(text_of(findings([](Scene& s) { backlog(s); })) ==
          "1. Workqueue events gets more than it does: 40 items are held back, 2 begun in 1.0 s, so one that "
          "is queued now waits for 20 s; max_active counts on each CPU here, and 1 of 2 CPUs have none of its "
          "items\n"
          "   sure     likely\n"
          "   suspect  slow_fn, workqueue events, held back by max_active 1\n"
          "   waiting  40 items: 40 of slow_fn\n"
          "   seen     events on pool 6: 1 active of max_active 1, 40 held back\n"
          "   rule     backlog: pwq_tryinc_nr_active(), wq_update_node_max_active()\n"
          "   next     wqctl latency 'events' says how long they wait and work; a larger max_active helps if "
          "they sleep\n");
    // What is queued now begins in less than a second.
    CHECK(findings([](Scene& s) { backlog(s, 50); }).empty());
    // It was empty a second ago.
    CHECK(findings([](Scene& s) {
              backlog(s);
              if (!s.look)
                  s.snapshot.works.clear();
          }).empty());
    // One was held back a second ago: the rest has come at once, and may never again.
    CHECK(findings([](Scene& s) {
              backlog(s);
              if (!s.look)
                  s.snapshot.works.resize(1);
          }).empty());
    // Its share of a node is used up, and that of another is not.
    CHECK_THAT(text_of(findings([](Scene& s) {
                   backlog(s, 2, WQLAB_WQ_UNBOUND);
                   s.wq(0).max_active = 8;
                   s.snapshot.node_active = {{0, 0, 4, 4, 1, 0}, {0, 1, 0, 4, 0, 0}};
               })),
               Catch::Contains("max_active 8 is shared out over the nodes, and node 0 has 4 of it, all in use"));
}

TEST_CASE("doctor: a system workqueue that one user crowds")
{
    CHECK(text_of(findings([](Scene& s) { crowded(s); })) ==
          "1. bcache_fn [bcache] crowds events: 40 of the 41 items that wait on pool 6 (CPU 1, nice 0) or want "
          "its CPU are its, and what comes now waits for 20 s\n"
          "   sure     likely\n"
          "   suspect  bcache_fn [bcache], workqueue events, 40 items\n"
          "   waiting  1 item: psi_avgs_work\n"
          "   seen     pool 6: 41 pending, 1 workers, 1 idle, 0 counted as running, no progress for 0.2 s\n"
          "   seen     2 items ended there in 1.0 s\n"
          "   rule     crowded: __queue_work()\n"
          "   next     A workqueue of its own, with a max_active that it deserves, for bcache_fn [bcache]\n");
    CHECK(findings([](Scene& s) { crowded(s, 50); }).empty());
    // All have come between the looks, and too few have ended to tell how fast it goes.
    const auto burst = [](Scene& s, uint64_t ended) {
        crowded(s, ended);
        for (wqlab_snap_work& work : s.snapshot.works)
            work.identity += 1000 * s.look;
    };
    CHECK(findings([&](Scene& s) { burst(s, 2); }).empty());
    CHECK(rule_of([&](Scene& s) { burst(s, 3); }) == "crowded");
    // Nobody else is there now, and whoever comes will wait.
    CHECK(findings([](Scene& s) { crowded(s, 2, true); }).at(0).victims.empty());
    // All have begun, and share the CPU, so that none ends.
    const auto begun = [](Scene& s, uint64_t busy, uint32_t flags) {
        const uint32_t events = s.workqueue("events", 0, {2, 6, 10, 14});
        s.wq(events).symbol = s.string("system_wq");
        for (int32_t pid = 100; pid < 120; pid++)
            s.busy(pid, events, 6, "bcache_fn [bcache]", busy, flags);
    };
    CHECK_THAT(text_of(findings([&](Scene& s) { begun(s, 12 * kSecond, 0); })), Catch::Contains("none has ended"));
    CHECK(findings([&](Scene& s) { begun(s, 4 * kSecond, 0); }).empty());
    CHECK(findings([&](Scene& s) { begun(s, 12 * kSecond, WQLAB_WORKER_SLEEPING); }).empty());
    // It is its own.
    CHECK(findings([](Scene& s) {
              crowded(s);
              s.wq(0).symbol = WQLAB_NONE;
          }).empty());
}

TEST_CASE("doctor: delayed items that do not come")
{
    CHECK(text_of(findings([](Scene& s) { timer(s, -30 * kSeconds); })) ==
          "1. The delayed item vmstat_shepherd of events should have been queued 31 s ago: CPU 3 does not look "
          "at its timers\n"
          "   sure     certain\n"
          "   suspect  vmstat_shepherd, workqueue events, on the timers of CPU 3\n"
          "   seen     vmstat_shepherd of events: overdue by 31 s, on the timers of CPU 3\n"
          "   rule     timer: queue_delayed_work_on(), delayed_work_timer_fn()\n"
          "   next     See what CPU 3 does: interrupts off, or a softirq that does not end\n");
    // As late as its wheel may be.
    CHECK(findings([](Scene& s) { timer(s, -12 * kSeconds); }).empty());
    // That waits for its CPU to wake anyway.
    CHECK(findings([](Scene& s) { timer(s, -30 * kSeconds, 1, 1); }).empty());
    CHECK(text_of(findings([](Scene& s) { timer(s, 30 * kSeconds, 0); })) ==
          "1. The timer of the delayed item vmstat_shepherd of events is on CPU 3, which is offline: it does "
          "not fire before the CPU is back\n"
          "   sure     certain\n"
          "   suspect  vmstat_shepherd, workqueue events, on the timers of CPU 3\n"
          "   seen     vmstat_shepherd of events: due in 29 s, on the timers of CPU 3\n"
          "   rule     timer: queue_delayed_work_on(), delayed_work_timer_fn()\n"
          "   next     queue_delayed_work_on() must not name a CPU that can go away: leave the CPU open, or "
          "set the timer anew when it goes\n");
    CHECK(findings([](Scene& s) { timer(s, 30 * kSeconds, s.look == 0); }).empty());
}

TEST_CASE("doctor: freezable workqueues")
{
    const auto state = [](Scene& s, uint32_t head, uint64_t busy, bool held) {
        const uint32_t wq = s.workqueue("disk_events", WQLAB_WQ_FREEZABLE, {6});
        s.snapshot.head.flags = head;
        if (head)
            s.wq(wq).flags |= WQLAB_SNAP_WQ_FROZEN, s.wq(wq).max_active = 0;
        if (busy)
            s.busy(10, wq, 6, "disk_events_workfn", busy);
        if (held)
            s.inactive(wq, 6, "disk_events_workfn");
    };
    CHECK(text_of(findings([&](Scene& s) { state(s, WQLAB_STATE_FREEZING, 0, true); })) ==
          "1. Workqueues are frozen, and of disk_events 1 item waits for the thaw\n"
          "   sure     certain\n"
          "   waiting  1 item: disk_events_workfn\n"
          "   seen     disk_events is frozen: 1 item: disk_events_workfn held back\n"
          "   rule     frozen: freeze_workqueues_begin(), thaw_workqueues()\n"
          "   next     In a suspend this is as it should be. Otherwise see who froze the machine and did not "
          "thaw it: a suspend that hangs, or a filesystem or a task that waits for a frozen item before it "
          "lets the suspend go on\n");
    CHECK(findings([&](Scene& s) { state(s, WQLAB_STATE_FREEZING, 0, false); }).empty());
    // It has just begun.
    CHECK(findings([&](Scene& s) { state(s, s.look ? WQLAB_STATE_FREEZING : 0, 0, true); }).empty());
    CHECK(text_of(findings([&](Scene& s) { state(s, WQLAB_STATE_FREEZING, 4 * kSecond, false); })) ==
          "1. The machine can't freeze: disk_events_workfn of disk_events, a freezable workqueue, does not end\n"
          "   sure     certain\n"
          "   suspect  disk_events_workfn, workqueue disk_events, pid 10, asleep, at it for 4.0 s\n"
          "   seen     kworker/0:1 (pid 10) executes disk_events_workfn of disk_events: asleep, at it for 4.0 s\n"
          "   rule     freeze: freeze_workqueues_busy()\n"
          "   next     See what it waits for: often a device that sleeps already. It has to end, or its "
          "workqueue must not be WQ_FREEZABLE\n");
    // Nobody freezes, so nothing is wrong yet.
    CHECK(findings([&](Scene& s) { state(s, 0, 42 * kSecond, false); }).empty());
    // In one look the freeze may have begun just now.
    const auto in_one_look = [&](uint64_t busy) {
        Scene only(1);
        state(only, WQLAB_STATE_FREEZING, busy, false);
        return live::examine(live::Case(only.snapshot)).findings;
    };
    CHECK(in_one_look(4 * kSecond).empty());
    CHECK(in_one_look(12 * kSecond).at(0).rule == "freeze");
    CHECK(in_one_look(12 * kSecond).at(0).certainty == Certainty::kLikely);
}
