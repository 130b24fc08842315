// SPDX-License-Identifier: GPL-2.0
// The conformance suite: this kernel keeps its promises, and every check can fail.
#include <catch2/catch.hpp>
#include <algorithm>
#include <csignal>
#include <functional>
#include <set>
#include <sstream>

#include "hold.hh"
#include "lab.hh"
#include "system/kept_value.hh"

namespace {

// By group, so that a failure says more than one line.
json check(Words more, int expected = 0)
{
    Words words = {"check", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = tool(words);
    INFO(outcome.err);
    INFO(outcome.out);
    REQUIRE(outcome.status == expected);
    return json::parse(outcome.out);
}

std::string told(const json& judgement)
{
    return judgement["id"].get<std::string>() + ": " + judgement["status"].get<std::string>() + ": " +
           judgement["reason"].get<std::string>() + " " + judgement["evidence"].dump();
}

}  // namespace

TEST_CASE("the default set finds no broken promise", "[check]")
{
    const Outcome outcome = tool({"check", "--json"});
    REQUIRE_FALSE(outcome.out.empty());
    const json report = json::parse(outcome.out);
    const json list = json::parse(tool({"check", "--list", "--json"}).out)["checks"];
    CHECK(report["schema"] == "wqlab/check/1");
    CHECK(report["checks"].size() == list.size());
    unsigned passed = 0;
    for (const json& judgement : report["checks"]) {
        INFO(told(judgement));
        CHECK(judgement["status"] != "fail");
        CHECK_FALSE(judgement["quarantined"].get<bool>());
        passed += judgement["status"] == "pass";
    }
    // An old kernel lacks what a third of them are about.
    CHECK(2 * passed > list.size());
    CHECK(outcome.status == 0);
}

TEST_CASE("each check fails when a stand-in has the fault that it names", "[check]")
{
    const Outcome outcome = tool({"check", "--proof", "--json"});
    REQUIRE_FALSE(outcome.out.empty());
    const json document = json::parse(outcome.out);
    REQUIRE_FALSE(document["checks"].empty());
    for (const json& judgement : document["checks"]) {
        INFO(told(judgement));
        CHECK(judgement["status"] != "fail");
    }
    CHECK(outcome.status == 0);
}

TEST_CASE("checks of hotplug, memory and the freezer find no broken promise", "[check]")
{
    const json report = check(
        {"--class", "hotplug,memory,freezer", "hotplug", "rescuer", "freezer", "offline", "dead"});
    for (const json& judgement : report["checks"]) {
        INFO(told(judgement));
        CHECK(judgement["status"] != "fail");
    }
    // They leave the machine as it was.
    CHECK(online_cpus().size() == cpu_list(read_file("/sys/devices/system/cpu/present")).size());
}

TEST_CASE("every check has an id, a number and a source of its own", "[check]")
{
    const json list = json::parse(tool({"check", "--list", "--class", "all", "--json"}).out)["checks"];
    REQUIRE_FALSE(list.empty());
    std::set<std::string> ids, rows;
    for (const json& promise : list) {
        INFO(promise.dump());
        CHECK(ids.insert(promise["id"]).second);
        CHECK(rows.insert(promise["row"]).second);
        CHECK_FALSE(promise["title"].get<std::string>().empty());
        CHECK_FALSE(promise["source"].get<std::string>().empty());
        CHECK_FALSE(promise["proof"].empty());
    }
}

TEST_CASE("KTAP and JUnit say what JSON says", "[check]")
{
    const Words some = {"queue", "delayed"};
    const json report = check(some);
    const size_t n = report["checks"].size();
    Outcome outcome = tool({"check", "--ktap", "queue", "delayed"});
    CHECK(outcome.out.rfind("KTAP version 1\n1..1\n    KTAP version 1\n", 0) == 0);
    size_t results = 0;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);)
        results += line.rfind("    ok ", 0) == 0 || line.rfind("    not ok ", 0) == 0;
    CHECK(results == n);
    outcome = tool({"check", "--junit", "queue", "delayed"});
    CHECK(outcome.out.find("tests=\"" + std::to_string(n) + "\"") != std::string::npos);
}

TEST_CASE("a check can be chosen by number, id, group and pattern, and nothing else is taken", "[check]")
{
    CHECK(check({"39a"})["checks"].size() == 1);
    CHECK(check({"queue.busy-tells-state"})["checks"][0]["row"] == "19");
    const json list = json::parse(tool({"check", "--list", "--json"}).out)["checks"];
    std::vector<json> wanted, got;
    for (const json& promise : list)
        if (promise["id"].get<std::string>().starts_with("ordered."))
            wanted.push_back(promise["id"]);
    const json report = check({"ordered"});
    for (const json& judgement : report["checks"])
        got.push_back(judgement["id"]);
    CHECK(wanted.size() >= 3);
    CHECK(got == wanted);
    CHECK(tool({"check", "no-such-check"}).status == 2);
    CHECK(tool({"check", "--class", "loud"}).status == 2);
    CHECK(tool({"check", "--ktap", "--junit"}).status == 2);
}

