// SPDX-License-Identifier: GPL-2.0
// Scenario files: read and written. docs/schema/scenario.schema.json is their shape.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "scenario/scenario.hh"

namespace wqctl {

// Refuses with file, line and the nearest known key.
Scenario parse_scenario(std::string_view text, const std::string& file);

// "-" is standard input.
Scenario load_scenario(const std::string& path);

// Reads back as the same scenario.
nlohmann::ordered_json to_json(const Scenario& scenario);

}  // namespace wqctl
