// SPDX-License-Identifier: GPL-2.0
#include "commands/compare/comparison.hh"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/core.h>

#include "commands/compare/comparable.hh"
#include "stats/families.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr double kSure = 1 - kConfidence;

// A row's figure on one side, of each document that has it.
Side side_of(const std::vector<Document>& documents, const std::string& row, const Measure& measure)
{
    Side side;
    for (const Document& document : documents)
        for (const Series& series : document.series)
            if (series.row == row && series.measure.key == measure.key)
                side.push_back(series.rounds);
    return side;
}

using Place = std::pair<std::string, Measure>;

// In the order in which they first appear.
std::vector<Place> places_of(const std::vector<Document>& documents)
{
    std::vector<Place> places;
    std::set<std::pair<std::string, std::string_view>> seen;
    for (const Document& document : documents)
        for (const Series& series : document.series)
            if (seen.emplace(series.row, series.measure.key).second)
                places.emplace_back(series.row, series.measure);
    return places;
}

std::vector<std::string> rows_without(const std::vector<Place>& places, const std::vector<Place>& others)
{
    std::vector<std::string> rows;
    for (const auto& [row, measure] : places) {
        const bool is_there = std::any_of(others.begin(), others.end(), [&](const Place& o) { return o.first == row; });
        if (!is_there && (rows.empty() || rows.back() != row))
            rows.push_back(row);
    }
    return rows;
}

Outcome outcome_of(const Compared& row)
{
    const Difference& d = row.difference;
    if (row.p > kSure || d.a == d.b)
        return Outcome::kSame;
    switch (row.measure.better) {
    case Better::kNeither: return Outcome::kDiffers;
    case Better::kMore: return d.b < d.a ? Outcome::kWorse : Outcome::kBetter;
    case Better::kLess: break;
    }
    return d.b > d.a ? Outcome::kWorse : Outcome::kBetter;
}

// The rows of one measure, as they are compared.
struct Values {
    Measure measure;
    std::vector<std::vector<double>> a, b;
};

void compare_figures(const std::vector<Document>& a, const std::vector<Document>& b, Comparison& result)
{
    result.unit = a.size() == 1 && b.size() == 1 ? Unit::kBlock : Unit::kOccasion;
    const std::vector<Place> places_a = places_of(a);
    const std::vector<Place> places_b = places_of(b);
    result.only_a = rows_without(places_a, places_b);
    result.only_b = rows_without(places_b, places_a);
    std::vector<Values> of_measures;
    for (const auto& [row, measure] : places_a) {
        std::vector<double> of_a = values_of(side_of(a, row, measure), result.unit);
        std::vector<double> of_b = values_of(side_of(b, row, measure), result.unit);
        if (of_a.empty() || of_b.empty())
            continue;
        result.values_a = std::max(result.values_a, of_a.size());
        result.values_b = std::max(result.values_b, of_b.size());
        result.rows.push_back({.row = row, .measure = measure, .difference = difference(of_a, of_b)});
        auto values = std::find_if(of_measures.begin(), of_measures.end(),
                                   [key = measure.key](const Values& v) { return v.measure.key == key; });
        if (values == of_measures.end())
            values = of_measures.insert(values, {measure, {}, {}});
        values->a.push_back(std::move(of_a));
        values->b.push_back(std::move(of_b));
    }
    for (const Values& values : of_measures)
        if (values.a.size() > 1)
            result.together.push_back({.row = {},
                                       .measure = values.measure,
                                       .difference = difference(geometric_means(values.a), geometric_means(values.b))});
}

void correct(Comparison& result)
{
    std::vector<double> p;
    for (const auto* list : {&result.rows, &result.together})
        for (const Compared& row : *list)
            p.push_back(row.difference.p);
    p = corrected(p);
    auto next = p.begin();
    for (auto* list : {&result.rows, &result.together})
        for (Compared& row : *list) {
            row.p = *next++;
            row.outcome = outcome_of(row);
        }
}

// "pass", or "pass 2, fail 1" of several that do not agree.
std::string verdicts_in_words(const std::map<std::string, unsigned>& counts)
{
    if (counts.size() == 1)
        return counts.begin()->first;
    std::string text;
    for (const auto& [status, count] : counts)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", status, count);
    return text.empty() ? "not judged" : text;
}

void compare_verdicts(const std::vector<Document>& a, const std::vector<Document>& b, Comparison& result)
{
    using Counts = std::map<std::string, unsigned>;
    std::map<std::string, std::array<Counts, 2>> checks;
    for (size_t side = 0; side < 2; side++)
        for (const Document& document : side ? b : a)
            for (const auto& [id, statuses] : document.verdicts)
                for (const std::string& status : statuses)
                    checks[id][side][status]++;
    result.verdicts = checks.size();
    for (const auto& [id, counts] : checks) {
        const auto& [of_a, of_b] = counts;
        std::set<std::string> kinds_a, kinds_b;
        for (const auto& [status, count] : of_a)
            kinds_a.insert(status);
        for (const auto& [status, count] : of_b)
            kinds_b.insert(status);
        if (kinds_a != kinds_b)
            result.changes.push_back({id, verdicts_in_words(of_a), verdicts_in_words(of_b),
                                      kinds_b.contains("fail") && !kinds_a.contains("fail")});
    }
}

SideOfComparison side_in_words(const std::vector<Document>& documents)
{
    SideOfComparison side;
    for (const Document& document : documents) {
        side.files.push_back(document.file);
        if (!document.kernel.empty() &&
            std::find(side.kernels.begin(), side.kernels.end(), document.kernel) == side.kernels.end())
            side.kernels.push_back(document.kernel);
    }
    return side;
}

}  // namespace

double Compared::loss() const
{
    if (outcome != Outcome::kWorse)
        return 0;
    // From something to nothing, or the other way.
    if (!difference.ratio)
        return std::numeric_limits<double>::infinity();
    return measure.better == Better::kMore ? 1 - *difference.ratio : *difference.ratio - 1;
}

bool Comparison::can_differ() const
{
    return std::any_of(rows.begin(), rows.end(), [](const Compared& row) { return row.difference.can_differ; });
}

size_t Comparison::count(Outcome outcome) const
{
    return static_cast<size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const Compared& row) { return row.outcome == outcome; }));
}

bool Comparison::is_worse_than(double share) const
{
    const auto is_lost = [&](const Compared& row) { return row.loss() > share; };
    return std::any_of(rows.begin(), rows.end(), is_lost) || std::any_of(together.begin(), together.end(), is_lost) ||
           std::any_of(changes.begin(), changes.end(), [](const VerdictChange& change) { return change.is_worse; });
}

Comparison compare(std::vector<Document> a, std::vector<Document> b, const std::vector<std::string>& ignored)
{
    match_single_rows(a, b);
    check_comparable(a, b, ignored);
    Comparison result;
    result.schema = a.front().schema;
    result.a = side_in_words(a);
    result.b = side_in_words(b);
    compare_figures(a, b, result);
    correct(result);
    compare_verdicts(a, b, result);
    if (result.rows.empty() && !result.verdicts)
        throw Error::usage(
            fmt::format("{} and {} have nothing in common that could be compared", a.front().file, b.front().file));
    return result;
}

}  // namespace wqctl
