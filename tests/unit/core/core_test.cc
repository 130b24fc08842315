// SPDX-License-Identifier: GPL-2.0
// kmod/core beside the histogram: what the module and the host share.
#include <catch2/catch.hpp>

#include <atomic>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "core/counter.hh"
#include "core/handback.hh"
#include "core/random.hh"
#include "core/result.hh"
#include "core/text.hh"
#include "core/worker_set.hh"

using namespace wqlab;

namespace {

Result<std::unique_ptr<int>> make(bool well)
{
    if (!well)
        return Errno::kNoMemory;
    return std::make_unique<int>(7);
}

Result<int> add_one(bool well)
{
    const std::unique_ptr<int> seven = TRY(make(well));
    return *seven + 1;
}

Result<void> check(bool well)
{
    TRY(add_one(well));
    return {};
}

}  // namespace

TEST_CASE("TRY hands the value on or the error up")
{
    CHECK(add_one(true).take() == 8);
    CHECK(add_one(false).error() == Errno::kNoMemory);
    CHECK(check(true).ok());
    CHECK(check(false).error() == Errno::kNoMemory);
}

TEST_CASE("a Result destroys its value once, taken or not")
{
    const auto counted = std::make_shared<int>(1);
    {
        Result<std::shared_ptr<int>> kept(counted);
        Result<std::shared_ptr<int>> moved(std::move(kept));
        CHECK(counted.use_count() == 2);
        const std::shared_ptr<int> taken = moved.take();
        CHECK(counted.use_count() == 2);
    }
    CHECK(counted.use_count() == 1);
}

namespace {

struct Node {
    int value = 0;
    Node* next = nullptr;
};

}  // namespace

TEST_CASE("the handback stack tells who found it empty and gives all, last first")
{
    Node nodes[3] = {{1}, {2}, {3}};
    HandbackStack<Node> stack;
    CHECK(stack.empty());
    CHECK(stack.take_all() == nullptr);
    CHECK(stack.push(nodes[0]));
    CHECK_FALSE(stack.push(nodes[1]));
    CHECK_FALSE(stack.push(nodes[2]));
    std::vector<int> order;
    for (Node* node = stack.take_all(); node; node = node->next)
        order.push_back(node->value);
    CHECK(order == std::vector<int>{3, 2, 1});
    CHECK(stack.push(nodes[0]));
}

TEST_CASE("the handback stack loses nothing between threads")
{
    constexpr int kThreads = 3, kEach = 20000;
    HandbackStack<Node> stack;
    std::vector<Node> nodes(kThreads * kEach);
    std::atomic<int> woken = 0;
    std::vector<std::thread> pushers;
    for (int t = 0; t < kThreads; t++)
        pushers.emplace_back([&, t] {
            for (int i = 0; i < kEach; i++) {
                nodes[t * kEach + i].value = t * kEach + i;
                woken += stack.push(nodes[t * kEach + i]);
            }
        });
    std::set<int> seen;
    int taken = 0;
    while (seen.size() < nodes.size())
        if (Node* node = stack.take_all()) {
            taken++;
            for (; node; node = node->next)
                CHECK(seen.insert(node->value).second);
        }
    for (std::thread& pusher : pushers)
        pusher.join();
    // Every batch was begun by one push that found it empty: nobody sleeps on a full stack.
    CHECK(woken == taken);
}

