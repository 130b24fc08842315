// SPDX-License-Identifier: GPL-2.0
// From snapshots and a recording to what is said of a load.
#include <algorithm>
#include <catch2/catch.hpp>

#include "commands/advise/advised.hh"
#include "commands/advise/listen.hh"
#include "unit/commands/advise/made_up.hh"
#include "unit/report/fixtures.hh"
#include "unit/snapshot/snapshot_maker.hh"

using namespace wqctl;

namespace {

constexpr uint64_t kMine = 0x1001;

// One of mine executes on each of pools 0 and 1, asleep on the latter, and an item of events waits on both.
Snapshot machine(uint64_t started, uint64_t time_ns)
{
    SnapshotMaker maker(time_ns);
    const uint32_t mine = maker.workqueue(kMine, "mine", 0, {{.identity = 1, .started = started, .active = 3}});
    const uint32_t events = maker.workqueue(0x2002, "events", 0, {});
    maker.pool(0, 0);
    maker.pool(1, 1);
    maker.busy_worker(10, 0, mine, "mine_fn [mine]", 1000);
    maker.busy_worker(11, 1, mine, "mine_fn [mine]", 1000, WQLAB_WORKER_SLEEPING);
    maker.work(0, mine, "mine_fn [mine]");
    maker.work(0, events, "late_fn");
    maker.work(1, events, "early_fn");
    return maker.snapshot;
}

Glance glance(const Snapshot& snapshot)
{
    Totals totals;
    return look_at(snapshot, totals.take(snapshot), kMine).value();
}

Subject subject_of_mine()
{
    Subject subject;
    subject.identity = kMine;
    return subject;
}

// So many arrivals between two looks, 20 ms each.
Listened heard(const std::vector<unsigned>& arrivals)
{
    Listened listened;
    listened.recording.elapsed_ns = arrivals.size() * 20'000'000;
    uint64_t all = 0;
    for (size_t i = 0; i <= arrivals.size(); i++) {
        Glance glance;
        glance.time_ns = i * 20'000'000;
        glance.arrived = all;
        listened.looks.push_back(glance);
        all += i < arrivals.size() ? arrivals[i] : 0;
    }
    LatencyRow row;
    row.workqueue = "mine";
    row.identity = kMine;
    row.function = "mine_fn";
    row.cpu = 0;
    Latency& run = row.stages[WQLAB_STAGE_RUN];
    run.count = all;
    run.sum = all * 1000;
    run.min = run.max = 1000;
    run.add_bucket(Latency::Geometry::index(1000), all);
    listened.recording.rows = {row};
    return listened;
}

Profile profile_of(const std::vector<unsigned>& arrivals) { return describe(subject_of_mine(), heard(arrivals)); }

}  // namespace

TEST_CASE("a look sees who executes, who sleeps, and who waits behind one that does not")
{
    const Glance seen = glance(machine(100, 0));
    REQUIRE(seen.executing.size() == 2);
    CHECK(seen.executing[0].function == "mine_fn");
    CHECK(seen.executing[0].asleep + seen.executing[1].asleep == 1);
    CHECK(seen.waiting == 1);
    CHECK(seen.arrived == 101u);
    // Who waits on pool 1 waits for no one of ours: that one sleeps.
    REQUIRE(seen.behind.size() == 1);
    CHECK(seen.behind[0].workqueue == "events");
    CHECK(seen.behind[0].function == "late_fn");
}

