// SPDX-License-Identifier: GPL-2.0
// A key is said in the table, and in what is written for people. Both must be the same.
#include <catch2/catch.hpp>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include <nlohmann/json.hpp>

#include "scenario/file.hh"
#include "scenario/keys.hh"
#include "text/names.hh"
#include "unit/tree.hh"

using namespace wqctl;
using json = nlohmann::ordered_json;

namespace {

const char* const kTimePattern = "^(0|[0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))$";
const char* const kCpusPattern = "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$";

std::vector<std::string> words(std::span<const std::string_view> names) { return {names.begin(), names.end()}; }

std::vector<std::string> flag_words()
{
    std::vector<std::string> names;
    for (const FlagName& flag : flag_names())
        names.emplace_back(flag.name);
    return names;
}

// What the schema must say of a value, less what only people read.
template <typename Spec>
json schema_of(const Key<Spec>& key)
{
    const unsigned least = key.zero.empty() ? 0 : 1;
    switch (key.kind) {
    case Kind::kText:
    case Kind::kSystem: return {{"type", "string"}};
    case Kind::kScope: return {{"enum", words(scope_names())}};
    case Kind::kFlags: return {{"type", "array"}, {"items", {{"enum", flag_words()}}}};
    case Kind::kOrdered:
    case Kind::kSwitch: return {{"type", "boolean"}};
    case Kind::kInteger: return {{"type", "integer"}, {"minimum", -20}, {"maximum", 19}};
    case Kind::kCount: return {{"type", "integer"}, {"minimum", least}};
    case Kind::kPercent: return {{"type", "integer"}, {"minimum", 0}, {"maximum", 100}};
    case Kind::kTime: return {{"type", "string"}, {"pattern", kTimePattern}};
    case Kind::kRate: return {{"type", "number"}, {"exclusiveMinimum", 0}};
    case Kind::kCpus:
        return {{"anyOf", {{{"type", "string"}, {"pattern", kCpusPattern}}, {{"type", "integer"}, {"minimum", 0}}}}};
    case Kind::kArrival: return {{"enum", {"fixed", "poisson"}}};
    case Kind::kMode: return {{"enum", words(mode_names())}};
    case Kind::kNames: return {{"anyOf", {{{"type", "string"}}, {{"type", "array"}, {"items", {{"type", "string"}}}}}}};
    case Kind::kItem: return {{"type", "object"}};
    }
    return {};
}

// Adds the properties that keys have not yet, each behind that of the key before it, with the help as description.
template <typename Spec>
void complete(json& properties, std::span<const Key<Spec>> keys)
{
    json all = json::object();
    const auto add_missing = [&](size_t from) {
        for (size_t i = from; i < keys.size() && !properties.contains(keys[i].name); i++)
            if (!keys[i].name.empty()) {
                json& property = all[std::string(keys[i].name)] = schema_of(keys[i]);
                if (!keys[i].help.empty())
                    property["description"] = keys[i].help;
            }
    };
    add_missing(0);
    for (const auto& [name, value] : properties.items()) {
        all[name] = value;
        for (size_t i = 0; i < keys.size(); i++)
            if (keys[i].name == name)
                add_missing(i + 1);
    }
    properties = all;
}

template <typename Spec>
void compare(json properties, std::span<const Key<Spec>> keys, std::set<std::string> besides)
{
    for (const Key<Spec>& key : keys) {
        if (key.name.empty())
            continue;
        const std::string name(key.name);
        INFO(name);
        REQUIRE(properties.contains(name));
        json said = properties[name];
        said.erase("description");
        // Rules of their own, which validate_test.cc tests.
        if (name == "name")
            said = {{"type", said["type"]}};
        if (key.kind == Kind::kItem)
            said = {{"type", said["type"]}};
        CHECK(said == schema_of(key));
        besides.insert(name);
    }
    for (const auto& [name, value] : properties.items()) {
        INFO(name);
        CHECK(besides.contains(name));
    }
}

std::string text_of(const std::string& path)
{
    std::ifstream stream(in_tree(path));
    REQUIRE(stream.is_open());
    return {std::istreambuf_iterator<char>(stream), {}};
}

// A value that is not what an empty Spec has.
template <typename Spec>
void set_something(const Key<Spec>& key, Spec& spec)
{
    switch (key.kind) {
    case Kind::kSystem: return set_from_text(key, spec, "highpri");
    case Kind::kScope: return set_from_text(key, spec, "numa");
    case Kind::kFlags: return set_from_text(key, spec, "unbound,highpri");
    case Kind::kTime: return set_from_text(key, spec, "5ms");
    case Kind::kCpus: return set_from_text(key, spec, "0-3,8");
    case Kind::kMode: return set_value(key, spec, uint32_t{WQLAB_MODE_RCU});
    case Kind::kNames: return set_value(key, spec, std::vector<std::string>{"a", "b"});
    case Kind::kItem:
        if constexpr (std::is_same_v<Spec, IssuerSpec>) {
            spec.body = WQLAB_BODY_ALLOC;
            spec.bytes = 4096;
        }
        return;
    default: return set_from_text(key, spec, "7");
    }
}

}  // namespace

