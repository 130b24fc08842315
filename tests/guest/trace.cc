// SPDX-License-Identifier: GPL-2.0
// Traces against what the test itself has done: items held by a gate, flushers that it sent, runs of which every item
// is accounted for.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <map>
#include <set>

#include "hold.hh"
#include "text/error.hh"
#include "traced.hh"

using namespace wqctl;

namespace {

const std::string kHold = "wqlab_hold";
constexpr uint32_t kUninterruptible = 2, kInterruptible = 1;

bool of_run(const std::string& workqueue, const std::string& name)
{
    return workqueue.starts_with("wqlab") && workqueue.ends_with("-" + name);
}

// The events of a run's workqueue, by kind; an item's later ones by its queue event.
std::map<EventKind, std::vector<Event>> of_workqueue(const Traced& traced, const std::string& name)
{
    std::map<EventKind, std::vector<Event>> found;
    std::set<uint64_t> items;
    for (const Event& event : traced.events()) {
        const bool ours = of_run(traced.workqueue(event), name);
        if (event.kind == EventKind::kQueue && ours)
            items.insert(event.item);
        if (event.kind == EventKind::kQueue ? ours : event.item && items.contains(event.item))
            found[event.kind].push_back(event);
    }
    return found;
}

// All of an item's events: queue, activate, start, end, again and again; and the times in order, on all CPUs.
void check_order(const Traced& traced, uint64_t error_ns)
{
    std::map<uint64_t, EventKind> last;
    uint64_t newest = 0;
    for (const Event& event : traced.events()) {
        CHECK(event.time + error_ns >= newest);
        newest = std::max(newest, event.time);
    }
}

}  // namespace

TEST_CASE("each item of any kind of workqueue has its four events", "[trace]")
{
    for (const char* flags : {"percpu", "unbound", "bh", "highpri,mem_reclaim"}) {
        INFO(flags);
        Words words = {"--items", "2000", "--depth", "8", "--issuers", "3", "--name", "kind"};
        if (flags != std::string("percpu"))
            words.insert(words.end(), {"--flags", flags});
        if (!kernel_runs(words))
            continue;
        Traced traced;
        const json wq = run_one(words);
        traced.stop();
        const size_t executed = wq["executed"];
        auto of = of_workqueue(traced, "kind");
        CHECK(of[EventKind::kQueue].size() == executed);
        CHECK(of[EventKind::kActivate].size() == executed);
        CHECK(of[EventKind::kStart].size() == executed);
        CHECK(of[EventKind::kEnd].size() == executed);
        CHECK(traced.tail().lost.empty());
        check_order(traced, 1000);
        const bool softirq = std::string(flags).starts_with("bh");
        for (const Event& start : of[EventKind::kStart]) {
            CHECK((start.context == EventContext::kSoftirq) == softirq);
            CHECK((start.pid == 0) == softirq);
            CHECK(start.pool != kNoPool);
        }
        for (const Event& queue : of[EventKind::kQueue]) {
            CHECK(traced.text(queue.function).ends_with("_item [wqlab]"));
            CHECK(traced.text(queue.comm).starts_with("wqlab"));
            CHECK(traced.text(queue.caller).find("[wqlab]") != std::string::npos);
        }
    }
}

TEST_CASE("who queues is told: the task, its CPU, and the function that called", "[trace]")
{
    std::optional<Traced> first(std::in_place);
    Traced& traced = *first;
    Hold hold;
    const int pid = hold.spawn("queue 5");
    hold.open();
    REQUIRE(eventually([&] {
        return traced.has([&](const Event& event) {
            return event.kind == EventKind::kEnd && traced.text(event.function) == Hold::kFunction;
        });
    }));
    traced.stop();
    const auto queued = traced.events(EventKind::kQueue, kHold);
    REQUIRE(queued.size() == 1);
    CHECK(queued[0].pid == pid);
    CHECK(traced.text(queued[0].comm) == "bash");
    CHECK(queued[0].context == EventContext::kTask);
    CHECK(traced.text(queued[0].caller) == "hold_write [wqlab_hold]");
    CHECK(queued[0].value == 0);
    CHECK(traced.workqueue(queued[0]) == kHold);
    // Also of one that does nothing else, and sleeps meanwhile.
    first.reset();
    {
        Traced again;
        run_one({"--items", "2000", "--depth", "1", "--issuers", "1", "--name", "alone"});
        again.stop();
        const auto alone = of_workqueue(again, "alone");
        REQUIRE(alone.contains(EventKind::kQueue));
        const auto& calls = alone.at(EventKind::kQueue);
        // Behind anybody's way that can't be learned, 256 of a CPU's have none.
        CHECK(std::count_if(calls.begin(), calls.end(), [](const Event& e) { return e.caller != 0; }) >
              static_cast<std::ptrdiff_t>(calls.size() / 2));
    }
    // A delayed item is its timer's.
    Traced second;
    run_one({"--delay", "1ms", "--items", "20", "--name", "late"});
    second.stop();
    const auto late = of_workqueue(second, "late");
    REQUIRE(late.contains(EventKind::kQueue));
    for (const Event& event : late.at(EventKind::kQueue))
        CHECK(event.context == EventContext::kTimer);
}

