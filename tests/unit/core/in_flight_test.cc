// SPDX-License-Identifier: GPL-2.0
// kmod/core's memory of items on their way: one address at a time, then all at once.
#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "core/in_flight.hh"

using namespace wqlab;
using Start = InFlight::Start;

// Of the buckets' locks.
extern "C" void wqlab_relax() { std::this_thread::yield(); }

namespace {

constexpr uint64_t kWork = 0xffff888001234560;
constexpr uint64_t kWorker = 0xffff888002000000;
constexpr uint64_t kWorkqueue = 0xffff888003000000;

class Table {
public:
    explicit Table(size_t buckets = 64) : buckets_(buckets), items({buckets_.data(), buckets_.size()}) {}

    bool queue(uint64_t work, uint64_t stamp)
    {
        return items.queue(work, kWorkqueue, 7, [=] { return stamp; });
    }
    Start start(uint64_t work, uint64_t stamp, bool pending = false, uint64_t worker = kWorker)
    {
        return items.start(
            work, worker, stamp, [=] { return pending; }, [](InFlight::Item& unseen) { unseen.workqueue = 99; },
            [=] { return stamp + 1; });
    }
    bool end(uint64_t work, uint64_t worker = kWorker) { return items.end(work, worker, item); }
    uint64_t waiting() const { return items.population().waiting; }
    uint64_t running() const { return items.population().running; }

private:
    std::vector<InFlight::Bucket> buckets_;

public:
    InFlight items;
    InFlight::Item item = {};
};

// Addresses that share a bucket of a table of two.
std::vector<uint64_t> neighbours(size_t n)
{
    std::vector<uint64_t> works;
    for (uint64_t work = kWork; works.size() < n; work += 64)
        if (mixed(work) >> 63 == 0)
            works.push_back(work);
    return works;
}

}  // namespace

TEST_CASE("an item is seen from the queue call to its end")
{
    Table table;
    CHECK(table.queue(kWork, 10));
    CHECK(table.waiting() == 1);
    table.items.activate(kWork, 20);
    CHECK(table.start(kWork, 30) == Start::kPaired);
    CHECK(table.running() == 1);
    CHECK(table.waiting() == 0);
    REQUIRE(table.end(kWork));
    CHECK(table.item.workqueue == kWorkqueue);
    CHECK(table.item.tag == 7);
    CHECK(table.item.queued == 10);
    CHECK(table.item.activated == 20);
    CHECK(table.item.started == 30);
    CHECK(table.item.running == 31);
    CHECK_FALSE(table.end(kWork));
    CHECK(table.running() == 0);
}

TEST_CASE("what was queued before anybody looked is unpaired, and its run is known")
{
    Table table;
    table.items.activate(kWork, 5);
    CHECK(table.waiting() == 0);
    CHECK(table.start(kWork, 30) == Start::kUnpaired);
    REQUIRE(table.end(kWork));
    CHECK_FALSE(table.item.paired());
    CHECK(table.item.workqueue == 99);
    CHECK(table.item.running == 31);
    CHECK_FALSE(table.end(kWork + 64));
}

TEST_CASE("an item that is queued again while it runs waits beside itself")
{
    Table table;
    table.queue(kWork, 10);
    table.items.activate(kWork, 11);
    table.start(kWork, 12);
    CHECK(table.queue(kWork, 20));
    table.items.activate(kWork, 21);
    CHECK(table.running() == 1);
    CHECK(table.waiting() == 1);
    REQUIRE(table.end(kWork));
    CHECK(table.item.queued == 10);
    CHECK(table.start(kWork, 30) == Start::kPaired);
    REQUIRE(table.end(kWork));
    CHECK(table.item.queued == 20);
}

TEST_CASE("queued again between leaving the queue and its start, both keep their times")
{
    Table table;
    table.queue(kWork, 10);
    table.items.activate(kWork, 11);
    table.queue(kWork, 20);
    table.items.activate(kWork, 21);
    CHECK(table.start(kWork, 22, true) == Start::kPaired);
    REQUIRE(table.end(kWork));
    CHECK(table.item.queued == 10);
    CHECK(table.item.activated == 11);
    CHECK(table.start(kWork, 30) == Start::kPaired);
    REQUIRE(table.end(kWork));
    CHECK(table.item.queued == 20);
    CHECK(table.item.activated == 21);
}

TEST_CASE("a cancelled item leaves nothing to the next of its address")
{
    Table table;
    for (uint64_t stamp = 10; stamp < 100; stamp += 10) {
        CHECK(table.queue(kWork, stamp));
        CHECK(table.waiting() <= 2);
    }
    table.items.activate(kWork, 95);
    CHECK(table.start(kWork, 100) == Start::kPaired);
    CHECK(table.waiting() == 0);
    REQUIRE(table.end(kWork));
    CHECK(table.item.queued == 90);
    CHECK(table.item.activated == 95);
}

TEST_CASE("an item that started without being activated is not paired")
{
    Table table;
    table.queue(kWork, 10);
    CHECK(table.start(kWork, 20) == Start::kUnpaired);
    REQUIRE(table.end(kWork));
    CHECK(table.item.workqueue == kWorkqueue);
    CHECK_FALSE(table.item.paired());
}

TEST_CASE("memory that is an item again before its function returned is two items")
{
    Table table;
    table.queue(kWork, 10);
    table.items.activate(kWork, 11);
    table.start(kWork, 12);
    table.queue(kWork, 20);
    table.items.activate(kWork, 21);
    CHECK(table.start(kWork, 22, false, kWorker + 64) == Start::kPaired);
    REQUIRE(table.end(kWork));
    CHECK(table.item.queued == 10);
    REQUIRE(table.end(kWork, kWorker + 64));
    CHECK(table.item.queued == 20);
}

