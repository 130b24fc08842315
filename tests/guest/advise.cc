// SPDX-License-Identifier: GPL-2.0
// wqctl advise: loads whose truth is known because they are runs of ours.
#include <algorithm>
#include <csignal>

#include <catch2/catch.hpp>

#include "lab.hh"

namespace {

// A run that goes on until the test is over, and what its workqueue is called.
class Detached {
public:
    explicit Detached(Words words)
    {
        words.insert(words.begin(), "run");
        words.insert(words.end(), {"--name", "truth", "--duration", "1h", "--detach", "--json"});
        const Outcome outcome = tool(words);
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        id_ = json::parse(outcome.out)["id"].get<uint64_t>();
    }
    ~Detached() { tool({"stop", std::to_string(id_), "--json"}); }
    Detached(const Detached&) = delete;
    Detached& operator=(const Detached&) = delete;

    // Items/s, by its own books, when it ends: a slow machine does fewer than were asked for.
    double rate() const
    {
        const json report = json::parse(tool({"stop", std::to_string(id_), "--json"}).out);
        const json& wq = report["workqueues"][0];
        return wq["executed"].get<double>() * 1e9 / wq["elapsed_ns"].get<double>();
    }

    std::string name() const { return "wqlab" + std::to_string(id_) + "-truth"; }

private:
    uint64_t id_ = 0;
};

json advise(Words words)
{
    words.insert(words.begin(), "advise");
    words.insert(words.end(), {"--json", "--no-progress"});
    const Outcome outcome = tool(words);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return json::parse(outcome.out);
}

// What is said of such a load, and its true rate beside it.
json described(const Words& load)
{
    const Detached run(load);
    json advice = advise({run.name(), "-d", "3s", "--dry-run"});
    advice["true_rate"] = run.rate();
    return advice;
}

void check_rate(const json& advice)
{
    CHECK(advice["load"]["rate"].get<double>() == Approx(advice["true_rate"].get<double>()).epsilon(0.15));
}

bool skipped(const std::string& why)
{
    WARN("SKIP " + why);
    return true;
}

bool any_candidate(const json& advice, const std::string& flag)
{
    const json& all = advice["candidates"];
    return std::any_of(all.begin(), all.end(), [&](const json& one) {
        const json& flags = one["flags"];
        return std::find(flags.begin(), flags.end(), flag) != flags.end();
    });
}

// Whether this machine was too busy with others to tell the candidates apart, which advise must then not pretend: no
// figure's interval is clear of no change at all.
bool left_undecided(const json& advice)
{
    if (!advice["best"].is_null())
        return false;
    const std::string figure = advice["judged_by"];
    for (const json& one : advice["candidates"]) {
        INFO(one.dump());
        CHECK(one["better"] == false);
        const json& of = one[figure];
        if (of.is_object() && !of["low"].is_null())
            CHECK((figure == "items_per_s" ? of["low"].get<double>() < 1.05 : of["high"].get<double>() > 0.95));
    }
    return skipped("this machine is too busy to tell the candidates apart");
}

}  // namespace

TEST_CASE("advise recognises a load: its rate, its times, and that it does not sleep", "[lab][advise]")
{
    const json advice = described({"--rate", "400", "--poisson", "--spin", "1ms", "--cpus", "0"});
    const json& load = advice["load"];
    CHECK(advice["workqueue"]["kind"] == "percpu");
    check_rate(advice);
    CHECK(load["run"]["p50_ns"].get<double>() >= 1e6 * 0.97);
    CHECK(load["running"].get<double>() >= 0.9 * load["rate"].get<double>() * 1e-3);
    CHECK(load["sleeps"] != "yes");
    REQUIRE(load["ran_on"].size() == 1);
    CHECK(load["ran_on"][0]["cpu"] == 0);
    CHECK(advice["best"].is_null());
    CHECK(advice["replay"].is_null());
}

