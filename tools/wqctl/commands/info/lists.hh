// SPDX-License-Identifier: GPL-2.0
// What info, list, presets and a detached run print.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "source/info.hh"
#include "report/report.hh"
#include "term/style.hh"

namespace wqctl {

std::string render_info(const Info& info, const Style& style);
nlohmann::ordered_json info_to_json(const Info& info);

std::string render_runs(const std::vector<RunState>& runs, const Style& style);
nlohmann::ordered_json runs_to_json(const std::vector<RunState>& runs);

struct PresetSummary {
    std::string name;
    std::string description;
};
std::string render_presets(const std::vector<PresetSummary>& presets, const Style& style);
nlohmann::ordered_json presets_to_json(const std::vector<PresetSummary>& presets);

std::string render_started(const RunState& run, const Style& style);
nlohmann::ordered_json started_to_json(const RunState& run);

}  // namespace wqctl
