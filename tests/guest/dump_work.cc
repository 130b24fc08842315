// SPDX-License-Identifier: GPL-2.0
// wqctl dump against items that this test put there.
#include <algorithm>
#include <catch2/catch.hpp>
#include <utility>

#include "dump_lab.hh"

TEST_CASE("dump: an item that holds its workqueue up, and those behind it", "[inspect]")
{
    const bool unbound = GENERATE(true, false);
    const Detached run({"--flags", unbound ? "unbound" : "highpri", "--name", "gate", "--max-active", "1", "--issuers",
                        "1", "--cpus", "2", "--depth", "3", "--sleep", "1h"});
    const std::string name = run.workqueue("gate");
    json document;
    REQUIRE(eventually([&] {
        document = dump({"--wq", "^" + name + "$"});
        return document["work"]["items"].size() == 2 && document["work"]["workers"].size() == 1;
    }));
    REQUIRE(document["workqueues"].size() == 1);
    json worker = document["work"]["workers"][0];
    CHECK(worker["workqueue"] == name);
    CHECK_THAT(worker["function"].get<std::string>(), Catch::EndsWith(" [wqlab]"));
    CHECK(has_flag(worker, "sleeping"));
    CHECK(workers().contains(worker["pid"]));
    for (const json& item : document["work"]["items"]) {
        CHECK(item["state"] == "inactive");
        CHECK(item["function"] == worker["function"]);
        CHECK(item["workqueue"] == name);
        CHECK(item["pool"] == worker["pool"]);
        CHECK(item["item"] != worker["item"]);
        CHECK(item["barrier"] == false);
    }
    // Before there were scopes all CPUs of a node shared one.
    const json& pwqs = document["workqueues"][0]["pwqs"];
    const json pwq = unbound && kernel_lacks("scopes") ? one_of(pwqs, "nr_active", 1) : one_of(pwqs, "cpus", "2");
    CHECK(pwq["pool"] == worker["pool"]);
    CHECK(pwq["nr_active"] == 1);
    CHECK(pwq["nr_inactive"] == 2);
    const json pool = one_of(document["pools"], "id", worker["pool"]);
    CHECK(pool["busy"].get<int>() >= 1);
    if (unbound) {
        int active = 0;
        for (const json& node : document["nodes"]["active"])
            active += node["nr"].get<int>();
        CHECK(active == (kernel_lacks("system_max_active") ? 0 : 1));
    } else {
        CHECK(pool["cpu"] == 2);
        CHECK(pool["nice"] == -20);
        CHECK(worker["cpu"] == 2);
    }
    // Time goes on, for a lower bound at least not back, as long as it is the same item.
    CHECK(eventually([&] {
        const json later = dump({"work", "--wq", name});
        if (later["work"]["workers"].size() != 1)
            return false;
        const json before = std::exchange(worker, later["work"]["workers"][0]);
        if (worker["item"] != before["item"])
            return false;
        CHECK(worker["busy_ns"].get<uint64_t>() >= before["busy_ns"].get<uint64_t>());
        return true;
    }));

    // The same by the other filters.
    const std::string id = std::to_string(worker["pool"].get<int>());
    json by_pool;
    CHECK(eventually([&] {
        by_pool = dump({"--pool", id, "--busy"});
        return all_of(by_pool["work"]["items"], "workqueue", name).size() == 2;
    }));
    REQUIRE(by_pool["pools"].size() == 1);
    CHECK(all_of(by_pool["workqueues"], "name", name).size() == 1);
    CHECK(eventually([&] {
        return all_of(dump({"work", "--cpu", "2"})["work"]["workers"], "workqueue", name).size() == 1;
    }));
    std::string text;
    CHECK(eventually([&] {
        text = tool({"dump", "work", "--pool", id}).out;
        return text.find("executing") != std::string::npos;
    }));
    CHECK_THAT(text, Catch::Contains("executing  " + worker["function"].get<std::string>()));
    CHECK_THAT(text, Catch::Contains("1 active") && Catch::Contains("2 held back"));
}

