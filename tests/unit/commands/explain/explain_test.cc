// SPDX-License-Identifier: GPL-2.0
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/explain/flags.hh"
#include "unit/args/parsed.hh"
#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"
#include "unit/report/fixtures.hh"
#include "commands/explain/render.hh"
#include "unit/schema.hh"
#include "system/files.hh"
#include "system/kept_value.hh"

using namespace wqctl;

namespace {

// Four CPUs in two nodes. Workqueue 0 is per-CPU, 1 unbound with a pool for
// each node (10, 11) and a default one (12).
Snapshot machine()
{
    Snapshot s;
    s.head.mask_words = 1;
    s.mask_words = {0xf, 0x3, 0xc, 0x1};
    s.head.possible_cpus = s.head.online_cpus = s.head.unbound_cpus = 0;
    s.strings = {"wqlab1-a", "wqlab1-b", "numa"};
    for (int32_t id = 0; id < 16; id++) {
        wqlab_snap_pool pool{};
        pool.id = id;
        pool.cpu = id < 8 ? id / 2 : -1;
        pool.nice = id < 8 && id % 2 ? -20 : 0;
        pool.flags = id >= 8 && id < 10 ? uint32_t{WQLAB_POOL_BH} : 0;
        if (id == 8 || id == 9)
            pool.cpu = 0;
        pool.node = id == 10 ? 0 : id == 11 ? 1 : -1;
        pool.pod_cpus = id == 10 ? 1 : id == 11 ? 2 : 0;
        if (id < 13)
            s.pools.push_back(pool);
    }
    for (uint32_t i = 0; i < 2; i++) {
        wqlab_snap_workqueue wq{};
        wq.name = i;
        wq.flags = i ? uint32_t{WQLAB_WQ_UNBOUND} : 0;
        wq.first_pwq = i * 4;
        wq.nr_pwqs = i ? 3 : 4;
        wq.effective_cpus = i ? 0 : WQLAB_NONE;
        s.workqueues.push_back(wq);
    }
    for (const int32_t pool : {0, 2, 4, 6, 10, 11, 12}) {
        wqlab_snap_pwq pwq{};
        pwq.pool = pool;
        pwq.workqueue = pool >= 10;
        s.pwqs.push_back(pwq);
    }
    for (uint32_t wq = 0; wq < 2; wq++)
        for (uint32_t cpu = 0; cpu < 4; cpu++) {
            const uint32_t pwq = wq ? 4 + cpu / 2 : cpu;
            s.cpu_pwqs.push_back({wq, cpu, pwq, s.pwqs[pwq].pool});
        }
    s.scopes = {{4, 2, 1, 2}};
    s.pods = {{4, 0, 0, 1}, {4, 1, 1, 2}};
    for (uint32_t cpu = 0; cpu < 4; cpu++)
        s.cpu_pods.push_back({4, cpu, static_cast<int32_t>(cpu / 2), 0});
    return s;
}

Explanation sample()
{
    Explanation e;
    e.topic = "sharing";
    e.question = "When is an unbound pool shared, and when is a new one made?";
    e.answer =
        "A pool is shared by all unbound workqueues whose attributes are equal, and so this is a sentence of two "
        "lines.";
    e.done = {"Created a workqueue."};
    e.because = {
        {"get_unbound_pool", "looks for a pool of equal attributes, else makes one and calls create_worker() at once"}};
    e.see("refcnt", 5, 10);
    e.see("pool", "none", "pool 18");
    e.see("seen once", 7);
    e.state(true, "Equal attributes: the pool is shared.");
    return e;
}

Style narrow()
{
    Style style;
    style.width = 80;
    return style;
}

}  // namespace

