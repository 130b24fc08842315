// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cctype>

#include <fmt/core.h>

#include "commands/report/readers.hh"
#include "report/caution.hh"
#include "report/measure.hh"
#include "text/names.hh"
#include "text/units.hh"

namespace wqctl::page {

namespace {

Mark mark_of(const std::string& outcome)
{
    if (outcome == "worse")
        return Mark::kBad;
    if (outcome == "better")
        return Mark::kGood;
    return outcome == "differs" ? Mark::kDoubtful : Mark::kNone;
}

std::string title_of(const std::string& key)
{
    for (const Measure& measure : kRunMeasures)
        if (measure.key == key)
            return std::string(measure.title);
    return key;
}

Unit unit_of(const std::string& key)
{
    if (key.find("_ns") != std::string::npos)
        return Unit::kTime;
    return key.ends_with("per_s") ? Unit::kRate : Unit::kNumber;
}

std::string p_text(double p) { return p < 0.001 ? "<0.001" : fmt::format("{:.3f}", p); }

void add_row(const Fields& row, Table& table, Intervals& chart)
{
    const std::string name = row.text_or("row", "all, geometric mean");
    const std::string measure = row.text("measure");
    const std::string outcome = row.text_or("outcome", "");
    const auto ratio = row.number_if_any("ratio");
    std::optional<double> low, high;
    if (row.find("interval")) {
        low = row.object("interval").number("low");
        high = row.object("interval").number("high");
    }
    const auto change = [](double value) { return human_change(value, Charset::kUtf8); };
    table.rows.push_back({name, title_of(measure), human(row.number("a"), unit_of(measure)),
                          human(row.number("b"), unit_of(measure)), ratio ? change(*ratio) : "-",
                          low ? fmt::format("{}..{}", change(*low), change(*high)) : "-",
                          row.find("p_corrected") ? p_text(row.number("p_corrected")) : "-",
                          Cell(outcome == "same" ? "" : outcome, mark_of(outcome))});
    if (!ratio)
        return;
    const std::string title = title_of(measure);
    auto panel = std::find_if(chart.panels.begin(), chart.panels.end(),
                              [&](const Intervals::Panel& one) { return one.title == title; });
    if (panel == chart.panels.end())
        panel = chart.panels.insert(chart.panels.end(), {title, Unit::kRatio, {}});
    panel->rows.push_back({name, *ratio, low, high, mark_of(outcome)});
}

// Of a long table those rows that say something stand before it.
void fold_what_is_same(Table& table, Section& section)
{
    constexpr size_t kLong = 30;
    if (table.rows.size() <= kLong)
        return;
    Table told = table;
    told.title = "Figures that differ";
    std::erase_if(told.rows, [](const auto& row) { return row.back().text.empty(); });
    if (!told.rows.empty())
        section.blocks.push_back(std::move(told));
    table.title = "All figures";
    table.is_folded = true;
}

Facts sides(const Fields& root)
{
    // Which command it was and where, its documents say.
    Facts facts;
    for (const auto& [key, title] : {std::pair("a", "Side A"), std::pair("b", "Side B")}) {
        const Fields side = root.object(key);
        std::string text;
        for (const std::string& kernel : side.texts("kernels"))
            text += (text.empty() ? "Linux " : ", ") + kernel;
        facts.add(title, fmt::format("{}{}{}", text, text.empty() ? "" : ": ", enumerate(side.texts("files"))));
    }
    facts.add("Compared",
              fmt::format("documents of {}; a value is {}", root.text_or("of", "?"),
                          root.text_or("unit", "") == "block" ? "a block of one file's rounds" : "one file's median"));
    return facts;
}

std::string sentence(std::string words)
{
    words.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(words.front())));
    return words + ".";
}

}  // namespace

void read_compare(const Fields& root, Draft& draft)
{
    Section& section = draft.section;
    section.blocks.push_back(sides(root));
    Table table;
    table.title = "B against A";
    table.columns = {{"row", true},     {"figure", true}, {"A"},         {"B"}, {"change"},
                     {"95 % interval"}, {"p, corrected"}, {"B is", true}};
    Intervals chart;
    chart.title = "B as a share of A, each interval for itself";
    std::map<std::string, unsigned> outcomes, of_means;
    for (const std::string_view list : {"rows", "together"})
        for (const Node& node : root.list_if_any(list)) {
            const Fields row(node, "a row", root.file());
            add_row(row, table, chart);
            (list == "rows" ? outcomes : of_means)[row.text_or("outcome", "?")]++;
        }
    if (!table.rows.empty()) {
        const auto counts = [&](const char* of, std::map<std::string, unsigned>& n) {
            section.note(fmt::format("{}{} worse, {} better, {} different, {} that can't be told apart; {}.", of,
                                     n["worse"], n["better"], n["differs"], n["same"], kIntervalsAreAlone),
                         n["worse"] ? Mark::kBad : Mark::kNone);
        };
        counts("", outcomes);
        if (!of_means.empty())
            counts("Of the means of all rows: ", of_means);
        if (root.text_or("unit", "") == "block")
            section.note(sentence(kOneFileASide), Mark::kDoubtful);
        if (!chart.panels.empty())
            section.blocks.push_back(std::move(chart));
        fold_what_is_same(table, section);
        section.blocks.push_back(std::move(table));
    }
    if (const Node* can = root.find("can_differ"); can && !can->boolean && root.list_if_any("rows").size())
        section.note("So few values can't show any difference, whatever it is.", Mark::kDoubtful);
    if (const auto least = root.number_if_any("least_different"); least && *least > 1)
        section.note(fmt::format("At least {} figures must differ at once for any to be called different.", *least));
    for (const std::string& lost : root.texts("lost"))
        section.note("Lost in B: " + lost, Mark::kBad);
    for (const auto& [key, side] : {std::pair("only_a", 'A'), std::pair("only_b", 'B')})
        if (const auto rows = root.texts(key); !rows.empty())
            section.note(fmt::format("Only in {}: {}", side, enumerate(rows)));

    if (const double verdicts = root.number_if_any("verdicts").value_or(0); verdicts > 0) {
        const std::vector<Node>& changes = root.list_if_any("changes");
        section.note(fmt::format("{} of {} checks have another verdict.", changes.size(), verdicts));
        Table changed;
        changed.title = "Checks with another verdict";
        changed.columns = {{"check", true}, {"A", true}, {"B", true}, {"B is", true}};
        for (const Node& node : changes) {
            const Fields change(node, "a change", root.file());
            const Node* worse = change.find("worse");
            changed.rows.push_back({change.text("id"), change.text("a"), change.text("b"),
                                    worse && worse->boolean ? Cell("worse", Mark::kBad) : Cell("")});
        }
        if (!changed.rows.empty())
            section.blocks.push_back(std::move(changed));
    }
}

}  // namespace wqctl::page
