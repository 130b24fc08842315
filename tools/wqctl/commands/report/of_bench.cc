// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <limits>

#include <fmt/core.h>

#include "commands/report/node_text.hh"
#include "commands/report/readers.hh"
#include "report/measure.hh"

namespace wqctl::page {

namespace {

// items/s, which "best", letters and ratios are of.
constexpr size_t kSpeed = 0;

Unit unit_of(const Measure& measure) { return measure.kind == Measure::Kind::kTime ? Unit::kTime : Unit::kRate; }

struct Estimate {
    double median = 0;
    std::optional<double> low, high;
};

struct BenchedRow {
    std::string name;
    std::string workqueue;
    std::string letters;
    std::string error;
    std::map<std::string, std::string> values;  // by axis
    std::array<std::optional<Estimate>, kRunMeasures.size()> estimates;
    std::optional<Estimate> to_baseline;  // its median is the ratio
    bool is_measured = false;

    // Where a cell has several workqueues, their names stand behind its own.
    bool is_of(const std::string& cell) const { return name == cell || name == cell + " " + workqueue; }
};

// The axes, and of each what its values are, as they first come.
using Axes = std::vector<std::pair<std::string, std::vector<std::string>>>;

Estimate estimate_of(const Fields& fields, std::string_view median)
{
    return {fields.number(median), fields.number_if_any("low"), fields.number_if_any("high")};
}

BenchedRow read_row(const Fields& cell, Axes& axes)
{
    BenchedRow row;
    row.name = cell.text("row");
    row.workqueue = cell.text_or("workqueue", "");
    row.letters = cell.text_or("letters", "");
    row.error = cell.text_or("error", "");
    if (const Node* values = cell.find("values"))
        for (const Member& member : values->members) {
            const std::string value = cell.object("values").text_or(member.key, "");
            row.values[member.key] = value;
            auto axis = std::find_if(axes.begin(), axes.end(),
                                     [&](const auto& one) { return one.first == member.key; });
            if (axis == axes.end())
                axis = axes.insert(axes.end(), {member.key, {}});
            if (std::find(axis->second.begin(), axis->second.end(), value) == axis->second.end())
                axis->second.push_back(value);
        }
    if (cell.find("summary")) {
        const Fields summary = cell.object("summary");
        row.is_measured = true;
        for (size_t i = 0; i < kRunMeasures.size(); i++)
            if (summary.find(kRunMeasures[i].key))
                row.estimates[i] = estimate_of(summary.object(kRunMeasures[i].key), "median");
    }
    if (cell.find("to_baseline"))
        row.to_baseline = estimate_of(cell.object("to_baseline"), "ratio");
    return row;
}

// "1.23M", and beside it "1.21M..1.25M"
Cell with_interval(const Estimate& e, Unit unit)
{
    const bool has_interval = e.low && e.high;
    return Cell(human(e.median, unit), Mark::kNone,
                has_interval ? fmt::format("{}..{}", human(*e.low, unit), human(*e.high, unit)) : "");
}

Table rows_table(const std::vector<BenchedRow>& rows, const std::string& baseline, const std::string& best)
{
    Table table;
    table.title = "Medians of the rounds, with their 95 % intervals";
    table.columns.push_back({"", true});
    for (const Measure& measure : kRunMeasures) {
        table.columns.push_back({std::string(measure.title)});
        // As in bench's own table: both are of that figure.
        if (&measure == &kRunMeasures[kSpeed]) {
            table.columns.push_back({"to baseline"});
            table.columns.push_back({"letters", true});
        }
    }
    for (const BenchedRow& row : rows) {
        std::vector<Cell> cells = {row.name};
        for (size_t i = 0; i < kRunMeasures.size(); i++) {
            cells.push_back(row.estimates[i] ? with_interval(*row.estimates[i], unit_of(kRunMeasures[i])) : "-");
            if (i != kSpeed)
                continue;
            cells.back().mark = row.name == best ? Mark::kGood : Mark::kNone;
            if (row.to_baseline)
                cells.push_back(with_interval(*row.to_baseline, Unit::kRatio));
            else
                cells.emplace_back(row.is_of(baseline) ? "baseline" : "-");
            cells.emplace_back(row.letters);
        }
        table.rows.push_back(std::move(cells));
    }
    return table;
}

Intervals intervals_of(const std::vector<BenchedRow>& rows, const std::string& best)
{
    Intervals chart;
    chart.title = "Medians and intervals";
    for (size_t i = 0; i < kRunMeasures.size(); i++) {
        Intervals::Panel panel{std::string(kRunMeasures[i].title), unit_of(kRunMeasures[i]), {}};
        for (const BenchedRow& row : rows)
            if (const auto& e = row.estimates[i])
                panel.rows.push_back({row.name, e->median, e->low, e->high,
                                      i == kSpeed && row.name == best ? Mark::kGood : Mark::kNone});
        if (!panel.rows.empty())
            chart.panels.push_back(std::move(panel));
    }
    return chart;
}

HeatMap map_of(const std::vector<BenchedRow>& rows, const Axes& axes, size_t measure)
{
    HeatMap map;
    map.title = kRunMeasures[measure].title;
    map.down = axes[0].first;
    map.across = axes[1].first;
    map.rows = axes[0].second;
    map.columns = axes[1].second;
    for (const std::string& down : map.rows) {
        auto& values = map.values.emplace_back();
        auto& texts = map.texts.emplace_back();
        for (const std::string& across : map.columns) {
            const auto row = std::find_if(rows.begin(), rows.end(), [&](const BenchedRow& one) {
                return one.values.at(map.down) == down && one.values.at(map.across) == across;
            });
            const bool is_there = row != rows.end() && row->estimates[measure];
            values.push_back(is_there ? std::optional(row->estimates[measure]->median) : std::nullopt);
            texts.push_back(is_there ? human(row->estimates[measure]->median, unit_of(kRunMeasures[measure])) : "-");
        }
    }
    return map;
}

// Of two axes and one workqueue: what more of either would be laid over, nobody could see.
void add_heat_maps(const std::vector<BenchedRow>& rows, Axes axes, Section& section)
{
    std::erase_if(axes, [](const auto& axis) { return axis.second.size() < 2; });
    if (axes.size() < 2)
        return;
    const auto has_both = [&](const BenchedRow& row) {
        return row.values.contains(axes[0].first) && row.values.contains(axes[1].first) &&
               row.workqueue == rows.front().workqueue;
    };
    if (axes.size() > 2 || !std::all_of(rows.begin(), rows.end(), has_both)) {
        section.note(axes.size() > 2 ? fmt::format("No heat map: that takes two axes, and {} vary here.", axes.size())
                                     : "No heat map: that takes one workqueue with a value on both axes in each row.");
        return;
    }
    HeatMaps maps;
    maps.title = fmt::format("{} × {}", axes[0].first, axes[1].first);
    for (size_t i = 0; i < kRunMeasures.size(); i++)
        if (std::any_of(rows.begin(), rows.end(), [&](const BenchedRow& row) { return row.estimates[i].has_value(); }))
            maps.maps.push_back(map_of(rows, axes, i));
    if (!maps.maps.empty())
        section.blocks.push_back(std::move(maps));
}

std::string how_it_ended(const Fields& root)
{
    const std::string end = root.text_or("end", "?");
    std::string text = fmt::format("{} passes in {}", root.number_if_any("passes").value_or(0),
                                   time_of(root, "elapsed_ns"));
    if (end == "precise")
        return text + ", until the intervals were narrow enough";
    if (end == "budget")
        return text + "; the time was up before the intervals were as narrow as was asked for";
    return text + (end == "interrupt" ? "; it was interrupted" : "");
}

}  // namespace

void read_bench(const Fields& root, Draft& draft)
{
    Section& section = draft.section;
    Facts facts = origin_facts(root);
    if (root.find("cpus") && !root.find("machine"))
        facts.add("CPUs", root.text("cpus") + " online");
    facts.add("Bench", how_it_ended(root));
    const std::string best = root.text_or("best", "");
    const std::string baseline = root.text_or("baseline", "");
    facts.add("Best items/s", best.empty() ? "none is surely faster than every other" : best);
    if (const auto seed = root.number_if_any("order_seed"))
        facts.add("Order seed", fmt::format("{:.0f}", *seed));
    section.blocks.push_back(std::move(facts));
    for (const std::string& broken : root.texts("broken_promises"))
        section.note(broken, Mark::kBad);

    std::vector<BenchedRow> rows;
    Axes axes;
    const Node* scenario = nullptr;
    bool is_of_baseline = false;
    for (const Node& node : root.list("cells")) {
        const Fields cell(node, "a cell", root.file());
        const BenchedRow& row = rows.emplace_back(read_row(cell, axes));
        const bool is_baseline = row.is_of(baseline);
        if (!scenario || (is_baseline && !is_of_baseline))
            scenario = cell.find("scenario");
        is_of_baseline = is_of_baseline || is_baseline;
    }
    if (Intervals chart = intervals_of(rows, best); !chart.panels.empty())
        section.blocks.push_back(std::move(chart));
    else
        section.note("No row has a summary in this document: nothing was measured, or an older wqctl wrote it.");
    section.blocks.push_back(rows_table(rows, baseline, best));
    if (std::any_of(rows.begin(), rows.end(), [](const BenchedRow& row) { return !row.letters.empty(); }))
        section.note("Ratios and letters are of items/s; rows that share a letter can't be told apart.");
    add_heat_maps(rows, axes, section);
    for (const BenchedRow& row : rows)
        if (!row.error.empty())
            section.note(fmt::format("{}: {}", row.name, row.error), Mark::kBad);
    for (const Node& node : root.list_if_any("left_out")) {
        const Fields one(node, "a cell that was left out", root.file());
        section.note(fmt::format("Left out: {}: {}", one.text("cell"), one.text("reason")));
    }
    if (scenario)
        section.blocks.push_back(
            Text{is_of_baseline ? "Scenario of the baseline" : "Scenario of the first cell", node_text(*scenario)});
}

}  // namespace wqctl::page
