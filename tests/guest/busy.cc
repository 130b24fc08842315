// SPDX-License-Identifier: GPL-2.0
// The default set on a machine that has other things to do: it may take longer there, and no
// check may say anything else than at rest. Once, or WQLAB_ROUNDS times.
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>
#include <map>
#include <random>
#include <sched.h>
#include <string>
#include <thread>
#include <vector>

#include "lab.hh"

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

// Of each CPU some two fifths, in bursts that no check can know of: a load that is always there is soon part of each
// wait, and one that comes in the middle is what nobody has tried.
void burden(const std::stop_token& stop, unsigned cpu)
{
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    ::sched_setaffinity(0, sizeof(only), &only);  // a CPU that goes offline is left, and that is as good
    std::mt19937 random(cpu);
    std::uniform_int_distribution<unsigned> burst(0, 200'000), rest(0, 300'000);
    while (!stop.stop_requested()) {
        for (const auto end = Clock::now() + microseconds(burst(random)); Clock::now() < end;)
            ;
        std::this_thread::sleep_for(microseconds(rest(random)));
    }
}

}  // namespace

TEST_CASE("beside other work, too, the default set finds no broken promise", "[busy]")
{
    const uint64_t rounds = from_environment("WQLAB_ROUNDS", 1);
    std::vector<std::jthread> others;
    for (const unsigned cpu : online_cpus())
        others.emplace_back(burden, cpu);
    for (uint64_t round = 1; round <= rounds; round++) {
        const auto begin = Clock::now();
        const Outcome outcome = tool({"check", "--json"});
        INFO("round " << round << ": " << outcome.err);
        CHECK(outcome.status == 0);
        REQUIRE_FALSE(outcome.out.empty());
        const json report = json::parse(outcome.out);
        std::map<std::string, unsigned> by_status;
        for (const json& judgement : report["checks"]) {
            by_status[judgement["status"]]++;
            INFO(judgement.dump(2));
            CHECK(judgement["status"] != "fail");
        }
        std::cout << "# round " << round << " in " << std::chrono::duration<double>(Clock::now() - begin).count()
                  << " s:";
        for (const auto& [status, count] : by_status)
            std::cout << " " << status << " " << count;
        std::cout << std::endl;
    }
}
