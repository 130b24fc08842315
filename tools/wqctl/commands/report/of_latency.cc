// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/report/readers.hh"

namespace wqctl::page {

namespace {

// More than that in one chart nobody tells apart. The table has them all.
constexpr size_t kMostInChart = 24;

struct RecordedRow {
    std::string name;
    double executed = 0;
    Distributions::Series series;
};

constexpr bool is_recorded(const Stage& stage)
{
    return stage.key == "inactive" || stage.key == "pending" || stage.key == "run";
}

RecordedRow read_row(const Fields& fields, std::map<std::string, unsigned>& seen)
{
    RecordedRow row;
    row.name = fields.find("workqueue") || !fields.find("function") ? fields.text_or("workqueue", "?") : "";
    if (fields.find("function"))
        row.name += (row.name.empty() ? "" : " ") + fields.text("function");
    if (const auto cpu = fields.number_if_any("cpu"))
        row.name += fmt::format(" CPU {}", *cpu);
    if (fields.find("queuer"))
        row.name = fields.text("queuer") + ": " + row.name;
    // Several workqueues may have one name.
    if (const unsigned number = ++seen[row.name]; number > 1)
        row.name += fmt::format(" #{}", number);
    row.executed = fields.number("executed");
    if (fields.find("stages_ns"))
        for (size_t i = 0; i < kStages.size(); i++)
            if (is_recorded(kStages[i]))
                row.series.stages[i] = read_distribution(fields.object("stages_ns"), kStages[i].key);
    return row;
}

Table rows_table(const std::vector<RecordedRow>& rows)
{
    Table table;
    table.title = "What items waited for, and how long they ran";
    table.columns = {{"", true}, {"executed"}};
    for (const Stage& stage : kStages)
        if (is_recorded(stage))
            for (const char* percentile : {"p50", "p99", "max"})
                table.columns.push_back({fmt::format("{} {}", stage.title, percentile)});
    for (const RecordedRow& row : rows) {
        std::vector<Cell> cells = {row.name, human(row.executed, Unit::kNumber)};
        for (size_t i = 0; i < kStages.size(); i++)
            if (is_recorded(kStages[i])) {
                const auto& d = row.series.stages[i];
                for (const double value : {d ? d->p50 : 0, d ? d->p99 : 0, d ? d->max : 0})
                    cells.emplace_back(d ? human(value, Unit::kTime) : "-");
            }
        table.rows.push_back(std::move(cells));
    }
    return table;
}

}  // namespace

void read_latency(const Fields& root, Draft& draft)
{
    Section& section = draft.section;
    Facts facts = origin_facts(root);
    facts.add(
        "Recorded",
        fmt::format("{}, by {}{}", time_of(root, "elapsed_ns"), root.text_or("by", "?"),
                    root.text_or("pattern", "").empty() ? "" : ", workqueues that match " + root.text("pattern")));
    if (root.find("cost"))
        facts.add("Cost of recording", time_of(root.object("cost"), "ns_per_item") + " an item");
    section.blocks.push_back(std::move(facts));

    std::vector<RecordedRow> rows;
    std::map<std::string, unsigned> seen;
    for (const Node& node : root.list("rows"))
        rows.push_back(read_row(Fields(node, "a row", root.file()), seen));
    if (rows.empty())
        section.note("No item was executed meanwhile.");
    else
        section.blocks.push_back(rows_table(rows));

    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.executed > b.executed; });
    if (rows.size() > kMostInChart)
        section.note(fmt::format("Of {} rows the {} with the most items are in the chart of latencies.", rows.size(),
                                 kMostInChart));
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), kMostInChart)), rows.end());
    for (RecordedRow& row : rows) {
        row.series.name = row.name;
        row.series.document = draft.document;
        draft.distributions.push_back(std::move(row.series));
    }
    for (const auto& [key, what] :
         {std::pair("unpaired", "executions were of items whose queuing was not seen: no row has their waits"),
          std::pair("waiting", "items were queued and had not begun at the end, and are in no row"),
          std::pair("running", "items were still executing at the end, and are in no row"),
          std::pair("lost_items", "items were given up because too many were in flight, and no row has their waits"),
          std::pair("lost_keys", "items were not recorded: too many workqueues, functions and CPUs"),
          std::pair("lost_events", "events were lost because items came faster than they could be read")})
        if (const double lost = root.number_if_any(key).value_or(0); lost > 0)
            section.note(fmt::format("{} {}.", human(lost, Unit::kNumber), what), Mark::kDoubtful);
}

}  // namespace wqctl::page