TEST_CASE("the gauge keeps the most there ever were at once")
{
    Gauge gauge;
    gauge.enter();
    gauge.enter();
    gauge.leave();
    gauge.enter();
    gauge.leave();
    gauge.leave();
    gauge.enter();
    CHECK(gauge.most() == 2);

    Gauge shared;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++)
        threads.emplace_back([&] {
            for (int i = 0; i < 20000; i++) {
                shared.enter();
                shared.leave();
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    CHECK(shared.most() >= 1);
    CHECK(shared.most() <= 4);
    shared.enter();
    CHECK(shared.most() <= 4);
}

TEST_CASE("counters add and only ever rise")
{
    Counter counter;
    counter.add();
    counter.add(9);
    CHECK(counter.get() == 10);
    counter.raise_to(5);
    CHECK(counter.get() == 10);
    counter.raise_to(11);
    CHECK(counter.get() == 11);
}

TEST_CASE("random numbers repeat with their seed and differ without")
{
    Random a(1), b(1), c(2);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        const uint64_t x = a.next();
        CHECK(x == b.next());
        same += x == c.next();
    }
    CHECK(same == 0);
    // The published first value of SplitMix64 for seed 0.
    CHECK(Random(0).next() == 0xe220a8397b1dcdafULL);
}

TEST_CASE("uniform numbers stay in their range and reach both ends")
{
    Random random(3);
    std::map<uint64_t, int> hits;
    for (int i = 0; i < 100000; i++)
        hits[random.between(10, 19)]++;
    CHECK(hits.begin()->first == 10);
    CHECK(hits.rbegin()->first == 19);
    for (const auto& [value, n] : hits)
        CHECK(std::abs(n - 10000) < 600);
    for (int i = 0; i < 100000; i++) {
        const uint64_t wide = random.between(0, 10'000'000'000);
        if (wide > 10'000'000'000)
            FAIL("beyond the range");
    }
    CHECK(random.between(5, 5) == 5);
    CHECK(random.below(1) == 0);
}

TEST_CASE("shares are what was asked for")
{
    Random random(4);
    int hits = 0;
    for (int i = 0; i < 100000; i++) {
        hits += random.percent(30);
        if (random.percent(0) || !random.percent(100))
            FAIL("0 % and 100 % are certain");
    }
    CHECK(std::abs(hits - 30000) < 800);
}

TEST_CASE("exponential times have their mean and their tail")
{
    Random random(5);
    constexpr uint64_t kMean = 1'000'000;
    constexpr int kTries = 400000;
    double sum = 0;
    int above_mean = 0, above_three = 0;
    uint64_t longest = 0;
    for (int i = 0; i < kTries; i++) {
        const uint64_t ns = random.exponential(kMean);
        sum += static_cast<double>(ns);
        above_mean += ns > kMean;
        above_three += ns > 3 * kMean;
        longest = std::max(longest, ns);
    }
    CHECK(sum / kTries == Approx(kMean).epsilon(0.01));
    CHECK(above_mean / double(kTries) == Approx(std::exp(-1)).epsilon(0.02));
    CHECK(above_three / double(kTries) == Approx(std::exp(-3)).epsilon(0.05));
    CHECK(longest == Approx(kMean * 9.01).epsilon(0.01));
    // The longest mean that a run may ask for does not overflow.
    CHECK(random.exponential(10'000'000'000) < 91'000'000'000);
}

TEST_CASE("the worker set keeps each worker once, with the nice of its first sight")
{
    auto set = std::make_unique<WorkerSet>();
    for (const int pid : {100, 100, 356, 100, 356, 612})  // 100, 356, 612 collide
        CHECK(set->see(pid, pid == 356 ? -20 : 0));
    CHECK(set->see(356, 5));
    std::map<int, int> seen;
    set->for_each([&](WorkerSet::Worker worker) { seen[worker.pid] = worker.nice; });
    CHECK(seen == std::map<int, int>{{100, 0}, {356, -20}, {612, 0}});
}

TEST_CASE("a full worker set says so and keeps what it has")
{
    auto set = std::make_unique<WorkerSet>();
    for (int pid = 1; pid <= static_cast<int>(WorkerSet::kSlots); pid++)
        CHECK(set->see(pid, 0));
    CHECK_FALSE(set->see(5000, 0));
    CHECK(set->see(17, 0));
    unsigned n = 0;
    set->for_each([&](WorkerSet::Worker) { n++; });
    CHECK(n == WorkerSet::kSlots);
}

TEST_CASE("text is cut at the end of its array, never beyond")
{
    char small[8];
    Text(small).add("wqlab").add(1234u).add("-name");
    CHECK(std::string(small) == "wqlab12");
    char number[16];
    Text(number).add(0u).add(" ").add(4294967295u);
    CHECK(std::string(number) == "0 4294967295");
    char one[1];
    Text(one).add("x");
    CHECK(one[0] == '\0');
    CHECK(same_text("abc", "abc"));
    CHECK_FALSE(same_text("abc", "abcd"));
    CHECK_FALSE(same_text("", "a"));
}
