// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <catch2/catch.hpp>

#include "unit/report/fixtures.hh"
#include "scenario/presets/presets.hh"
#include "scenario/document.hh"
#include "scenario/file.hh"
#include "scenario/flags.hh"
#include "scenario/validate.hh"
#include "unit/schema.hh"

using namespace wqctl;

namespace {

std::string parse_error(const std::string& text)
{
    return error_of([&] { parse_scenario(text, "f.json"); });
}

}  // namespace

TEST_CASE("a document knows the line of everything")
{
    const Node root = parse_document("{\n  \"a\": 1\n,\n\"b\": [\n{},\n12\n]\n}", "f");
    REQUIRE(root.members.size() == 2);
    CHECK(root.line == 1);
    CHECK(root.members[0].line == 2);
    CHECK(root.members[0].value.line == 2);
    CHECK(root.members[1].line == 4);
    CHECK(root.members[1].value.items[0].line == 5);
    CHECK(root.members[1].value.items[1].line == 6);
}

TEST_CASE("what is no JSON is refused with its line")
{
    CHECK_THAT(parse_error("{\n  \"sample\": 1,\n}"), Catch::StartsWith("f.json:3: this is not JSON: "));
    CHECK_THAT(parse_error("{\"sample\": 1} x"), Catch::StartsWith("f.json:1: this is not JSON: "));
    CHECK_THAT(parse_error(""), Catch::StartsWith("f.json:1: this is not JSON: "));
    CHECK_THAT(parse_error("{\"a\": \"\xff\"}"), Catch::StartsWith("f.json:1: this is not JSON: "));
    CHECK(parse_error("{\"a\":\n1e999}") == "f.json:2: this is not JSON: number overflow parsing '1e999'");
    CHECK(parse_error(std::string(1'000'000, '[')) ==
          "f.json:1: lists and objects are in each other more than 100 deep");
}

TEST_CASE("scenario files are refused with file, line and what is right")
{
    const std::pair<const char*, const char*> cases[] = {
        {"{\n\"sampel\": 1}", "f.json:2: the scenario has no key \"sampel\"; did you mean \"sample\"?"},
        {"{\"workqueues\": [\n{\"flags\": [],\n\"max-active\": 3}]}",
         "f.json:3: a workqueue has no key \"max-active\"; did you mean \"max_active\"?"},
        {"{\"issuers\": [\n{\n\"item\": {\"spn\": \"1us\"}}]}",
         "f.json:3: an item has no key \"spn\"; did you mean \"spin\"?"},
        {"{\"sample\": 1,\n\"sample\": 2}", "f.json:2: \"sample\" was given in line 1 already; give it once"},
        {"[]", "f.json:1: the scenario is a list; it must be an object {...}"},
        {"{\n\"duration\": 5}",
         "f.json:2: \"duration\" is a number; it must be a string with a time such as \"200us\", \"5ms\" or \"2s\""},
        {"{\n\"duration\": \"5\"}", "f.json:2: \"duration\": \"5\" lacks a unit; write 5ns, 5us, 5ms or 5s"},
        {"{\n\"items\": -1}", "f.json:2: \"items\" is a number; it must be a whole number that is not negative"},
        {"{\n\"sample\": 5000000000}", "f.json:2: \"sample\" is 5000000000; it can be 4294967295 at most"},
        {"{\"workqueues\": [\n{\"flags\": [\n\"unbond\"]}]}",
         "f.json:3: there is no workqueue flag \"unbond\"; did you mean \"unbound\"?"},
        {"{\"workqueues\": {}}", "f.json:1: \"workqueues\" is an object; it must be a list of workqueues"},
        {"{\"workqueues\": [\n{\"strict\": 1}]}", "f.json:2: \"strict\" is a number; it must be true or false"},
        {"{\"workqueues\": [\n{\"nice\": 99999999999}]}",
         "f.json:2: \"nice\" is a number; it must be a whole number from -20 to 19"},
        {"{\"workqueues\": [\n{\"system\": \"\"}]}",
         "f.json:2: \"system\": a system workqueue has a name; wqctl info lists those there are"},
        {"{\"workqueues\": [\n{\"scope\": \"l3\"}]}",
         "f.json:2: \"scope\": there is no affinity scope \"l3\"; the scopes are default, cpu, smt, cache, "
         "cache_shard, numa "
         "and system"},
        {"{\"issuers\": [\n{\"mode\": \"shut\"}]}",
         "f.json:2: \"mode\": there is no mode \"shut\"; the modes are closed, open, burst, chain, delayed and rcu"},
        {"{\"issuers\": [\n{\"cpus\": \"3-1\"}]}",
         "f.json:2: \"cpus\": \"3-1\" is not a CPU list; write CPUs such as 0, 0-3 or 0-3,8"},
        {"{\"issuers\": [\n{\"arrival\": \"random\"}]}",
         "f.json:2: \"arrival\": \"random\" is not an arrival; write fixed or poisson"},
        {"{\"issuers\": [\n{\"rate\": 5, \"delay\": \"1ms\"}]}",
         "f.json:2: \"rate\" and \"delay\" exclude each other: one makes the issuer open, the other delayed"},
        {"{\"issuers\": [{\n\"item\": {\"spin\": \"1us\", \"sleep\": \"1us\"}}]}",
         "f.json:2: an item does one thing; keep one of spin, sleep, mutex, touch and alloc"},
    };
    for (const auto& [text, message] : cases)
        CHECK(parse_error(text) == message);
}

