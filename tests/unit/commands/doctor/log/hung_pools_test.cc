// SPDX-License-Identifier: GPL-2.0
// Which pool the watchdog means, and what may hold it up.
#include <algorithm>

#include <catch2/catch.hpp>

#include "commands/doctor/log/rules.hh"
#include "klog/reader.hh"

using namespace wqctl;

namespace {

std::vector<Finding> findings_of(const std::string& text)
{
    klog::LogReader reader;
    reader.take(text);
    return examine(reader.finish());
}

std::string lockup(const std::string& kind, int seconds)
{
    return "BUG: workqueue lockup - pool " + kind + " stuck for " + std::to_string(seconds) + "s!\n";
}

std::string pool(int id, const std::string& kind, int hung, const std::string& workers = "workers=3 idle: 80 81")
{
    return "pool " + std::to_string(id) + ": " + kind + " hung=" + std::to_string(hung) + "s " + workers + "\n";
}

std::string workqueue(const std::string& flags, int pool, const std::string& kind, const std::string& items)
{
    return "workqueue w: flags=" + flags + "\n  pwq " + std::to_string(pool) + ": " + kind + " active=2 refcnt=3\n" +
           items;
}

std::string stack(int pid, const std::string& state)
{
    return "task:kworker/u8:1 state:" + state + " stack:0 pid:" + std::to_string(pid) +
           " ppid:2 flags:0x0\nCall Trace:\n some_place+0x1/0x2\n";
}

bool is_seen(const Finding& finding, const std::string& text)
{
    return std::ranges::any_of(finding.evidence,
                               [&](const Evidence& seen) { return seen.text.find(text) != seen.text.npos; });
}

const std::string kTitle = "Showing busy workqueues and worker pools:\n";
// Of each cache of a node: no pool's line says which.
const std::string kNode = "cpus=0-7 node=0 flags=0x4 nice=0";
const std::string kCpu = "cpus=1 node=0 flags=0x0 nice=0";

}  // namespace

TEST_CASE("doctor: of pools that look the same the watchdog means the one that stands")
{
    const std::string busy = workqueue("0x2", 33, kNode, "    in-flight: 55:fine_fn\n    pending: next_fn\n");
    const std::string stuck = workqueue("0x2", 34, kNode, "    pending: stuck_fn\n");
    const auto one = findings_of(lockup(kNode, 43) + kTitle + busy + stuck + pool(33, kNode, 0) + pool(34, kNode, 43));
    REQUIRE(one.size() == 1);
    CHECK_THAT(one[0].sentence, Catch::StartsWith("Pool 34 ") && !Catch::Contains("fine_fn"));
    CHECK(is_seen(one[0], "the watchdog: stuck for 43s"));
    CHECK(one[0].victims == std::vector<std::string>{"1 item: stuck_fn"});
    // Both stand.
    const auto two = findings_of(lockup(kNode, 43) + lockup(kNode, 80) + kTitle + busy + stuck + pool(33, kNode, 80) +
                                 pool(34, kNode, 44));
    REQUIRE(two.size() == 2);
    for (const Finding& finding : two) {
        const bool is_first = finding.sentence.starts_with("Pool 33 ");
        CHECK(is_seen(finding, is_first ? "stuck for 80s" : "stuck for 43s"));
        CHECK_FALSE(is_seen(finding, is_first ? "stuck for 43s" : "stuck for 80s"));
    }
    // All workers of the one that stands are idle, so that the dump leaves it out.
    const auto idle = findings_of(lockup(kNode, 43) + kTitle + busy + stuck + pool(33, kNode, 0));
    REQUIRE(idle.size() == 1);
    CHECK_THAT(idle[0].sentence, Catch::StartsWith("Pool 34 ") && Catch::Contains("idle workers were not woken"));
    // Which of the two it is nobody can say.
    const auto cut = findings_of(lockup(kNode, 43) + kTitle + busy + stuck);
    REQUIRE(cut.size() == 1);
    CHECK(cut[0].certainty == Certainty::kUnexplained);
    CHECK_THAT(cut[0].sentence, Catch::StartsWith("Pool (CPUs 0-7, nice 0) has not moved for 43 s: the log does not "
                                                  "say which of those that look so it is"));
    // Of another node there is none.
    const auto node = findings_of(lockup("cpus=0-7 node=1 flags=0x4 nice=0", 43) + kTitle + busy + pool(33, kNode, 0));
    REQUIRE(node.size() == 1);
    CHECK_THAT(node[0].sentence, Catch::StartsWith("Pool (CPUs 0-7, nice 0)"));
}

