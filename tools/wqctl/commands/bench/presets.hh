// SPDX-License-Identifier: GPL-2.0
// The benches that ship with the tool.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenario/axes.hh"
#include "scenario/presets/presets.hh"
#include "system/topology.hh"
#include "term/style.hh"

namespace wqctl {

// Sorted by name; made of presets/*.json. Their text says @cpus@ for the number of CPUs.
const std::vector<Preset>& bench_presets();

std::vector<std::string> bench_preset_names();

// Throws a usage error that names the nearest one.
VariedScenario bench_preset(std::string_view name, const Topology& topology);

std::string render_bench_presets(const Topology& topology, const Style& style);

}  // namespace wqctl
