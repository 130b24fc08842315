// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "system/deadlines.hh"
#include "snapshot/totals.hh"
#include "unit/snapshot/snapshot_maker.hh"

using namespace wqctl;

namespace {

constexpr uint64_t kSecond = 1'000'000'000;

uint64_t started(const TotalsSample& sample, size_t index)
{
    return sample.workqueues.at(index).total[WQLAB_PWQ_STAT_STARTED];
}
uint64_t done(const TotalsSample& sample, size_t index)
{
    return sample.workqueues.at(index).total[WQLAB_PWQ_STAT_COMPLETED];
}
uint64_t begun(const TotalsSample& sample, size_t index)
{
    return sample.workqueues.at(index).delta[WQLAB_PWQ_STAT_STARTED];
}

// One unbound workqueue with these pwqs.
TotalsSample take(Totals& totals, uint64_t time_ns, const std::vector<SnapshotMaker::Pwq>& pwqs,
                  uint32_t flags = WQLAB_WQ_UNBOUND, const std::string& name = "one", const std::string& trouble = "")
{
    SnapshotMaker maker(time_ns);
    maker.snapshot.sections = WQLAB_SECTION_WORKQUEUES;  // without workers, what is in flight says who is busy
    maker.workqueue(1, name, flags, pwqs);
    if (!trouble.empty())
        maker.snapshot.troubles.push_back(trouble);
    return totals.take(maker.snapshot);
}

}  // namespace

TEST_CASE("totals are the sums of pwqs, rates are their changes")
{
    Totals totals;
    const auto first = take(totals, kSecond, {{10, 100, 90, 5000, 12, 3}, {11, 7, 7, 0, 0, 0}});
    CHECK(started(first, 0) == 107);
    CHECK(first.interval_ns == 0);
    CHECK_FALSE(first.per_second(5));
    CHECK(first.workqueues[0].in_flight() == 10);
    CHECK(first.workqueues[0].pending() == 2);
    CHECK(first.workqueues[0].inactive == 3);
    const auto second = take(totals, 3 * kSecond, {{10, 150, 150, 9000, 0, 0}, {11, 7, 7, 0, 0, 0}});
    CHECK(second.interval_ns == 2 * kSecond);
    CHECK(begun(second, 0) == 50);
    CHECK(*second.per_second(begun(second, 0)) == 25);
    CHECK(second.workqueues[0].delta[WQLAB_PWQ_STAT_CPU_TIME] == 4000);
    CHECK(second.workqueues[0].in_flight() == 0);
}

TEST_CASE("where a kernel does not count, nothing is made up")
{
    Totals totals;
    const auto sample = take(totals, kSecond, {{10, WQLAB_NEVER, WQLAB_NEVER, WQLAB_NEVER, 2, 3}});
    CHECK_FALSE(sample.workqueues[0].counted);
    CHECK(started(sample, 0) == 0);
    CHECK(sample.workqueues[0].in_flight() == 2);
    CHECK(sample.workqueues[0].inactive == 3);
}

TEST_CASE("what a replaced pwq counted stays in the total")
{
    Totals totals;
    take(totals, 1 * kSecond, {{10, 100, 95}, {11, 50, 50}});
    // All pwqs are new, as after a write to affinity_scope; the five items in flight have ended with theirs.
    auto sample = take(totals, 2 * kSecond, {{20, 3, 3}, {21, 0, 0}});
    CHECK(started(sample, 0) == 153);
    CHECK(done(sample, 0) == 153);
    CHECK(begun(sample, 0) == 3);
    // One is gone, one stays.
    sample = take(totals, 3 * kSecond, {{21, 4, 4}});
    CHECK(started(sample, 0) == 157);
    CHECK(begun(sample, 0) == 4);
    // An old one's address for a new one.
    sample = take(totals, 4 * kSecond, {{21, 4, 4}, {10, 1, 1}});
    CHECK(started(sample, 0) == 158);
    // A pwq's address taken over between two samples.
    sample = take(totals, 5 * kSecond, {{21, 1, 1}, {10, 1, 1}});
    CHECK(started(sample, 0) == 159);
    CHECK(begun(sample, 0) == 1);
}

