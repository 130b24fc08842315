// SPDX-License-Identifier: GPL-2.0
#include <sstream>

#include <catch2/catch.hpp>

#include "recorded.hh"
#include "unit/schema.hh"

using nlohmann::json;

TEST_CASE("every line of JSON is as its schema says")
{
    const json schema = load_schema("trace");
    std::istringstream lines(told_as_json(all_sorts()));
    std::map<std::string, unsigned> kinds;
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        CHECK(violations(schema, line) == std::vector<std::string>{});
        kinds[json::parse(line)["kind"]]++;
    }
    CHECK(kinds["begin"] == 1);
    CHECK(kinds["item"] == 16);
    CHECK(kinds["lost"] == 1);
    CHECK(kinds["event"] == 14);
    CHECK(kinds["end"] == 1);
}
