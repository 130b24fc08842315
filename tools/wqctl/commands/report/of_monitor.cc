// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "commands/report/readers.hh"

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
constexpr std::array<Figure, 5> kFigures = {{{"completed/s", Unit::kRate, "completed_per_s", true},
                                             {"CPUs", Unit::kNumber, "cpus", true},
                                             {"in flight", Unit::kNumber, "in_flight", false},
                                             {"pending", Unit::kNumber, "pending", false},
                                             {"held back", Unit::kNumber, "inactive", false}}};

struct Watched {
    std::string name;
    std::array<std::vector<std::optional<double>>, kFigures.size()> values;
    double activity = 0;

    double most(size_t figure) const
    {
        double most = 0;
        for (const auto& value : values[figure])
            most = std::max(most, value.value_or(0));
        return most;
    }
    std::optional<double> mean(size_t figure) const
    {
        double sum = 0, count = 0;
        for (const auto& value : values[figure])
            if (value) {
                sum += *value;
                count++;
            }
        return count > 0 ? std::optional(sum / count) : std::nullopt;
    }
};

std::optional<double> figure_of(const Fields& wq, const Figure& figure)
{
    if (!figure.is_rate)
        return wq.number_if_any(figure.key);
    return wq.find("rates") ? wq.object("rates").number_if_any(figure.key) : std::nullopt;
}

// By identity: two workqueues may have one name.
std::vector<Watched> watched_in(const std::vector<Fields>& samples)
{
    std::map<std::string, size_t> places;
    std::map<std::string, unsigned> names;
    std::vector<Watched> all;
    for (size_t at = 0; at < samples.size(); at++)
        for (const Node& node : samples[at].list("workqueues")) {
            const Fields wq(node, "a workqueue", samples[at].file());
            const std::string name = wq.text("name");
            const auto [place, is_new] = places.emplace(name + "\n" + wq.text_or("identity", ""), all.size());
            if (is_new) {
                Watched& watched = all.emplace_back();
                const unsigned number = ++names[name];
                watched.name = number > 1 ? fmt::format("{} #{}", name, number) : name;
                for (auto& values : watched.values)
                    values.resize(samples.size());
            }
            Watched& watched = all[place->second];
            for (size_t i = 0; i < kFigures.size(); i++) {
                watched.values[i][at] = figure_of(wq, kFigures[i]);
                watched.activity += watched.values[i][at].value_or(0);
            }
        }
    return all;
}

Table watched_table(const std::vector<Watched>& all)
{
    Table table;
    table.title = "Workqueues that did something";
    table.columns = {{"workqueue", true}, {"completed/s, mean"}, {"at most"},       {"CPUs, mean"},
                     {"at most"},         {"in flight, most"},   {"pending, most"}, {"held back, most"}};
    for (const Watched& one : all) {
        const auto mean = [&](size_t figure) -> Cell {
            const auto value = one.mean(figure);
            return value ? human(*value, kFigures[figure].unit) : "-";
        };
        const auto most = [&](size_t figure) { return Cell(human(one.most(figure), kFigures[figure].unit)); };
        table.rows.push_back({one.name, mean(0), most(0), mean(1), most(1), most(2), most(3), most(4)});
    }
    return table;
}

}  // namespace

void read_monitor(const std::vector<Fields>& samples, Draft& draft)
{
    Section& section = draft.section;
    Facts facts = origin_facts(samples.front());
    Lines lines;
    lines.title = "As time went on";
    const double begin = samples.front().number("time_ns");
    for (const Fields& sample : samples)
        lines.seconds.push_back((sample.number("time_ns") - begin) / 1e9);
    facts.add("Watched", fmt::format("{} samples in {}", samples.size(),
                                     human(std::max(lines.seconds.back(), 0.0) * 1e9, Unit::kTime)));
    section.blocks.push_back(std::move(facts));

    std::vector<Watched> all = watched_in(samples);
    const size_t there = all.size();
    std::erase_if(all, [](const Watched& one) { return one.activity == 0; });
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.activity > b.activity; });
    if (all.empty()) {
        section.note(fmt::format("Of {} workqueues none did anything meanwhile.", there));
        return;
    }
    // Each point stays one that was measured.
    const size_t step = (samples.size() + kMostPoints - 1) / kMostPoints;
    const auto thinned = [&](const auto& values) {
        std::decay_t<decltype(values)> kept;
        for (size_t i = 0; i < values.size(); i += step)
            kept.push_back(values[i]);
        return kept;
    };
    for (const Figure& figure : kFigures)
        lines.panels.emplace_back(figure.title, figure.unit);
    for (size_t i = 0; i < std::min(all.size(), kMostLines); i++) {
        Lines::Series& series = lines.series.emplace_back();
        series.name = all[i].name;
        for (const auto& values : all[i].values)
            series.values.push_back(thinned(values));
    }
    lines.seconds = thinned(lines.seconds);
    if (samples.size() > 1)
        section.blocks.push_back(std::move(lines));
    else
        section.note("One sample is no time series: there is nothing to draw.");
    section.blocks.push_back(watched_table(all));
    if (all.size() > kMostLines)
        section.note(fmt::format("Of {} workqueues the {} that did most are in the chart.", all.size(), kMostLines));
    if (step > 1)
        section.note(fmt::format("Of the samples one in {} is in the chart.", step));
    if (there > all.size())
        section.note(fmt::format("{} more workqueues did nothing.", there - all.size()));
}

}  // namespace wqctl::page
