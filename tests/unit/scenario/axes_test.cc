// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "scenario/axes.hh"
#include "scenario/file.hh"
#include "scenario/flags.hh"
#include "unit/report/fixtures.hh"

using namespace wqctl;

namespace {

Scenario base()
{
    RunFlags flags;
    flags["--flags"] = "unbound";
    return scenario_from(flags);
}

std::vector<std::string> names(const std::vector<Cell>& cells)
{
    std::vector<std::string> result;
    for (const Cell& cell : cells)
        result.push_back(cell.name);
    return result;
}

std::string refused(const std::string& axis)
{
    return error_of([&] { cells_of(base(), {parse_axis(axis)}); });
}

}  // namespace

TEST_CASE("an axis is a key and its values")
{
    CHECK(parse_axis("scope=cpu,smt") == Axis{"scope", {"cpu", "smt"}});
    CHECK(parse_axis("flags=unbound/unbound,highpri") == Axis{"flags", {"unbound", "unbound,highpri"}});
    for (const char* text : {"scope", "=1", "scope="})
        CHECK_THAT(error_of([&] { parse_axis(text); }), Catch::Contains("give a key and its values"));
}

TEST_CASE("cells are all combinations, the last axis changing fastest")
{
    const std::vector<Cell> cells = cells_of(base(), {parse_axis("scope=cpu,numa"), parse_axis("depth=1,32")});
    CHECK(names(cells) == std::vector<std::string>{"scope=cpu depth=1", "scope=cpu depth=32", "scope=numa depth=1",
                                                   "scope=numa depth=32"});
    CHECK(cells[3].scenario.workqueues[0].scope == "numa");
    CHECK(cells[3].scenario.issuers[0].depth == 32u);
    CHECK(cells[3].values[1].second == "32");
    CHECK(names(cells_of(base(), {})) == std::vector<std::string>{""});
}

TEST_CASE("a value replaces what stood there")
{
    const std::vector<Cell> kinds = cells_of(base(), {parse_axis("flags=/highpri/bh,highpri")});
    CHECK(kinds[0].scenario.workqueues[0].flags == 0);
    CHECK(kinds[0].scenario.workqueues[0].name == "percpu");
    CHECK(kinds[1].scenario.workqueues[0].flags == WQLAB_WQ_HIGHPRI);
    CHECK(kinds[2].scenario.workqueues[0].flags == (WQLAB_WQ_HIGHPRI | WQLAB_WQ_BH));

    const std::vector<Cell> items = cells_of(base(), {parse_axis("spin=5us,10us..20us")});
    CHECK(items[0].scenario.issuers[0].body == WQLAB_BODY_SPIN);
    CHECK(items[0].scenario.issuers[0].time.ns == 5000);
    CHECK(cells_of(base(), {parse_axis("touch=4K")})[0].scenario.issuers[0].bytes == 4096);

    // By the name of the flag, and with the mode that it makes.
    const std::vector<Cell> open = cells_of(base(), {parse_axis("rate=1k"), parse_axis("issuers=3")});
    CHECK(open[0].scenario.issuers[0].mode == WQLAB_MODE_OPEN);
    CHECK(open[0].scenario.issuers[0].threads == 3);

    const std::vector<Cell> ordered = cells_of(base(), {parse_axis("ordered=true,false"), parse_axis("strict=true")});
    CHECK((ordered[0].scenario.workqueues[0].flags & WQLAB_WQ_ORDERED) != 0);
    CHECK((ordered[1].scenario.workqueues[0].flags & WQLAB_WQ_ORDERED) == 0);
    CHECK(ordered[1].scenario.workqueues[0].strict);
}

TEST_CASE("an axis that can't be is refused, with what would be right")
{
    CHECK_THAT(refused("scop=cpu"), Catch::Contains("no key \"scop\" that can vary; did you mean \"scope\"?"));
    CHECK_THAT(refused("name=a,b"), Catch::Contains("no key \"name\" that can vary"));
    CHECK_THAT(refused("seed=1,2"), Catch::Contains("no key \"seed\" that can vary"));
    CHECK_THAT(refused("scope=cpu,nma"), Catch::StartsWith("--vary scope: "));
    CHECK_THAT(refused("depth=1,x"), Catch::StartsWith("--vary depth: "));
    CHECK_THAT(refused("depth=1,1"), Catch::Contains("\"1\" is given twice"));
    CHECK_THAT(refused("strict=yes"), Catch::Contains("is not true or false"));
    CHECK_THAT(error_of([] {
                   cells_of(base(), {parse_axis("threads=1"), parse_axis("issuers=2")});
               }),
               Catch::Contains("given twice"));
    CHECK_THAT(error_of([] {
                   std::string many = "depth=1";
                   for (int i = 2; i < 300; i++)
                       many += "," + std::to_string(i);
                   cells_of(base(), {parse_axis(many)});
               }),
               Catch::Contains("more than 256 cells"));
}

TEST_CASE("a file may have axes, where that has a meaning")
{
    const char* text = R"({"workqueues": [{"flags": ["unbound"]}], "issuers": [{}],
        "vary": {"scope": ["cpu", "smt"], "depth": [1, 32], "nice": [-5], "strict": [true]}})";
    const VariedScenario varied = parse_varied(text, "f.json");
    REQUIRE(varied.axes.size() == 4);
    CHECK(varied.axes[1] == Axis{"depth", {"1", "32"}});
    CHECK(varied.axes[2] == Axis{"nice", {"-5"}});
    CHECK(varied.axes[3] == Axis{"strict", {"true"}});
    CHECK_THAT(error_of([&] { parse_scenario(text, "f.json"); }), Catch::Contains("has no key \"vary\""));
    CHECK_THAT(error_of([&] { parse_varied(R"({"vary": {"depth": 3}})", "f.json"); }),
               Catch::Contains("f.json:1: \"depth\" is a number; it must be a list"));
    CHECK_THAT(error_of([&] { parse_varied(R"({"vary": []})", "f.json"); }), Catch::Contains("must be an object"));
}
