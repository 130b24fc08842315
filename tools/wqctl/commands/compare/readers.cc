// SPDX-License-Identifier: GPL-2.0
// What each kind of document says that can be compared.
#include <array>

#include <fmt/core.h>

#include "commands/compare/document.hh"
#include "scenario/fields.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

using enum Measure::Kind;

constexpr Measure kRunP50 = {"run_p50_ns", "run p50", kTime, Better::kLess};
constexpr Measure kCompletedPerS = {"completed_per_s", "completed/s", kRate, Better::kNeither};
constexpr Measure kCpus = {"cpus", "CPUs", kNumber, Better::kNeither};

struct Stage {
    std::string_view name;
    Measure p50;
    Measure p99;
};

constexpr std::array<Stage, 3> kStages = {{
    {"inactive",
     {"inactive_p50_ns", "inactive p50", kTime, Better::kLess},
     {"inactive_p99_ns", "inactive p99", kTime, Better::kLess}},
    {"pending",
     {"pending_p50_ns", "pending p50", kTime, Better::kLess},
     {"pending_p99_ns", "pending p99", kTime, Better::kLess}},
    {"run", {"run_p50_ns", "run p50", kTime, Better::kLess}, {"run_p99_ns", "run p99", kTime, Better::kLess}},
}};

// Adds what a histogram says, if anything was counted.
void add_percentile(Document& document, const std::string& row, const Measure& measure, const Fields& latency,
                    std::string_view percentile)
{
    if (latency.number("count") > 0)
        document.add(row, measure, latency.number(percentile));
}

}  // namespace

void read_bench(const Fields& root, Document& document)
{
    document.kernel = root.text("kernel");
    document.facts.emplace_back("cpus", root.text("cpus"));
    document.are_rows_asked_for = true;
    for (const Node& node : root.list("cells")) {
        const Fields cell(node, "a cell", root.file());
        const std::string row = cell.text("row");
        if (const Node* scenario = cell.find("scenario"))
            document.add_facts(fmt::format("{}: ", row), *scenario);
        if (cell.find("error")) {
            document.failed.emplace(row, cell.text("error"));
            continue;
        }
        for (const Node& each : cell.list("rounds")) {
            const Fields round(each, "a round", root.file());
            for (const Measure& measure : kRunMeasures)
                if (round.find(measure.key))
                    document.add(row, measure, round.number(measure.key));
        }
    }
}

void read_run(const Fields& root, Document& document)
{
    document.kernel = root.text("kernel");
    if (const std::string state = root.text("state"); state != "ended")
        throw Error::usage(
            fmt::format("{}: the run is {}; its figures are not final before it has ended", root.file(), state));
    document.are_rows_asked_for = true;
    if (const Node* scenario = root.find("scenario"))
        document.add_facts("scenario", *scenario);
    else
        document.facts.emplace_back("scenario", "not known");
    for (const Node& node : root.list("workqueues")) {
        const Fields wq(node, "a workqueue", root.file());
        const Fields latency = wq.object("latency_ns");
        const std::string row = wq.text("name");
        document.add(row, kRunMeasures[0], wq.number("items_per_s"));
        add_percentile(document, row, kRunMeasures[1], latency.object("wait"), "p50");
        add_percentile(document, row, kRunMeasures[2], latency.object("wait"), "p99");
        add_percentile(document, row, kRunMeasures[3], latency.object("queue_call"), "p50");
        add_percentile(document, row, kRunP50, latency.object("run"), "p50");
    }
}

void read_latency(const Fields& root, Document& document)
{
    document.kernel = root.text("kernel");
    document.facts.emplace_back("by", root.text("by"));
    document.facts.emplace_back("pattern", root.text("pattern"));
    std::map<std::string, unsigned> seen;
    for (const Node& node : root.list("rows")) {
        const Fields row(node, "a row", root.file());
        std::string name = row.text_or("workqueue", "?");
        if (row.find("function"))
            name += " " + row.text("function");
        if (row.find("cpu"))
            name += fmt::format(" cpu {}", row.number("cpu"));
        if (row.find("queuer"))
            name.insert(0, row.text("queuer") + ": ");
        // Several workqueues may have one name; identities are other ones after the next boot.
        if (const unsigned number = ++seen[name]; number > 1)
            name += fmt::format(" #{}", number);
        const Fields stages = row.object("stages_ns");
        for (const Stage& stage : kStages) {
            add_percentile(document, name, stage.p50, stages.object(stage.name), "p50");
            add_percentile(document, name, stage.p99, stages.object(stage.name), "p99");
        }
    }
}

void read_check(const Fields& root, Document& document)
{
    document.kernel = root.text("kernel");
    for (const Node& node : root.list("checks")) {
        const Fields check(node, "a check", root.file());
        document.verdicts[check.text("id")].push_back(check.text("status"));
    }
}

void read_monitor_sample(const Fields& root, Document& document)
{
    std::map<std::string, std::pair<double, double>> sums;  // by name: of those that share one
    for (const Node& node : root.list("workqueues")) {
        const Fields wq(node, "a workqueue", root.file());
        const Node* rates = wq.find("rates");
        if (!rates)
            continue;
        const Fields rate(*rates, "\"rates\"", root.file());
        auto& [completed, cpus] = sums[wq.text("name")];
        completed += rate.number("completed_per_s");
        cpus += rate.find("cpus") ? rate.number("cpus") : 0;
    }
    for (const auto& [name, sum] : sums) {
        document.add(name, kCompletedPerS, sum.first);
        document.add(name, kCpus, sum.second);
    }
}

}  // namespace wqctl