TEST_CASE("two pwqs whose identities are one count apart")
{
    for (const uint32_t flags : {uint32_t{WQLAB_WQ_UNBOUND}, uint32_t{WQLAB_WQ_PERCPU}}) {
        Totals totals;
        for (uint64_t i = 1; i < 4; i++) {
            const auto sample = take(totals, i * kSecond,
                                     {{.identity = 10, .started = 1000 + i, .completed = 1000, .pool = 0},
                                      {.identity = 10, .started = 10, .completed = 10, .pool = 4}},
                                     flags);
            CHECK(started(sample, 0) == 1010 + i);
            CHECK(begun(sample, 0) == (i > 1 ? 1 : 0));
        }
    }
}

TEST_CASE("a counter that the kernel writes without a lock may fall, its total does not")
{
    Totals totals;
    take(totals, 1 * kSecond, {{10, 100, 100, 500}});
    const auto sample = take(totals, 2 * kSecond, {{10, 101, 98, 400}});
    CHECK(started(sample, 0) == 101);
    CHECK(done(sample, 0) == 100);
    CHECK(sample.workqueues[0].total[WQLAB_PWQ_STAT_CPU_TIME] == 500);
}

TEST_CASE("workqueues of one name are apart, and have labels that are")
{
    Totals totals;
    for (uint64_t i : {1, 2}) {
        SnapshotMaker maker(i * kSecond);
        maker.workqueue(1, "events", 0, {{10, 5 * i, 5 * i}}, "system_wq");
        maker.workqueue(2, "events", 0, {{11, 70 * i, 70 * i}}, "system_percpu_wq");
        maker.workqueue(0xabcdef01, "events", 0, {{12, i, i}});
        maker.workqueue(4, "bad\x1b[31m", 0, {});
        const auto sample = totals.take(maker.snapshot);
        CHECK(started(sample, 0) == 5 * i);
        CHECK(started(sample, 1) == 70 * i);
        CHECK(sample.workqueues[0].label == "events (system_wq)");
        CHECK(sample.workqueues[1].label == "events (system_percpu_wq)");
        CHECK(sample.workqueues[2].label == "events #abcdef01");
        CHECK(sample.workqueues[3].label == "bad?[31m");
    }
}

TEST_CASE("a workqueue that is gone is gone, and its like begins anew")
{
    Totals totals;
    take(totals, 1 * kSecond, {{10, 100, 100}});
    const SnapshotMaker nothing(2 * kSecond);
    CHECK(totals.take(nothing.snapshot).workqueues.empty());
    const auto sample = take(totals, 3 * kSecond, {{10, 4, 4}});
    CHECK(started(sample, 0) == 4);
    CHECK(begun(sample, 0) == 4);
}

TEST_CASE("an address that a new workqueue took between two samples")
{
    Totals totals;
    SECTION("with another name")
    {
        take(totals, 1 * kSecond, {{10, 100, 100}});
        const auto sample = take(totals, 2 * kSecond, {{10, 300, 300}}, WQLAB_WQ_UNBOUND, "two");
        CHECK(started(sample, 0) == 300);
        CHECK(begun(sample, 0) == 300);
    }
    SECTION("with the same name: a per-CPU workqueue keeps its pwqs, so smaller counters are another's")
    {
        take(totals, 1 * kSecond, {{10, 100, 100}}, WQLAB_WQ_PERCPU);
        CHECK(started(take(totals, 2 * kSecond, {{10, 3, 3}}, WQLAB_WQ_PERCPU), 0) == 3);
        CHECK(started(take(totals, 3 * kSecond, {{30, 7, 7}}, WQLAB_WQ_PERCPU), 0) == 7);
    }
    SECTION("with the same name: it stands behind those that stood behind it")
    {
        SnapshotMaker before(1 * kSecond), after(2 * kSecond);
        before.workqueue(1, "one", WQLAB_WQ_UNBOUND, {{10, 100, 100}});
        before.workqueue(2, "two", WQLAB_WQ_UNBOUND, {{11, 100, 100}});
        after.workqueue(2, "two", WQLAB_WQ_UNBOUND, {{11, 101, 100}});
        after.workqueue(1, "one", WQLAB_WQ_UNBOUND, {{10, 5, 5}});
        totals.take(before.snapshot);
        const auto sample = totals.take(after.snapshot);
        CHECK(started(sample, 0) == 101);
        CHECK(started(sample, 1) == 5);
    }
}

