// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "commands/bench/render.hh"
#include "bench/summary.hh"
#include "term/lines.hh"
#include "term/table.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

std::string share(double value)
{
    if (value >= 9.995)
        return ">999%";
    return fmt::format("{:.{}f}%", value * 100, value < 0.0995 ? 1 : 0);
}

const char* plus_minus(const Style& style) { return style.utf8() ? "\u00b1" : "+-"; }

std::string headline(const BenchResult& result, const Style& style)
{
    const Plan& plan = result.plan;
    std::string rounds = plan.round_ns ? fmt::format(" of {}", human_time(*plan.round_ns, style.charset)) : "";
    return wrap(
        fmt::format("{}  {}, {}{} each after a warm-up, in random order (--order-seed {}), {}, CPUs {}, Linux {}",
                    style.bold("bench"), counted(plan.cells.size(), "cell"), counted(result.passes, "round"), rounds,
                    plan.seed, human_time(result.elapsed_ns, style.charset), result.cpus, result.kernel),
        style.width, "");
}

bool is_baseline(const BenchResult& result, const BenchRow& row)
{
    const auto& rows = result.plan.cells[result.plan.baseline].rows;
    return std::any_of(rows.begin(), rows.end(), [&](const BenchRow& one) { return &one == &row; });
}

Table make_table(const BenchResult& result, const Summary& summary, const Style& style)
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
    const bool several = summary.rows.size() > 1;
    const bool varies = several && result.plan.cells.size() > 1;
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
            cells.push_back(base                            ? fmt::format("{:.3f}", base->ratio)
                            : !varies                       ? ""
                            : is_baseline(result, *row.row) ? "1"
                                                            : "-");
            cells.push_back(base && base->interval
                                ? fmt::format("{:.3f}..{:.3f}", base->interval->low, base->interval->high)
                            : base ? "-"
                                   : "");
            cells.push_back(!several ? "" : summary.best == row.row ? style.green(row.letters + " best") : row.letters);
        }
        table.row(std::move(cells));
    }
    return table;
}

std::string verdict(const BenchResult& result, const Summary& summary, const Style& style)
{
    if (summary.rows.size() < 2)
        return {};
    std::string text;
    if (std::ranges::any_of(summary.rows, [](const RowSummary& row) { return row.to_baseline.has_value(); }))
        text = fmt::format("ratios are of items/s, to {}, pass by pass; ",
                           one_line(result.plan.cells[result.plan.baseline].cell.name));
    text += "rows that share a letter can't be told apart";
    if (summary.best)
        return wrap(text + fmt::format("; best: {}", one_line(summary.best->name)), style.width, "");
    text += "; none is surely the best";
    std::string first;
    for (const RowSummary& row : summary.rows)
        if (row.letters.starts_with('a'))
            first += (first.empty() ? ": " : ", ") + one_line(row.row->name);
    return wrap(text + first, style.width, "");
}

// Cells whose items take longer than a round.
std::string idle(const Summary& summary, const Style& style)
{
    std::string names;
    for (const RowSummary& row : summary.rows)
        if (const auto& items = row.estimates[0]; items && !(items->median > 0))
            names += (names.empty() ? "" : ", ") + one_line(row.row->name);
    if (names.empty())
        return {};
    return wrap(fmt::format("a cell did no items in most rounds: {}; give --duration longer", names), style.width, "");
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
    // Of rounds that end by items nobody knows before how long they take.
    if (result.passes <= 2 && plan.budget_ns && result.elapsed_ns > *plan.budget_ns)
        return wrap(
            fmt::format("--budget {} was over before each cell had two rounds, the least there is: these took {}",
                        exact_time(*plan.budget_ns), human_time(result.elapsed_ns, style.charset)),
            style.width, "");
    if (!width)
        return wrap("intervals take 6 rounds or more", style.width, "");
    // Who asks for rounds asks for no precision.
    if (*width <= plan.precision || plan.rounds)
        return {};
    std::string text = fmt::format("the widest interval of items/s is {0}{1}, not {0}{2}", plus_minus(style),
                                   share(*width), share(plan.precision));
    // They narrow with the root of the number of rounds.
    const double more = static_cast<double>(result.elapsed_ns) / 1e9 * (*width / plan.precision) *
                        (*width / plan.precision);
    if (more < 600)
        text += fmt::format("; --budget {:.0f}s may do", std::ceil(more / 10) * 10);
    else if (more < 8 * 3600)
        text += fmt::format("; --budget {:.0f}m may do", std::ceil(more / 60));
    return wrap(text, style.width, "");
}

// What is said against cells, once for all of whom it is said.
std::string not_measured(const char* how, const std::vector<LeftOut>& cells, const Style& style)
{
    std::vector<std::pair<std::string, std::string>> lines;  // a reason, and whom it keeps out
    for (const LeftOut& one : cells) {
        const auto same = std::find_if(lines.begin(), lines.end(),
                                       [&](const auto& l) { return l.first == one.reason; });
        if (same == lines.end())
            lines.emplace_back(one.reason, one.name);
        else
            same->second += ", " + one.name;
    }
    std::string text;
    for (const auto& [reason, names] : lines)
        text += hanging(fmt::format("{}: ", how), one_line(fmt::format("{}: {}", names, reason)), style.width);
    return text;
}

}  // namespace

std::string render_bench(const BenchResult& result, const Style& style)
{
    const Summary summary = summarize(result);
    std::string text = headline(result, style) + "\n";
    if (!summary.rows.empty())
        text += make_table(result, summary, style).render(style) + "\n" + verdict(result, summary, style);
    text += idle(summary, style) + precision(result, style);
    std::vector<LeftOut> refused;
    for (const BenchCell& cell : result.plan.cells)
        if (!cell.error.empty())
            refused.push_back({cell.cell.name, cell.error});
    return text + not_measured("left out", result.plan.left_out, style) + not_measured("not measured", refused, style);
}

}  // namespace wqctl
