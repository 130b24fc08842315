// SPDX-License-Identifier: GPL-2.0
// `wqctl where` where the state of the machine matters: items that run still,
// CPUs that are offline, max_active, and the worker that is next.
#include <algorithm>
#include <catch2/catch.hpp>

#include "held.hh"
#include "lab.hh"
#include "commands/where/where.hh"
#include "source/module_source.hh"
#include "wire/lab.hh"
#include "tracing.hh"

using wqctl::Snapshot;
using wqctl::WherePlace;

namespace {

Snapshot look()
{
    wqctl::Lab lab;
    return wqctl::ModuleSource(lab).snapshot(wqctl::kWhereSections);
}

const wqlab_snap_worker* busy_worker(const Snapshot& snapshot, uint32_t workqueue)
{
    for (const wqlab_snap_worker& worker : snapshot.workers)
        if (worker.work && worker.workqueue == workqueue && !(worker.flags & WQLAB_WORKER_IDLE))
            return &worker;
    return nullptr;
}

// The only place from this CPU.
WherePlace place_of(const Snapshot& snapshot, const wqctl::WhereQuestion& question)
{
    const auto answers = wqctl::where(snapshot, question);
    REQUIRE(answers.size() == 1);
    REQUIRE(answers[0].places.size() == 1);
    return answers[0].places[0];
}

}  // namespace

TEST_CASE("where: the worker that it names is the one that runs the item", "[inspect]")
{
    if (left_out("scopes"))
        return;
    // Pools with a nice value of their own are nobody else's.
    wqctl::RunFlags flags;
    flags["--flags"] = "unbound";
    flags["--scope"] = "system";
    flags["--nice"] = "7";
    flags["--cpus"] = "0";
    flags["--items"] = "1";
    Held held(flags);
    // Some workers for the pool, all idle in the end.
    run_one({"--flags", "unbound", "--scope", "system", "--nice", "7", "--items", "6", "--depth", "6", "--cpus", "0",
             "--sleep", "50ms"});
    Snapshot snapshot;
    WherePlace place;
    REQUIRE(eventually([&] {
        snapshot = look();
        place = place_of(snapshot, {.workqueue = wqctl::find_workqueue(snapshot, held.name()), .cpu = 0});
        const wqlab_snap_pool* pool = snapshot.pool(place.pool);
        return pool->nr_idle == pool->nr_workers && pool->nr_idle >= 3;
    }));
    CHECK(place.runner == wqctl::Runner::kIdle);
    REQUIRE(place.worker);
    Tracing tracing;
    held.begin();
    REQUIRE(eventually([&] { return held.has_ended(); }));
    int pid = 0;
    for (const TraceEvent& event : tracing.take())
        if (event.name == "workqueue_execute_start")
            pid = event.pid;
    CHECK(pid == place.worker->pid);
}

TEST_CASE("where: an item that runs stays on its pool, whatever the attributes become", "[inspect]")
{
    if (left_out("counters"))
        return;
    wqctl::RunFlags flags;
    flags["--flags"] = "unbound";
    flags["--scope"] = "system";
    flags["--nice"] = "6";
    flags["--chain"] = "1000000";
    flags["--cpus"] = "0";
    flags["--sleep"] = "100ms";
    flags["--duration"] = "10m";
    Held held(flags);
    held.begin();

    int32_t before = -1;
    REQUIRE(eventually([&] {
        const Snapshot snapshot = look();
        const wqlab_snap_worker* worker = busy_worker(snapshot, wqctl::find_workqueue(snapshot, held.name()));
        before = worker ? worker->pool : -1;
        return worker != nullptr;
    }));
    write_file("/sys/devices/virtual/workqueue/" + held.name() + "/nice", "5");

    // The item requeues itself from its own function, so it is running then.
    uint64_t started = 0;
    unsigned looks = 0;
    REQUIRE(eventually([&] {
        const Snapshot snapshot = look();
        const uint32_t workqueue = wqctl::find_workqueue(snapshot, held.name());
        const wqlab_snap_worker* worker = busy_worker(snapshot, workqueue);
        const wqlab_snap_pwq* pwq = worker ? snapshot.pwq(worker->pwq) : nullptr;
        if (!pwq)
            return false;
        CHECK(worker->pool == before);
        const WherePlace fresh = place_of(snapshot, {.workqueue = workqueue, .cpu = 0});
        CHECK(fresh.pool != before);
        CHECK(snapshot.pool(fresh.pool)->nice == 5);
        const auto answer = wqctl::where(snapshot, {.workqueue = workqueue, .cpu = 0, .work = worker->work});
        // Pending once more, in the moment before its function returns.
        if (answer[0].fate == wqctl::Fate::kPending)
            return false;
        REQUIRE(answer[0].places.size() == 1);
        CHECK(answer[0].places[0].follows_item);
        CHECK(answer[0].places[0].pool == before);
        const std::string& function = snapshot.string(worker->function);
        CHECK(place_of(snapshot, {.workqueue = workqueue, .cpu = 0, .function = function}).pool == before);
        looks++;
        if (!started)
            started = pwq->stats[WQLAB_PWQ_STAT_STARTED];
        return pwq->stats[WQLAB_PWQ_STAT_STARTED] >= started + 3;
    }));
    CHECK(looks >= 2);
}