TEST_CASE("what sleeps is seen to, and never tried on BH, whatever else is", "[lab][advise]")
{
    const json advice = described({"--rate", "100", "--sleep", "5ms"});
    CHECK(advice["load"]["sleeps"] == "yes");
    CHECK(advice["load"]["run"]["p50_ns"].get<double>() >= 5e6 * 0.97);
    check_rate(advice);
    CHECK(advice["load"]["cpus_busy"].get<double>() < 0.3);
    CHECK(any_candidate(advice, "unbound"));
    CHECK_FALSE(any_candidate(advice, "bh"));
}

TEST_CASE("bursts are told from what comes evenly", "[lab][advise]")
{
    if (left_out("counters"))
        return;
    const json bursts = described({"--burst", "40", "--every", "250ms", "--flags", "unbound"});
    CHECK(bursts["load"]["arrival"] == "bursts");
    CHECK(bursts["load"]["burst"].get<int>() == Approx(40).epsilon(0.3));
    check_rate(bursts);
}

TEST_CASE("items that queue themselves are told from others, and replayed as such", "[lab][advise]")
{
    const Detached chain({"--chain", "1000000", "--issuers", "1", "--cpus", "0", "--spin", "1ms"});
    const json advice = advise({chain.name(), "-d", "5s", "--share", "100%", "--budget", "1s", "--rounds", "10"});
    if (advice["load"]["looks"] < 30) {
        skipped("so few looks tell nothing: " + advice["load"]["looks"].dump());
        return;
    }
    CHECK(advice["load"]["arrival"] == "loop");
    const json& load = advice["replay"]["scenario"]["issuers"][0];
    CHECK(load["mode"] == "chain");
    CHECK(load["cpus"] == "0");
    // Of one that comes again at once there is one at a time: nothing else does more of them.
    CHECK(advice["load"]["in_flight"].get<double>() < 1.5);

    const json outside = described({"--rate", "300", "--poisson", "--spin", "1ms", "--cpus", "0"});
    CHECK(outside["load"]["arrival"] != "loop");
}

TEST_CASE("what is ordered stays so, and where nothing differs, that is the answer", "[lab][advise]")
{
    const std::string file = scenario({{"workqueues", {{{"name", "truth"}, {"flags", {"ordered", "mem_reclaim"}}}}},
                                       {"issuers", {{{"rate", 100}, {"item", {{"sleep", "1ms"}}}}}}});
    const json advice = advise({file, "-d", "1s", "--goal", "throughput", "--budget", "6s"});
    CHECK(advice["candidates"].size() == 2);
    for (const json& one : advice["candidates"]) {
        CHECK_THAT(one["call"].get<std::string>(), Catch::StartsWith("alloc_ordered_workqueue(\"truth\", "));
        CHECK_THAT(one["call"].get<std::string>(), Catch::Contains("WQ_MEM_RECLAIM"));
        CHECK(one["error"].is_null());
    }
    CHECK(advice["best"].is_null());
    CHECK_THAT(advice["answer"][0]["text"].get<std::string>(), Catch::StartsWith("leave it as it is"));
}

TEST_CASE("what one CPU can't do is sent to all of them", "[lab][advise]")
{
    // A per-CPU workqueue has one of them spin at a time.
    const std::string file = scenario({{"workqueues", {{{"name", "crowd"}}}},
                                       {"issuers", {{{"cpus", "0"}, {"depth", 8}, {"item", {{"spin", "2ms"}}}}}}});
    // So many rounds that two may be spoilt, however long they take on this machine.
    const json advice = advise({file, "-d", "2s", "--goal", "throughput", "--budget", "15s", "--rounds", "16"});
    CHECK(advice["replay"]["passes"] >= 16);
    if (left_undecided(advice))
        return;
    const std::string best = advice["best"];
    INFO(best);
    CHECK_THAT(best, Catch::StartsWith("unbound"));
    for (const json& one : advice["candidates"])
        if (one["name"] == best) {
            CHECK(one["items_per_s"]["low"].get<double>() > 1);
            CHECK_THAT(one["call"].get<std::string>(), Catch::StartsWith("alloc_workqueue(\"crowd\", WQ_UNBOUND"));
            CHECK_THAT(one["conditions"].dump(), Catch::Contains("the CPU where they were queued"));
        }
    CHECK_FALSE(any_candidate(advice, "bh"));
    CHECK(json::parse(tool({"list", "--json"}).out)["runs"].empty());
}

