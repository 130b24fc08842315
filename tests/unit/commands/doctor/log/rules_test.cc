// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include "commands/doctor/log/render.hh"
#include "commands/doctor/log/rules.hh"
#include "commands/doctor/render.hh"
#include "klog/reader.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"

using namespace wqctl;

namespace {

klog::Log read(std::string_view text)
{
    klog::LogReader reader;
    reader.take(text);
    return reader.finish();
}

std::vector<Finding> findings_of(std::string_view text) { return examine(read(text)); }

const std::string kTitle = "Showing busy workqueues and worker pools:\n";
const std::string kHung = kTitle +
                          "workqueue events: flags=0x0\n"
                          "  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=4/256 refcnt=5\n"
                          "    pending: vmstat_shepherd, 2*psi_avgs_work\n";
const std::string kPool = "pool 6: cpus=1 node=0 flags=0x0 nice=0 hung=43s workers=3 idle: 45 67\n";

}  // namespace

TEST_CASE("doctor: a log with nothing wrong in it has no finding")
{
    CHECK(findings_of("").empty());
    CHECK(findings_of("Linux version 6.12\nusb 1-2: new device\n").empty());
    // sysrq-t on a machine at work
    CHECK(findings_of(kTitle + "workqueue events: flags=0x0\n"
                               "  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=2/256 refcnt=5\n"
                               "    in-flight: 12:one_fn\n    pending: two_fn\n    inactive: three_fn\n"
                               "pool 6: cpus=1 node=0 flags=0x0 nice=0 hung=0s workers=3 idle: 45 67\n")
              .empty());
}

TEST_CASE("doctor: an item that keeps the CPU")
{
    const auto findings = findings_of(
        kHung +
        "workqueue kblockd: flags=0x18\n  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=1/256\n"
        "    in-flight: 123:blk_mq_timeout_work\n" +
        kPool +
        "task:kworker/1:2     state:R  running task     stack:0     pid:123   ppid:2      flags:0x0\n"
        "Call Trace:\n spin_here+0x1/0x2\n process_one_work+0x1/0x2\n");
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "hung-pool");
    CHECK(findings[0].certainty == Certainty::kLikely);
    CHECK_THAT(findings[0].sentence, Catch::Contains("Pool 6 (CPU 1, nice 0) has not moved for 43 s") &&
                                         Catch::Contains("blk_mq_timeout_work runs, or wants to,"));
    REQUIRE(findings[0].suspects.size() == 1);
    CHECK(findings[0].suspects[0].pid == 123);
    CHECK(findings[0].suspects[0].workqueue == "kblockd");
    REQUIRE(findings[0].victims.size() == 1);
    CHECK_THAT(findings[0].victims[0], Catch::Contains("3 items") && Catch::Contains("2 of psi_avgs_work"));
}

TEST_CASE("doctor: that an item has the CPU is said where the CPU itself has")
{
    const auto findings = findings_of(kHung + "    in-flight: 123:spin_fn\n" + kPool +
                                      "CPU: 1 PID: 123 Comm: kworker/1:2 Not tainted 6.12 #1\n"
                                      "Workqueue: events spin_fn\nCall Trace:\n spin_here+0x1/0x2\n");
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].sentence, Catch::Contains("spin_fn has the CPU and does not sleep"));
    CHECK_THAT(findings[0].suspects.at(0).doing, Catch::StartsWith("on the CPU"));
}

TEST_CASE("doctor: of many functions that wait the rest is counted")
{
    const std::string four = kHung + "    pending: a_fn, b_fn, c_fn";
    CHECK_THAT(findings_of(four + "\n" + kPool).at(0).victims.at(0), Catch::Contains("and 1 other function"));
}

