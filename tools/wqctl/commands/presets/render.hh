// SPDX-License-Identifier: GPL-2.0
// The scenarios that ship with the tool, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "term/style.hh"

namespace wqctl {

struct PresetSummary {
    std::string name;
    std::string description;
};

std::string render_presets(const std::vector<PresetSummary>& presets, const Style& style);
// presets.schema.json is its shape.
std::string presets_to_json(const std::vector<PresetSummary>& presets);

}  // namespace wqctl
