// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/report/node_text.hh"
#include "commands/report/readers.hh"
#include "text/names.hh"

namespace wqctl::page {

namespace {

Table workqueues_table(const std::vector<Node>& workqueues, const std::string& file)
{
    Table table;
    table.title = "Workqueues";
    table.columns = {{"name", true}, {"flags", true}, {"scope", true}, {"max_active"}, {"executed"},  {"items/s"},
                     {"wait p50"},   {"wait p99"},    {"workers"},     {"at a time"},  {"other CPU"}, {"other pod"}};
    for (const Node& node : workqueues) {
        const Fields wq(node, "a workqueue", file);
        const auto number = [&](std::string_view key, Unit unit = Unit::kNumber) -> Cell {
            const auto value = wq.number_if_any(key);
            return value ? human(*value, unit) : "-";
        };
        std::string flags;
        for (const std::string& flag : wq.texts("flags"))
            flags += (flags.empty() ? "" : " ") + flag;
        std::optional<Distribution> wait;
        if (wq.find("latency_ns"))
            wait = read_distribution(wq.object("latency_ns"), "wait");
        table.rows.push_back({wq.text("name"), flags, wq.text_or("scope", "-"), number("max_active"),
                              number("executed"), number("items_per_s", Unit::kRate),
                              wait ? human(wait->p50, Unit::kTime) : "-", wait ? human(wait->p99, Unit::kTime) : "-",
                              number("workers"), number("max_concurrency"), number("off_cpu"), number("off_scope")});
    }
    return table;
}

// Nothing of what did not record it, or of so many CPUs that nobody can read it.
std::optional<HeatMap> flows_map(const Fields& wq)
{
    constexpr size_t kMostCpus = 64;
    std::map<unsigned, size_t> from, to;
    for (const Node& node : wq.list_if_any("flows")) {
        const Fields flow(node, "a flow", wq.file());
        from.emplace(static_cast<unsigned>(flow.number("from")), 0);
        to.emplace(static_cast<unsigned>(flow.number("to")), 0);
    }
    if (from.empty() || from.size() > kMostCpus || to.size() > kMostCpus)
        return {};
    HeatMap map;
    map.title = wq.text("name");
    map.down = "queued on";
    map.across = "ran on";
    const auto number = [](std::map<unsigned, size_t>& cpus, std::vector<std::string>& names) {
        for (auto& [cpu, place] : cpus) {
            place = names.size();
            names.push_back(fmt::format("CPU {}", cpu));
        }
    };
    number(from, map.rows);
    number(to, map.columns);
    map.values.assign(map.rows.size(), std::vector<std::optional<double>>(map.columns.size(), 0.0));
    map.texts.assign(map.rows.size(), std::vector<std::string>(map.columns.size(), "0"));
    for (const Node& node : wq.list_if_any("flows")) {
        const Fields flow(node, "a flow", wq.file());
        const size_t row = from.at(static_cast<unsigned>(flow.number("from")));
        const size_t column = to.at(static_cast<unsigned>(flow.number("to")));
        const double sum = *map.values[row][column] + flow.number("count");
        map.values[row][column] = sum;
        map.texts[row][column] = human(sum, Unit::kNumber);
    }
    return map;
}

}  // namespace

void read_run(const Fields& root, Draft& draft)
{
    Section& section = draft.section;
    Facts facts = origin_facts(root);
    facts.add("Run", fmt::format("{}, {}; {}", root.text_or("label", "no label"), root.text_or("state", "?"),
                                 time_of(root, "elapsed_ns")));
    if (root.text_or("end_reason", "none") != "none")
        facts.facts.back().value += fmt::format(", ended by: {}", root.text("end_reason"));
    section.blocks.push_back(facts);
    if (root.text_or("state", "ended") != "ended")
        section.note("The run had not ended: its figures are not final.", Mark::kDoubtful);
    for (const std::string& broken : root.texts("broken_promises"))
        section.note(broken, Mark::kBad);

    const std::vector<Node>& workqueues = root.list("workqueues");
    section.blocks.push_back(workqueues_table(workqueues, root.file()));
    HeatMaps flows;
    flows.title = "Where items ran";
    std::vector<std::string> without;
    for (const Node& node : workqueues) {
        const Fields wq(node, "a workqueue", root.file());
        const std::string name = wq.text("name");
        Distributions::Series series;
        series.name = name;
        series.document = draft.document;
        if (wq.find("latency_ns"))
            for (size_t i = 0; i < kStages.size(); i++)
                series.stages[i] = read_distribution(wq.object("latency_ns"), kStages[i].key);
        draft.distributions.push_back(std::move(series));
        if (auto map = flows_map(wq))
            flows.maps.push_back(std::move(*map));
        else
            without.push_back(name);
    }
    if (!flows.maps.empty())
        section.blocks.push_back(std::move(flows));
    if (!without.empty())
        section.note(
            fmt::format("On which CPUs the items of {} were queued and ran is not in this document, or there "
                        "are more than 64 of them.",
                        enumerate(without)));
    if (const Node* scenario = root.find("scenario"))
        section.blocks.push_back(Text{"Scenario", node_text(*scenario)});
    else
        section.note("The scenario is not in this document: another wqctl had started the run.");
}

}  // namespace wqctl::page
