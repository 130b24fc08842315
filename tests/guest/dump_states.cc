// SPDX-License-Identifier: GPL-2.0
// wqctl dump against states that are rare: who flushes and drains, rescuers at
// work, pwqs that are plugged. Each is made and held by the test.
#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>

#include "source/module_source.hh"
#include "wire/lab.hh"
#include "commands/explain/judge.hh"
#include "hold.hh"
#include "kernel_struct.hh"
#include "one_truth.hh"
#include "system/kept_value.hh"

namespace {

const std::string kOfHold = "^wqlab_hold$";
const std::string kSysfs = "/sys/devices/virtual/workqueue/";

json look(Words sections = {})
{
    sections.insert(sections.end(), {"--wq", kOfHold});
    return dump(sections);
}

json workqueue(const json& document) { return one_of(document["workqueues"], "name", Hold::kName); }

// How many workers execute an item of it.
size_t at_work(const json& document) { return all_of(document["work"]["workers"], "function", Hold::kFunction).size(); }

// Queues items until so many are at work, with none of them done.
void queue_first(Hold& hold)
{
    hold.tell("queue 0");
    REQUIRE(eventually([] { return at_work(look({"work"})) == 1; }));
}

std::vector<json> flushers(const json& document)
{
    return all_of(document["work"]["flushers"], "workqueue", Hold::kName);
}

}  // namespace

TEST_CASE("dump: who flushes a workqueue, in their order", "[inspect]")
{
    // Of 16 colours one stays free: the last two have to wait for theirs.
    constexpr size_t kColors = 16, kFlushers = kColors + 1;
    Hold hold;
    queue_first(hold);
    std::vector<int> pids;
    json document;
    for (size_t n = 1; n <= kFlushers; n++) {
        pids.push_back(hold.spawn("flush"));
        REQUIRE(eventually([&] {
            document = look({"work", "workqueues"});
            return flushers(document).size() == n;
        }));
    }
    const auto rows = flushers(document);
    const int first_color = rows[0]["color"];
    for (size_t i = 0; i < kFlushers; i++) {
        INFO(rows[i]);
        CHECK(rows[i]["pid"] == pids[i]);
        CHECK(rows[i]["command"] == "bash");
        CHECK(rows[i]["state"] == (i == 0 ? "first" : i < kColors - 1 ? "queued" : "overflow"));
        if (i < kColors - 1)
            CHECK(rows[i]["color"] == (first_color + i) % kColors);
    }
    const json wq = workqueue(document);
    CHECK(wq["flush_color"] == first_color);
    CHECK(wq["work_color"] == (first_color + kColors - 1) % kColors);
    CHECK(wq["pwqs_to_flush"] == 1);
    CHECK(wq["drainers"] == 0);
    const std::string text = tool({"dump", "work", "--wq", kOfHold}).out;
    CHECK_THAT(text, Catch::Contains("wqlab_hold is flushed by bash " + std::to_string(pids[0]) + ", colour"));
    CHECK_THAT(text,
               Catch::Contains("wqlab_hold will then be flushed by bash " + std::to_string(pids[1]) + ", colour"));
    CHECK_THAT(text, Catch::Contains("wqlab_hold is to be flushed by bash " + std::to_string(pids.back())));
    check_all_sources({"--wq", kOfHold});
    hold.open();
    CHECK(flushers(look({"work"})).empty());
}

TEST_CASE("dump: who drains a workqueue", "[inspect]")
{
    Hold hold;
    CHECK_FALSE(has_flag(workqueue(look({"workqueues"})), "draining"));
    queue_first(hold);
    const std::vector<int> pids = {hold.spawn("drain"), hold.spawn("drain")};
    json document;
    REQUIRE(eventually([&] {
        document = look({"work", "workqueues"});
        return flushers(document).size() == 2;
    }));
    CHECK(workqueue(document)["drainers"] == 2);
    CHECK(has_flag(workqueue(document), "draining"));
    for (const int pid : pids)
        CHECK(all_of(document["work"]["flushers"], "pid", pid).size() == 1);
    CHECK_THAT(tool({"dump", "work", "--wq", kOfHold}).out, Catch::Contains("wqlab_hold is drained by 2"));
    check_all_sources({"--wq", kOfHold});
    hold.open();
    document = look({"work", "workqueues"});
    CHECK(workqueue(document)["drainers"] == 0);
    CHECK_FALSE(has_flag(workqueue(document), "draining"));
}