TEST_CASE("an explanation says what it is about within 80 columns")
{
    Explanation e = sample();
    const std::string text = render_explanation(e, narrow());
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        CHECK(line.size() <= 80);
    CHECK_THAT(text,
               Catch::StartsWith("When is an unbound pool shared, and when is a new one made? (sharing)\n\n  A pool"));
    CHECK_THAT(text, Catch::Contains("\n             before    after\n  refcnt          5       10\n"));
    CHECK_THAT(text, Catch::Contains("  seen once                7\n"));
    CHECK_THAT(text, Catch::Contains("\n  ok  Equal attributes: the pool is shared.\n"));
    CHECK_THAT(text,
               Catch::Contains("\n  get_unbound_pool()  looks for a pool of equal attributes, else makes one and\n"
                               "                      calls create_worker() at once\n"));
    CHECK_THAT(text, !Catch::Contains("NOT as documented"));
    CHECK(e.holds());

    e.state(false, "It is not.");
    CHECK(!e.holds());
    CHECK_THAT(render_explanation(e, narrow()), Catch::Contains("\n  NOT as documented: It is not.\n"));

    Explanation skipped = sample();
    skipped.done.clear();
    skipped.seen.clear();
    skipped.statements.clear();
    skipped.skipped = "there is only one CPU";
    CHECK_THAT(render_explanation(skipped, narrow()), Catch::Contains("\n  Not tried here: there is only one CPU\n"));
}

TEST_CASE("explanations and topics fit their schemas")
{
    Explanation bad = sample(), skipped = sample();
    bad.state(false, "It is not.");
    skipped.skipped = "there is only one CPU";
    const nlohmann::json json = nlohmann::json::parse(explanations_to_json({sample(), bad, skipped}, "6.12.0-test"));
    CHECK(violations(load_schema("explain"), json) == std::vector<std::string>{});
    CHECK(json["holds"] == false);
    CHECK(json["topics"][0]["holds"] == true);
    CHECK(json["topics"][0]["seen"][2] == nlohmann::json({{"what", "seen once"}, {"before", nullptr}, {"after", 7}}));
    CHECK(json["topics"][2]["skipped"] == "there is only one CPU");
    CHECK(json["tried"] == true);
    CHECK(json["topics"][0]["tried"] == true);
    CHECK(json["topics"][2]["tried"] == false);
    CHECK(nlohmann::json::parse(explanations_to_json({skipped}, "6.12.0-test"))["tried"] == false);
    CHECK(violations(load_schema("topics"), topics_to_json({{"a", "What?"}})) == std::vector<std::string>{});
}

TEST_CASE("topics are found, guessed, and completed")
{
    CHECK(experiments().size() >= 16);
    CHECK(find_experiment("idle").topic == "idle");
    CHECK(error_of([] { find_experiment("sharin"); }) == "there is no topic \"sharin\"; did you mean \"sharing\"?");
    CHECK(parsed<ExplainFlags>({"idle", "bh"}).topics == std::vector<std::string>{"idle", "bh"});
    CHECK(parsed<ExplainFlags>({"--all", "--json"}).all);
}

TEST_CASE("a workqueue's pools are found in a snapshot")
{
    const Snapshot s = machine();
    CHECK(find_workqueue(s, "wqlab1-b") == 1u);
    CHECK(!find_workqueue(s, "wqlab1-c"));
    CHECK(pool_ids(s, is_percpu).size() == 8);
    CHECK(pool_ids(s, is_bh) == Ids{8, 9});
    CHECK(pool_ids(s, is_unbound) == Ids{10, 11, 12});
    CHECK(pools_of(s, 0) == Ids{0, 2, 4, 6});
    CHECK(pools_of(s, 1) == Ids{10, 11, 12});
    CHECK(pools_of(s, 7).empty());
    CHECK(pool_for(s, 1, 3)->id == 11);
    CHECK(!pool_for(s, 1, 9));
    CHECK(minus({1, 2, 3}, {2}) == Ids{1, 3});
}

TEST_CASE("pods make the pools that a scope needs")
{
    Snapshot s = machine();
    CHECK(pool_masks(s, 4, {0, 1, 2, 3}) == std::set<CpuList>{{0, 1}, {2, 3}, {0, 1, 2, 3}});
    CHECK(pool_masks(s, 4, {0, 1}) == std::set<CpuList>{{0, 1}});
    CHECK(pool_masks(s, 4, {1, 2}) == std::set<CpuList>{{1}, {2}, {1, 2}});
    s.head.online_cpus = 1;  // of the second pod none
    CHECK(pool_masks(s, 4, {0, 1, 2, 3}) == std::set<CpuList>{{0, 1}, {0, 1, 2, 3}});
}

