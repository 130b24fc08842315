// SPDX-License-Identifier: GPL-2.0
// What `wqctl where` says against what happens. Items of a run sleep where the
// kernel put them; the tracepoints tell from where each was queued and a
// snapshot on which pool it is. Nothing here depends on how long anything takes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "held.hh"
#include "lab.hh"
#include "commands/where/where.hh"
#include "source/module_source.hh"
#include "wire/lab.hh"
#include "tracing.hh"

using wqctl::Snapshot;
using wqctl::WhereAnswer;
using wqctl::WherePlace;

namespace {

Snapshot look()
{
    wqctl::Lab lab;
    return wqctl::ModuleSource(lab).snapshot(wqctl::kWhereSections);
}

// A file of sysfs that gets its value back.
class Setting {
public:
    Setting(const std::string& path, const std::string& value) : path_(path), before_(read_file(path))
    {
        write_file(path, value);
    }
    ~Setting() { write_file(path_, before_); }
    Setting(const Setting&) = delete;
    Setting& operator=(const Setting&) = delete;

private:
    std::string path_;
    std::string before_;
};

const std::string kWorkqueues = "/sys/devices/virtual/workqueue/";

struct Item {
    uint64_t work;
    uint32_t workqueue;
    int32_t pool;
    const wqlab_snap_worker* worker;  // nullptr: not at work
};

// wqlab's, at work or on a queue.
std::vector<Item> items_of(const Snapshot& snapshot)
{
    std::map<uint64_t, Item> items;
    for (const wqlab_snap_work& work : snapshot.works)
        if (snapshot.string(work.function).ends_with("[wqlab]"))
            items[work.identity] = {work.identity, work.workqueue, work.pool, nullptr};
    for (const wqlab_snap_worker& worker : snapshot.workers)
        if (worker.work && snapshot.string(worker.function).ends_with("[wqlab]"))
            items[worker.work] = {worker.work, worker.workqueue, worker.pool, &worker};
    std::vector<Item> list;
    for (const auto& [work, item] : items)
        list.push_back(item);
    return list;
}

Snapshot look_until(size_t items)
{
    Snapshot snapshot;
    REQUIRE(eventually([&] {
        snapshot = look();
        return items_of(snapshot).size() >= items;
    }));
    REQUIRE(items_of(snapshot).size() == items);
    return snapshot;
}

// `wqctl where … --json`
json ask(Words words)
{
    words.insert(words.begin(), "where");
    words.push_back("--json");
    const Outcome outcome = tool(words);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    const json answer = json::parse(outcome.out);
    REQUIRE(answer["schema"] == "wqlab/where/1");
    CHECK(answer["troubles"] == json::array());
    return answer;
}

const WherePlace* leads_to(const WhereAnswer& answer, int32_t pool)
{
    const auto place = std::find_if(answer.places.begin(), answer.places.end(),
                                    [&](const WherePlace& p) { return p.pool == pool; });
    return place != answer.places.end() ? &*place : nullptr;
}

// From each CPU with queue_work(), and once for each CPU with queue_work_on().
json issuers_everywhere()
{
    json issuers = json::array();
    const auto cpus = online_cpus();
    const json item = {{"sleep", "1h"}};
    std::string list;
    for (const int cpu : cpus)
        list += (list.empty() ? "" : ",") + std::to_string(cpu);
    issuers.push_back({{"threads", cpus.size()}, {"cpus", list}, {"item", item}});
    for (size_t i = 0; i < cpus.size(); i++)
        issuers.push_back({{"threads", 1},
                           {"cpus", std::to_string(cpus[cpus.size() - 1 - i])},
                           {"queue_on", cpus[i]},
                           {"item", item}});
    return issuers;
}

struct Proof {
    std::set<std::pair<uint32_t, int32_t>> in_turn;  // CPUs that queued, pools that got it
    size_t items = 0;
};

uint32_t index_of(const Snapshot& snapshot, uint64_t identity)
{
    for (const wqlab_snap_workqueue& wq : snapshot.workqueues)
        if (wq.identity == identity)
            return snapshot.index_of(wq);
    FAIL("a workqueue has gone");
    return 0;
}

// Asks, queues the items, and compares for each where it is with the answer.
void prove_some(const json& workqueues, const json& issuers, size_t items, Proof& proof)
{
    const json content = {{"workqueues", workqueues}, {"issuers", issuers}};
    Held held(content);
    const Snapshot before = look();
    std::map<uint64_t, json> told;  // by the tool, for all CPUs at once
    for (const json& workqueue : content["workqueues"]) {
        const std::string name = workqueue.contains("system") ? workqueue["system"].get<std::string>()
                                                              : held.name(workqueue["name"]);
        told[before.workqueues.at(wqctl::find_workqueue(before, name)).identity] = ask({name});
    }
    Tracing tracing;
    held.begin();
    const Snapshot after = look_until(items);
    std::map<uint64_t, TraceEvent> queued;
    for (const TraceEvent& event : tracing.take())
        if (event.name == "workqueue_queue_work")
            queued[event.work] = event;

    for (const Item& item : items_of(after)) {
        REQUIRE(queued.contains(item.work));
        const TraceEvent& event = queued[item.work];
        const uint64_t identity = after.workqueues.at(item.workqueue).identity;
        const bool anywhere = event.req_cpu >= after.head.nr_cpu_ids;
        wqctl::WhereQuestion question{.workqueue = index_of(before, identity), .cpu = event.cpu};
        if (!anywhere)
            question.work_on = event.req_cpu;
        INFO(event.workqueue << " from CPU " << event.cpu << " for CPU " << event.req_cpu << " is on pool "
                             << item.pool);
        const auto answer = wqctl::where(before, question);
        REQUIRE(answer.size() == 1);
        const WherePlace* place = leads_to(answer[0], item.pool);
        REQUIRE(place);
        CHECK((answer[0].in_turn || answer[0].places.size() == 1));
        if (item.worker)
            CHECK(std::count(place->runs_on.begin(), place->runs_on.end(), static_cast<uint32_t>(item.worker->cpu)) ==
                  1);
        CHECK(before.pool(place->pool)->cpu == event.pool_cpu);
        proof.items++;
        if (answer[0].in_turn)
            proof.in_turn.insert({event.cpu, item.pool});
        if (!anywhere)
            continue;
        bool so = false;
        for (const json& line : told.at(identity)["answers"])
            for (const json& where : line["places"])
                so |= line["from"] == event.cpu && where["pool"]["id"] == item.pool;
        CHECK(so);
    }
}

// As many workqueues at once as a run may have issuers for. Each gets so many items.
Proof prove(const json& workqueues, const json& issuers, size_t items)
{
    Proof proof;
    const size_t at_once = 64 / issuers.size();
    for (size_t first = 0; first < workqueues.size(); first += at_once) {
        json some = json::array();
        for (size_t i = first; i < std::min(first + at_once, workqueues.size()); i++)
            some.push_back(workqueues[i]);
        prove_some(some, issuers, items * some.size(), proof);
    }
    CHECK(proof.items == items * workqueues.size());
    return proof;
}

}  // namespace