TEST_CASE("dump: a mutex that nobody lets go of costs what it protects, and not the dump", "[inspect]")
{
    Hold hold;
    const size_t pwqs = workqueue(look({"workqueues"}))["pwqs"].size();
    REQUIRE(pwqs > 0);
    hold.spawn("lock");
    json document;
    REQUIRE(eventually([&] {
        document = json::parse(tool({"dump", "--json"}).out);
        return !document["troubles"].empty();
    }));
    REQUIRE(document["troubles"].size() == 1);
    CHECK_THAT(document["troubles"][0].get<std::string>(),
               Catch::StartsWith("pwqs of workqueue ") && Catch::Contains("somebody holds wq->mutex"));
    CHECK(workqueue(document)["pwqs"].empty());
    CHECK(all_of(document["workqueues"], "name", "events")[0]["pwqs"].size() > 0);
    hold.open();
    CHECK(workqueue(look({"workqueues"}))["pwqs"].size() == pwqs);
}

TEST_CASE("dump: who waits for an item that runs, and for one that is held back", "[inspect]")
{
    Hold hold({"max_active=1"});
    queue_first(hold);
    hold.tell("queue 1");
    hold.tell("queue 2");
    const int running = hold.spawn("wait 0");
    std::optional<int> held_back;
    json document;
    std::vector<json> barriers;
    const auto see = [&](size_t count) {
        REQUIRE(eventually([&] {
            document = look();
            barriers = all_of(document["work"]["items"], "barrier", true);
            return barriers.size() == count;
        }));
    };
    see(1);
    held_back = hold.spawn("wait 1");
    see(2);
    const json worker = one_of(document["work"]["workers"], "function", Hold::kFunction);
    const json front = one_of(document["work"]["items"], "waiter", running);
    CHECK(front["state"] == "scheduled");
    CHECK(front["worker"] == worker["pid"]);
    CHECK(front["waits_for"] == worker["item"]);
    const auto items = all_of(document["work"]["items"], "function", Hold::kFunction);
    REQUIRE(items.size() == 2);
    const json behind = one_of(document["work"]["items"], "waiter", *held_back);
    CHECK(behind["state"] == "inactive");
    CHECK(behind["worker"].is_null());
    CHECK(behind["waits_for"] == items[0]["item"]);
    // A barrier is no item that max_active holds back.
    const json pwq = one_of(workqueue(document)["pwqs"], "nr_active", 1);
    CHECK(pwq["nr_inactive"] == 2);
    check_all_sources({"--wq", kOfHold});
    CHECK_THAT(tool({"dump", "work", "--wq", kOfHold}).out, Catch::Contains("1 active, 2 held back"));
    hold.open();
}