TEST_CASE("who waits is called as dump calls it, and its times are that workqueue's")
{
    SnapshotMaker maker(0);
    const uint32_t mine = maker.workqueue(kMine, "mine", 0, {{.identity = 1, .started = 1, .active = 1}});
    const uint32_t events = maker.workqueue(0x2002, "events", 0, {}, "system_wq");
    maker.workqueue(0x2003, "events", 0, {}, "system_percpu_wq");
    maker.pool(0, 0);
    maker.busy_worker(10, 0, mine, "mine_fn", 1000);
    maker.work(0, events, "late_fn");
    Listened listened = heard({5, 5, 5});
    for (Glance& look : listened.looks)
        look.behind = glance(maker.snapshot).behind;
    for (const uint64_t identity : {0x2002, 0x2003}) {
        LatencyRow& row = listened.recording.rows.emplace_back();
        row.workqueue = "events";
        row.identity = identity;
        row.function = "late_fn";
        Latency& pending = row.stages[WQLAB_STAGE_PENDING];
        const uint64_t ns = identity == 0x2002 ? 1'000'000 : 1'000'000'000;
        pending.count = 1;
        pending.sum = pending.min = pending.max = ns;
        pending.add_bucket(Latency::Geometry::index(ns), 1);
    }
    const Profile profile = describe(subject_of_mine(), listened);
    REQUIRE(profile.victims.size() == 1);
    CHECK(profile.victims[0].workqueue == "events (system_wq)");
    CHECK(profile.victims[0].looks == listened.looks.size());
    CHECK(profile.victims[0].pending_p99 == Approx(1e6).epsilon(0.1));
    CHECK(subject_of(maker.snapshot, events).name == "events (system_wq)");
    CHECK(subject_of(maker.snapshot, mine).name == "mine");
}

TEST_CASE("a workqueue that is gone is not looked at")
{
    const Snapshot snapshot = machine(100, 0);
    Totals totals;
    CHECK_FALSE(look_at(snapshot, totals.take(snapshot), 0x3003));
}

TEST_CASE("arrivals are told apart: of a clock, by chance, in bursts")
{
    CHECK(profile_of(std::vector<unsigned>(200, 5)).arrival() == Arrival::kEven);

    std::mt19937_64 random(1);
    std::poisson_distribution<unsigned> chance(5);
    std::vector<unsigned> arrivals(500);
    std::generate(arrivals.begin(), arrivals.end(), [&] { return chance(random); });
    const Profile by_chance = profile_of(arrivals);
    CHECK(by_chance.arrival() == Arrival::kRandom);
    CHECK(*by_chance.dispersion == Approx(1).margin(0.2));
    CHECK(by_chance.burst() == 1);

    for (size_t i = 0; i < arrivals.size(); i++)
        arrivals[i] = i % 4 ? 0 : 20;
    const Profile bursts = profile_of(arrivals);
    CHECK(bursts.arrival() == Arrival::kBursts);
    CHECK(bursts.burst() == Approx(20).margin(1));
    CHECK(bursts.rate() == Approx(250).epsilon(0.01));
}

TEST_CASE("items that come when others end are told from those that come from outside")
{
    // One that queues itself: 990 us run, 20 us wait, at each look it executes or waits.
    Listened listened = heard(std::vector<unsigned>(200, 20));
    LatencyRow& row = listened.recording.rows[0];
    Latency& run = row.stages[WQLAB_STAGE_RUN];
    run.sum = run.count * 990'000;
    Latency& pending = row.stages[WQLAB_STAGE_PENDING];
    pending.count = run.count;
    pending.sum = run.count * 20'000;
    const auto look = [&](size_t i, unsigned executing, unsigned waiting) {
        listened.looks[i].executing.assign(executing, {"mine_fn", false});
        listened.looks[i].waiting = waiting;
    };
    for (size_t i = 0; i < listened.looks.size(); i++)
        look(i, i % 10 != 0, i % 10 == 0);
    look(7, 0, 0);  // its function has ended, and the next is not counted yet
    Profile profile = describe(subject_of_mine(), listened);
    CHECK(profile.loop() == 1);
    CHECK(profile.arrival() == Arrival::kLoop);
    CHECK(profile.burst() == 1);
    CHECK_THAT(describe(profile, Charset::kAscii)[1].text, Catch::Contains("1 always under way"));

    // From outside, and hardly to be coped with: they queue up.
    pending.sum = run.count * 5'000'000;
    for (size_t i = 0; i < listened.looks.size(); i++)
        look(i, 1, i % 10);
    CHECK(describe(subject_of_mine(), listened).loop() == 0);
    // And where there is nothing to do at one look in ten.
    pending.sum = 0;
    for (size_t i = 0; i < listened.looks.size(); i++)
        look(i, i % 10 != 0, 0);
    CHECK(describe(subject_of_mine(), listened).loop() == 0);
    // What never ended is no loop.
    for (Glance& one : listened.looks)
        one.executing.push_back({"sleeper_fn", true});
    CHECK(describe(subject_of_mine(), listened).loop() == 0);
}

