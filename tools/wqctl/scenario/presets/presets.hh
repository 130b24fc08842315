// SPDX-License-Identifier: GPL-2.0
// The scenarios that ship with the tool.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/scenario.hh"

namespace wqctl {

struct Preset {
    std::string_view name;
    std::string_view text;  // a scenario file
};

// Sorted by name.
const std::vector<Preset>& presets();

std::vector<std::string> preset_names();

// Throws a usage error that names the nearest one.
const Preset& find_preset(std::string_view name);

// Takes the workqueues out of a preset that a kernel is too old for (enum wqlab_lack); their names.
std::vector<std::string> leave_out(Scenario& preset, uint32_t lacks);

}  // namespace wqctl