TEST_CASE("a scenario file says all that the model holds, and back")
{
    const char* text = R"({
        "description": "d", "duration": "2s", "items": 100, "sample": 4, "seed": 9,
        "workqueues": [
            {"name": "a", "flags": ["unbound", "highpri"], "max_active": 3, "scope": "numa", "strict": true, "nice": -5,
             "cpumask": "0-1"},
            {"name": "b", "ordered": true}, {"system": "highpri"}],
        "issuers": [
            {"workqueue": "a", "threads": 2, "cpus": "1,0", "rate": 1000.5, "arrival": "poisson", "coalesce": true,
             "queue_on": 1, "item": {"spin": "1us..2us"}},
            {"workqueue": ["a", "b"], "burst": 8, "every": "10ms", "item": {"alloc": "4K"}},
            {"links": 10, "item": {"mutex": "exp:1us"}},
            {"delay": "1ms", "mod_percent": 5, "cancel_percent": 6, "flush_percent": 7, "item": {"sleep": "1ms"}},
            {"workqueue": "a", "mode": "rcu", "depth": 3, "queue_node": 0, "item": {"touch": "64"}}]})";
    const Scenario scenario = parse_scenario(text, "f.json");
    REQUIRE(scenario.issuers.size() == 5);
    CHECK(scenario.issuers[0].mode == WQLAB_MODE_OPEN);
    CHECK(scenario.issuers[1].mode == WQLAB_MODE_BURST);
    CHECK(scenario.issuers[2].mode == WQLAB_MODE_CHAIN);
    CHECK(scenario.issuers[3].mode == WQLAB_MODE_DELAYED);
    CHECK(scenario.issuers[4].mode == WQLAB_MODE_RCU);
    CHECK(scenario.workqueues[2].system == "system_highpri_wq");
    CHECK(scenario.workqueues[2].name == "highpri");
    CHECK(targets(scenario, scenario.issuers[1]) == std::vector<uint32_t>{0, 1});
    CHECK(targets(scenario, scenario.issuers[2]) == std::vector<uint32_t>{0, 1, 2});

    for (const Scenario& one : {scenario, resolve(scenario)}) {
        const std::string file = scenario_to_json(one);
        CHECK(violations(load_schema("scenario"), file) == std::vector<std::string>{});
        CHECK(parse_scenario(file, "g.json") == one);
    }
}

