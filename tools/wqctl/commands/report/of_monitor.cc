// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/report/samples.hh"
#include "text/error.hh"

namespace wqctl::page {

namespace {

// More lines nobody tells apart, and more points no screen has.
constexpr size_t kMostLines = 16;
constexpr size_t kMostPoints = 2000;

struct Figure {
    std::string_view title;
    Unit unit;
    std::string_view key;
    bool is_rate;  // stands in "rates"
};
using Watched = Samples::Watched;
using Values = Samples::Values;

constexpr std::array<Figure, Samples::kFigures> kFigures = {{{"completed/s", Unit::kRate, "completed_per_s", true},
                                                             {"CPUs", Unit::kNumber, "cpus", true},
                                                             {"in flight", Unit::kNumber, "in_flight", false},
                                                             {"pending", Unit::kNumber, "pending", false},
                                                             {"held back", Unit::kNumber, "inactive", false}}};

std::optional<double> greatest(const Values& values, size_t begin, size_t end)
{
    std::optional<double> most;
    for (size_t i = begin; i < std::min(end, values.size()); i++)
        if (values[i])
            most = std::max(most.value_or(0), *values[i]);
    return most;
}

std::optional<double> figure_of(const Fields& wq, const Figure& figure)
{
    if (!figure.is_rate)
        return wq.number_if_any(figure.key);
    return wq.find("rates") ? wq.object("rates").number_if_any(figure.key) : std::nullopt;
}

// The greatest of each figure by turns: what is stuck does little, and is what is looked for.
std::vector<Watched> by_turns(std::vector<Watched> all)
{
    std::vector<Watched> sorted;
    std::array<std::vector<size_t>, kFigures.size()> queues;
    for (size_t figure = 0; figure < kFigures.size(); figure++) {
        for (size_t i = 0; i < all.size(); i++)
            queues[figure].push_back(i);
        std::stable_sort(queues[figure].begin(), queues[figure].end(),
                         [&](size_t a, size_t b) { return all[a].most(figure) > all[b].most(figure); });
    }
    std::vector<bool> is_taken(all.size());
    for (size_t turn = 0; turn < all.size(); turn++)
        for (size_t figure = 0; figure < kFigures.size(); figure++)
            if (const size_t i = queues[figure][turn]; !is_taken[i] && all[i].most(figure).value_or(0) > 0) {
                is_taken[i] = true;
                sorted.push_back(std::move(all[i]));
            }
    return sorted;
}

Table watched_table(const std::vector<Watched>& all, const std::vector<double>& seconds)
{
    Table table;
    table.title = "Workqueues that did something";
    table.columns = {{"workqueue", true}, {"completed/s, mean"}, {"at most"},       {"CPUs, mean"},
                     {"at most"},         {"in flight, most"},   {"pending, most"}, {"held back, most"}};
    for (const Watched& one : all) {
        const auto cell = [](std::optional<double> value, size_t figure) -> Cell {
            return value ? human(*value, kFigures[figure].unit) : "-";
        };
        const auto mean = [&](size_t figure) { return cell(one.mean(figure, seconds), figure); };
        const auto most = [&](size_t figure) { return cell(one.most(figure), figure); };
        table.rows.push_back({one.name, mean(0), most(0), mean(1), most(1), most(2), most(3), most(4)});
    }
    return table;
}

// Of `step` samples each a point, which has the greatest of them: a peak is what is looked for.
Lines chart_of(const std::vector<Watched>& all, const std::vector<double>& seconds, size_t step)
{
    Lines lines;
    lines.title = "As time went on";
    for (size_t i = 0; i < seconds.size(); i += step)
        lines.seconds.push_back(seconds[i]);
    for (size_t i = 0; i < std::min(all.size(), kMostLines); i++)
        lines.series.push_back({all[i].name, {}});
    for (size_t figure = 0; figure < kFigures.size(); figure++) {
        // Older kernels do not tell all.
        if (std::none_of(all.begin(), all.end(), [&](const Watched& one) { return one.most(figure).has_value(); }))
            continue;
        lines.panels.emplace_back(kFigures[figure].title, kFigures[figure].unit);
        for (size_t i = 0; i < lines.series.size(); i++) {
            Values& points = lines.series[i].values.emplace_back();
            for (size_t at = 0; at < seconds.size(); at += step)
                points.push_back(greatest(all[i].values[figure], at, at + step));
        }
    }
    return lines;
}

}  // namespace

std::optional<double> Samples::Watched::most(size_t figure) const
{
    return greatest(values[figure], 0, values[figure].size());
}

// A sample's rate is that since the one before it.
std::optional<double> Samples::Watched::mean(size_t figure, const std::vector<double>& seconds) const
{
    double sum = 0, time = 0;
    for (size_t i = 1; i < seconds.size(); i++)
        if (const auto& value = values[figure][i]) {
            sum += *value * (seconds[i] - seconds[i - 1]);
            time += seconds[i] - seconds[i - 1];
        }
    return time > 0 ? std::optional(sum / time) : std::nullopt;
}

bool Samples::Watched::is_active() const
{
    for (size_t i = 0; i < kFigures; i++)
        if (most(i).value_or(0) > 0)
            return true;
    return false;
}

Samples::Watched& Samples::watched(const Fields& wq)
{
    const std::string name = wq.text("name");
    const auto [place, is_new] = places_.emplace(name + "\n" + wq.text_or("identity", ""), all_.size());
    if (is_new) {
        const unsigned number = ++names_[name];
        all_.emplace_back().name = number > 1 ? fmt::format("{} #{}", name, number) : name;
    }
    return all_[place->second];
}

void Samples::add(const Fields& sample)
{
    const double now_ns = sample.number("time_ns");
    if (empty()) {
        origin_ = origin_facts(sample);
        began_ns_ = now_ns;
    }
    const double seconds = (now_ns - began_ns_) / 1e9;
    if (!empty() && seconds < seconds_.back())
        throw Error::usage(fmt::format("{}: was taken before the sample that stands before it", sample.file()),
                           "time begins anew with each boot: give a file each");
    for (const Node& node : sample.list("workqueues")) {
        const Fields wq(node, "a workqueue", sample.file());
        Watched& one = watched(wq);
        for (size_t i = 0; i < kFigures; i++) {
            one.values[i].resize(seconds_.size());  // nothing where it was not there
            one.values[i].push_back(figure_of(wq, page::kFigures[i]));
        }
    }
    seconds_.push_back(seconds);
}

void Samples::draw(Draft& draft)
{
    Section& section = draft.section;
    const size_t count = seconds_.size();
    origin_.add("Watched", fmt::format("{} samples in {}", count, human(seconds_.back() * 1e9, Unit::kTime)));
    section.blocks.push_back(std::move(origin_));
    for (Watched& one : all_)
        for (Values& values : one.values)
            values.resize(count);
    const size_t there = all_.size();
    std::erase_if(all_, [](const Watched& one) { return !one.is_active(); });
    if (all_.empty()) {
        section.note(fmt::format("Of {} workqueues none did anything meanwhile.", there));
        return;
    }
    const std::vector<Watched> all = by_turns(std::move(all_));
    const size_t step = (count + kMostPoints - 1) / kMostPoints;
    if (count > 1)
        section.blocks.push_back(chart_of(all, seconds_, step));
    else
        section.note("One sample is no time series: there is nothing to draw.");
    section.blocks.push_back(watched_table(all, seconds_));
    if (all.size() > kMostLines)
        section.note(fmt::format("Of {} workqueues the {} with the most of any figure are in the chart.", all.size(),
                                 kMostLines));
    if (step > 1)
        section.note(fmt::format("A point of the chart is the greatest of {} samples.", step));
    if (there > all.size())
        section.note(fmt::format("{} more workqueues did nothing.", there - all.size()));
}

}  // namespace wqctl::page
