// SPDX-License-Identifier: GPL-2.0
#include "commands/bench/render.hh"
#include "bench/summary.hh"
#include "scenario/file.hh"
#include "term/json_writer.hh"

namespace wqctl {

namespace {

std::string_view end_name(EndOfBench end)
{
    switch (end) {
    case EndOfBench::kPrecise: return "precise";
    case EndOfBench::kBudget: return "budget";
    case EndOfBench::kRounds: return "rounds";
    case EndOfBench::kInterrupt: break;
    }
    return "interrupt";
}

void write_interval(JsonWriter& j, const std::optional<Interval>& interval)
{
    j.member_if(interval.has_value(), "low", interval ? interval->low : 0);
    j.member_if(interval.has_value(), "high", interval ? interval->high : 0);
}

void write_summary(JsonWriter& j, const RowSummary& row)
{
    for (size_t measure = 0; measure < kRunMeasures.size(); measure++) {
        const auto& estimate = row.estimates[measure];
        if (!estimate) {
            j.member(kRunMeasures[measure].key, nullptr);
            continue;
        }
        j.object(kRunMeasures[measure].key, [&] {
            j.member("median", estimate->median);
            write_interval(j, estimate->interval);
        });
    }
}

void write_row(JsonWriter& j, const BenchCell& cell, const BenchRow& row, const Summary& summary)
{
    j.member("row", row.name);
    j.object("values", [&] {
        for (const auto& [key, value] : cell.cell.values)
            j.member(key, value);
    });
    j.member("workqueue", row.workqueue);
    j.key("scenario");
    write_scenario(j, cell.cell.scenario);
    j.member_if(!cell.error.empty(), "error", cell.error);
    const RowSummary* found = nullptr;
    for (const RowSummary& one : summary.rows)
        if (one.row == &row)
            found = &one;
    j.member("letters", found ? found->letters : "");
    j.key("summary");
    if (found)
        j.object([&] { write_summary(j, *found); });
    else
        j.value(nullptr);
    j.key("to_baseline");
    if (found && found->to_baseline)
        j.object([&] {
            j.member("ratio", found->to_baseline->ratio);
            write_interval(j, found->to_baseline->interval);
            j.member("p_corrected", found->to_baseline->p);
        });
    else
        j.value(nullptr);
    j.objects("rounds", row.rounds, [&](const Round& round) {
        j.member("pass", round.pass);
        j.member("started_ns", round.started_ns);
        for (size_t measure = 0; measure < kRunMeasures.size(); measure++)
            j.member(kRunMeasures[measure].key, round.figures[measure]);
    });
}

}  // namespace

std::string bench_to_json(const BenchResult& result)
{
    const Plan& plan = result.plan;
    const Summary summary = summarize(result);
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/bench/1");
        j.member("kernel", result.kernel);
        j.member("cpus", result.cpus);
        write_provenance(j, result.provenance);
        j.member("order_seed", plan.seed);
        j.member("precision", plan.precision);
        j.member("budget_ns", plan.budget_ns);
        j.member("round_ns", plan.round_ns);
        j.member("elapsed_ns", result.elapsed_ns);
        j.member("passes", result.passes);
        j.member("end", end_name(result.end));
        j.member("baseline", plan.cells[plan.baseline].cell.name);
        j.member_if(summary.best, "best", summary.best ? summary.best->name : "");
        j.member("broken_promises", result.broken);
        j.objects("left_out", plan.left_out, [&](const LeftOut& one) {
            j.member("cell", one.name);
            j.member("reason", one.reason);
        });
        j.array("cells", [&] {
            for (const BenchCell& cell : plan.cells)
                for (const BenchRow& row : cell.rows)
                    j.object([&] { write_row(j, cell, row, summary); });
        });
    });
    return j.take();
}

}  // namespace wqctl
