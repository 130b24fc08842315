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

unsigned cpu_of(const Fields& flow, std::string_view key)
{
    constexpr double kMostCpus = 65535;
    return static_cast<unsigned>(number_up_to(flow, key, kMostCpus));
}

// Nothing of what did not record it, or of so many CPUs that nobody can read it.
std::optional<HeatMap> flows_map(const Fields& wq)
{
    constexpr size_t kMostCpus = 64;
    std::map<unsigned, size_t> from, to;
    for (const Node& node : wq.list_if_any("flows")) {
        const Fields flow(node, "a flow", wq.file());
        from.emplace(cpu_of(flow, "from"), 0);
        to.emplace(cpu_of(flow, "to"), 0);
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
        const size_t row = from.at(cpu_of(flow, "from"));
        const size_t column = to.at(cpu_of(flow, "to"));
        const double sum = *map.values[row][column] + flow.number("count");
        map.values[row][column] = sum;
        map.texts[row][column] = human(sum, Unit::kNumber);
    }
    return map;
}

// What the figures leave out, or should be read with.
void add_cautions(const Fields& wq, Section& section)
{
    struct Caution {
        std::string_view key;
        std::string_view what;
        bool is_trouble;
    };
    constexpr std::array<Caution, 6> kCautions = {
        {{"cancelled", "cancelled before they ran", false},
         {"drained", "executed after the stop with their body skipped, and not timed", false},
         {"late", "queued later than they were due", true},
         {"alloc_failed", "not made for want of memory", true},
         {"workers_lost", "executed by workers that could not be counted", true},
         {"reordered", "executed out of order", true}}};
    std::vector<std::string> parts;
    Mark mark = Mark::kNone;
    for (const Caution& caution : kCautions)
        if (const double n = wq.number_if_any(caution.key).value_or(0); n > 0) {
            parts.push_back(fmt::format("{} {}", human(n, Unit::kNumber), caution.what));
            if (caution.is_trouble)
                mark = Mark::kDoubtful;
        }
    if (!parts.empty())
        section.note(fmt::format("{}: {}.", wq.text("name"), enumerate(parts)), mark);
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
        add_cautions(wq, section);
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
