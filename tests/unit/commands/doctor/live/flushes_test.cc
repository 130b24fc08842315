// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "unit/commands/doctor/live/scene.hh"

using namespace wqctl;

namespace {

// An item waits for one that max_active 1 holds back behind it.
uint32_t behind_itself(Scene& s, int32_t max_active = 1)
{
    const uint32_t wq = s.workqueue("cgroup_destroy", 0, {10}, max_active);
    s.busy(5512, wq, 10, "css_killed_work_fn", 3 * kSecond);
    const uint64_t target = s.inactive(wq, 10, "css_free_rwork_fn").identity;
    wqlab_snap_work& barrier = s.inactive(wq, 10, "wq_barrier_func");
    s.pwq(wq, 10).nr_inactive--;
    barrier.is_barrier = 1;
    barrier.barrier_target = target;
    barrier.waiter = 5512;
    barrier.waiter_command = s.string("kworker/2:1");
    return wq;
}

// Two items that wait for each other.
void crosswise(Scene& s, bool back = true)
{
    const uint32_t a = s.workqueue("a", WQLAB_WQ_UNBOUND, {16}), b = s.workqueue("b", WQLAB_WQ_UNBOUND, {16});
    const wqlab_snap_worker first = s.busy(10, a, 16, "a_fn", 20 * kSecond);
    const wqlab_snap_worker second = s.busy(11, b, 16, "b_fn", 20 * kSecond);
    s.barrier(10, second);
    if (back)
        s.barrier(11, first);
}

wqlab_snap_flusher& flush(Scene& s, uint32_t wq, int32_t pid, int32_t color = 3)
{
    wqlab_snap_flusher& flusher = s.flusher(wq, pid);
    flusher.color = color;
    s.wq(wq).flush_color = 3;
    return flusher;
}

void in_flight(Scene& s, uint32_t wq, int32_t pool, int32_t color, int32_t count)
{
    for (int32_t& each : s.pwq(wq, pool).in_flight)
        each = 0;
    s.pwq(wq, pool).in_flight[color] = count;
}

}  // namespace

TEST_CASE("doctor: an item that waits for one that is held back behind it")
{
    CHECK(text_of(findings([](Scene& s) { behind_itself(s); })) ==
          "1. css_killed_work_fn (worker 5512, workqueue cgroup_destroy) waits in flush_work() for "
          "css_free_rwork_fn, which max_active of cgroup_destroy holds back until css_killed_work_fn ends: it "
          "waits for itself, for ever\n"
          "   sure     certain\n"
          "   suspect  css_killed_work_fn, workqueue cgroup_destroy, pid 5512, asleep, at it for 3.0 s\n"
          "   waiting  1 item: css_free_rwork_fn\n"
          "   seen     css_killed_work_fn (worker 5512, workqueue cgroup_destroy) waits in flush_work() of "
          "cgroup_destroy\n"
          "   rule     circle: __flush_work(), __flush_workqueue(), insert_wq_barrier()\n"
          "   next     An item must not flush what needs it to end: take the flush out, or put one of the two "
          "on another workqueue\n");
    // Another active one may end, and let it in.
    CHECK(findings([](Scene& s) {
              const uint32_t wq = behind_itself(s);
              s.busy(5513, wq, 10, "other_fn", 3 * kSecond);
          }).empty());
    // It was not waiting yet.
    CHECK(findings([](Scene& s) {
              behind_itself(s);
              s.snapshot.works.back().identity += s.look;
          }).empty());
}

TEST_CASE("doctor: two items that wait for each other, and one that waits for them")
{
    CHECK(text_of(findings([](Scene& s) {
              crosswise(s);
              s.barrier(4000, s.snapshot.workers[0]);
          })) ==
          "1. A circle: a_fn (worker 10, workqueue a) waits in flush_work() for b_fn, which worker 11 "
          "executes; b_fn (worker 11, workqueue b) waits in flush_work() for a_fn, which worker 10 executes\n"
          "   sure     certain\n"
          "   suspect  a_fn, workqueue a, pid 10, asleep, at it for 20 s\n"
          "   suspect  b_fn, workqueue b, pid 11, asleep, at it for 20 s\n"
          "   waiting  flusher (pid 4000), in flush_work()\n"
          "   seen     a_fn (worker 10, workqueue a) waits in flush_work() of b\n"
          "   seen     b_fn (worker 11, workqueue b) waits in flush_work() of a\n"
          "   rule     circle: __flush_work(), __flush_workqueue(), insert_wq_barrier()\n"
          "   next     An item must not flush what needs it to end: take the flush out, or put one of the two "
          "on another workqueue\n");
    CHECK(findings([](Scene& s) { crosswise(s, false); }).empty());
    // They went on meanwhile, and wait again.
    CHECK(findings([](Scene& s) {
              crosswise(s);
              s.task(10).switches += s.look;
          }).empty());
}