TEST_CASE("doctor: an item that sleeps while the pool counts it as running")
{
    const std::string log = kHung + "    in-flight: 123:reg_todo for 57507s\n" + kPool;
    const std::string stack =
        "task:kworker/1:2     state:D stack:0     pid:123   ppid:2      flags:0x0\n"
        "Call Trace:\n __schedule+0x1/0x2\n mutex_lock+0x1/0x2\n";
    auto findings = findings_of(log + stack);
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].sentence, Catch::Contains("reg_todo sleeps") && Catch::Contains("counts it as running"));
    CHECK_THAT(findings[0].suspects.at(0).doing, Catch::Contains("mutex_lock"));
    // Linux 7.x says what the CPU did.
    findings = findings_of(log + "pool 6: no worker in running state, cpu=1 is busy (nr_workers=3 nr_idle=2)\n" +
                           stack);
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].sentence, Catch::Contains("another task has the CPU") && !Catch::Contains("counts"));
}

TEST_CASE("doctor: nobody of the pool runs, and somebody else has the CPU")
{
    auto findings = findings_of(kHung + kPool);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].certainty == Certainty::kUnexplained);
    findings = findings_of(kHung + kPool +
                           "CPU: 1 PID: 900 Comm: reactor_1 Not tainted 6.12 #1\nCall Trace:\n poll+0x1/0x2\n");
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].certainty == Certainty::kLikely);
    CHECK(findings[0].suspects.at(0).pid == 900);
    CHECK_THAT(findings[0].sentence, Catch::Contains("reactor_1"));
}

TEST_CASE("doctor: a stack of another moment, or of another item, says nothing")
{
    const auto at = [](double seconds, const std::string& text) {
        std::string stamped;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            stamped += fmt::format("[{:12.6f}] {}\n", seconds, line);
        return stamped;
    };
    const std::string warning =
        "CPU: 1 PID: 300 Comm: systemd-udevd Not tainted 6.12 #1\nCall Trace:\n probe+0x1/0x2\n";
    auto findings = findings_of(at(12, warning) + at(90'000, kHung + kPool));
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].suspects.empty());
    // Before the pool stood, too.
    CHECK(findings_of(at(89'950, warning) + at(90'000, kHung + kPool)).at(0).suspects.empty());
    CHECK(findings_of(at(89'990, warning) + at(90'000, kHung + kPool)).at(0).suspects.at(0).pid == 300);
    CHECK(findings_of(at(90'000, kHung + kPool) + at(90'060, warning)).at(0).suspects.at(0).pid == 300);

    const auto says_lockup = [&](double seconds) {
        const auto found = findings_of(at(seconds, "watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [reactor:9]\n") +
                                       at(90'000, kHung + kPool));
        return std::ranges::any_of(found.at(0).evidence, [](const Evidence& seen) {
            return seen.text.find("reactor (pid 9)") != std::string::npos;
        });
    };
    CHECK_FALSE(says_lockup(12));
    CHECK(says_lockup(89'990));

    const std::string worker = "CPU: 1 PID: 123 Comm: kworker/1:2 Not tainted 6.12 #1\nWorkqueue: events ";
    const std::string trace = "\nCall Trace:\n spin_here+0x1/0x2\n";
    const std::string hung = kHung + "    in-flight: 123:reg_todo [cfg80211]\n" + kPool;
    CHECK_THAT(findings_of(at(12, worker + "reg_todo [cfg80211]" + trace) + at(90'000, hung)).at(0).sentence,
               Catch::Contains("its stack is not in the log"));
    CHECK_THAT(findings_of(hung + worker + "other_fn" + trace).at(0).sentence,
               Catch::Contains("its stack is not in the log"));
    CHECK_THAT(findings_of(hung + worker + "reg_todo" + trace).at(0).sentence, Catch::Contains("has the CPU"));
}

TEST_CASE("doctor: a manager that gets no worker")
{
    const auto findings = findings_of(
        kHung + "    in-flight: 123:one_fn\npool 6: cpus=1 node=0 flags=0x0 nice=0 hung=60s workers=2 manager: 124\n");
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].sentence, Catch::Contains("manager (pid 124)"));
}

TEST_CASE("doctor: a lockup whose dump is lacking")
{
    const auto findings = findings_of("BUG: workqueue lockup - pool cpus=0-7 flags=0x4 nice=0 stuck for 62s!\n");
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].certainty == Certainty::kUnexplained);
    CHECK_THAT(findings[0].sentence, Catch::Contains("62 s") && Catch::Contains("CPUs 0-7"));
}

TEST_CASE("doctor: an item that waits for what max_active holds back behind it")
{
    const std::string circle = kTitle +
                               "workqueue cgroup_destroy: flags=0x0\n"
                               "  pwq 4: cpus=2 node=0 flags=0x0 nice=0 active=1/1 refcnt=3\n"
                               "    in-flight: 5512:css_killed_work_fn\n"
                               "    inactive: css_free_rwork_fn BAR(5512)\n";
    auto findings = findings_of(circle);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "circle");
    CHECK(findings[0].certainty == Certainty::kCertain);
    CHECK(findings[0].suspects.at(0).pid == 5512);
    CHECK_THAT(findings[0].sentence, Catch::Contains("waits for css_free_rwork_fn"));
    // The log was cut, and may lack what will end.
    findings = findings_of(kTitle +
                           "workqueue cgroup_destroy: flags=0x0\n"
                           "  pwq 4: cpus=2 node=0 flags=0x0 nice=0 active=2/2 refcnt=3\n"
                           "    in-flight: 5512:css_killed_work_fn\n"
                           "    inactive: css_free_rwork_fn BAR(5512)\n");
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].certainty == Certainty::kLikely);
    // With another active one that may end, or that is yet to run, it is none.
    findings = findings_of(kTitle +
                           "workqueue cgroup_destroy: flags=0x0\n"
                           "  pwq 4: cpus=2 node=0 flags=0x0 nice=0 active=2/2 refcnt=3\n"
                           "    in-flight: 5512:css_killed_work_fn\n"
                           "    pending: other_fn\n"
                           "    inactive: css_free_rwork_fn BAR(5512)\n");
    CHECK(findings.empty());
    findings = findings_of(kTitle +
                           "workqueue cgroup_destroy: flags=0x0\n"
                           "  pwq 4: cpus=2 node=0 flags=0x0 nice=0 active=2/2 refcnt=3\n"
                           "    in-flight: 5512:css_killed_work_fn, 5513:other_fn\n"
                           "    inactive: css_free_rwork_fn BAR(5512)\n");
    CHECK(findings.empty());
}

