// SPDX-License-Identifier: GPL-2.0
// As much of JSON Schema as docs/schema uses.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

// One line for each violation.
std::vector<std::string> violations(const nlohmann::json& schema, const nlohmann::json& document);

// docs/schema/NAME.schema.json
nlohmann::json load_schema(const std::string& name);