TEST_CASE("dump: a rescuer at work, who manages in vain, and who waits for the rescuer", "[inspect]")
{
    if (left_out("scopes"))
        return;
    Hold hold;
    // A pool of our own, in which one worker is at work and one is idle.
    wqctl::Lab lab;
    const auto nice = wqctl::unused_nice(
        wqctl::ModuleSource(lab).snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES));
    REQUIRE(nice);
    write_file(kSysfs + Hold::kName + "/affinity_scope", "system");
    write_file(kSysfs + Hold::kName + "/nice", std::to_string(*nice));
    queue_first(hold);
    json document = look();
    json own = one_of(document["work"]["workers"], "function", Hold::kFunction);
    json pool, rescuer;
    const auto see = [&](const std::function<bool()>& condition) {
        const bool seen = eventually([&] {
            document = dump_here({"--wq", kOfHold});
            pool = one_of(document["pools"], "id", own["pool"]);
            rescuer = one_of(document["rescuers"], "workqueue", Hold::kName);
            return condition();
        });
        INFO(pool << rescuer << document["work"]);
        REQUIRE(seen);
    };
    // The pool's first worker makes a second one before it executes anything. Where that takes more than
    // 10 ms (MAYDAY_INITIAL_TIMEOUT), the rescuer was called and has the item: once more, until there are two.
    while (has_flag(own, "rescuer")) {
        hold.tell("let 0");
        see([&] { return at_work(document) == 0 && pool["manager"].is_null() && rescuer["pool"].is_null(); });
        queue_first(hold);
        document = look();
        own = one_of(document["work"]["workers"], "function", Hold::kFunction);
    }
    // Where workers are slow to start, more than one may have been made. Each gets an item,
    // but for the last, who would have to make another worker first.
    size_t busy = 1;
    // A worker that is slow to start has the rescuer called, who then leaves again.
    const auto settled = [&] {
        return at_work(document) == busy && pool["idle"] >= 1 && pool["manager"].is_null() &&
               rescuer["pool"].is_null() && rescuer["maydays"] == 0;
    };
    for (see(settled); pool["idle"] > 1; see(settled))
        hold.tell("queue " + std::to_string(busy++));
    const int rescued = one_of(workqueue(document)["pwqs"], "nr_active", busy)["stats"]["rescued"];
    const int pid = rescuer["pid"], waiter = hold.spawn("wait " + std::to_string(busy));
    CHECK(threads("kworker/R-").contains(pid));
    const auto all_workers = workers();

    const wqctl::KeptValue scarce("/proc/sys/kernel/threads-max", "1");
    for (size_t item = busy; item < busy + 3; item++)
        hold.tell("queue " + std::to_string(item));
    // The second call for help comes while the rescuer is at work, so its pwq stays on the list.
    see([&] {
        return rescuer["pool"] == pool["id"] && rescuer["maydays"] == 1 && at_work(document) == busy + 1 &&
               !all_of(document["work"]["items"], "waiter", waiter).empty();
    });

    CHECK(rescuer["pid"] == pid);
    CHECK(rescuer["mayday_pools"] == json::array({pool["id"]}));
    CHECK(rescuer["cpus"] == pool["allowed_cpus"]);
    const json worker = one_of(document["work"]["workers"], "pid", pid);
    CHECK(worker["function"] == Hold::kFunction);
    CHECK(worker["pool"] == pool["id"]);
    CHECK(has_flag(worker, "rescuer"));
    CHECK(has_flag(worker, "sleeping"));
    CHECK(worker["nice"] == -20);
    const json barrier = one_of(document["work"]["items"], "waiter", waiter);
    CHECK(barrier["state"] == "scheduled");
    CHECK(barrier["worker"] == pid);
    CHECK(barrier["waits_for"] == worker["item"]);
    CHECK(all_of(all_of(document["work"]["items"], "state", "pending"), "function", Hold::kFunction).size() == 2);
    CHECK(pool["pending"] == 2);
    CHECK(pool["workers"] == busy + 1);
    CHECK(pool["idle"] == 0);
    CHECK(pool["busy"] == busy + 1);
    CHECK(has_flag(pool, "manager_active"));
    CHECK(all_workers.contains(pool["manager"]));
    CHECK(pool["manager"] != own["pid"]);
    const json pwq = one_of(workqueue(document)["pwqs"], "nr_active", busy + 3);
    CHECK(has_flag(pwq, "mayday"));
    CHECK(pwq["pool"] == pool["id"]);
    CHECK(pwq["stats"]["rescued"] == rescued + 1);
    CHECK(pwq["stats"]["mayday"].get<int>() >= 2);

    check_all_sources({"--wq", kOfHold});

    hold.tell("open");
    see([&] { return rescuer["pool"].is_null() && rescuer["maydays"] == 0 && at_work(document) == 0; });
}

TEST_CASE("dump: pwqs of an ordered workqueue that are plugged until their turn", "[inspect]")
{
    if (left_out_without("pool_workqueue", "plugged"))
        return;
    Hold hold({"ordered=1"});
    queue_first(hold);
    hold.tell("queue 1");
    const json before = look();
    // Each new mask of the machine makes a new pwq, on a pool of these CPUs.
    std::list<wqctl::KeptValue> masks;
    masks.emplace_back(kSysfs + "cpumask", "0f");
    hold.tell("queue 2");
    hold.tell("queue 3");
    write_file(kSysfs + "cpumask", "03");
    hold.tell("queue 4");

    const json document = look();
    const json wq = workqueue(document);
    INFO(wq << document["pools"]);
    const auto pwq = [&](int inactive, const std::string& cpus) {
        for (const json& row : wq["pwqs"])
            if (row["nr_inactive"] == inactive && one_of(document["pools"], "id", row["pool"])["allowed_cpus"] == cpus)
                return row;
        FAIL("none for the CPUs " << cpus << " that holds back " << inactive);
        return json();
    };
    CHECK(wq["pwqs"].size() == 3);
    const json oldest = pwq(1, before["online_cpus"]), middle = pwq(2, "0-3"), newest = pwq(1, "0-1");
    CHECK(oldest["nr_active"] == 1);
    CHECK_FALSE(has_flag(oldest, "plugged"));
    for (const json& row : {middle, newest}) {
        CHECK(row["nr_active"] == 0);
        CHECK(has_flag(row, "plugged"));
    }
    CHECK(oldest["cpus"] == "");
    CHECK(middle["cpus"] == "");
    CHECK(newest["cpus"] == before["online_cpus"]);
    const std::string text = tool({"dump", "work", "--wq", kOfHold}).out;
    CHECK_THAT(text, Catch::Contains("2 held back, plugged"));
    check_all_sources({"--wq", kOfHold});

    hold.open();
    // The old ones go when RCU lets go of them.
    REQUIRE(eventually([] {
        const json pwqs = workqueue(look({"workqueues"}))["pwqs"];
        return pwqs.size() == 1 && !has_flag(pwqs[0], "plugged");
    }));
}