TEST_CASE("doctor: an item that flushes itself, or its own workqueue")
{
    CHECK_THAT(text_of(findings([](Scene& s) {
                   const uint32_t wq = s.workqueue("own", WQLAB_WQ_UNBOUND, {16});
                   s.barrier(10, s.busy(10, wq, 16, "func", 2 * kSecond));
               })),
               Catch::Contains("1. func (worker 10, workqueue own) waits in flush_work() for func, which worker 10 "
                               "executes: it waits for itself, for ever\n   sure     certain"));
    CHECK(text_of(findings([](Scene& s) {
              const uint32_t wq = s.workqueue("own", WQLAB_WQ_UNBOUND, {16});
              s.busy(10, wq, 16, "func", 2 * kSecond);
              in_flight(s, wq, 16, 3, 1);
              flush(s, wq, 10);
          })) ==
          "1. func (worker 10, workqueue own) waits in flush_workqueue() for all items of own, and so for "
          "func, which worker 10 executes: it waits for itself, for ever\n"
          "   sure     certain\n"
          "   suspect  func, workqueue own, pid 10, asleep, at it for 2.0 s\n"
          "   seen     func (worker 10, workqueue own) waits in flush_workqueue() of own\n"
          "   rule     circle: __flush_work(), __flush_workqueue(), insert_wq_barrier()\n"
          "   next     An item must not flush what needs it to end: take the flush out, or put one of the two "
          "on another workqueue\n");
}

TEST_CASE("doctor: two workqueues whose items flush each other")
{
    const auto state = [](Scene& s, int32_t color, int32_t count) {
        const uint32_t a = s.workqueue("a", WQLAB_WQ_UNBOUND, {16}), b = s.workqueue("b", WQLAB_WQ_UNBOUND, {16});
        s.busy(10, a, 16, "a_fn", 2 * kSecond);
        s.busy(11, b, 16, "b_fn", 2 * kSecond);
        in_flight(s, a, 16, color, count);
        in_flight(s, b, 16, 3, 1);
        flush(s, b, 10);
        flush(s, a, 11);
    };
    const auto found = findings([&](Scene& s) { state(s, 3, 1); });
    REQUIRE(found.size() == 1);
    CHECK(found[0].certainty == Certainty::kCertain);
    CHECK_THAT(
        found[0].sentence,
        Catch::Contains("a_fn (worker 10, workqueue a) waits in flush_workqueue() for all items of b, and so for "
                        "b_fn, which worker 11 executes; b_fn (worker 11, workqueue b) waits in "
                        "flush_workqueue() for all items of a, and so for a_fn"));
    // What it executes was queued behind the flush.
    CHECK(findings([&](Scene& s) { state(s, 4, 1); }).empty());
    // It flushes behind another, whose items it waits for, too.
    CHECK(findings([&](Scene& s) {
              state(s, 3, 1);
              s.snapshot.flushers[1].color = 5;
          })
              .at(0)
              .certainty == Certainty::kCertain);
    // It may have been.
    const auto maybe = findings([&](Scene& s) {
        state(s, 3, 1);
        s.pwq(0, 16).in_flight[4] = 1;
    });
    REQUIRE(maybe.size() == 1);
    CHECK(maybe[0].certainty == Certainty::kLikely);
}

