// SPDX-License-Identifier: GPL-2.0
#include "scenario/presets/presets.hh"

#include <fmt/format.h>

#include "text/error.hh"
#include "text/nearest.hh"

namespace wqctl {

const Preset& find_preset(std::string_view name)
{
    std::vector<std::string> names;
    for (const Preset& preset : presets()) {
        if (preset.name == name)
            return preset;
        names.emplace_back(preset.name);
    }
    throw Error::usage(fmt::format("there is no preset \"{}\"{}", name, did_you_mean(name, names)),
                       "wqctl presets lists them");
}

}  // namespace wqctl
