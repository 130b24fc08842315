// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "commands/list/render.hh"
#include "unit/report/fixtures.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"

using namespace wqctl;

TEST_CASE("the document of runs fits its schema")
{
    CHECK(violations(load_schema("runs"), runs_to_json({make_report({"a"}).run})) == std::vector<std::string>{});
    CHECK(violations(load_schema("runs"), runs_to_json({})) == std::vector<std::string>{});
}

TEST_CASE("runs are listed, and that there are none is said")
{
    CHECK_THAT(render_runs({make_report({"a"}).run}, plain(80)), Catch::Contains("duration"));
    CHECK(render_runs({}, plain(80)) == "no runs\n");
}