TEST_CASE("doctor: a workqueue that is to end, and an item that does not")
{
    const auto state = [](Scene& s, uint32_t flags, uint64_t busy, uint64_t waited = 41 * kSecond) {
        const uint32_t wq = s.workqueue("mine", WQLAB_WQ_UNBOUND | flags, {16});
        s.busy(10, wq, 16, "func [mod]", busy);
        in_flight(s, wq, 16, 3, 1);
        flush(s, wq, 4000);
        s.task(4000, "flusher", WQLAB_TASK_SLEEPING, waited);
    };
    CHECK(text_of(findings([&](Scene& s) { state(s, WQLAB_SNAP_WQ_DRAINING, 42 * kSecond); })) ==
          "1. drain_workqueue() of mine does not end: func [mod] goes on\n"
          "   sure     certain\n"
          "   suspect  func [mod], workqueue mine, pid 10, asleep, at it for 42 s\n"
          "   waiting  flusher (pid 4000), in drain_workqueue()\n"
          "   seen     kworker/0:1 (pid 10) executes func [mod] of mine: asleep, at it for 42 s\n"
          "   seen     flusher (pid 4000) waits in drain_workqueue() of mine\n"
          "   rule     unfinished: drain_workqueue(), destroy_workqueue()\n"
          "   next     See what the item waits for; before drain_workqueue() cancel it, or tell it to end\n");
    CHECK_THAT(
        text_of(findings([&](Scene& s) { state(s, WQLAB_SNAP_WQ_DRAINING | WQLAB_SNAP_WQ_DESTROYING, 42 * kSecond); })),
        Catch::Contains("1. destroy_workqueue() of mine does not end"));
    CHECK(findings([&](Scene& s) { state(s, WQLAB_SNAP_WQ_DRAINING, 4 * kSecond); }).empty());
    // The drain has only begun; or nobody knows when it has.
    CHECK(findings([&](Scene& s) { state(s, WQLAB_SNAP_WQ_DRAINING, 42 * kSecond, 2 * kSecond); }).empty());
    CHECK(findings([&](Scene& s) {
              state(s, WQLAB_SNAP_WQ_DRAINING, 42 * kSecond);
              s.task(4000).since_ns = WQLAB_NEVER;
          })
              .at(0)
              .certainty == Certainty::kLikely);
    // It is only flushed: that may take long.
    CHECK(rule_of([&](Scene& s) { state(s, 0, 42 * kSecond); }) == "hung-task");
    CHECK(findings([&](Scene& s) { state(s, 0, 20 * kSecond); }).empty());
    // What is executed was queued behind the flush; a drain waits for that, too.
    const auto later = [&](Scene& s, uint32_t flags) {
        state(s, flags, 42 * kSecond);
        in_flight(s, 0, 16, 4, 1);
    };
    CHECK(findings([&](Scene& s) { later(s, 0); }).empty());
    CHECK(rule_of([&](Scene& s) { later(s, WQLAB_SNAP_WQ_DRAINING); }) == "unfinished");
    // It may have been.
    const auto maybe = findings([&](Scene& s) {
        state(s, 0, 42 * kSecond);
        s.pwq(0, 16).in_flight[4] = 1;
    });
    CHECK(maybe.at(0).certainty == Certainty::kLikely);
}

TEST_CASE("doctor: a task that waits long for an item")
{
    const auto state = [](Scene& s, uint64_t busy, uint64_t waited = 41 * kSecond, int32_t others = 0) {
        const uint32_t wq = s.workqueue("events", 0, {6});
        const wqlab_snap_worker worker = s.busy(10, wq, 6, "lru_add_drain_per_cpu", busy);
        for (int32_t pid = 4000; pid <= 4000 + others; pid++) {
            s.barrier(pid, worker);
            s.task(pid, "flusher", WQLAB_TASK_SLEEPING, waited);
        }
    };
    CHECK(text_of(findings([&](Scene& s) { state(s, 42 * kSecond); })) ==
          "1. flusher (pid 4000) waits in flush_work() for lru_add_drain_per_cpu of events, which has been at "
          "work for 42 s\n"
          "   sure     certain\n"
          "   suspect  lru_add_drain_per_cpu, workqueue events, pid 10, asleep, at it for 42 s\n"
          "   waiting  flusher (pid 4000), in flush_work()\n"
          "   seen     flusher (pid 4000) waits in flush_work() of events\n"
          "   seen     kworker/0:1 (pid 10) executes lru_add_drain_per_cpu of events: asleep, at it for 42 s\n"
          "   rule     hung-task: check_hung_task(), __flush_work()\n"
          "   next     cat /proc/10/stack says what that item waits for\n");
    CHECK(findings([&](Scene& s) { state(s, 20 * kSecond); }).empty());
    // The item is at work for long, and somebody has just begun to wait for it.
    CHECK(findings([&](Scene& s) { state(s, 42 * kSecond, 20 * kSecond); }).empty());
    CHECK(findings([&](Scene& s) {
              state(s, 42 * kSecond);
              s.task(4000).since_ns = WQLAB_NEVER;
          })
              .at(0)
              .certainty == Certainty::kLikely);
    // Of many the first ones are named.
    const auto many = findings([&](Scene& s) { state(s, 42 * kSecond, 41 * kSecond, 99); });
    REQUIRE(many.size() == 1);
    CHECK(many[0].victims.size() == 9);
    CHECK(many[0].victims.back() == "and 92 more");
}

