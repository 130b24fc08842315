// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "commands/presets/render.hh"
#include "scenario/file.hh"
#include "scenario/presets/presets.hh"
#include "uapi/wqlab.h"
#include "unit/schema.hh"

using namespace wqctl;

TEST_CASE("the document of presets fits its schema")
{
    CHECK(violations(load_schema("presets"), presets_to_json({{"a", "b"}})) == std::vector<std::string>{});
}

TEST_CASE("of a preset, what a kernel is too old for is left out")
{
    const auto left_out = [](const char* name, uint32_t lacks) {
        Scenario scenario = parse_scenario(find_preset(name).text, name);
        const size_t before = scenario.workqueues.size();
        const std::vector<std::string> names = leave_out(scenario, lacks);
        CHECK(scenario.workqueues.size() + names.size() == before);
        return names;
    };
    CHECK(left_out("tour", 0).empty());
    CHECK(left_out("tour", WQLAB_LACK_BH) == std::vector<std::string>{"bh"});
    CHECK(left_out("tour", WQLAB_LACK_SCOPES).empty());
    CHECK(left_out("unbound-scopes", WQLAB_LACK_SCOPES).size() == 5);
}