TEST_CASE("the schema of scenarios has the keys of the table, and no others")
{
    const std::string file = in_tree("tools/wqctl/scenario/scenario.schema.json");
    json schema = json::parse(std::ifstream(file));
    INFO("WQLAB_WRITE=1 build/unit/unit/unit \"the schema of scenarios*\" adds what is missing");
    json& all = schema["properties"];
    if (std::getenv("WQLAB_WRITE")) {
        complete(all, run_keys());
        complete(all["workqueues"]["items"]["properties"], workqueue_keys());
        complete(all["issuers"]["items"]["properties"], issuer_keys());
        std::ofstream(file) << schema.dump(2) << "\n";
    }
    compare(all, run_keys(), {"$schema", "workqueues", "issuers"});
    compare(all["workqueues"]["items"]["properties"], workqueue_keys(), {});
    const json& issuer = all["issuers"]["items"]["properties"];
    compare(issuer, issuer_keys(), {});
    std::set<std::string> items, said;
    for (const ItemKey& key : item_keys())
        items.emplace(key.name());
    for (const auto& [name, value] : issuer["item"]["properties"].items())
        said.insert(name);
    CHECK(said == items);
}

TEST_CASE("docs/scenarios.md has every key and every flag that shapes a scenario")
{
    const std::string page = text_of("docs/scenarios.md");
    const auto has = [&](std::string_view word) {
        INFO(word);
        CHECK(page.find("`" + std::string(word) + "`") != std::string::npos);
    };
    const auto have = [&](const auto& keys) {
        for (const auto& key : keys) {
            if (!key.name.empty())
                has(key.name);
            if (!key.flag.empty())
                has(key.flag);
        }
    };
    have(run_keys());
    have(workqueue_keys());
    have(issuer_keys());
    for (const ItemKey& key : item_keys())
        has(key.name());
}

TEST_CASE("what a key sets can be read, written and read again")
{
    const auto one = [](const auto& keys, auto& spec, const Scenario& scenario) {
        const auto before = spec;
        for (const auto& key : keys) {
            if (key.name.empty())
                continue;
            INFO(key.name);
            set_something(key, spec);
            CHECK(is_given(key, spec));
            CHECK(!(spec == before));
            const std::string text = scenario_to_json(scenario);
            INFO(text);
            CHECK(parse_scenario(text, "f") == scenario);
            spec = before;
        }
    };
    Scenario scenario;
    scenario.workqueues.emplace_back().name = "a";  // without one it gets a name when it is read
    scenario.issuers.emplace_back();
    one(run_keys(), scenario, scenario);
    one(workqueue_keys(), scenario.workqueues.front(), scenario);
    one(issuer_keys(), scenario.issuers.front(), scenario);
}

TEST_CASE("no two keys are kept in one place")
{
    const auto apart = [](const auto& keys) {
        for (size_t i = 0; i < keys.size(); i++)
            for (size_t j = 0; j < i; j++) {
                // "ordered" is one of the flags, and --rcu a mode.
                if (keys[i].kind == Kind::kOrdered || keys[i].name.empty() || keys[j].kind == Kind::kOrdered ||
                    keys[j].name.empty())
                    continue;
                INFO(keys[i].name << " and " << keys[j].name);
                CHECK(!(keys[i].slot == keys[j].slot));
            }
    };
    apart(run_keys());
    apart(workqueue_keys());
    apart(issuer_keys());
}