TEST_CASE("defaults are filled in")
{
    Scenario scenario = parse_scenario(
        R"({"workqueues": [{}], "issuers": [{}, {"rate": 5}, {"burst": 2000, "every": "1ms"}]})", "f");
    scenario = resolve(scenario);
    CHECK(scenario.workqueues[0].name == "percpu");
    CHECK(scenario.duration == 2'000'000'000u);
    CHECK(scenario.issuers[0].depth == 1u);
    CHECK(scenario.issuers[1].depth == 1024u);
    CHECK(scenario.issuers[2].depth == 2000u);
    CHECK(!resolve(parse_scenario(R"({"items": 5})", "f")).duration);
}

TEST_CASE("a rate is shared by the threads of a group")
{
    IssuerSpec issuer;
    issuer.mode = WQLAB_MODE_OPEN;
    issuer.rate = 1000;
    issuer.threads = 4;
    CHECK(issue_interval_ns(issuer) == 4'000'000);
}

TEST_CASE("flags make scenarios")
{
    RunFlags flags;
    flags["--flags"] = "unbound,highpri";
    flags["--issuers"] = "4";
    flags["--chain"] = "10";
    flags["--spin"] = "exp:10us";
    flags["--items"] = "1k";
    const Scenario scenario = scenario_from(flags);
    CHECK(scenario.items == 1000u);
    CHECK(!scenario.duration);
    CHECK(scenario.workqueues[0].name == "unbound-highpri");
    CHECK(scenario.issuers[0].mode == WQLAB_MODE_CHAIN);
    CHECK(scenario.issuers[0].threads == 4);
    CHECK(scenario.issuers[0].time.kind == WQLAB_DIST_EXPONENTIAL);
    CHECK(run_label(flags, scenario) == "unbound-highpri");
}

TEST_CASE("flags that contradict each other are refused by name")
{
    const auto refused = [](auto set) {
        RunFlags flags;
        set(flags);
        return error_of([&] { scenario_from(flags); });
    };
    CHECK(refused([](RunFlags& f) {
              f["--rate"] = "5";
              f["--chain"] = "3";
          }) == "--rate and --chain exclude each other: one makes the issuer open, the other chain");
    CHECK(refused([](RunFlags& f) {
              f["--spin"] = "1us";
              f["--touch"] = "64";
          }) == "an item does one thing; give one of --spin, --sleep, --mutex, --touch and --alloc");
    CHECK(refused([](RunFlags& f) { f["--depth"] = "many"; }) ==
          "--depth: \"many\" is not a count; write a whole number such as 1000, 10k or 2M");
    CHECK_THAT(refused([](RunFlags& f) {
                   f["--rcu"] = true;
                   f["--delay"] = "1ms";
               }),
               Catch::StartsWith("--rcu does not go with"));
    CHECK_THAT(refused([](RunFlags& f) { f["--system"] = ""; }),
               Catch::StartsWith("--system: a system workqueue has a name"));
    CHECK_THAT(refused([](RunFlags& f) { f.file = "/dev/null"; }),
               Catch::StartsWith("/dev/null:1: this is not JSON: "));
    CHECK(refused([](RunFlags& f) { f.file = "/"; }) == "cannot read the scenario file \"/\"");
    CHECK_THAT(refused([](RunFlags& f) {
                   f.preset = "tour";
                   f["--depth"] = "3";
               }),
               Catch::StartsWith("--depth does not go with a preset"));
    CHECK(refused([](RunFlags& f) { f.preset = "toru"; }) == "there is no preset \"toru\"; did you mean \"tour\"?");
}

TEST_CASE("the command line overrides the ends of a preset")
{
    RunFlags flags;
    flags.preset = "tour";
    flags["--items"] = "500";
    flags["--sample"] = "16";
    flags["--seed"] = "3";
    const Scenario scenario = scenario_from(flags);
    CHECK(scenario.items == 500u);
    CHECK(!scenario.duration);
    CHECK(scenario.sample == 16);
    CHECK(scenario.seed == 3u);
    CHECK(run_label(flags, scenario) == "tour");
}

TEST_CASE("every preset parses, is valid, fits its schema and says what to look at")
{
    std::vector<std::string> names;
    const Info info = info_612();
    for (const Preset& preset : presets()) {
        INFO(preset.name);
        names.emplace_back(preset.name);
        const Scenario scenario = parse_scenario(preset.text, std::string(preset.name));
        CHECK_THAT(scenario.description, Catch::Contains("Look at"));
        CHECK_THAT(scenario.description, Catch::EndsWith("."));
        CHECK_NOTHROW(validate(resolve(scenario), two_sockets(), &info));
        CHECK(violations(load_schema("scenario"), std::string(preset.text)) == std::vector<std::string>{});
        REQUIRE(scenario.duration);
        CHECK(*scenario.duration <= 3'000'000'000);
    }
    CHECK(std::is_sorted(names.begin(), names.end()));
    for (const char* name :
         {"tour", "bh-vs-percpu", "unbound-scopes", "highpri", "reclaim", "ordered", "saturate", "chain", "cpu-hog"})
        CHECK(std::find(names.begin(), names.end(), name) != names.end());
}
