// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "commands/presets/render.hh"
#include "unit/schema.hh"

using namespace wqctl;

TEST_CASE("the document of presets fits its schema")
{
    CHECK(violations(load_schema("presets"), presets_to_json({{"a", "b"}})) == std::vector<std::string>{});
}