TEST_CASE("doctor: reclaim that waits for a workqueue without a rescuer")
{
    const auto state = [](Scene& s, uint32_t from, uint32_t to) {
        const uint32_t a = s.workqueue("writeback", WQLAB_WQ_UNBOUND | from, {16});
        const uint32_t b = s.workqueue("events_unbound", WQLAB_WQ_UNBOUND | to, {16});
        const wqlab_snap_worker flushed = s.busy(11, b, 16, "b_fn", 2 * kSecond);
        s.busy(10, a, 16, "wb_workfn", 2 * kSecond);
        s.barrier(10, flushed);
    };
    CHECK(text_of(findings([&](Scene& s) { state(s, WQLAB_WQ_MEM_RECLAIM, 0); })) ==
          "1. wb_workfn of writeback, which has WQ_MEM_RECLAIM, waits in flush_work() for an item of "
          "events_unbound, which has no rescuer: when memory is short both may stop for ever; or it cancels that item, "
          "which it may\n"
          "   sure     likely\n"
          "   suspect  b_fn, workqueue events_unbound, flushed without WQ_MEM_RECLAIM\n"
          "   waiting  wb_workfn (worker 10, workqueue writeback)\n"
          "   seen     wb_workfn (worker 10, workqueue writeback) waits in flush_work() of events_unbound\n"
          "   rule     flush-dependency: check_flush_dependency()\n"
          "   next     Give the flushed workqueue WQ_MEM_RECLAIM if reclaim needs it; else take the flag from "
          "the one that waits, or do not flush there\n");
    CHECK(findings([&](Scene& s) { state(s, 0, 0); }).empty());
    CHECK(findings([&](Scene& s) { state(s, WQLAB_WQ_MEM_RECLAIM, WQLAB_WQ_MEM_RECLAIM); }).empty());
    // Its stack says whether it flushes or cancels.
    const auto in = [&](const char* function) {
        const live::Stacks stacks{{{10, {{"__flush_work", function, "wb_workfn", "process_one_work"}, 'D'}}},
                                  {{10, {10, "kworker/u8:1", true}}},
                                  ""};
        return examine([&](Scene& s) { state(s, WQLAB_WQ_MEM_RECLAIM, 0); }, stacks).findings;
    };
    CHECK(in("cancel_work_sync").empty());
    CHECK_THAT(in("flush_work").at(0).sentence, Catch::EndsWith("both may stop for ever"));
}

TEST_CASE("doctor: ten thousand that wait for each other in a row are looked at in a moment")
{
    // The last one waits for nobody, so that all go on, one after the other.
    constexpr int32_t kMany = 10'000;
    CHECK(findings([](Scene& s) {
              const uint32_t wq = s.workqueue("row", WQLAB_WQ_UNBOUND, {16}, kMany);
              s.snapshot.workers.reserve(kMany);
              for (int32_t pid = 10; pid < 10 + kMany; pid++) {
                  wqlab_snap_worker row{};
                  row.pid = pid;
                  row.work = 5'000'000 + static_cast<uint64_t>(pid);
                  row.workqueue = wq;
                  row.pool = 16;
                  row.pwq = s.wq(wq).first_pwq;
                  row.flags = WQLAB_WORKER_SLEEPING;
                  row.function = s.string("func");
                  row.command = s.string("kworker/u8:1");
                  row.busy_ns = kSecond * (s.look + 1);
                  row.cpus = WQLAB_NONE;
                  s.snapshot.workers.push_back(row);
                  wqlab_snap_work barrier{};
                  barrier.identity = 9'000'000 + static_cast<uint64_t>(pid);
                  barrier.is_barrier = 1;
                  barrier.state = WQLAB_WORK_SCHEDULED;
                  barrier.pool = 16;
                  barrier.pwq = s.wq(wq).first_pwq;
                  barrier.workqueue = wq;
                  barrier.function = s.string("wq_barrier_func");
                  barrier.worker = pid + 1;
                  barrier.waiter = pid;
                  barrier.waiter_command = row.command;
                  if (pid + 1 < 10 + kMany)
                      s.snapshot.works.push_back(barrier);
              }
          }).empty());
}
