// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "commands/bench/render.hh"
#include "commands/bench/summary.hh"
#include "term/table.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

std::string share(double value) { return fmt::format("{:.{}f}%", value * 100, value < 0.0995 ? 1 : 0); }

const char* plus_minus(const Style& style) { return style.utf8() ? "\u00b1" : "+-"; }

std::string headline(const BenchResult& result, const Style& style)
{
    const Plan& plan = result.plan;
    std::string rounds = plan.round_ns ? fmt::format(" of {}", human_time(*plan.round_ns, style.charset)) : "";
    return wrap(
        fmt::format(
            "{}  {} cells, {} rounds{} each after a warm-up, in random order (--order-seed {}), {}, CPUs {}, Linux {}",
            style.bold("bench"), plan.cells.size(), result.passes, rounds, plan.seed,
            human_time(result.elapsed_ns, style.charset), result.cpus, result.kernel),
        style.width, "");
}

Table make_table(const Summary& summary, const Style& style)
{
    using enum Table::Align;
    Table table;
    table.column("cell", kLeft);
    for (size_t measure = 0; measure < kRunMeasures.size(); measure++) {
        table.column("p50", kRight, std::string(kRunMeasures[measure].title));
        table.column(plus_minus(style), kRight, std::string(kRunMeasures[measure].title));
        if (measure)
            continue;
        table.column("ratio", kRight, "to the baseline");
        table.column("95% interval", kRight, "to the baseline");
        table.column("like", kLeft);
    }
    for (const RowSummary& row : summary.rows) {
        std::vector<std::string> cells = {one_line(row.row->name)};
        for (size_t measure = 0; measure < kRunMeasures.size(); measure++) {
            const auto& estimate = row.estimates[measure];
            const auto width = estimate ? estimate->half_width() : std::nullopt;
            cells.push_back(estimate ? human(kRunMeasures[measure], estimate->median, style.charset) : "-");
            cells.push_back(width ? share(*width) : estimate ? "?" : "-");
            if (measure)
                continue;
            const auto& base = row.to_baseline;
            cells.push_back(base ? fmt::format("{:.3f}", base->ratio) : "1");
            cells.push_back(
                base && base->interval ? fmt::format("{:.3f}..{:.3f}", base->interval->low, base->interval->high) : "");
            cells.push_back(summary.best == row.row ? style.green(row.letters + " best") : row.letters);
        }
        table.row(std::move(cells));
    }
    return table;
}

std::string verdict(const BenchResult& result, const Summary& summary, const Style& style)
{
    if (summary.rows.size() < 2)
        return {};
    std::string text = fmt::format(
        "ratios are of items/s, to {}, pass by pass; rows that share a letter can't be told apart",
        one_line(result.plan.cells[result.plan.baseline].cell.name));
    if (summary.best)
        return wrap(text + fmt::format("; best: {}", one_line(summary.best->name)), style.width, "");
    text += "; none is surely the best";
    std::string first;
    for (const RowSummary& row : summary.rows)
        if (row.letters.find('a') != std::string::npos)
            first += (first.empty() ? ": " : ", ") + one_line(row.row->name);
    return wrap(text + first, style.width, "");
}

// Whether it is as precise as was wanted, and if not, what would be.
std::string precision(const BenchResult& result, const Style& style)
{
    const Plan& plan = result.plan;
    const auto width = widest(result.rows());
    if (result.end == EndOfBench::kInterrupt)
        return wrap(fmt::format("interrupted: what there is by then{}",
                                width ? fmt::format(", {}{} at the widest", plus_minus(style), share(*width)) : ""),
                    style.width, "");
    if (!width)
        return wrap("intervals take 6 rounds or more", style.width, "");
    if (*width <= plan.precision)
        return {};
    std::string text = fmt::format("the widest interval of items/s is {0}{1}, not {0}{2}", plus_minus(style),
                                   share(*width), share(plan.precision));
    // They narrow with the root of the number of rounds.
    const double more = static_cast<double>(result.elapsed_ns) / 1e9 * (*width / plan.precision) *
                        (*width / plan.precision);
    if (more < 24 * 3600)
        text += fmt::format("; --budget {:.0f}s may do", std::ceil(more / 10) * 10);
    return wrap(text, style.width, "");
}

}  // namespace

std::string render_bench(const BenchResult& result, const Style& style)
{
    const Summary summary = summarize(result);
    std::string text = headline(result, style) + "\n";
    if (!summary.rows.empty())
        text += make_table(summary, style).render(style) + "\n" + verdict(result, summary, style);
    text += precision(result, style);
    for (const LeftOut& one : result.plan.left_out)
        text += wrap(fmt::format("left out: {}: {}", one_line(one.name), one_line(one.reason)), style.width, "  ");
    for (const BenchCell& cell : result.plan.cells)
        if (!cell.error.empty())
            text += wrap(fmt::format("not measured: {}: {}", one_line(cell.cell.name), one_line(cell.error)),
                         style.width, "  ");
    return text;
}

}  // namespace wqctl