TEST_CASE("where a warning is a panic, a check that makes the kernel warn is skipped", "[check]")
{
    const wqctl::KeptValue panics("/proc/sys/kernel/panic_on_warn", "1");
    for (const Words& arguments : {Words{"16", "45"}, Words{"--proof", "16", "45"}}) {
        const json report = check(arguments);
        REQUIRE(report["checks"].size() == 2);
        CHECK(report["checks"][0]["status"] == "pass");
        CHECK(report["checks"][1]["status"] == "skip");
        CHECK_THAT(report["checks"][1]["reason"].get<std::string>(),
                   Catch::Contains("/proc/sys/kernel/panic_on_warn is set"));
    }
}

TEST_CASE("who interrupts the suite is not told that all promises are kept", "[check]")
{
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        Process checks({"wqctl", "check", "--repeat", "1000000", "1"});
        REQUIRE(eventually([&] { return checks.catches(signal); }));
        checks.signal(signal);
        const Outcome outcome = checks.wait();
        CHECK(outcome.status == 130);
        CHECK_THAT(outcome.out, Catch::Contains("incomplete: interrupted"));
    }
    // What is broken by then stays so.
    Process broken({"wqctl", "check", "--fault", "queue-lies", "--repeat", "1000000", "1"});
    REQUIRE(eventually([&] { return broken.output().find("fail") != std::string::npos; }));
    broken.signal(SIGINT);
    CHECK(broken.wait().status == 1);
}

// Makes the kernel's workqueue code warn while checks are judged, again and again; judgements of all of them.
std::vector<json> judged_meanwhile(const std::function<void()>& warn, const std::function<bool(const json&)>& enough)
{
    std::vector<json> all;
    CHECK(eventually([&] {
        Process checks({"wqctl", "check", "--json", "--repeat", "20", "flush"});
        REQUIRE(eventually([&] { return checks.catches(SIGINT); }));
        for (int i = 0; i < 5; i++)
            warn();
        const json report = json::parse(checks.wait().out);
        for (const json& judgement : report["checks"])
            all.push_back(judgement);
        return std::any_of(all.begin(), all.end(), enough);
    }));
    return all;
}

TEST_CASE("a warning that somebody else has earned is noted, and fails no check", "[warned]")
{
    Hold hold;
    const auto noted = [](const json& judgement) {
        return judgement["evidence"].dump().find("perhaps of somebody else's") != std::string::npos;
    };
    for (const json& judgement : judged_meanwhile([&] { hold.tell("warn"); }, noted)) {
        INFO(told(judgement));
        CHECK(judgement["status"] != "fail");
    }
}

TEST_CASE("a warning that wqctl provokes fails the check in which it came", "[warned]")
{
    Hold hold;
    // What it is called is all that the kernel knows of it.
    REQUIRE(execute({"cp", "/bin/bash", "/tmp/wqctl"}).status == 0);
    const auto failed = [](const json& judgement) {
        return judgement["status"] == "fail" &&
               judgement["reason"].get<std::string>().find("the kernel's workqueue code warned") == 0;
    };
    judged_meanwhile([] { execute({"/tmp/wqctl", "-c", "echo warn >/proc/wqlab_hold"}); }, failed);
}

TEST_CASE("where kprobes are disarmed, attributes are not said to be set", "[check]")
{
    const std::string enabled = "/sys/kernel/debug/kprobes/enabled";
    if (read_file(enabled).empty()) {
        WARN("SKIP there is no " << enabled << " here");
        return;
    }
    write_file(enabled, "0");
    const json judgement = json::parse(tool({"check", "--json", "affinity", "attributes"}).out);
    write_file(enabled, "1");
    unsigned skipped = 0;
    for (const json& one : judgement["checks"]) {
        INFO(told(one));
        CHECK(one["status"] != "fail");
        skipped += one["reason"].get<std::string>().find("its attributes can't be set: error 95") == 0;
    }
    CHECK(skipped > 0);
    CHECK(tool({"check", "affinity"}).status == 0);
}

TEST_CASE("killing wqctl in mid-check ends the check", "[check]")
{
    // Wherever each of them is when it is killed, most of them in some check.
    for (int i = 0; i < 5; i++) {
        Process victim({"wqctl", "check", "--repeat", "1000", "flush", "delayed"});
        for (int look = 0; look <= i; look++)
            tool({"info"});
        victim.signal(SIGKILL);
        victim.wait();
        CHECK(eventually([] { return tool({"check", "1"}).status == 0; }));
    }
}

TEST_CASE("what a check has written is put back though wqctl is killed", "[check]")
{
    const std::string mask = "/sys/devices/virtual/workqueue/cpumask";
    const std::string before = read_file(mask);
    Process victim({"wqctl", "check", "--repeat", "1000", "attrs.global-cpumask-bounds"});
    REQUIRE(eventually([&] { return read_file(mask) != before; }));
    victim.signal(SIGKILL);
    victim.wait();
    CHECK(eventually([&] { return read_file(mask) == before && tool({"check", "1"}).status == 0; }));
    CHECK(read_file(mask) == before);
}
