// SPDX-License-Identifier: GPL-2.0
#include "commands/info/render.hh"

#include <fmt/core.h>

#include "core/lacks.hh"
#include "snapshot/names.hh"
#include "source/vmcore/decompress.hh"
#include "term/table.hh"
#include "text/names.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

std::string list(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string list_of_lacks(uint32_t bits)
{
    std::vector<std::string> words;
    for (const wqlab::Lack& lack : wqlab::kLacks)
        if (bits & lack.bit)
            words.push_back(fmt::format("{} (since {})", lack.what, lack.since));
    return list(words);
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
                       line("features", list(feature_names(info.features))) +
                       line("flags", list(flags_to_names(info.wq_flags))) +
                       (info.lacks ? line("too old for", list_of_lacks(info.lacks)) : "") +
                       line("system workqueues", list(info.system_workqueues)) +
                       line("compressed dumps", list(decompressors()));
    // Without the module there are neither.
    if (!info.limits.empty()) {
        text += line("histogram error", fmt::format("{:.4f} % at worst", 100.0 / (2u << info.sub_bits)));
        Table limits;
        limits.column("limit", Table::Align::kLeft);
        limits.column("at most");
        for (const auto& [name, value] : info.limits)
            limits.row({name, limit_text(name, value)});
        text += "\n" + limits.render(style);
    }
    if (!info.views.empty())
        text += "\n" + style.bold("what this kernel shows") + "\n";
    for (const View& view : info.views)
        text += line(section_name(view.section), !view.lacks.empty() ? "no, it lacks " + list(view.lacks)
                                                 : view.missing_columns.empty()
                                                     ? "yes"
                                                     : "yes, without " + list(view.missing_columns));
    return text;
}

}  // namespace wqctl