TEST_CASE("that an item sleeps is known from one look, that it does not from many")
{
    Profile profile = made_up_profile(0, 10'000);
    FunctionLoad function{"f", profile.run, 5, 0};
    CHECK(function.sleeps() == Sleeps::kUnknown);
    function.asleep = 1;
    CHECK(function.sleeps() == Sleeps::kSometimes);
    function = {"f", profile.run, 100, 0};
    CHECK(function.sleeps() == Sleeps::kNever);
    // A hundred looks at three items are three.
    function.run.count = 3;
    CHECK(function.sleeps() == Sleeps::kUnknown);

    CHECK(profile.sleeps() == Sleeps::kNever);
    profile.functions.push_back({"seldom", {}, 1, 0});
    CHECK(profile.sleeps() == Sleeps::kUnknown);
    profile.functions.push_back({"sleeper", {}, 1, 1});
    CHECK(profile.sleeps() == Sleeps::kSometimes);
    profile.told = Sleeps::kNever;
    CHECK(profile.sleeps() == Sleeps::kNever);
}

TEST_CASE("an item that runs through all of the listening is seen, though the recording has none of it")
{
    Listened listened = heard(std::vector<unsigned>(200, 5));
    for (size_t i = 0; i < listened.looks.size(); i++) {
        listened.looks[i].executing.push_back({"mine_fn", false});
        listened.looks[i].executing.push_back({"sleeper_fn", i % 2 != 0});
    }
    Profile profile = describe(subject_of_mine(), listened);
    REQUIRE(profile.functions.size() == 2);
    CHECK(profile.functions[1].name == "sleeper_fn");
    CHECK(profile.sleeps() == Sleeps::kSometimes);
    CHECK(profile.running() == Approx(1).margin(0.01));
    CHECK(profile.cpus_busy() == Approx(0.5).margin(0.02));
    CHECK(limitations(profile, {}, two_sockets()).size() == 1);

    for (Glance& look : listened.looks)
        look.executing.back().asleep = false;
    profile = describe(subject_of_mine(), listened);
    CHECK(profile.functions[0].sleeps() == Sleeps::kNever);
    CHECK(profile.sleeps() == Sleeps::kUnknown);
}

TEST_CASE("what the recording lost is known from the kernel's count, or not at all")
{
    Listened listened = heard(std::vector<unsigned>(200, 5));
    CHECK(describe(subject_of_mine(), listened).unrecorded == 1);
    Latency& run = listened.recording.rows[0].stages[WQLAB_STAGE_RUN];
    run.count /= 2;
    run.sum /= 2;
    listened.recording.lost_items = run.count;
    const Profile counted = describe(subject_of_mine(), listened);
    CHECK(counted.rate() == Approx(250).epsilon(0.02));
    CHECK(counted.running() == Approx(250e-6).epsilon(0.02));
    CHECK(counted.is_whole());
    for (Glance& look : listened.looks)
        look.arrived.reset();
    const Profile not_counted = describe(subject_of_mine(), listened);
    CHECK(not_counted.unrecorded == 1);
    CHECK_FALSE(not_counted.is_whole());
}

TEST_CASE("what is wanted at once follows from rate and times")
{
    const Profile profile = made_up_profile(0, 400'000);
    CHECK(profile.rate() == Approx(1000));
    CHECK(profile.running() == Approx(0.5).epsilon(0.02));
    CHECK(profile.in_flight() == Approx(0.525).epsilon(0.02));
    CHECK(profile.cpus_busy() == Approx(0.5).epsilon(0.02));
    CHECK_FALSE(profile.is_held_back());
}
