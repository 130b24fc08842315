// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "unit/commands/doctor/live/scene.hh"

using namespace wqctl;

namespace {

const Frames kWaits = {"__schedule", "schedule", "mutex_lock", "write_fn", "process_one_work", "worker_thread"};
const Frames kHolds = {"__schedule", "schedule", "io_schedule", "bio_wait", "write_fn", "process_one_work"};

// Workers 101 and on of one function, each with this stack, and one more with the other.
live::Stacks stacks_of(int count, const Frames& frames, char state = 'D')
{
    live::Stacks stacks;
    for (int pid = 101; pid < 101 + count; pid++) {
        stacks.by_pid[pid] = {frames, state};
        stacks.tasks[pid] = {pid, "kworker/u4:" + std::to_string(pid), true};
    }
    return stacks;
}

auto crowd(int count, uint64_t busy_ns = 60 * kSecond)
{
    return [=](Scene& s) {
        const uint32_t flush = s.workqueue("flusher", WQLAB_WQ_UNBOUND, {16});
        for (int pid = 101; pid < 101 + count; pid++)
            s.busy(pid, flush, 16, "write_fn", busy_ns);
    };
}

std::vector<Finding> crowds(const live::Examination& seen)
{
    std::vector<Finding> found;
    for (const Finding& finding : seen.findings)
        if (finding.rule == "crowd")
            found.push_back(finding);
    return found;
}

}  // namespace

TEST_CASE("doctor: many workers wait for one thing, and the one that may hold it is named")
{
    live::Stacks stacks = stacks_of(9, kWaits);
    stacks.by_pid[109].frames = kHolds;
    const auto found = crowds(examine(crowd(9), stacks));
    REQUIRE(found.size() == 1);
    CHECK(found[0].certainty == Certainty::kLikely);
    CHECK_THAT(
        found[0].sentence,
        Catch::StartsWith("8 workers of flusher have been at write_fn for 60 s and more, and all sleep in mutex_lock"));
    REQUIRE(found[0].suspects.size() == 1);
    CHECK(found[0].suspects[0].pid == 109);
    CHECK_THAT(found[0].suspects[0].doing,
               Catch::Contains("asleep in bio_wait") && Catch::Contains("where the others are not"));
    REQUIRE(found[0].stacks.size() == 1);
    CHECK(found[0].stacks[0].frames == kHolds);
}

TEST_CASE("doctor: few, quick, differing or interruptible sleepers are no crowd")
{
    CHECK(crowds(examine(crowd(8), stacks_of(8, kWaits))).size() == 1);
    CHECK(crowds(examine(crowd(7), stacks_of(7, kWaits))).empty());
    CHECK(crowds(examine(crowd(8, 5 * kSecond), stacks_of(8, kWaits))).empty());
    CHECK(crowds(examine(crowd(8), stacks_of(8, kWaits, 'S'))).empty());
    live::Stacks differing = stacks_of(8, kWaits);
    for (auto& [pid, stack] : differing.by_pid)
        stack.frames[3] = "fn_" + std::to_string(pid);
    CHECK(crowds(examine(crowd(8), differing)).empty());
}

TEST_CASE("doctor: without stacks crowds are not looked at, and it says why")
{
    live::Stacks none;
    none.lacking = "/proc/PID/stack is for root";
    const auto seen = examine(crowd(8), none);
    CHECK(crowds(seen).empty());
    REQUIRE(seen.not_looked_at.size() == 1);
    CHECK(seen.not_looked_at[0].rule == "crowd");
    CHECK(seen.not_looked_at[0].why == none.lacking);
}

TEST_CASE("doctor: who waits for a suspect's item has a stack beside the suspect's")
{
    live::Stacks stacks = stacks_of(1, kWaits);
    stacks.by_pid[900] = {{"schedule", "__flush_work", "some_call"}, 'D'};
    stacks.tasks[900] = {900, "flusher", false};
    const auto seen = examine(
        [](Scene& s) {
            const uint32_t mine = s.workqueue("mine", 0, {6}, 1);
            const auto& worker = s.busy(101, mine, 6, "write_fn", 60 * kSecond);
            s.barrier(900, worker);
            s.inactive(mine, 6, "next_fn");
        },
        stacks);
    REQUIRE_FALSE(seen.findings.empty());
    size_t tasks = 0;
    for (const StackGroup& group : seen.findings[0].stacks)
        tasks += group.tasks.size();
    CHECK(tasks == 2);
}