TEST_CASE("doctor: two items that wait for each other")
{
    const auto findings = findings_of(kTitle +
                                      "workqueue a: flags=0x0\n  pwq 4: cpus=2 flags=0x0 nice=0 active=1/9\n"
                                      "    in-flight: 10:a_fn BAR(11)\n"
                                      "workqueue b: flags=0x0\n  pwq 4: cpus=2 flags=0x0 nice=0 active=1/9\n"
                                      "    in-flight: 11:b_fn BAR(10)\n");
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].sentence, Catch::Contains("a_fn (worker 10, workqueue a) waits for b_fn") &&
                                         Catch::Contains("b_fn (worker 11, workqueue b) waits for a_fn"));
    // Each pwq was printed at a moment of its own.
    CHECK(findings[0].certainty == Certainty::kLikely);
}

TEST_CASE("doctor: a workqueue that is full of what does not end")
{
    const std::string log = kTitle +
                            "workqueue btrfs: flags=0x2\n  pwq 4: cpus=2 flags=0x0 nice=0 active=1/1\n"
                            "    in-flight: 10:a_fn\n    inactive: 105*b_fn\n";
    // Seen once, it may be about to end.
    CHECK(findings_of(log).empty());
    const auto findings = findings_of(log + log);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "held-back");
    CHECK_THAT(findings[0].sentence, Catch::Contains("105 items") && Catch::Contains("max_active 1"));
    CHECK(findings[0].certainty == Certainty::kLikely);
}

TEST_CASE("doctor: that a workqueue is full is certain where the kernel says how long all of it lasts")
{
    const auto certainty = [](const std::string& active, const std::string& in_flight) {
        const auto findings = findings_of(
            kTitle + "workqueue btrfs: flags=0x2\n  pwq 4: cpus=2 flags=0x0 nice=0 active=" + active +
            "\n    in-flight: " + in_flight + "\n    inactive: 105*b_fn\n");
        REQUIRE(findings.size() == 1);
        return findings[0].certainty;
    };
    CHECK(certainty("1/1", "10:a_fn for 10s") == Certainty::kCertain);
    CHECK(certainty("2/2", "10:a_fn for 40s, 11:a_fn for 30s") == Certainty::kCertain);
    CHECK(certainty("2/2", "10:a_fn for 40s") == Certainty::kLikely);
}