TEST_CASE("what max_active holds back is activated when another ends, and a worker's sleep is seen", "[trace]")
{
    Traced traced;
    Hold hold({"max_active=1"});
    hold.tell("queue 0");
    REQUIRE(eventually(
        [&] { return traced.has([&](const Event& event) { return event.kind == EventKind::kSleep && event.item; }); }));
    hold.tell("queue 1");
    hold.tell("let 0");
    REQUIRE(eventually([&] {
        return traced.has([&](const Event& event) {
            return event.kind == EventKind::kEnd && traced.text(event.function) == Hold::kFunction;
        });
    }));
    hold.open();
    traced.stop();
    const auto queued = traced.events(EventKind::kQueue, kHold);
    const auto ended = traced.events(EventKind::kEnd, Hold::kFunction);
    REQUIRE(queued.size() == 2);
    REQUIRE(ended.size() >= 1);
    const auto of = [&](EventKind kind, uint64_t item) {
        const auto& all = traced.events();
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const Event& e) { return e.kind == kind && e.item == item; });
        REQUIRE(found != all.end());
        return *found;
    };
    const uint64_t first = queued[0].item, second = queued[1].item;
    CHECK(ended[0].item == first);
    CHECK(of(EventKind::kActivate, second).time >= ended[0].time);
    CHECK(of(EventKind::kActivate, first).time <= queued[1].time);
    // It waited for its gate, idle, until the test let it go.
    const Event sleep = of(EventKind::kSleep, first), wake = of(EventKind::kWake, first);
    CHECK((sleep.value & (kUninterruptible | kInterruptible)) != 0);
    CHECK(sleep.pid == of(EventKind::kStart, first).pid);
    CHECK(wake.time > queued[1].time);
}

TEST_CASE("who flushes is told, what, and until when", "[trace]")
{
    Traced traced;
    Hold hold;
    hold.tell("queue 3");
    const int waiter = hold.spawn("wait 3"), flusher = hold.spawn("flush");
    const auto begun = [&](int pid) {
        return eventually([&] {
            return traced.has([&](const Event& e) { return e.kind == EventKind::kFlushBegins && e.pid == pid; });
        });
    };
    REQUIRE(begun(waiter));
    REQUIRE(begun(flusher));
    hold.open();
    traced.stop();
    const auto queued = traced.events(EventKind::kQueue, kHold);
    REQUIRE(queued.size() == 1);
    std::map<int32_t, std::vector<Event>> begins, ends;
    for (const Event& event : traced.events()) {
        if (event.kind == EventKind::kFlushBegins)
            begins[event.pid].push_back(event);
        if (event.kind == EventKind::kFlushEnds)
            ends[event.pid].push_back(event);
    }
    REQUIRE(begins[waiter].size() == 1);
    CHECK(begins[waiter][0].other == queued[0].item);
    REQUIRE(begins[flusher].size() == 1);
    CHECK(traced.workqueue(begins[flusher][0]) == kHold);
    const auto ended = traced.events(EventKind::kEnd, Hold::kFunction);
    REQUIRE(ended.size() == 1);
    for (const int pid : {waiter, flusher}) {
        REQUIRE(ends[pid].size() == 1);
        CHECK(ends[pid][0].time >= ended[0].time);
    }
}

TEST_CASE("a cancelled item is told of, by whom", "[trace]")
{
    Traced traced;
    const json wq = run_one(
        {"--ordered", "--items", "2000", "--depth", "32", "--spin", "5us", "--cancel", "40", "--name", "off"});
    traced.stop();
    REQUIRE(wq["cancelled"].get<uint64_t>() > 0);
    auto of = of_workqueue(traced, "off");
    CHECK(of[EventKind::kCancel].size() == wq["cancelled"].get<size_t>());
    CHECK(of[EventKind::kStart].size() == wq["executed"].get<size_t>());
}