TEST_CASE("where: unbound items are where it says, in every scope, strict or not", "[topology]")
{
    if (left_out("scopes"))
        return;
    const Snapshot snapshot = look();
    std::vector<std::string> scopes = {"default"};
    for (const wqlab_snap_scope& scope : snapshot.scopes)
        scopes.push_back(snapshot.string(scope.name));
    CHECK(scopes.size() >= 6);
    for (const bool strict : {false, true}) {
        json workqueues = json::array();
        for (const std::string& scope : scopes)
            workqueues.push_back({{"name", scope}, {"flags", {"unbound"}}, {"scope", scope}, {"strict", strict}});
        workqueues.push_back({{"name", "restricted"},
                              {"flags", {"unbound"}},
                              {"scope", "smt"},
                              {"strict", strict},
                              {"cpumask", "1-2,5"}});
        CHECK(prove(workqueues, issuers_everywhere(), 2 * online_cpus().size()).in_turn.empty());
    }
}

TEST_CASE("where: per-CPU and ordered items are where it says", "[inspect]")
{
    const json workqueues = {{{"name", "percpu"}},
                             {{"name", "highpri"}, {"flags", {"highpri"}}},
                             {{"name", "intensive"}, {"flags", {"cpu_intensive"}}},
                             {{"name", "reclaim"}, {"flags", {"mem_reclaim"}}},
                             {{"name", "efficient"}, {"flags", {"power_efficient"}}},
                             {{"name", "few"}, {"max_active", 1}},
                             {{"name", "unbound-few"}, {"flags", {"unbound"}}, {"max_active", 1}},
                             {{"name", "ordered"}, {"ordered", true}}};
    prove(workqueues, issuers_everywhere(), 2 * online_cpus().size());
}

TEST_CASE("where: items of system workqueues are where it says", "[inspect]")
{
    json workqueues = json::array();
    const json info = json::parse(tool({"info", "--json"}).out);
    for (const std::string& name : info["system_workqueues"].get<Words>())
        if (name.find("_bh_") == std::string::npos)
            workqueues.push_back({{"name", name.substr(0, 21)}, {"system", name}});
    prove(workqueues, issuers_everywhere(), 2 * online_cpus().size());
}

