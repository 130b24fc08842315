// SPDX-License-Identifier: GPL-2.0
#include "commands/info/lists.hh"

#include <fmt/format.h>

#include "term/table.hh"
#include "text/names.hh"
#include "text/printable.hh"
#include "snapshot/names.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

using Json = nlohmann::ordered_json;
using enum Table::Align;

std::vector<std::string> features_of(const Info& info)
{
    std::vector<std::string> names;
    for (uint32_t bit = 0; bit < 32; bit++)
        if (info.features >> bit & 1)
            names.emplace_back(feature_name(1u << bit));
    return names;
}

std::string list(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

// "depth" is a count, "spin_ns" a time, "touch_bytes" a size.
std::string limit_text(const std::string& name, uint64_t value)
{
    if (name.ends_with("_ns"))
        return exact_time(value);
    if (name.ends_with("_bytes"))
        return human_size(value);
    return grouped(value);
}

}  // namespace

std::string render_info(const Info& info, const Style& style)
{
    const auto line = [&style](std::string_view key, const std::string& value) {
        constexpr size_t indent = 20;
        std::string text = wrap(value.empty() ? "-" : value, style.width, std::string(indent, ' '));
        text.replace(0, indent, style.bold(pad_right(key, indent)));
        return text;
    };
    std::string text = line("module", info.module_version) + line("kernel", info.release) +
                       line("features", list(features_of(info))) +
                       line("flags", list(flags_to_names(info.wq_flags))) +
                       line("system workqueues", list(info.system_workqueues)) +
                       line("histogram error", fmt::format("{:.4f} % at worst", 100.0 / (2u << info.sub_bits)));
    Table limits;
    limits.column("limit", kLeft);
    limits.column("at most");
    for (const auto& [name, value] : info.limits)
        limits.row({name, limit_text(name, value)});
    text += "\n" + limits.render(style);
    if (!info.views.empty())
        text += "\n" + style.bold("what this kernel shows") + "\n";
    for (const View& view : info.views)
        text += line(section_name(view.section), view.lacks.empty() ? "yes" : "no, it lacks " + list(view.lacks));
    return text;
}

nlohmann::ordered_json info_to_json(const Info& info)
{
    Json limits = Json::object();
    for (const auto& [name, value] : info.limits)
        limits[name] = value;
    Json views = Json::array();
    for (const View& view : info.views)
        views.push_back({{"view", section_name(view.section)}, {"available", view.lacks.empty()}, {"lacks", view.lacks}});
    return {
        {"schema", "wqlab/info/1"},
        {"module_version", info.module_version},
        {"kernel", info.release},
        {"family_version", WQLAB_FAMILY_VERSION},
        {"features", features_of(info)},
        {"flags", flags_to_names(info.wq_flags)},
        {"system_workqueues", info.system_workqueues},
        {"histogram_sub_bits", info.sub_bits},
        {"limits", std::move(limits)},
        {"views", std::move(views)},
    };
}

std::string render_runs(const std::vector<RunState>& runs, const Style& style)
{
    if (runs.empty())
        return "no runs\n";
    Table table;
    table.column("id");
    table.column("label", kLeft);
    table.column("state", kLeft);
    table.column("ended by", kLeft);
    table.column("elapsed");
    table.column("queued");
    table.column("executed");
    table.column("cancelled");
    table.column("memory");
    for (const RunState& run : runs)
        table.row({std::to_string(run.id), one_line(run.label), std::string(run_state_name(run.state)),
                   run.ended() ? std::string(end_reason_name(run.end_reason)) : "",
                   human_time(run.elapsed_ns, style.charset), grouped(run.queued), grouped(run.executed),
                   grouped(run.cancelled), human_size(run.memory_bytes)});
    return table.render(style);
}

nlohmann::ordered_json runs_to_json(const std::vector<RunState>& runs)
{
    Json entries = Json::array();
    for (const RunState& run : runs)
        entries.push_back({
            {"id", run.id},
            {"label", run.label},
            {"state", run_state_name(run.state)},
            {"end_reason", end_reason_name(run.end_reason)},
            {"elapsed_ns", run.elapsed_ns},
            {"memory_bytes", run.memory_bytes},
            {"queued", run.queued},
            {"coalesced", run.refused},
            {"executed", run.executed},
            {"cancelled", run.cancelled},
        });
    return {{"schema", "wqlab/runs/1"}, {"runs", std::move(entries)}};
}

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

nlohmann::ordered_json presets_to_json(const std::vector<PresetSummary>& presets)
{
    Json entries = Json::array();
    for (const PresetSummary& preset : presets)
        entries.push_back({{"name", preset.name}, {"description", preset.description}});
    return {{"schema", "wqlab/presets/1"}, {"presets", std::move(entries)}};
}

std::string render_started(const RunState& run, const Style&)
{
    return fmt::format("run {0} has started; wqctl show {0} looks at it, wqctl stop {0} ends it\n", run.id);
}

nlohmann::ordered_json started_to_json(const RunState& run)
{
    return {{"schema", "wqlab/started/1"}, {"id", run.id}, {"memory_bytes", run.memory_bytes}};
}

}  // namespace wqctl