TEST_CASE("doctor: a pool of one CPU is the one that the watchdog means, whatever has moved since")
{
    const auto found = findings_of(lockup(kCpu, 43) + kTitle +
                                   workqueue("0x0", 6, kCpu, "    in-flight: 55:slow_fn\n") + pool(6, kCpu, 0));
    REQUIRE(found.size() == 1);
    CHECK_THAT(found[0].sentence, Catch::StartsWith("Pool 6 (CPU 1, nice 0) has not moved for 43 s: slow_fn"));
    CHECK(is_seen(found[0], "pool 6: hung=0s"));
}

TEST_CASE("doctor: an item holds up none that is behind it on an unbound pool")
{
    const std::string items = "    in-flight: 55:loop_fn\n    pending: stuck_fn\n";
    const auto explained = [&](const std::string& flags, const std::string& kind, const std::string& state) {
        const auto found = findings_of(kTitle + workqueue(flags, 16, kind, items) + pool(16, kind, 43) +
                                       stack(55, state));
        REQUIRE(found.size() == 1);
        return found[0];
    };
    for (const char* state : {"R", "D"}) {
        INFO(state);
        for (const std::string& kind :
             {std::string("cpus=0-7 flags=0x4 nice=0"), std::string("cpus=0 flags=0x4 nice=0")}) {
            const Finding unbound = explained("0x2", kind, state);
            CHECK(unbound.certainty == Certainty::kUnexplained);
            CHECK(unbound.suspects.empty());
            CHECK_THAT(unbound.sentence, Catch::Contains("idle workers were not woken"));
            CHECK_THAT(unbound.next, !Catch::Contains("WQ_UNBOUND") && !Catch::Contains("nr_running"));
            CHECK(is_seen(unbound, "55:loop_fn"));
        }
        CHECK(explained("0x0", kCpu, state).suspects.at(0).function == "loop_fn");
    }
}

TEST_CASE("doctor: a CPU is offline where the pool that stands is its own")
{
    const auto sentence = [](const std::string& flags) {
        const std::string kind = "cpus=0 node=0 flags=0x4 nice=0";
        const auto found = findings_of(kTitle + workqueue(flags, 4, kind, "    pending: stuck_fn\n") +
                                       pool(4, kind, 43));
        REQUIRE(found.size() == 1);
        return found[0].sentence;
    };
    CHECK_THAT(sentence("0x0"), Catch::Contains("its CPU is offline"));
    // On a machine of one CPU an unbound pool looks so.
    CHECK_THAT(sentence("0x2"), !Catch::Contains("offline") && Catch::Contains("idle workers were not woken"));
}

TEST_CASE("doctor: lockups alone have the stacks that stand beside them, whatever the log says later")
{
    const std::string later =
        "[ 5000.000000] workqueue: foo hogged CPU for >10000us 4 times, consider switching to "
        "WQ_UNBOUND\n";
    const auto findings = findings_of(
        "[  100.000000] BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 43s!\n"
        "[  105.000000] CPU: 1 PID: 300 Comm: loop Not tainted 6.12.0 #1\n"
        "[  105.000001] Call Trace:\n[  105.000002]  <TASK>\n[  105.000003]  spin+0x15/0x20\n"
        "[  105.000004]  </TASK>\n" +
        later);
    const auto hung = std::ranges::find(findings, "hung-pool", &Finding::rule);
    REQUIRE(hung != findings.end());
    CHECK_THAT(hung->sentence, Catch::Contains("loop (pid 300) had its CPU"));
}