TEST_CASE("doctor: the one among many that is elsewhere")
{
    std::string log = kTitle +
                      "workqueue raid: flags=0x2\n  pwq 4: cpus=0-7 flags=0x4 nice=0 active=10/256\n    in-flight: ";
    std::string stacks;
    for (int pid = 100; pid < 110; pid++) {
        log += std::to_string(pid) + ":write_fn for 60s" + (pid < 109 ? ", " : "\n");
        stacks += "task:kworker/u8:" + std::to_string(pid) + " state:D stack:0 pid:" + std::to_string(pid) +
                  " ppid:2 flags:0x0\nCall Trace:\n " + (pid == 105 ? "read_disk" : "mutex_lock") + "+0x1/0x2\n";
    }
    const auto findings = findings_of(log + stacks);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "crowd");
    CHECK_THAT(findings[0].sentence, Catch::Contains("10 workers") && Catch::Contains("9 of them wait in mutex_lock"));
    REQUIRE(findings[0].suspects.size() == 1);
    CHECK(findings[0].suspects[0].pid == 105);
}

TEST_CASE("doctor: what keeps the machine from suspending")
{
    const auto findings = findings_of(
        "Freezing remaining freezable tasks failed after 20.005 seconds (0 tasks refusing to "
        "freeze, wq_busy=1):\nShowing freezable workqueues that are still busy:\n"
        "workqueue usb_hub_wq: flags=0x4\n  pwq 4: cpus=2 flags=0x0 nice=0 active=1\n"
        "    in-flight: 312:hub_event [usbcore]\n");
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].certainty == Certainty::kCertain);
    CHECK_THAT(findings[0].sentence, Catch::Contains("hub_event [usbcore] of usb_hub_wq"));
}

TEST_CASE("doctor: several dumps of one trouble are one finding, the worst stands first")
{
    const std::string lockup = "BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 43s!\n";
    const auto findings = findings_of("workqueue: hog_fn hogged CPU for >10000us 4 times, consider switching\n" +
                                      lockup + kHung + kPool + lockup + kHung + kPool);
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].rule == "hung-pool");
    CHECK(findings[1].rule == "hog");
    CHECK(findings[0].evidence.back().text == "was so before");
    CHECK(findings[0].evidence.back().line == 2);
}

TEST_CASE("doctor: every finding says what it rests on and what to do, and the document fits its schema")
{
    const klog::Log log = read(kHung + "    in-flight: 123:one_fn for 43s BAR(7)\n" +
                               "workqueue full: flags=0x0\n  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=1/1\n"
                               "    in-flight: 124:one_fn for 43s\n    inactive: two_fn\n" +
                               kPool +
                               "task:kworker/1:2 state:D stack:0 pid:123 ppid:2 flags:0x0\n mutex_lock+0x1/0x2\n"
                               "workqueue: hog_fn hogged CPU for >10000us 4 times, consider switching to WQ_UNBOUND\n");
    const std::vector<Finding> findings = examine(log);
    REQUIRE(findings.size() == 3);
    for (const Finding& finding : findings) {
        CHECK_FALSE(finding.sentence.empty());
        CHECK_FALSE(finding.evidence.empty());
        CHECK_FALSE(finding.kernel.empty());
        CHECK_FALSE(finding.next.empty());
        for (const Evidence& evidence : finding.evidence)
            CHECK((evidence.line >= 1 && evidence.line <= log.lines));
    }
    CHECK(violations(load_schema("doctor"), doctor_to_json(findings, {.log = &log})) == std::vector<std::string>{});
    const klog::Log nothing = read("");
    CHECK(violations(load_schema("doctor"), doctor_to_json({}, {.log = &nothing})) == std::vector<std::string>{});
    const std::string text = render_findings(findings, plain(100));
    CHECK_THAT(text, Catch::Contains("suspect  one_fn, workqueue events, pid 123"));
    CHECK_THAT(render_dumps(log, plain(100)), Catch::Contains("executing  one_fn") && Catch::Contains("flush by 7"));
}