TEST_CASE("a hog on a per-CPU workqueue is sent where others need not wait for it", "[lab][advise]")
{
    // Where kernel threads are not preempted everybody waits for a hog, whatever its workqueue is.
    const std::string file_of_preemption = "/sys/kernel/debug/sched/preempt";
    const std::string before = read_file(file_of_preemption);
    const size_t open = before.find('('), close = before.find(')');
    if (before.find("full") == std::string::npos || open == std::string::npos || close == std::string::npos) {
        skipped("this kernel can't be made to preempt itself");
        return;
    }
    write_file(file_of_preemption, "full");
    const std::string file = scenario(
        {{"workqueues", {{{"name", "hog"}}}},
         {"issuers", {{{"threads", 2}, {"cpus", "0-1"}, {"rate", 80}, {"item", {{"spin", "8ms"}}}}}}});
    const json advice = advise({file, "-d", "2s", "--goal", "isolation", "--budget", "15s", "--rounds", "16"});
    write_file(file_of_preemption, before.substr(open + 1, close - open - 1));
    // Of too few items, on a slow machine, by their median.
    const std::string figure = advice["judged_by"];
    CHECK_THAT(figure, Catch::StartsWith("bystander_wait_p"));
    if (left_undecided(advice))
        return;
    const std::string best = advice["best"];
    INFO(best);
    CHECK((best.starts_with("unbound") || best == "per-CPU cpu_intensive"));
    for (const json& one : advice["candidates"])
        if (one["name"] == best) {
            CHECK(one["better"] == true);
            CHECK(one[figure]["high"].get<double>() < 1);
        }
}

TEST_CASE("advise refuses what it can't say anything of", "[lab][advise]")
{
    const Outcome none = tool({"advise", "no_such_wq"});
    CHECK(none.status == 2);
    CHECK_THAT(none.err, Catch::Contains("there is no workqueue \"no_such_wq\""));

    const Detached idle({"--rate", "0.1"});
    const Outcome nothing = tool({"advise", idle.name(), "-d", "300ms"});
    CHECK(nothing.status == 1);
    CHECK_THAT(nothing.err, Catch::Contains("nothing of " + idle.name() + " was executed in "));

    const Detached heavy({"--spin", "500us", "--depth", "4"});
    const Outcome unbearable = tool({"advise", heavy.name(), "-d", "1s", "--share", "5%"});
    CHECK(unbearable.status == 1);
    CHECK_THAT(unbearable.out, Catch::Contains("arrivals"));
    CHECK_THAT(unbearable.err, Catch::Contains("more than --share 5%"));

    const std::string two = scenario(
        {{"workqueues", {{{"name", "a"}}, {{"name", "b"}}}}, {"issuers", json::array({json::object()})}});
    CHECK(tool({"advise", two}).status == 2);
}

TEST_CASE("advise that is interrupted while it listens says what it heard, and has no answer", "[lab][advise]")
{
    const Detached run({"--issuers", "1", "--rate", "1000"});
    for (const bool dry : {false, true}) {
        Words words = {"wqctl", "advise", run.name(), "-d", "1h", "--json", "--no-progress"};
        if (dry)
            words.emplace_back("--dry-run");
        Outcome outcome;
        // Whoever is interrupted before he listens says nothing, which a slow machine takes long for.
        for (unsigned samples = 4; outcome.out.empty() && samples <= 256; samples *= 2) {
            Process advise(words);
            REQUIRE(eventually([&] { return advise.catches(SIGINT); }));
            tool({"monitor", "-i", "0.5", "-n", std::to_string(samples)});
            advise.signal(SIGINT);
            outcome = advise.wait();
        }
        INFO(outcome.err);
        // What it was asked for with --dry-run it has said.
        CHECK(outcome.status == (dry ? 0 : 130));
        CHECK(json::parse(outcome.out)["load"]["items"] > 0);
    }
}