TEST_CASE("a worker is told of when it is made, and who made it", "[trace]")
{
    Traced traced;
    Hold hold;
    // Each sleeps, so each needs a worker.
    for (int i = 0; i < 12; i++)
        hold.tell("queue " + std::to_string(i));
    REQUIRE(eventually([&] {
        traced.has([](const Event&) { return false; });
        return traced.events(EventKind::kStart, Hold::kFunction).size() == 12;
    }));
    traced.stop();
    std::set<int32_t> made, ran;
    unsigned begun = 0, ended = 0;
    for (const Event& event : traced.events()) {
        if (event.kind == EventKind::kWorkerMade) {
            made.insert(event.pid);
            CHECK(traced.text(event.comm).starts_with("kworker/"));
        }
        begun += event.kind == EventKind::kManagerBegins;
        ended += event.kind == EventKind::kManagerEnds && event.value;
    }
    for (const Event& start : traced.events(EventKind::kStart, Hold::kFunction))
        ran.insert(start.pid);
    CHECK(ran.size() == 12);
    CHECK(begun >= made.size() - 1);
    CHECK(ended + 1 >= made.size());
    CHECK_FALSE(made.empty());
}

TEST_CASE("what has no room is counted exactly, and its place is told", "[trace]")
{
    TraceOptions tiny;
    tiny.buffer_bytes = 64 * sizeof(wqlab_trace_record) * online_cpus().size();
    tiny.kinds = 1u << WQLAB_TRACE_KIND_QUEUE | 1u << WQLAB_TRACE_KIND_ACTIVATE | 1u << WQLAB_TRACE_KIND_START |
                 1u << WQLAB_TRACE_KIND_END;
    tiny.drained = false;
    Traced traced(tiny);
    // Nobody reads meanwhile: each CPU has room for its first, and all that comes after is lost.
    Lab other;
    const json wq = run_one({"--items", "5000", "--depth", "8", "--issuers", "1", "--cpus", "0", "--name", "flood"});
    traced.stop();
    const Tail tail = traced.tail();
    std::map<uint32_t, uint64_t> told, counted;
    for (const Event& event : traced.events())
        if (event.kind == EventKind::kLost) {
            told[event.cpu] += event.value;
            CHECK(event.other >= event.time);
        }
    for (const CpuLoss& loss : tail.lost)
        counted[loss.cpu] = loss.events;
    CHECK(told == counted);
    CHECK(tail.lost_events() > 15'000);
    // All events of that CPU are the run's, but for the machine's own few: 4 of each item, and none counts twice.
    uint64_t kept = 0;
    for (const Event& event : traced.events())
        kept += event.cpu == 0 && event.kind != EventKind::kLost;
    const uint64_t executed = wq["executed"];
    CHECK(kept + counted[0] >= 4 * executed);
    CHECK(kept + counted[0] < 6 * executed);
}

TEST_CASE("there is one trace, and it is its owner's", "[trace]")
{
    Traced owner;
    CHECK(read_file("/sys/module/wqlab/refcnt") == "0\n");
    CHECK_THAT(refusal([] { Traced second; }), Catch::Contains("one trace at a time"));
    const Outcome refused = tool({"trace", "-d", "1"});
    CHECK(refused.status != 0);
    CHECK_THAT(refused.err, Catch::Contains("one trace at a time"));
    owner.stop();
    Lab stranger;
    CHECK_THAT(refusal([&] { stranger.tell(WQLAB_CMD_TRACE_STOP); }), Catch::Contains("traces already"));
    // A latency recording goes on beside it.
    CHECK(tool({"latency", "-d", "100ms", "--no-progress"}).status == 0);
}

TEST_CASE("a trace ends with its owner, however that ends", "[trace]")
{
    for (const int signal : {SIGKILL, SIGINT}) {
        Process tracer({"wqctl", "trace", "-d", "600", "--no-progress", "-o", "/tmp/ended.pftrace"});
        REQUIRE(eventually([&] { return somebody_traces() && tracer.catches(SIGINT); }));
        run_one({"--items", "100", "--name", "seen"});
        tracer.signal(signal);
        const Outcome outcome = tracer.wait();
        CHECK(eventually([] { return !somebody_traces(); }));
        if (signal == SIGKILL)
            continue;
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        const Outcome shown = tool({"trace", "show", "/tmp/ended.pftrace", "seen"});
        CHECK(shown.status == 0);
        CHECK_THAT(shown.out, Catch::Contains("100"));
    }
}

TEST_CASE("rmmod in the middle of a trace under load", "[trace]")
{
    Traced traced;
    Process load({"wqctl", "run", "--no-progress", "--flags", "unbound", "--depth", "16", "--duration", "1h"});
    REQUIRE(eventually([&] { return traced.has([](const Event&) { return true; }) && traced.events().size() > 1000; }));
    unload_module();
    CHECK(load.wait().status != 0);
    CHECK_FALSE(refusal([&] { traced.stop(); }).empty());
    CHECK(read_file("/proc/vmallocinfo").find("[wqlab]") == std::string::npos);
    load_module();
    CHECK(refusal([] { Traced second; }).empty());
}

TEST_CASE("a recording that waits for the bad moment stops at it", "[trace]")
{
    Hold hold({"max_active=1"});
    hold.tell("queue 0");
    Process tracer({"wqctl", "trace", "--ring", "1M", "--until", "inactive > 50ms of wqlab_hold", "--format", "json"});
    REQUIRE(eventually(somebody_traces));
    // Held back by the first, for as long as the test likes.
    hold.tell("queue 1");
    const Outcome outcome = tracer.wait();
    INFO(outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, Catch::Contains("inactive > 50ms"));
    hold.open();
}

TEST_CASE("who queues is a grouping of latencies", "[trace]")
{
    Process recorder({"wqctl", "latency", "--json", "--no-progress", "-d", "600", "--by", "queuer"});
    REQUIRE(eventually([&] { return somebody_traces() && recorder.catches(SIGINT); }));
    const json wq = run_one({"--items", "300", "--name", "asked"});
    recorder.signal(SIGINT);
    const Outcome outcome = recorder.wait();
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    const json document = json::parse(outcome.out);
    CHECK(document["by"] == "queuer");
    uint64_t executed = 0;
    for (const json& row : document["rows"])
        if (row["workqueue"].is_string() && of_run(row["workqueue"], "asked")) {
            executed += row["executed"].get<uint64_t>();
            CHECK_THAT(row["queuer"].get<std::string>(), Catch::Contains("wqlab"));
        }
    CHECK(executed == wq["executed"].get<uint64_t>());
}

TEST_CASE("trace says what it takes", "[trace]")
{
    CHECK(tool({"trace", "-d", "100ms"}, Process::As::Nobody).status == 3);
    CHECK(tool({"trace", "ev[ents"}).status == 2);
    CHECK(tool({"trace", "--until", "bored"}).status == 2);
    CHECK(tool({"trace", "--until", "wait > soon"}).status == 2);
    CHECK(tool({"trace", "--buffer", "8G"}).status == 2);
    CHECK(tool({"trace", "--buffer", "64"}).status == 2);
    CHECK(tool({"trace", "-d", "0.1", "-o", "/nowhere/file"}).status == 2);
    CHECK_THAT(tool({"trace", "-d", "0.1", "no such workqueue"}).err, Catch::Contains("no workqueue"));
    CHECK(tool({"trace", "-d", "0.1", "-o", "/dev/full", "--no-progress"}).status == 1);
}

TEST_CASE("a CPU leaves and comes back in the middle of a trace", "[trace]")
{
    const std::vector<int> cpus = online_cpus();
    if (cpus.size() < 2)
        return;
    const std::string online = "/sys/devices/system/cpu/cpu" + std::to_string(cpus.back()) + "/online";
    Traced traced;
    const json before = run_one({"--items", "500", "--name", "hot"});
    write_file(online, "0");
    const json without = run_one({"--items", "500", "--name", "hot"});
    write_file(online, "1");
    const json after = run_one({"--items", "500", "--name", "hot"});
    traced.stop();
    const auto of = of_workqueue(traced, "hot");
    const size_t executed = before["executed"].get<size_t>() + without["executed"].get<size_t>() +
                            after["executed"].get<size_t>();
    CHECK(of.at(EventKind::kStart).size() == executed);
    CHECK(of.at(EventKind::kEnd).size() == executed);
    CHECK(traced.tail().lost.empty());
}
