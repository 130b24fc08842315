// SPDX-License-Identifier: GPL-2.0
// What a trace tells of what seldom happens, each brought about by the test: a rescue, a change of attributes, a
// finding of the doctor's; and who queues, on top's screen.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <unistd.h>

#include "stuck.hh"
#include "traced.hh"

using namespace wqctl;

namespace {

const std::string kSysfs = "/sys/devices/virtual/workqueue/";

// Those of a kind, and, if one is named, of a workqueue.
std::vector<Event> of_kind(const Traced& traced, EventKind kind, const std::string& workqueue = "")
{
    std::vector<Event> found;
    for (const Event& event : traced.events())
        if (event.kind == kind && (workqueue.empty() || traced.workqueue(event) == workqueue))
            found.push_back(event);
    return found;
}

bool lacks(Traced& traced, const std::string& what)
{
    Head head;
    traced.recording().fill(head);
    return std::ranges::any_of(head.missing, [&](const std::string& words) { return words == what; });
}

}  // namespace

TEST_CASE("a pool that gets no worker: who manages in vain, its mayday, and who comes to the rescue", "[trace]")
{
    const std::string workqueue = "stuck_rescued", function = "stuck_sleeper_func [wqlab_stuck]";
    Traced traced;
    Stuck stuck("rescued");
    if (left_out(stuck))
        return;
    // No process can be made. The pool's own workers have an item each by then, and sleep.
    const auto began = [&](const Event& e) {
        return e.kind == EventKind::kRescueBegins && traced.workqueue(e) == workqueue;
    };
    const bool rescued = eventually([&] { return traced.has(began); });
    const auto begins = of_kind(traced, EventKind::kRescueBegins, workqueue);
    // The rescuer's task has no name but this.
    const auto starts_with_rescuer = [&](const Event& e) {
        return e.kind == EventKind::kStart && !begins.empty() && e.pid == begins[0].pid;
    };
    const bool started = eventually([&] { return traced.has(starts_with_rescuer); });
    stuck.undo();
    traced.stop();
    if (lacks(traced, "rescues") || lacks(traced, "maydays") || lacks(traced, "managers, and workers made")) {
        WARN("SKIP this kernel has no function of its own to be probed for some of it");
        return;
    }
    REQUIRE(rescued);
    REQUIRE(started);
    REQUIRE_FALSE(begins.empty());
    const Event rescue = begins[0];
    CHECK_FALSE(traced.text(rescue.comm).empty());
    CHECK(rescue.pool != kNoPool);
    // The manager began before, and a mayday of the pool called for the rescuer.
    const auto before = [&](EventKind kind) {
        const auto all = of_kind(traced, kind);
        return std::ranges::any_of(all, [&](const Event& e) { return e.pool == rescue.pool && e.time <= rescue.time; });
    };
    CHECK(before(EventKind::kManagerBegins));
    CHECK(before(EventKind::kMayday));
    const auto all_starts = traced.events(EventKind::kStart, function);
    const auto start = std::ranges::find_if(all_starts, [&](const Event& e) { return e.pid == rescue.pid; });
    REQUIRE(start != all_starts.end());
    CHECK(start->time >= rescue.time);
    CHECK(start->pool == rescue.pool);
    CHECK(traced.workqueue(*start) == workqueue);
    // When it leaves is told, or it is told that this can't be.
    const auto ends = of_kind(traced, EventKind::kRescueEnds, workqueue);
    if (lacks(traced, "ends of rescues"))
        CHECK(ends.empty());
    else
        CHECK(std::ranges::any_of(ends, [&](const Event& e) { return e.pid == rescue.pid && e.time > rescue.time; }));
}

TEST_CASE("a change of a workqueue's attributes is told, by whom, and of max_active", "[trace]")
{
    Traced traced;
    // As they are: what is set is a change all the same.
    for (const char* file : {"nice", "max_active"})
        write_file(kSysfs + "writeback/" + file, read_file(kSysfs + "writeback/" + file));
    traced.stop();
    const auto changes = of_kind(traced, EventKind::kAttributes, "writeback");
    const auto told = [&](const std::string& function) {
        return std::ranges::count_if(
            changes, [&](const Event& e) { return traced.text(e.function) == function && e.pid == getpid(); });
    };
    if (!lacks(traced, "changes of attributes"))
        CHECK(told("apply_workqueue_attrs_locked") == 1);
    if (!lacks(traced, "changes of max_active"))
        CHECK(told("workqueue_set_max_active") == 1);
}