TEST_CASE("where: BH items run in the softirq and on the CPU that it says", "[inspect]")
{
    if (left_out("bh"))
        return;
    constexpr int hi = 0, tasklet = 6;
    json issuers = issuers_everywhere();
    for (json& issuer : issuers)
        issuer["item"] = json::object();
    const size_t places = 2 * 2 * online_cpus().size();
    // Each thread gets its share of the items.
    Held held(
        json{{"workqueues", {{{"name", "bh"}, {"flags", {"bh"}}}, {{"name", "high"}, {"flags", {"bh", "highpri"}}}}},
             {"issuers", issuers},
             {"items", 5 * places}});
    const Snapshot snapshot = look();
    std::map<std::pair<std::string, uint32_t>, WherePlace> predicted;
    for (const std::string& name : {held.name("bh"), held.name("high")})
        for (const int cpu : online_cpus()) {
            const auto answers = wqctl::where(
                snapshot, {.workqueue = wqctl::find_workqueue(snapshot, name), .cpu = static_cast<uint32_t>(cpu)});
            REQUIRE(answers[0].places.size() == 1);
            predicted[{name, static_cast<uint32_t>(cpu)}] = answers[0].places[0];
            const json told = ask({name, "--work-on", std::to_string(cpu)});
            CHECK(told["answers"][0]["places"][0]["pool"]["id"] == answers[0].places[0].pool);
        }
    Tracing tracing;
    held.begin();
    REQUIRE(eventually([&] { return held.has_ended(); }));
    std::map<uint64_t, TraceEvent> queued;
    std::set<std::tuple<std::string, uint32_t, uint32_t>> seen;
    for (const TraceEvent& event : tracing.take()) {
        if (event.name == "workqueue_queue_work") {
            queued[event.work] = event;
            continue;
        }
        REQUIRE(queued.contains(event.work));
        const TraceEvent& from = queued[event.work];
        const WherePlace& place = predicted.at(
            {from.workqueue, from.req_cpu < snapshot.head.nr_cpu_ids ? from.req_cpu : from.cpu});
        const wqlab_snap_pool* pool = snapshot.pool(place.pool);
        INFO(from.workqueue << " from CPU " << from.cpu << " for CPU " << from.req_cpu << " ran on CPU " << event.cpu);
        CHECK(pool->cpu == from.pool_cpu);
        CHECK(place.runs_on == wqctl::CpuList{event.cpu});
        CHECK(event.softirq == (pool->nice < 0 ? hi : tasklet));
        seen.insert({from.workqueue, from.cpu, from.req_cpu});
    }
    CHECK(seen.size() == places);
}

TEST_CASE("where: with a narrow wq_unbound_cpumask the other CPUs' items take turns as it says", "[topology]")
{
    if (left_out("scopes"))
        return;
    const Setting mask(kWorkqueues + "cpumask", "2c");  // 2, 3 and 5
    json issuers = issuers_everywhere();
    issuers[0]["depth"] = 6;
    const json workqueues = {{{"name", "cpu"}, {"flags", {"unbound"}}, {"scope", "cpu"}, {"strict", true}},
                             {{"name", "smt"}, {"flags", {"unbound"}}, {"scope", "smt"}},
                             {{"name", "percpu"}},
                             {{"name", "ordered"}, {"ordered", true}}};
    const Proof proof = prove(workqueues, issuers, 7 * 8);
    for (const auto& [from, pool] : proof.in_turn)
        CHECK((from != 2 && from != 3 && from != 5));

    const json single = {{"threads", 1}, {"cpus", "0"}, {"depth", 12}, {"item", {{"sleep", "1h"}}}};
    CHECK(prove(json::array({workqueues[0]}), json::array({single}), 12).in_turn.size() == 3);
}

TEST_CASE("where: debug_force_rr_cpu makes every CPU's items take turns", "[topology]")
{
    if (left_out("scopes"))
        return;
    const Setting forced("/sys/module/workqueue/parameters/debug_force_rr_cpu", "Y");
    json issuers = issuers_everywhere();
    issuers[0]["depth"] = 4;
    const json workqueues = {{{"name", "cpu"}, {"flags", {"unbound"}}, {"scope", "cpu"}}, {{"name", "percpu"}}};
    const Proof proof = prove(workqueues, issuers, 5 * 8);
    std::set<uint32_t> from;
    for (const auto& [cpu, pool] : proof.in_turn)
        from.insert(cpu);
    CHECK(from.size() == 8);
}

TEST_CASE("where: queue_work_node() is answered as the kernel does it", "[topology]")
{
    if (left_out("scopes"))
        return;
    Held held(json{{"workqueues", json::array({{{"name", "near"}, {"flags", {"unbound"}}, {"scope", "cpu"}}})},
                   {"issuers",
                    {{{"threads", 8}, {"cpus", "0-7"}, {"queue_node", 0}, {"item", {{"sleep", "1h"}}}},
                     {{"threads", 8}, {"cpus", "0-7"}, {"queue_node", 1}, {"item", {{"sleep", "1h"}}}}}}});
    Tracing tracing;
    held.begin();
    const Snapshot snapshot = look_until(16);
    std::map<uint64_t, TraceEvent> queued;
    for (const TraceEvent& event : tracing.take())
        if (event.name == "workqueue_queue_work")
            queued[event.work] = event;
    const uint32_t workqueue = wqctl::find_workqueue(snapshot, held.name("near"));
    for (const Item& item : items_of(snapshot)) {
        // Which node was asked for shows in what was chosen.
        const uint32_t node = queued.at(item.work).req_cpu / 4;
        const auto answers = wqctl::where(snapshot,
                                          {.workqueue = workqueue, .cpu = queued.at(item.work).cpu, .node = node});
        REQUIRE(answers[0].places.size() == 1);
        CHECK(answers[0].places[0].pool == item.pool);
        CHECK(answers[0].places[0].chosen == wqctl::CpuList{queued.at(item.work).req_cpu});
    }
}
