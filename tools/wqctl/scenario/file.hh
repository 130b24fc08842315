// SPDX-License-Identifier: GPL-2.0
// Scenario files: read and written. scenario.schema.json is their shape.
#pragma once

#include <string>
#include <string_view>

#include "scenario/scenario.hh"

namespace wqctl {

class JsonWriter;

// Refuses with file, line and the nearest known key.
Scenario parse_scenario(std::string_view text, const std::string& file);

// "-" is standard input.
Scenario load_scenario(const std::string& path);

// The same of what may have axes.
struct VariedScenario;
VariedScenario parse_varied(std::string_view text, const std::string& file);
VariedScenario load_varied(const std::string& path);

// A scenario file. Reads back as the same scenario.
std::string scenario_to_json(const Scenario& scenario);
// As a value of a larger document.
void write_scenario(JsonWriter& j, const Scenario& scenario);

}  // namespace wqctl