TEST_CASE("a recording that waits for the doctor stops at what he finds", "[trace]")
{
    const auto waits_for = [](const char* what) -> Words {
        return {"wqctl",
                "trace",
                "--ring",
                "1M",
                "-d",
                "300",
                "--until",
                what,
                "--no-progress",
                "-o",
                "/tmp/found.pftrace"};
    };
    {
        // What a rule rests on, and so among the finding's lines, but who is stuck is another.
        Process other(waits_for("doctor of insert_wq_barrier"));
        REQUIRE(eventually([&] { return somebody_traces() && other.catches(SIGINT); }));
        Stuck stuck("circle");
        if (left_out(stuck))
            return other.signal(SIGKILL);
        // It takes each of these a second, as it does the other, to look.
        for (int i = 0; i < 2; i++)
            CHECK(eventually([] { return !findings().empty(); }));
        other.signal(SIGINT);
        const Outcome outcome = other.wait();
        INFO(outcome.err);
        CHECK(outcome.status == 0);
        CHECK_THAT(outcome.err, Catch::Contains("did not come: doctor of insert_wq_barrier"));
        stuck.undo();
    }
    Process tracer(waits_for("doctor of stuck_circle"));
    REQUIRE(eventually(somebody_traces));
    Stuck stuck("circle");
    const Outcome outcome = tracer.wait();
    INFO(outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.err, Catch::Contains("the doctor found: ") && Catch::Contains("stuck_circle"));
    const Outcome shown = tool({"trace", "show", "/tmp/found.pftrace", "--format", "text"});
    CHECK(shown.status == 0);
    CHECK_THAT(shown.out, Catch::Contains("doctor: ") && Catch::Contains("stuck_waits_for_next_func"));
    stuck.undo();
}

TEST_CASE("what is wrong already is named, and not what a recording waits for", "[trace]")
{
    Stuck stuck("circle");
    if (left_out(stuck))
        return;
    Process tracer({"wqctl", "trace", "--ring", "1M", "-d", "300", "--until", "doctor of stuck_", "--no-progress", "-o",
                    "/tmp/found.pftrace"});
    REQUIRE(eventually([&] { return somebody_traces() && tracer.catches(SIGINT); }));
    // It goes with its module, and what the ring holds by then is there.
    unload_module();
    const Outcome outcome = tracer.wait();
    load_module();
    INFO(outcome.err);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, Catch::Contains("is so already, and not waited for: ") && Catch::Contains("did not come") &&
                                Catch::Contains("ended before its time"));
    CHECK(tool({"trace", "show", "/tmp/found.pftrace"}).status == 0);
}

TEST_CASE("a ring holds what came before its end, however long that takes", "[trace]")
{
    // Unbound: nobody is told to hog a CPU.
    Process load({"wqctl", "run", "--no-progress", "--flags", "unbound", "--depth", "16", "--duration", "1h"});
    TraceOptions options;
    options.buffer_bytes = 1 << 20;
    options.overwrite = true;
    Traced traced(options);
    // Until it has gone round.
    REQUIRE(eventually([&] {
        traced.has([](const Event&) { return false; });
        return traced.events().size() > 200'000 || traced.recording().rings().missed();
    }));
    traced.stop();
    const uint64_t end = traced.tail().elapsed_ns;
    std::vector<Event> last;
    traced.recording().rewind();
    traced.recording().take([&](const Event& event) { last.push_back(event); });
    load.signal(SIGINT);
    load.wait();
    // Of CPUs on which something goes on the ring is full of what was before the end.
    CHECK(last.size() > (1 << 20) / sizeof(wqlab_trace_record) / online_cpus().size() / 2);
    for (const Event& event : last)
        REQUIRE(event.time <= end);
}

TEST_CASE("top shows who queues how much on what", "[trace]")
{
    Process load({"wqctl", "run", "--no-progress", "--depth", "4", "--duration", "1h", "--name", "asked"});
    REQUIRE(eventually([] { return tool({"list"}).out.find("asked") != std::string::npos; }));
    Process top({"wqctl", "top", "-b", "-n", "3", "-d", "0.5", "--view", "queuers"});
    const Outcome outcome = top.wait();
    INFO(outcome.err << outcome.out);
    CHECK(outcome.status == 0);
    // Who issues, from which function, and on which workqueue.
    CHECK_THAT(outcome.out, Catch::Contains("_item [wqlab]") && Catch::Contains("-asked"));
    load.signal(SIGINT);
    load.wait();
}