TEST_CASE("a full bucket gives up who waits longest, and says so")
{
    Table table(2);
    const auto works = neighbours(InFlight::kWays + 2);
    for (size_t i = 0; i < InFlight::kWays; i++)
        CHECK(table.queue(works[i], 100 + i));
    CHECK_FALSE(table.queue(works[InFlight::kWays], 200));
    // The address of one that is there takes no other's place.
    CHECK(table.queue(works[1], 210));
    CHECK(table.waiting() == InFlight::kWays);
    // A run is counted all the same, and the wait of the next in turn is not.
    CHECK(table.start(works[0], 300) == Start::kInPlace);
    CHECK(table.waiting() == InFlight::kWays - 1);
    REQUIRE(table.end(works[0]));
    CHECK(table.item.workqueue == 99);
    CHECK_FALSE(table.item.paired());
    CHECK(table.start(works[2], 400) == Start::kUnpaired);
    REQUIRE(table.end(works[2]));
    CHECK(table.queue(works[2], 410));

    for (size_t i = 1; i <= InFlight::kWays; i++)
        CHECK(table.start(works[i], 500) == Start::kUnpaired);
    CHECK(table.running() == InFlight::kWays);
    // Those that run are not given up.
    CHECK_FALSE(table.queue(works[0], 600));
    CHECK(table.waiting() == 0);
    CHECK(table.start(works[0], 700) == Start::kFull);
    CHECK_FALSE(table.end(works[0]));
    for (size_t i = 1; i <= InFlight::kWays; i++)
        CHECK(table.end(works[i]));
    CHECK(table.running() == 0);
}

TEST_CASE("items at equal distances fill the buckets evenly, whatever the distance")
{
    const uint64_t distance = GENERATE(64, 96, 128, 192, 320, 448, 4096);
    CAPTURE(distance);
    constexpr size_t kArrays = 4, kItems = 4096;
    Table table(kArrays * kItems / 2);
    std::mt19937_64 random(distance);
    size_t given_up = 0;
    for (size_t array = 0; array < kArrays; array++) {
        const uint64_t base = kWork + (random() >> 30 << 12);
        for (size_t i = 0; i < kItems; i++)
            given_up += !table.queue(base + i * distance, 1 + i);
    }
    // Two in a bucket on the average: of more than seven chance makes some 12.
    CHECK(given_up < 60);
}

namespace {

// A work that any thread may take its next step with, as workers and issuers do.
struct Shared {
    enum State { kIdle, kQueueing, kQueued, kStarting, kRunning };

    std::atomic<int> state{kIdle};
    std::atomic<uint64_t> round{0};
};

struct Hammer {
    static constexpr size_t kWorks = 96;

    std::vector<InFlight::Bucket> buckets = std::vector<InFlight::Bucket>(8);
    InFlight items{Span<InFlight::Bucket>(buckets.data(), buckets.size())};
    std::vector<Shared> works = std::vector<Shared>(kWorks);
    std::atomic<uint64_t> ended{0}, lost{0}, unpaired{0}, wrong{0}, clock{1};

    uint64_t now() { return clock.fetch_add(1); }
    static uint64_t address(size_t i) { return kWork + i * 192; }

    void step(size_t i)
    {
        Shared& work = works[i];
        int expected = Shared::kIdle;
        if (work.state.compare_exchange_strong(expected, Shared::kQueueing)) {
            const uint64_t round = ++work.round;
            // Another one may be given up for it: that one is then unpaired.
            lost += !items.queue(address(i), kWorkqueue + i, round, [&] { return now(); });
            items.activate(address(i), now());
            work.state = Shared::kQueued;
            return;
        }
        expected = Shared::kQueued;
        if (!work.state.compare_exchange_strong(expected, Shared::kStarting))
            return;
        const uint64_t worker = kWorker + i * 64;
        const Start start = items.start(
            address(i), worker, now(), [] { return false; }, [](InFlight::Item&) {}, [&] { return now(); });
        InFlight::Item item;
        const bool found = items.end(address(i), worker, item);
        wrong += found != (start != Start::kFull);
        lost += start == Start::kInPlace;
        if (start == Start::kPaired)
            wrong += item.workqueue != kWorkqueue + i || item.tag != work.round || item.queued >= item.activated ||
                     item.activated >= item.started || item.started >= item.running;
        else
            unpaired++;
        ended++;
        work.state = Shared::kIdle;
    }
};

}  // namespace

TEST_CASE("many threads queue, start and end items of a small table at once")
{
    const auto hammer = std::make_unique<Hammer>();
    std::vector<std::thread> threads;
    for (unsigned seed = 0; seed < 4; seed++)
        threads.emplace_back([&hammer, seed] {
            std::mt19937 random(seed);
            for (int i = 0; i < 60'000; i++)
                hammer->step(random() % Hammer::kWorks);
        });
    for (std::thread& thread : threads)
        thread.join();
    CHECK(hammer->wrong == 0);
    CHECK(hammer->ended > 1000);
    // Whoever is queued still can be started, and then nothing is left.
    for (size_t i = 0; i < Hammer::kWorks; i++)
        if (hammer->works[i].state == Shared::kQueued)
            hammer->step(i);
    CHECK(hammer->wrong == 0);
    CHECK(hammer->lost > 0);
    CHECK(hammer->unpaired <= hammer->lost);
    CHECK(hammer->items.population().waiting == 0);
    CHECK(hammer->items.population().running == 0);
}
