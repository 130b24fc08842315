// SPDX-License-Identifier: GPL-2.0
#include "commands/bench/presets.hh"

#include <fmt/core.h>

#include "scenario/file.hh"
#include "term/lines.hh"
#include "text/choose.hh"

namespace wqctl {

std::vector<std::string> bench_preset_names()
{
    std::vector<std::string> names;
    for (const Preset& preset : bench_presets())
        names.emplace_back(preset.name);
    return names;
}

VariedScenario bench_preset(std::string_view name, const Topology& topology)
{
    std::vector<std::string_view> names;
    for (const Preset& preset : bench_presets())
        names.push_back(preset.name);
    const Preset& preset = bench_presets()[choose_place(name, names, "preset of bench")];
    std::string text(preset.text);
    constexpr std::string_view kCpus = "\"@cpus@\"";
    for (size_t at; (at = text.find(kCpus)) != std::string::npos;)
        text.replace(at, kCpus.size(), std::to_string(topology.online.size()));
    return parse_varied(text, fmt::format("preset {}", preset.name));
}

std::string render_bench_presets(const Topology& topology, const Style& style)
{
    size_t width = 0;
    for (const Preset& preset : bench_presets())
        width = std::max(width, preset.name.size() + 2);
    std::string text;
    for (const Preset& preset : bench_presets())
        text += hanging(pad_right(preset.name, width), bench_preset(preset.name, topology).scenario.description,
                        style.width);
    return text;
}

}  // namespace wqctl
