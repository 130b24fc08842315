// SPDX-License-Identifier: GPL-2.0
#include "commands/presets/render.hh"

#include "term/json_writer.hh"

namespace wqctl {

std::string presets_to_json(const std::vector<PresetSummary>& presets)
{
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/presets/1");
        j.objects("presets", presets, [&](const PresetSummary& preset) {
            j.member("name", preset.name);
            j.member("description", preset.description);
        });
    });
    return j.take();
}

}  // namespace wqctl