TEST_CASE("where: queue_work_on() an offline CPU", "[inspect]")
{
    if (left_out("scopes"))
        return;
    const std::string online = "/sys/devices/system/cpu/cpu3/online";
    wqctl::RunFlags flags;
    flags["--cpus"] = "0";
    flags["--queue-on"] = "3";
    flags["--sleep"] = "100ms";
    flags["--duration"] = "10m";
    wqctl::RunFlags unbound = flags;
    unbound["--flags"] = "unbound";
    unbound["--scope"] = "cpu";
    unbound["--strict"] = true;
    Held bound(flags), wide(unbound);
    bound.begin();
    wide.begin();
    write_file(online, "0");
    unsigned looks = 0;
    for (const Held* held : {&bound, &wide}) {
        INFO(held->name());
        REQUIRE(eventually([&] {
            const Snapshot snapshot = look();
            const uint32_t workqueue = wqctl::find_workqueue(snapshot, held->name());
            const wqlab_snap_worker* worker = busy_worker(snapshot, workqueue);
            if (!worker)
                return false;
            const WherePlace place = place_of(snapshot, {.workqueue = workqueue, .cpu = 0, .work_on = 3});
            if (held == &wide) {
                // An item that was there before the CPU went may be there still.
                if (worker->pool != place.pool)
                    return false;
                CHECK(place.is_whole);
            } else {
                CHECK(place.pool == worker->pool);
                CHECK(snapshot.pool(place.pool)->cpu == 3);
                CHECK(snapshot.pool(place.pool)->flags & WQLAB_POOL_DISASSOCIATED);
            }
            CHECK(std::count(place.runs_on.begin(), place.runs_on.end(), 3u) == 0);
            // One that went to sleep before the CPU went is still there.
            const bool moved = std::count(place.runs_on.begin(), place.runs_on.end(),
                                          static_cast<uint32_t>(worker->cpu)) == 1;
            CHECK((moved || !looks));
            looks += moved;
            return looks >= 3;
        }));
        looks = 0;
    }
    CHECK(tool({"where", bound.name(), "--cpu", "3"}).status == 2);
    const Outcome told = tool({"where", bound.name(), "--work-on", "3"});
    CHECK(told.status == 0);
    CHECK(told.out.find("CPU 3 is offline") != std::string::npos);
    write_file(online, "1");
    const Snapshot snapshot = look();
    CHECK(place_of(snapshot, {.workqueue = wqctl::find_workqueue(snapshot, bound.name()), .cpu = 3}).runs_on ==
          wqctl::CpuList{3});
}

TEST_CASE("where: an item beyond max_active would be inactive", "[inspect]")
{
    for (const char* kind : {"percpu", "unbound"}) {
        wqctl::RunFlags flags;
        if (kind != std::string("percpu"))
            flags["--flags"] = kind;
        flags["--max-active"] = "2";
        flags["--cpus"] = "0";
        flags["--sleep"] = "1h";
        for (const int depth : {1, 2, 3}) {
            flags["--depth"] = std::to_string(depth);
            Held held(flags);
            const auto ask = [&](const Snapshot& s) {
                return place_of(s, {.workqueue = wqctl::find_workqueue(s, held.name()), .cpu = 0});
            };
            CHECK(ask(look()).activity == wqctl::Activity::kActive);
            held.begin();
            using enum wqctl::Activity;
            const auto expected = depth == 1 ? kActive : depth == 2 ? kLimited : kBehind;
            INFO(kind << ", " << depth << " items");
            Snapshot snapshot;
            // What a node and what its pools count is read in turn, so both must have settled.
            REQUIRE(eventually([&] {
                snapshot = look();
                const wqlab_snap_pwq& pwq = *snapshot.pwq(ask(snapshot).pwq);
                return pwq.nr_active + static_cast<int>(pwq.nr_inactive) == depth && ask(snapshot).activity == expected;
            }));
            CHECK(ask(snapshot).max_active == 2);
        }
    }
}

TEST_CASE("where: names that mean several workqueues, or none", "[inspect]")
{
    const Snapshot snapshot = look();
    for (const wqlab_snap_workqueue& wq : snapshot.workqueues) {
        const std::string name = wqctl::unique_name(snapshot, wq);
        CHECK(wqctl::find_workqueue(snapshot, name) == snapshot.index_of(wq));
    }
    const auto twins = std::count_if(snapshot.workqueues.begin(), snapshot.workqueues.end(),
                                     [&](const auto& wq) { return snapshot.string(wq.name) == "events"; });
    const Outcome events = tool({"where", "events"});
    CHECK(events.status == (twins > 1 ? 2 : 0));
    if (twins > 1)
        CHECK(events.err.find("system_wq") != std::string::npos);
    CHECK(tool({"where", "system_wq"}).status == 0);
    const Outcome none = tool({"where", "system_qw"});
    CHECK(none.status == 2);
    CHECK(none.err.find("did you mean \"system_wq\"") != std::string::npos);
    CHECK(tool({"where", "system_wq", "--work-on", "9999"}).status == 2);
    CHECK(tool({"where", "system_wq", "--work", "x"}).status == 2);
}

TEST_CASE("a snapshot has the effective cpumask of an unbound workqueue, strict or not", "[inspect]")
{
    for (const bool strict : {false, true}) {
        if (strict && kernel_lacks("scopes"))
            continue;
        wqctl::RunFlags flags;
        flags["--flags"] = "unbound";
        flags["--cpumask"] = "1-2";
        flags["--strict"] = strict;
        const Held held(flags);
        const Snapshot snapshot = look();
        const wqlab_snap_workqueue& wq = snapshot.workqueues[wqctl::find_workqueue(snapshot, held.name())];
        CHECK(snapshot.cpus(wq.effective_cpus) == wqctl::CpuList{1, 2});
        CHECK(static_cast<bool>(wq.flags & WQLAB_SNAP_WQ_STRICT) == strict);
    }
}
