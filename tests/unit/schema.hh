// SPDX-License-Identifier: GPL-2.0
// As much of JSON Schema as the schemas of the rooms use.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

// One line for each violation.
std::vector<std::string> violations(const nlohmann::json& schema, const nlohmann::json& document);
// The same of a document's text, which must be JSON.
std::vector<std::string> violations(const nlohmann::json& schema, const std::string& text);

// NAME.schema.json of the room that prints such documents.
nlohmann::json load_schema(const std::string& name);
