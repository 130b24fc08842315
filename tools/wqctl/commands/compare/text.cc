// SPDX-License-Identifier: GPL-2.0
#include "commands/compare/render.hh"

#include <algorithm>

#include <fmt/core.h>

#include "report/caution.hh"
#include "stats/rank_test.hh"
#include "term/lines.hh"
#include "term/table.hh"
#include "text/names.hh"
#include "text/printable.hh"
#include "text/split.hh"

namespace wqctl {

namespace {

std::string side_line(const char* name, const SideOfComparison& side, const Style& style)
{
    std::string files;
    for (const std::string& file : side.files)
        files += (files.empty() ? "" : " ") + one_line(file);
    std::string kernels;
    for (const std::string& kernel : side.kernels)
        kernels += (kernels.empty() ? "Linux " : ", ") + one_line(kernel);
    return hanging(fmt::format("{}  ", name), (kernels.empty() ? "" : kernels + ": ") + files, style.width);
}

std::string p_text(double p)
{
    if (p < 0.001)
        return "<0.001";
    return p > 0.995 ? "1" : fmt::format("{:.{}f}", p, p < 0.1 ? 3 : 2);
}

std::string outcome_text(Outcome outcome, const Style& style)
{
    const std::string word(name_of(outcome, kOutcomes));
    switch (outcome) {
    case Outcome::kSame: return "";
    case Outcome::kWorse: return style.red(word);
    case Outcome::kBetter: return style.green(word);
    case Outcome::kDiffers: break;
    }
    return style.bold(word);
}

// "-3.1..+0.4%"
std::string interval_text(const Difference& d, const Style& style)
{
    if (!d.interval)
        return "-";
    std::string low = human_change(d.interval->low, style.charset);
    const std::string high = human_change(d.interval->high, style.charset);
    if (low.ends_with('%') && high.ends_with('%'))
        low.pop_back();
    return low + ".." + high;
}

std::string name_of_row(const Compared& row) { return row.row.empty() ? "all, geometric mean" : one_line(row.row); }

std::string table_of(const std::vector<Compared>& rows, const Style& style, std::string (*name)(const Compared&))
{
    using enum Table::Align;
    Table table;
    table.column("", kLeft);
    for (const char* title : {"A", "B", "change", "95% interval", "p"})
        table.column(title);
    table.column("B is", kLeft);
    for (const Compared& row : rows) {
        const Difference& d = row.difference;
        table.row({name(row), human(row.measure, d.a, style.charset), human(row.measure, d.b, style.charset),
                   d.ratio ? human_change(*d.ratio, style.charset) : "-", interval_text(d, style), p_text(row.p),
                   outcome_text(row.outcome, style)});
    }
    return table.render(style);
}

// A row of what is compared is a line with its name, and one for each figure.
std::string figures(const Comparison& c, const Style& style)
{
    std::vector<Compared> rows = c.rows;
    rows.insert(rows.end(), c.together.begin(), c.together.end());
    const std::string rendered = table_of(rows, style,
                                          [](const Compared& row) { return fmt::format("  {}", row.measure.title); });
    const std::vector<std::string_view> lines = split(rendered, "\n");
    // The title, and an end behind the last line. On a narrower terminal the table folds.
    if (lines.size() != rows.size() + 2)
        return table_of(rows, style,
                        [](const Compared& row) { return fmt::format("{}: {}", name_of_row(row), row.measure.title); });
    std::string text(lines.front());
    text += "\n";
    for (size_t i = 0; i < rows.size(); i++) {
        if (i == 0 || rows[i].row != rows[i - 1].row)
            text += style.bold(name_of_row(rows[i])) + "\n";
        text.append(lines[i + 1]).append("\n");
    }
    return text;
}

std::string summary(const Comparison& c, const Style& style)
{
    const size_t differs = c.count(Outcome::kDiffers);
    std::string text = fmt::format("{} of {} worse, {} better, {}{} that can't be told apart", c.count(Outcome::kWorse),
                                   counted(c.rows.size(), "figure"), c.count(Outcome::kBetter),
                                   differs ? fmt::format("{} different, ", differs) : "", c.count(Outcome::kSame));
    text += fmt::format("; {}", kIntervalsAreAlone);
    return wrap(text, style.width, "");
}

// How many values a side one figure takes that alone differs.
size_t values_for_one(size_t questions)
{
    size_t n = 1;
    while (least_p(n, n) * static_cast<double>(questions) > 1 - kConfidence)
        n++;
    return n;
}

// p is corrected for the number of questions, so what differs alone may go unseen where much that differs does not.
std::string must_differ(const Comparison& c, size_t least)
{
    const size_t one = values_for_one(c.questions());
    // A file has no more blocks of rounds than that.
    const bool do_rounds = c.unit == Unit::kBlock && one <= kBlocks;
    return fmt::format(
        "of {} at least {} must differ at once for any to be called different; one alone takes {} a side",
        counted(c.questions(), "figure"), least, counted(one, do_rounds ? "round" : "file"));
}

// What a reader should know before believing it.
std::string caution(const Comparison& c, const Style& style)
{
    const auto least = c.least_different();
    if (c.unit == Unit::kBlock) {
        if (!least)
            return wrap(
                "one file a side with so few rounds tells nothing: 4 files a side do, or bench documents of 4 "
                "rounds and more",
                style.width, "");
        const std::string text = *least > 1 ? must_differ(c, *least) + "; " : "";
        return wrap(text + kOneFileASide, style.width, "");
    }
    if (!least)
        return wrap(fmt::format("{} against {} can't show a difference at 5%, whatever it is; give {} a side or more",
                                counted(c.values_a, "file"), counted(c.values_b, "file"),
                                // Enough of them, but some cells have fewer.
                                std::min(c.values_a, c.values_b) < 4 ? 4 : values_for_one(c.questions())),
                    style.width, "");
    return *least > 1 ? wrap(must_differ(c, *least), style.width, "") : "";
}

std::string left_out(const char* side, const std::vector<std::string>& rows, const Style& style)
{
    if (rows.empty())
        return {};
    std::vector<std::string> names;
    for (const std::string& row : rows)
        names.push_back(one_line(row));
    return wrap(fmt::format("only in {}: {}", side, enumerate(names)), style.width, "");
}

std::string verdicts(const Comparison& c, const Style& style)
{
    if (c.changes.empty())
        return fmt::format("{}, all with the same verdict\n", counted(c.verdicts, "check"));
    using enum Table::Align;
    Table table;
    for (const char* title : {"check", "A", "B", "B is"})
        table.column(title, kLeft);
    for (const VerdictChange& change : c.changes)
        table.row(
            {one_line(change.id), one_line(change.a), one_line(change.b), change.is_worse ? style.red("worse") : ""});
    return table.render(style) +
           fmt::format("{} of {} with another verdict\n", c.changes.size(), counted(c.verdicts, "check"));
}

}  // namespace

std::string render_comparison(const Comparison& c, const Style& style)
{
    std::string text = side_line("A", c.a, style) + side_line("B", c.b, style) + "\n";
    if (c.verdicts)
        text += verdicts(c, style);
    if (!c.rows.empty())
        text += figures(c, style) + "\n" + summary(c, style) + caution(c, style);
    for (const std::string& lost : c.lost)
        text += hanging(style.red("lost in B") + ": ", one_line(lost), style.width);
    return text + left_out("A", c.only_a, style) + left_out("B", c.only_b, style);
}

}  // namespace wqctl