TEST_CASE("items and workers are counted by workqueue")
{
    Snapshot s = machine();
    wqlab_snap_worker worker{};
    for (const auto& [pool, pid, work, workqueue] :
         {std::tuple{0, 1, 77u, 0u}, {0, 2, 0u, WQLAB_NONE}, {2, 3, 78u, 0u}, {2, 4, 79u, 5u}, {-1, 5, 0u, 1u}}) {
        worker.pool = pool;
        worker.pid = pid;
        worker.work = work;
        worker.workqueue = workqueue;
        s.workers.push_back(worker);
    }
    CHECK(executing(s, 0).size() == 2);
    CHECK(executing(s, 1).empty());  // an idle rescuer
    CHECK(workers_in(s, 2).size() == 2);
    CHECK(worker_pids(s, {0, 2}) == Ids{1, 2, 3, 4});

    wqlab_snap_work work{};
    work.state = WQLAB_WORK_INACTIVE;
    s.works = {work, work, work};
    s.works[1].is_barrier = 1;
    s.works[2].state = WQLAB_WORK_PENDING;
    CHECK(waiting(s, 0, WQLAB_WORK_INACTIVE) == 1);
    CHECK(waiting(s, 0, WQLAB_WORK_PENDING) == 1);

    s.pwqs[0].stats[WQLAB_PWQ_STAT_MAYDAY] = 2;
    s.pwqs[3].stats[WQLAB_PWQ_STAT_MAYDAY] = 3;
    s.pwqs[1].nr_active = 4;
    s.pwqs[2].in_flight[0] = 1;
    s.pwqs[2].in_flight[15] = 2;
    CHECK(stat(s, 0, WQLAB_PWQ_STAT_MAYDAY) == 5);
    CHECK(active(s, 0) == 4);
    CHECK(in_flight(s, 0) == 3);
    CHECK(in_flight(s, 1) == 0);
}

TEST_CASE("a private nice value is one that no unbound pool or workqueue has")
{
    Snapshot s = machine();
    CHECK(unused_nice(s) == -1);
    s.pools.back().nice = -1;
    s.workqueues[1].nice = -2;
    CHECK(unused_nice(s) == -3);
    s.workqueues[0].nice = -3;  // per-CPU: no matter
    CHECK(unused_nice(s) == -3);
}

TEST_CASE("the kernel's rules are computed as it does")
{
    CHECK(!too_many_workers(2, 2));
    CHECK(too_many_workers(3, 3));
    CHECK(!too_many_workers(9, 3));
    CHECK(too_many_workers(7, 3));
    CHECK(node_share(12, 8, 4, 4) == 12);
    CHECK(node_share(12, 8, 2, 4) == 8);
    CHECK(node_share(40, 8, 1, 3) == 14);
    CHECK(node_share(40, 8, 0, 3) == 8);
    CHECK(node_share(40, 8, 0, 0) == 8);
}

TEST_CASE("a kept value comes back")
{
    const FakeRoot root(std::vector<std::pair<std::string, std::string>>{{"value", "100"}});
    const std::string file = root.path() + "/value";
    {
        const KeptValue kept(file, "1");
        CHECK(read_line(file) == "1");
        CHECK(kept.old() == "100");
        CHECK_THAT(error_of([&] { FileLock::of_name(file); }), Catch::EndsWith("another wqctl has it"));
    }
    CHECK(read_line(file) == "100");

    // Of a choice, what had been chosen.
    const FakeRoot choices(std::vector<std::pair<std::string, std::string>>{{"state", "none [freezer] core"}});
    {
        const KeptValue kept(choices.path() + "/state", "core");
    }
    CHECK(read_line(choices.path() + "/state") == "freezer");

    // Whatever its owner dies of.
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    const pid_t owner = fork();
    if (owner == 0) {
        const KeptValue kept(file, "2");
        [[maybe_unused]] const ssize_t written = write(ready[1], "!", 1);
        for (;;)
            pause();
    }
    char byte;
    REQUIRE(read(ready[0], &byte, 1) == 1);
    CHECK(read_line(file) == "2");
    kill(owner, SIGKILL);
    waitpid(owner, nullptr, 0);
    for (int i = 0; i < 1000 && read_line(file) != "100"; i++)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(read_line(file) == "100");
    close(ready[0]);
    close(ready[1]);
    CHECK_THROWS(KeptValue(root.path() + "/nothing", "1"));
}
