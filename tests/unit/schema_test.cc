// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "report/render.hh"
#include "unit/report/fixtures.hh"
#include "unit/schema.hh"

using namespace wqctl;

TEST_CASE("the validator of the schemas finds faults")
{
    nlohmann::json json = nlohmann::json::parse(report_to_json(make_report({"a"})));
    json["elapsed_ns"] = -1;
    json["workqueues"][0].erase("nice");
    json["workqueues"][0]["more"] = 1;
    CHECK(violations(load_schema("run"), json).size() == 3);
}
