// SPDX-License-Identifier: GPL-2.0
// Which functions of the kernel a trial's threads are said to be in.
#include <catch2/catch.hpp>

#include <atomic>
#include <deque>
#include <string>
#include <thread>

#include "check/harness/calls.cc"

using wqlab::Call;
using wqlab::Calls;

namespace {

std::vector<std::string> seen(const Calls& calls)
{
    Calls::Group groups[Calls::kGroups];
    std::vector<std::string> lines;
    for (uint32_t i = 0, n = calls.look(groups); i < n; i++)
        lines.push_back(std::to_string(groups[i].threads) + " " + wqlab::call_name(groups[i].call) + " " +
                        groups[i].object);
    return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("who returns first does not hide those that have not returned")
{
    Calls calls;
    CHECK(seen(calls).empty());
    const Calls::Scope join(calls, Call::kJoin, "flusher");
    const Calls::Scope hangs(calls, Call::kFlushWork, "the item");
    {
        const Calls::Scope returns(calls, Call::kFlushWork, "the item");
        CHECK(seen(calls) == Lines{"2 flush_work() the item", "1 kthread_stop() flusher"});
    }
    CHECK(seen(calls) == Lines{"1 flush_work() the item", "1 kthread_stop() flusher"});
    const char* const other = "another item";
    const Calls::Scope also(calls, Call::kFlushWork, other);
    CHECK(seen(calls) == Lines{"1 flush_work() the item", "1 flush_work() another item", "1 kthread_stop() flusher"});
}

TEST_CASE("more threads than there is room for are not seen, and harm nothing")
{
    Calls calls;
    {
        std::deque<Calls::Scope> many;
        for (int i = 0; i < 100; i++)
            many.emplace_back(calls, Call::kDrainWorkqueue, "wq");
        CHECK(seen(calls) == Lines{"64 drain_workqueue() wq"});
    }
    CHECK(seen(calls).empty());
}

TEST_CASE("threads come and go while somebody looks")
{
    static const char* const kNames[] = {"a", "b", "c", "d"};
    Calls calls;
    const Calls::Scope stays(calls, Call::kCancelSync, "stays");
    std::atomic<bool> over = false;
    std::deque<std::thread> threads;
    for (const char* name : kNames)
        threads.emplace_back([&calls, &over, name] {
            while (!over)
                const Calls::Scope scope(calls, Call::kFlushWorkqueue, name);
        });
    for (int i = 0; i < 20'000; i++) {
        Calls::Group groups[Calls::kGroups];
        const uint32_t n = calls.look(groups);
        bool found = false;
        for (uint32_t j = 0; j < n; j++)
            found = found || groups[j].call == Call::kCancelSync;
        if (!found || n > 5)
            FAIL("round " << i << ": " << n << " groups");
    }
    over = true;
    for (std::thread& thread : threads)
        thread.join();
    CHECK(seen(calls) == Lines{"1 cancel_work_sync() stays"});
}
