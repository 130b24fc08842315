// SPDX-License-Identifier: GPL-2.0
#include "scenario/presets/presets.hh"

#include "text/choose.hh"
#include "uapi/wqlab.h"

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

std::vector<std::string> leave_out(Scenario& preset, uint32_t lacks)
{
    std::vector<std::string> names;
    std::erase_if(preset.workqueues, [&](const WorkqueueSpec& workqueue) {
        const uint32_t needs = (workqueue.flags & WQLAB_WQ_BH ? WQLAB_LACK_BH : 0) |
                               (workqueue.scope || workqueue.strict ? WQLAB_LACK_SCOPES : 0);
        if (needs & lacks)
            names.push_back(workqueue.name);
        return (needs & lacks) != 0;
    });
    return names;
}

}  // namespace wqctl
