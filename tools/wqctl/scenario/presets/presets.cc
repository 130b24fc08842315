// SPDX-License-Identifier: GPL-2.0
#include "scenario/presets/presets.hh"

#include <fmt/format.h>

#include "text/error.hh"
#include "text/nearest.hh"

namespace wqctl {

std::vector<std::string> preset_names()
{
    std::vector<std::string> names;
    for (const Preset& preset : presets())
        names.emplace_back(preset.name);
    return names;
}

const Preset& find_preset(std::string_view name)
{
    for (const Preset& preset : presets())
        if (preset.name == name)
            return preset;
    throw Error::usage(fmt::format("there is no preset \"{}\"{}", name, did_you_mean(name, preset_names())),
                       "wqctl presets lists them");
}

}  // namespace wqctl
