// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "commands/run/started.hh"
#include "unit/report/fixtures.hh"
#include "unit/schema.hh"

using namespace wqctl;

TEST_CASE("the document of a run that was started fits its schema")
{
    CHECK(violations(load_schema("started"), started_to_json(make_report({"a"}).run)) == std::vector<std::string>{});
}