TEST_CASE("dump: who flushes stands behind what it waits for", "[inspect]")
{
    const Detached run(
        {"--flags", "highpri", "--name", "flush", "--issuers", "1", "--cpus", "1", "--flush", "100", "--sleep", "60s"});
    const std::string name = run.workqueue("flush");
    json document;
    REQUIRE(eventually([&] {
        document = dump({"work", "--wq", name});
        return document["work"]["items"].size() == 1 && document["work"]["workers"].size() == 1;
    }));
    const json worker = document["work"]["workers"][0];
    const json barrier = document["work"]["items"][0];
    CHECK(barrier["barrier"] == true);
    CHECK(barrier["function"] == "wq_barrier_func");
    CHECK(barrier["state"] == "scheduled");
    CHECK(barrier["worker"] == worker["pid"]);
    CHECK(barrier["waits_for"] == worker["item"]);
    CHECK(threads("wqlab/").contains(barrier["waiter"]));
    CHECK_THAT(barrier["waiter_command"].get<std::string>(), Catch::StartsWith("wqlab/"));
}

TEST_CASE("dump: delayed works are on the timers, of the right CPU", "[inspect]")
{
    const Detached run(
        {"--flags", "highpri", "--name", "later", "--issuers", "1", "--cpus", "3", "--depth", "2", "--delay", "1h"});
    const std::string name = run.workqueue("later");
    json document;
    REQUIRE(eventually([&] {
        document = dump({"timers", "--wq", name});
        return document["timers"].size() == 2;
    }));
    for (const json& timer : document["timers"]) {
        CHECK(timer["due_ns"].get<int64_t>() > 0);
        CHECK(timer["due_ns"].get<int64_t>() < 3610'000'000'000);
        CHECK(timer["timer_cpu"] == 3);
        CHECK(timer["cpu_online"] == true);
        CHECK_THAT(timer["function"].get<std::string>(), Catch::EndsWith(" [wqlab]"));
        const json pool = one_of(dump({"pools"})["pools"], "id", timer["pool"]);
        CHECK(pool["cpu"] == 3);
        CHECK(pool["nice"] == -20);
    }
    CHECK(document["timers"][0]["due_ns"] <= document["timers"][1]["due_ns"]);
}

TEST_CASE("dump: a function that hogs a CPU is found out", "[inspect]")
{
    const json info = json::parse(tool({"info", "--json"}).out);
    if (!one_of(info["views"], "view", "hogs")["available"]) {
        CHECK(tool({"dump", "hogs"}).status == 4);
        return;
    }
    const auto count = [] {
        uint64_t times = 0;
        const json document = dump({"hogs"});
        for (const json& hog : document["hogs"])
            if (hog["function"].get<std::string>().ends_with(" [wqlab]"))
                times += hog["count"].get<uint64_t>();
        return times;
    };
    const uint64_t before = count();
    const uint64_t thresh = dump({"hogs"})["cpu_intensive_thresh_us"];
    INFO(thresh);
    // A tick has to fall into it.
    const uint64_t spin = std::min<uint64_t>(thresh + 100'000, 1'000'000);
    CHECK(eventually([&] {
        run({"--issuers", "1", "--queue-on", "1", "--items", "3", "--spin", std::to_string(spin) + "us"});
        return count() > before;
    }));
}

TEST_CASE("dump: under load it finds no trouble", "[inspect]")
{
    // Not so many that spin that who looks hardly gets a turn.
    const Detached one({"--flags", "unbound", "--issuers", "1", "--depth", "8", "--spin", "1us..50us"});
    const Detached two(
        {"--flags", "mem_reclaim", "--issuers", "8", "--depth", "8", "--sleep", "1us..1ms", "--flush", "5"});
    const Detached three({"--issuers", "8", "--depth", "16", "--delay", "1ms", "--mod", "20", "--cancel", "20"});
    for (int i = 0; i < 10; i++) {
        const json document = dump();
        for (const json& worker : document["work"]["workers"])
            CHECK((worker["item"].is_null() || !worker["function"].is_null()));
    }
}
