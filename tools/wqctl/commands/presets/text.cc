// SPDX-License-Identifier: GPL-2.0
#include "commands/presets/render.hh"

#include <algorithm>

#include "term/table.hh"

namespace wqctl {

std::string render_presets(const std::vector<PresetSummary>& presets, const Style& style)
{
    size_t width = 0;
    for (const PresetSummary& preset : presets)
        width = std::max(width, preset.name.size());
    std::string text;
    for (const PresetSummary& preset : presets) {
        std::string entry = wrap(preset.description, style.width, std::string(width + 2, ' '));
        entry.replace(0, width + 2, style.bold(pad_right(preset.name, width + 2)));
        text += entry;
    }
    return text;
}

}  // namespace wqctl
