// SPDX-License-Identifier: GPL-2.0
#include "scenario/presets/presets.hh"

#include "text/choose.hh"

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
    std::vector<std::string_view> names;
    for (const Preset& preset : presets())
        names.push_back(preset.name);
    return presets()[choose_place(name, names, "preset")];
}

}  // namespace wqctl
