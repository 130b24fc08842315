// SPDX-License-Identifier: GPL-2.0
// Explanations for people and for programs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "commands/explain/explanation.hh"
#include "term/style.hh"

namespace wqctl {

std::string render_explanation(const Explanation& explanation, const Style& style);

// explain.schema.json is its shape.
std::string explanations_to_json(const std::vector<Explanation>& explanations, const std::string& kernel);

// Topics with their questions.
using Topics = std::vector<std::pair<std::string, std::string>>;
std::string render_topics(const Topics& topics, const Style& style);
std::string topics_to_json(const Topics& topics);

}  // namespace wqctl
