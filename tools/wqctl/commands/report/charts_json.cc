// SPDX-License-Identifier: GPL-2.0
#include <cmath>

#include "commands/report/render.hh"
#include "term/json_writer.hh"

namespace wqctl::page {

namespace {

std::string_view unit_name(Unit unit)
{
    switch (unit) {
    case Unit::kTime: return "time";
    case Unit::kRate: return "rate";
    case Unit::kRatio: return "ratio";
    case Unit::kNumber: break;
    }
    return "number";
}

std::string_view mark_name(Mark mark)
{
    switch (mark) {
    case Mark::kGood: return "good";
    case Mark::kBad: return "bad";
    case Mark::kDoubtful: return "doubtful";
    case Mark::kNone: break;
    }
    return "";
}

void write(JsonWriter& j, const Distributions& chart)
{
    j.member("kind", "distributions");
    j.member("per_octave", Distributions::kPerOctave);
    j.array("stages", [&] {
        for (const Stage& stage : kStages)
            j.value(stage.title);
    });
    j.objects("series", chart.series, [&](const Distributions::Series& series) {
        j.member("name", series.name);
        j.array("stages", [&] {
            for (const auto& d : series.stages) {
                if (!d) {
                    j.value(nullptr);
                    continue;
                }
                // Places and counts, by turns.
                j.array([&] {
                    for (const auto& [place, count] : d->bins) {
                        j.value(place);
                        j.value(count);
                    }
                });
            }
        });
    });
}

void write(JsonWriter& j, const Intervals& chart)
{
    j.member("kind", "intervals");
    j.objects("panels", chart.panels, [&](const Intervals::Panel& panel) {
        j.member("title", panel.title);
        j.member("unit", unit_name(panel.unit));
        j.objects("rows", panel.rows, [&](const Intervals::Row& row) {
            j.member("name", row.name);
            j.member("median", row.median);
            j.member("low", row.low);
            j.member("high", row.high);
            j.member("mark", mark_name(row.mark));
        });
    });
}

void write(JsonWriter& j, const Lines& chart)
{
    j.member("kind", "lines");
    j.array("panels", [&] {
        for (const auto& panel : chart.panels)
            j.object([&] {
                j.member("title", panel.first);
                j.member("unit", unit_name(panel.second));
            });
    });
    j.member("seconds", chart.seconds);
    j.objects("series", chart.series, [&](const Lines::Series& series) {
        j.member("name", series.name);
        j.member("values", series.values);
    });
}

}  // namespace

std::string charts_to_json(const Page& page)
{
    JsonWriter j(JsonLayout::kOneLine);
    j.array([&] {
        for (const Section& section : page.sections)
            for (const Block& block : section.blocks)
                std::visit(
                    [&](const auto& one) {
                        if constexpr (requires { write(j, one); })
                            j.object([&] { write(j, one); });
                    },
                    block);
    });
    // In JSON it stands in strings only, where this is the same: "</script>" and "<!--" can't be.
    std::string text;
    for (const char c : j.take())
        c == '<' ? text.append("\\u003c") : text.append(1, c);
    return text;
}

}  // namespace wqctl::page
