// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "unit/commands/doctor/live/scene.hh"

using namespace wqctl;

namespace {

// Two items sleep, max_active is 2, three are held back.
uint32_t full(Scene& s, uint32_t flags = WQLAB_WQ_UNBOUND, uint64_t busy = 42 * kSecond, int32_t active = 2)
{
    const int32_t pool = flags & WQLAB_WQ_UNBOUND ? 16 : 6;
    const uint32_t wq = s.workqueue("btrfs-worker", flags, {pool}, active);
    for (int32_t i = 0; i < active; i++)
        s.busy(10 + i, wq, pool, "write_fn", busy);
    for (int32_t i = 0; i < 3; i++)
        s.inactive(wq, pool, "read_fn");
    return wq;
}

}  // namespace

TEST_CASE("doctor: a full workqueue of a machine")
{
    CHECK(text_of(findings([](Scene& s) { full(s); })) ==
          "1. Workqueue btrfs-worker is full: 3 items are held back behind 2 that do not end (max_active 2)\n"
          "   sure     certain\n"
          "   suspect  write_fn, workqueue btrfs-worker, pid 10, asleep, at it for 42 s\n"
          "   suspect  write_fn, workqueue btrfs-worker, pid 11, asleep, at it for 42 s\n"
          "   waiting  3 items: 3 of read_fn\n"
          "   seen     kworker/0:1 (pid 10) executes write_fn of btrfs-worker: asleep, at it for 42 s\n"
          "   seen     kworker/0:1 (pid 11) executes write_fn of btrfs-worker: asleep, at it for 42 s\n"
          "   seen     btrfs-worker: 2 active of max_active 2, 3 held back\n"
          "   rule     held-back: pwq_tryinc_nr_active()\n"
          "   next     cat /proc/10/stack says what the first one waits for; only if those behind do not "
          "depend on them a larger max_active helps\n");
    CHECK_THAT(text_of(findings([](Scene& s) { full(s, 0); })),
               Catch::Contains("Workqueue btrfs-worker on pool 6 (CPU 1, nice 0) is full"));
    // One of them is new.
    CHECK(findings([](Scene& s) {
              full(s);
              s.snapshot.workers[0].work = 1000 + s.look;
          }).empty());
    CHECK(findings([](Scene& s) { full(s, WQLAB_WQ_UNBOUND, 5 * kSecond); }).empty());
    // Other items are held back each time.
    CHECK(findings([](Scene& s) {
              full(s);
              for (wqlab_snap_work& work : s.snapshot.works)
                  work.identity += 1000 * s.look;
          }).empty());
    // One that is active waits for a worker: that is the pool's trouble.
    CHECK(findings([](Scene& s) {
              full(s);
              s.pwq(0, 16).nr_active++;
          }).empty());
}

TEST_CASE("doctor: each CPU's share of a workqueue, or each node's, is full by itself")
{
    const auto held_on = [](Scene& s, uint32_t wq, int32_t pool, int32_t pid, const char* function,
                            const char* behind) {
        s.busy(pid, wq, pool, function, 42 * kSecond);
        s.inactive(wq, pool, behind);
    };
    const auto suspects_of = [](const std::vector<Finding>& found) {
        std::vector<std::vector<std::string>> all;
        for (const Finding& finding : found) {
            CHECK(finding.rule == "held-back");
            all.emplace_back();
            for (const Suspect& suspect : finding.suspects)
                all.back().push_back(suspect.function);
        }
        return all;
    };
    using Suspects = std::vector<std::vector<std::string>>;
    const auto two = findings([&](Scene& s) {
        const uint32_t wq = s.workqueue("own", 0, {2, 6, 10}, 1);
        held_on(s, wq, 2, 10, "a_fn", "x_fn");
        held_on(s, wq, 6, 11, "b_fn", "y_fn");
    });
    CHECK(suspects_of(two) == Suspects{{"a_fn"}, {"b_fn"}});
    CHECK_THAT(two.at(0).sentence, Catch::Contains("on pool 2 (CPU 0, nice 0) is full"));
    CHECK_THAT(two.at(1).sentence, Catch::Contains("on pool 6 (CPU 1, nice 0) is full"));
    CHECK(two.at(0).of != two.at(1).of);
    // The same is to blame on several.
    const auto alike = findings([&](Scene& s) {
        const uint32_t wq = s.workqueue("own", 0, {2, 6, 10}, 1);
        held_on(s, wq, 2, 10, "a_fn", "x_fn");
        held_on(s, wq, 6, 11, "b_fn", "x_fn");
        held_on(s, wq, 10, 12, "a_fn", "z_fn");
    });
    CHECK(suspects_of(alike) == Suspects{{"a_fn", "a_fn"}, {"b_fn"}});
    CHECK_THAT(alike.at(0).sentence, Catch::EndsWith("; so it is on pool 10"));
    CHECK(alike.at(0).victims == std::vector<std::string>{"1 item: x_fn", "1 item: z_fn"});
    const auto nodes = findings([&](Scene& s) {
        s.pool(14).node = 1;
        const uint32_t wq = s.workqueue("own", WQLAB_WQ_UNBOUND, {16, 14}, 1);
        s.snapshot.node_active.push_back({wq, 1, 0, 1, 0, 0});
        held_on(s, wq, 16, 10, "a_fn", "x_fn");
        held_on(s, wq, 14, 11, "b_fn", "y_fn");
    });
    CHECK(suspects_of(nodes) == Suspects{{"a_fn"}, {"b_fn"}});
    CHECK_THAT(nodes.at(1).sentence, Catch::Contains("own on node 1 is full"));
}

