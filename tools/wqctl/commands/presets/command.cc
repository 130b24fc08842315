// SPDX-License-Identifier: GPL-2.0
#include "scenario/presets/presets.hh"
#include "commands/commands.hh"
#include "commands/info/lists.hh"
#include "scenario/file.hh"

namespace wqctl {

int command_presets(const Invocation& invocation, Output& output)
{
    if (!invocation.preset.empty()) {
        // The file itself: it is JSON already.
        output.text(find_preset(invocation.preset).text);
        return kDone;
    }
    std::vector<PresetSummary> summaries;
    for (const Preset& preset : presets())
        summaries.push_back({std::string(preset.name), parse_scenario(preset.text, std::string(preset.name)).description});
    if (invocation.json)
        output.json(presets_to_json(summaries));
    else
        output.text(render_presets(summaries, output.style()));
    return kDone;
}

}  // namespace wqctl
