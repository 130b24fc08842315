// SPDX-License-Identifier: GPL-2.0
#include "commands/compare/comparison.hh"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include <fmt/core.h>

#include "commands/compare/comparable.hh"
#include "stats/families.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr double kSure = 1 - kConfidence;

using Place = std::pair<std::string, Measure>;

// One side's figures by row and measure, of each document that has them.
class Figures {
public:
    explicit Figures(const std::vector<Document>& documents)
    {
        for (const Document& document : documents)
            for (const Series& series : document.series)
                sides_[{series.row, series.measure.key}].push_back(series.rounds);
    }

    const Side& of(const Place& place) const
    {
        static const Side none;
        const auto found = sides_.find({place.first, place.second.key});
        return found == sides_.end() ? none : found->second;
    }

private:
    std::map<std::pair<std::string_view, std::string_view>, Side> sides_;  // views into the documents
};

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
    std::set<std::string_view> seen;
    for (const auto& [row, measure] : others)
        seen.insert(row);
    std::vector<std::string> rows;
    for (const auto& [row, measure] : places)
        if (seen.insert(row).second)
            rows.push_back(row);
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

// What all documents of A have and B's have not, because a cell failed or did nothing there.
std::vector<std::string> lost_in(const std::vector<Document>& b, const std::vector<Place>& places,
                                 const Figures& figures_a, size_t documents_a, const Figures& figures_b)
{
    std::vector<std::string> lost;
    std::set<std::string_view> failed;
    for (const Place& place : places) {
        const std::string& row = place.first;
        const size_t have = figures_b.of(place).size();
        // In some of either side: that is how this load is.
        if (have == b.size() || (have && figures_a.of(place).size() < documents_a) || failed.contains(row))
            continue;
        const auto failure = std::find_if(b.begin(), b.end(),
                                          [&](const Document& d) { return d.failed.contains(row); });
        if (failure != b.end()) {
            failed.insert(row);
            lost.push_back(fmt::format("{}: {}: {}", row, failure->file, failure->failed.at(row)));
        } else {
            lost.push_back(fmt::format("{}: {} in {} of {}", row, place.second.title, have, counted(b.size(), "file")));
        }
    }
    return lost;
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
    const Figures figures_a(a);
    const Figures figures_b(b);
    if (a.front().are_rows_asked_for)
        result.lost = lost_in(b, places_a, figures_a, a.size(), figures_b);
    std::vector<Values> of_measures;
    for (const Place& place : places_a) {
        const auto& [row, measure] = place;
        std::vector<double> of_a = values_of(figures_a.of(place), result.unit);
        std::vector<double> of_b = values_of(figures_b.of(place), result.unit);
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

// It fails now, or nobody says any more that it does not.
bool is_worse(const std::set<std::string>& before, const std::set<std::string>& after)
{
    const bool fails = after.contains("fail");
    const bool holds = after.contains("pass") || after.contains("known");
    return (fails && !before.contains("fail")) || (before.contains("pass") && !holds);
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
            result.changes.push_back(
                {id, verdicts_in_words(of_a), verdicts_in_words(of_b), is_worse(kinds_a, kinds_b)});
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

std::optional<size_t> Comparison::least_different() const
{
    std::vector<double> least;
    for (const auto* list : {&rows, &together})
        for (const Compared& row : *list)
            least.push_back(row.difference.least_p);
    std::sort(least.begin(), least.end());
    // The k-th is corrected by the number of questions over k. 1e-9: what is 5 % is not more by a rounding.
    for (size_t k = 1; k <= least.size(); k++)
        if (least[k - 1] * static_cast<double>(least.size()) / static_cast<double>(k) <= kSure + 1e-9)
            return k;
    return {};
}

size_t Comparison::count(Outcome outcome) const
{
    return static_cast<size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const Compared& row) { return row.outcome == outcome; }));
}

bool Comparison::is_worse_than(double share) const
{
    const auto is_lost = [&](const Compared& row) { return row.loss() > share; };
    return !lost.empty() || std::any_of(rows.begin(), rows.end(), is_lost) ||
           std::any_of(together.begin(), together.end(), is_lost) ||
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