TEST_CASE("what a broken off snapshot lacks is not taken for gone")
{
    Totals totals;
    take(totals, 1 * kSecond, {{10, 100, 100}, {11, 10, 10}});
    auto sample = take(totals, 2 * kSecond, {{10, 101, 101}}, WQLAB_WQ_UNBOUND, "one", "pwqs of one: a loop");
    CHECK(started(sample, 0) == 111);
    sample = take(totals, 3 * kSecond, {{10, 102, 102}, {11, 12, 12}});
    CHECK(started(sample, 0) == 114);
    sample = take(totals, 4 * kSecond, {{10, 102, 102}}, WQLAB_WQ_UNBOUND | uint32_t{WQLAB_SNAP_WQ_PWQS_CUT});
    CHECK(started(sample, 0) == 114);
    CHECK(started(take(totals, 5 * kSecond, {{10, 102, 102}, {11, 12, 12}}), 0) == 114);

    SnapshotMaker empty(6 * kSecond);
    empty.snapshot.troubles.push_back("workqueues: a loop");
    CHECK(totals.take(empty.snapshot).workqueues.empty());
    sample = take(totals, 7 * kSecond, {{10, 103, 102}, {11, 12, 12}});
    CHECK(started(sample, 0) == 115);
    CHECK(begun(sample, 0) == 1);
}

TEST_CASE("busy workers come from the workers, where there are any")
{
    SnapshotMaker maker;
    const uint32_t wq = maker.workqueue(1, "one", 0, {{10, 9, 4, 0, 6, 0}});
    maker.busy_worker(100, 0, wq, "f", 5);
    maker.idle_worker(101, 0, 5);
    auto sample = Totals().take(maker.snapshot);
    CHECK(sample.workqueues[0].busy == 1);
    CHECK(sample.workqueues[0].pending() == 5);
    maker.snapshot.sections &= ~uint32_t{WQLAB_SECTION_WORK};
    sample = Totals().take(maker.snapshot);
    CHECK_FALSE(sample.workqueues[0].busy);
    CHECK(sample.workqueues[0].pending() == 1);
}

TEST_CASE("held back items are counted also where they were not walked to the end")
{
    SnapshotMaker maker;
    maker.workqueue(1, "one", 0, {{10, 9, 4, 0, 5, 900}});
    maker.pool(0, 0);
    auto& pwq = maker.snapshot.pwqs[0];
    pwq.nr_inactive = 512;
    CHECK(Totals().take(maker.snapshot).workqueues[0].inactive == 512);
    maker.snapshot.pools[0].flags |= WQLAB_POOL_PENDING_CUT;
    CHECK(Totals().take(maker.snapshot).workqueues[0].inactive == 900);
    maker.snapshot.sections = WQLAB_SECTION_WORKQUEUES;
    maker.snapshot.pools.clear();
    CHECK(Totals().take(maker.snapshot).workqueues[0].inactive == 900);
    pwq.in_flight[4] = -3;
    CHECK(Totals().take(maker.snapshot).workqueues[0].inactive == 0);
}

TEST_CASE("deadlines do not drift, and those missed are left out")
{
    Deadlines deadlines(1000, 100);
    CHECK(deadlines.next(1001) == 1100);
    CHECK(deadlines.next(1180) == 1200);
    CHECK(deadlines.next(1555) == 1600);
    CHECK(deadlines.next(1700) == 1800);
    CHECK(Deadlines(5, 0).next(100) == 5);
}