TEST_CASE("doctor: the watchdog looked for workers that run and found none, so the item sleeps")
{
    const auto findings = findings_of(kHung + "    in-flight: 123:reg_todo\n" + kPool +
                                      "Showing backtraces of running workers in stalled CPU-bound worker pools:\n"
                                      "watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [reactor_1:900]\n");
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].sentence, Catch::Contains("reg_todo sleeps"));
    CHECK(std::ranges::any_of(findings[0].evidence, [](const Evidence& seen) {
        return seen.text.find("reactor_1 (pid 900)") != std::string::npos;
    }));
}

TEST_CASE("doctor: a log that ends where the watchdog begins to look proves nobody asleep")
{
    const auto findings = findings_of(kHung + "    in-flight: 123:reg_todo\n" + kPool +
                                      "Showing backtraces of running workers in stalled CPU-bound worker pools:\n");
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].sentence, !Catch::Contains("sleeps") && Catch::Contains("stack is not in the log"));
}

TEST_CASE("doctor: where an earlier round found nobody running, the last line of the log is no cut")
{
    const std::string round = kHung + "    in-flight: 123:reg_todo\n" + kPool +
                              "Showing backtraces of running workers in stalled CPU-bound worker pools:\n";
    const auto findings = findings_of(round + round);
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].sentence, Catch::Contains("reg_todo sleeps"));
}

TEST_CASE("doctor: an idle worker's stack is not that of the item that it executes in a dump")
{
    const std::string head =
        "task:kworker/1:2     state:I stack:0     pid:123   ppid:2      flags:0x00004000\n"
        "Call Trace:\n <TASK>\n __schedule+0x3d4/0xa80\n schedule+0x5e/0xd0\n";
    const std::string tail = " kthread+0xe6/0x110\n </TASK>\n";
    const std::string dump = kHung + "    in-flight: 123:reg_todo\n" + kPool;
    const auto idle = findings_of(head + " worker_thread+0x1d/0x3c0\n" + tail + dump);
    REQUIRE(idle.size() == 1);
    CHECK_THAT(idle[0].sentence, !Catch::Contains("sleeps"));
    const auto at_it = findings_of(head + " reg_todo+0x1d/0x3c0\n process_one_work+0x1e5/0x3f0\n" + tail + dump);
    REQUIRE(at_it.size() == 1);
    CHECK_THAT(at_it[0].sentence, Catch::Contains("sleeps"));
}

TEST_CASE("doctor: a task waits for a lock that a worker holds")
{
    const auto findings = findings_of(
        "INFO: task bash:880 blocked for more than 122 seconds.\n"
        "INFO: task bash:880 is blocked on a mutex likely owned by task kworker/1:2:123.\n" +
        kTitle +
        "workqueue events: flags=0x100\n  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=1 refcnt=2\n"
        "    in-flight: 123:reg_todo\n");
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "hung-task");
    CHECK(findings[0].certainty == Certainty::kLikely);
    CHECK_THAT(findings[0].sentence, Catch::Contains("bash (pid 880)") &&
                                         Catch::Contains("kworker/1:2 (pid 123) holds") &&
                                         Catch::Contains("executes reg_todo"));
    CHECK(findings[0].suspects.at(0).workqueue == "events");
}

TEST_CASE("doctor: of a pool that a dump leaves out all workers are idle, if it is a whole dump")
{
    const std::string lockup = "BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 43s!\n";
    const std::string other = "pool 16: cpus=0-7 flags=0x4 nice=0 hung=0s workers=4 idle: 70\n";
    auto findings = findings_of(lockup + kHung + other);
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].sentence,
               Catch::StartsWith("Pool 6 (CPU 1, nice 0)") && Catch::Contains("idle workers were not"));
    for (const Evidence& seen : findings[0].evidence)
        CHECK_THAT(seen.text, !Catch::Contains("workers=0"));
    findings = findings_of(lockup + kHung);
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].sentence, Catch::Contains("does not have its workers"));
}
