// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "commands/presets/render.hh"
#include "scenario/file.hh"
#include "scenario/presets/presets.hh"
#include "term/output.hh"

namespace wqctl {

namespace {

class PresetsCommand final : public Command {
    std::optional<std::string> name_;
    bool json_ = false;

    void declare(Args& args) override
    {
        args.word("NAME", name_, "Print this one's file").values(preset_names());
        args.json(json_, {"wqlab/presets/1"});
    }

    int run(Context& context) override
    {
        Output& output = context.output();
        if (name_) {
            // The file itself: it is JSON already.
            output.text(find_preset(*name_).text);
            return kDone;
        }
        std::vector<PresetSummary> summaries;
        for (const Preset& preset : presets()) {
            const std::string name(preset.name);
            summaries.push_back({name, parse_scenario(preset.text, name).description});
        }
        if (json_)
            output.text(presets_to_json(summaries));
        else
            output.text(render_presets(summaries, output.style()));
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_presets() { return std::make_unique<PresetsCommand>(); }

}  // namespace wqctl