TEST_CASE("doctor: an age that only two looks show")
{
    // Before 7.x nobody notes when an item begins; that it sleeps since then, the scheduler does.
    const auto state = [](Scene& s, uint64_t started) {
        full(s);
        for (wqlab_snap_worker& worker : s.snapshot.workers) {
            worker.flags |= WQLAB_WORKER_SINCE_AT_LEAST;
            worker.busy_ns = 0;
        }
        s.pwq(0, 16).stats[WQLAB_PWQ_STAT_STARTED] = started;
    };
    CHECK(rule_of([&](Scene& s) { state(s, 9 + s.look); }) == "held-back");
    // They slept, and woke between: these may be other executions of the same items.
    const auto woke = [&](Scene& s, uint64_t started) {
        state(s, started);
        for (wqlab_snap_task& task : s.snapshot.tasks)
            task.switches += s.look;
    };
    CHECK(findings([&](Scene& s) { woke(s, 9 + s.look); }).empty());
    CHECK(rule_of([&](Scene& s) { woke(s, 9); }) == "held-back");
    // Before 6.5 nobody counts them.
    CHECK(findings([&](Scene& s) { woke(s, WQLAB_NEVER); }).empty());
    CHECK(rule_of([&](Scene& s) { state(s, WQLAB_NEVER); }) == "held-back");
}

TEST_CASE("doctor: the head of an ordered workqueue")
{
    constexpr uint32_t kOrdered = WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED;
    CHECK(text_of(findings([](Scene& s) { full(s, kOrdered, 42 * kSecond, 1); })) ==
          "1. Ordered workqueue btrfs-worker has not moved on for 42 s: write_fn does not end, and 3 items "
          "behind it wait for their turn\n"
          "   sure     certain\n"
          "   suspect  write_fn, workqueue btrfs-worker, pid 10, asleep, at it for 42 s\n"
          "   waiting  3 items: 3 of read_fn\n"
          "   seen     kworker/0:1 (pid 10) executes write_fn of btrfs-worker: asleep, at it for 42 s\n"
          "   seen     btrfs-worker: 1 active of max_active 1, 3 held back\n"
          "   rule     ordered: pwq_tryinc_nr_active(), alloc_ordered_workqueue()\n"
          "   next     cat /proc/10/stack says what it waits for; if those behind need not wait for it, it "
          "belongs on another workqueue\n");
    CHECK(findings([](Scene& s) { full(s, kOrdered, 5 * kSecond, 1); }).empty());
}

TEST_CASE("doctor: items that nothing holds back")
{
    const auto state = [](Scene& s, uint64_t others) {
        full(s, WQLAB_WQ_UNBOUND, 0, 0);
        s.snapshot.node_active[0].max = 2;
        for (wqlab_snap_work& work : s.snapshot.works)
            work.identity += s.look * others;
    };
    CHECK(
        text_of(findings([&](Scene& s) { state(s, 0); })) ==
        "1. Workqueue btrfs-worker holds back 3 items and executes none, and no rule says why\n"
        "   sure     unexplained\n"
        "   waiting  3 items: 3 of read_fn\n"
        "   seen     btrfs-worker: 0 active of max_active 2, 3 held back\n"
        "   rule     held-by-nothing: pwq_dec_nr_active(), node_activate_pending_pwq()\n"
        "   next     A new max_active lets them in (WQ_SYSFS has a file for it), and before 6.9 the next item that is "
        "queued there; wqctl dump nodes pwqs work shows all there is of it\n");
    CHECK(findings([&](Scene& s) { state(s, 1000); }).empty());
    // In one look the counts of a node's pools are of different moments; those of one pool are of one.
    const auto in_one_look = [](uint32_t flags) {
        Scene s(1);
        full(s, flags, 0, 0);
        for (wqlab_snap_node_active& node : s.snapshot.node_active)
            node.max = 2;
        s.wq(0).max_active = 2;
        return live::examine(live::Case(s.snapshot)).findings;
    };
    CHECK(in_one_look(WQLAB_WQ_UNBOUND).empty());
    CHECK(in_one_look(0).at(0).rule == "held-by-nothing");
}

TEST_CASE("doctor: an ordered workqueue that is plugged")
{
    const auto state = [](Scene& s, uint64_t busy) {
        const uint32_t wq = s.workqueue("ordered", WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED, {16, 6}, 1);
        if (busy)
            s.busy(10, wq, 16, "old_fn", busy);
        s.inactive(wq, 6, "new_fn");
        s.pwq(wq, 6).flags |= WQLAB_PWQ_PLUGGED;
    };
    CHECK(text_of(findings([&](Scene& s) { state(s, 42 * kSecond); })) ==
          "1. Workqueue ordered was moved to pool 6 (CPU 1, nice 0) and is plugged there: items of before the "
          "change have not ended\n"
          "   sure     certain\n"
          "   suspect  old_fn, workqueue ordered, pid 10, asleep, at it for 42 s\n"
          "   waiting  1 item: new_fn\n"
          "   seen     kworker/0:1 (pid 10) executes old_fn of ordered: asleep, at it for 42 s\n"
          "   seen     a pwq on pool 6 is plugged, with 1 held back\n"
          "   rule     plugged: unplug_oldest_pwq()\n"
          "   next     See what that item waits for: an ordered workqueue keeps its order also when its "
          "attributes change\n");
    CHECK(findings([&](Scene& s) { state(s, 4 * kSecond); }).empty());
    const auto found = findings([&](Scene& s) { state(s, 0); });
    REQUIRE(found.size() == 1);
    CHECK(found[0].certainty == Certainty::kUnexplained);
    CHECK_THAT(found[0].sentence, Catch::Contains("nobody unplugs it"));
    CHECK(findings([&](Scene& s) {
              state(s, 0);
              if (s.look)
                  s.pwq(0, 6).flags = 0, s.pwq(0, 16).nr_active = 1;
          }).empty());
}
