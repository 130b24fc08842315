// SPDX-License-Identifier: GPL-2.0
#include "term/histogram.hh"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

namespace wqctl {

namespace {

constexpr std::array<const char*, 9> kBlocks = {
    " ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588",
};
constexpr std::array<const char*, 9> kAsciiBlocks = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};

double log_of(uint64_t ns) { return std::log10(static_cast<double>(std::max<uint64_t>(1, ns))); }

std::string decade_label(int decade, const Style& style)
{
    uint64_t ns = 1;
    for (int i = 0; i < decade; i++)
        ns *= 10;
    std::string text = exact_time(ns);
    if (style.utf8() && text.ends_with("us"))
        text.replace(text.size() - 2, 1, "\u00b5");
    return text;
}

// Decades [first, last) that hold everything.
struct Axis {
    int first = 0;
    int last = 0;
    size_t per_decade = 0;

    size_t columns() const { return static_cast<size_t>(last - first) * per_decade; }
    size_t column(uint64_t ns) const
    {
        const double at = (log_of(ns) - first) * static_cast<double>(per_decade);
        return std::min(columns() - 1, static_cast<size_t>(std::max(0.0, at)));
    }
};

std::vector<uint64_t> columns_of(const Latency& latency, const Axis& axis)
{
    std::vector<uint64_t> columns(axis.columns());
    for (const Latency::Bucket& bucket : latency.buckets)
        columns[axis.column(Latency::Geometry::middle(bucket.index))] += bucket.count;
    return columns;
}

}  // namespace

std::string render_histogram_lines(const std::vector<std::pair<std::string, const Latency*>>& lines, const Style& style)
{
    size_t name_width = 0;
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    for (const auto& [name, latency] : lines) {
        name_width = std::max(name_width, display_width(name));
        if (latency->buckets.empty())
            continue;
        least = std::min(least, Latency::Geometry::middle(latency->buckets.front().index));
        most = std::max(most, Latency::Geometry::middle(latency->buckets.back().index));
    }
    if (least > most)
        return {};
    Axis axis;
    axis.first = static_cast<int>(std::floor(log_of(least)));
    axis.last = std::max(axis.first + 2, static_cast<int>(std::floor(log_of(most))) + 1);
    const size_t decades = static_cast<size_t>(axis.last - axis.first);
    // Beside long names there is no room for an axis.
    constexpr size_t kLeast = 5, kMost = 20;
    constexpr size_t kLastLabel = 8;
    const bool is_beside = name_width + 2 + decades * kLeast + kLastLabel <= style.width;
    const size_t left = is_beside ? name_width + 2 : 2;
    const size_t room = style.width > left + kLastLabel ? style.width - left - kLastLabel : 0;
    axis.per_decade = std::clamp(room / decades, kLeast, kMost);

    std::string text;
    for (const auto& [name, latency] : lines) {
        const auto columns = columns_of(*latency, axis);
        const uint64_t fullest = std::max<uint64_t>(1, *std::max_element(columns.begin(), columns.end()));
        std::string bars;
        for (uint64_t count : columns) {
            const auto height = count ? 1 + static_cast<size_t>(std::lround(7.0 * static_cast<double>(count) /
                                                                            static_cast<double>(fullest)))
                                      : 0;
            bars += (style.utf8() ? kBlocks : kAsciiBlocks)[height];
        }
        bars.erase(bars.find_last_not_of(' ') + 1);
        text += (is_beside ? pad_right(name, left) : name + "\n" + std::string(left, ' ')) + style.cyan(bars) + "\n";
    }
    std::string ticks;
    std::string labels;
    for (int decade = axis.first; decade <= axis.last; decade++) {
        ticks += decade == axis.last
                     ? (style.utf8() ? "\u2518" : "+")
                     : (decade == axis.first ? (style.utf8() ? "\u2514" : "+") : (style.utf8() ? "\u2534" : "+"));
        for (size_t i = 1; decade < axis.last && i < axis.per_decade; i++)
            ticks += style.utf8() ? "\u2500" : "-";
        labels += decade == axis.last ? decade_label(decade, style)
                                      : pad_right(decade_label(decade, style), axis.per_decade);
    }
    const std::string indent(left, ' ');
    return text + indent + style.dim(ticks) + "\n" + indent + style.dim(labels) + "\n";
}

std::string render_histogram_rows(const Latency& latency, const Style& style)
{
    if (latency.buckets.empty())
        return {};
    const auto row_of = [](uint64_t ns) { return static_cast<int>(std::floor(log_of(ns) * 3 + 1e-9)); };
    const auto bound = [](int row) { return static_cast<uint64_t>(std::llround(std::pow(10.0, row / 3.0))); };
    const int first = row_of(Latency::Geometry::middle(latency.buckets.front().index));
    const int last = row_of(Latency::Geometry::middle(latency.buckets.back().index));
    std::vector<uint64_t> rows(static_cast<size_t>(last - first + 1));
    uint64_t all = 0;
    for (const Latency::Bucket& bucket : latency.buckets) {
        rows[static_cast<size_t>(row_of(Latency::Geometry::middle(bucket.index)) - first)] += bucket.count;
        all += bucket.count;
    }
    const uint64_t fullest = *std::max_element(rows.begin(), rows.end());
    if (!fullest)
        return {};
    const size_t count_width = grouped(fullest).size();
    const size_t left = 26 + count_width + 8;
    const size_t bar_width = std::clamp<size_t>(style.width > left ? style.width - left : 0, 10, 60);
    std::string text;
    for (size_t i = 0; i < rows.size(); i++) {
        const int row = first + static_cast<int>(i);
        // Eighths of a column; what is not empty shows.
        const auto eighths = static_cast<size_t>(std::ceil(
            static_cast<double>(rows[i]) * static_cast<double>(bar_width) * 8 / static_cast<double>(fullest)));
        std::string bar;
        for (size_t column = 0; column < eighths / 8; column++)
            bar += style.utf8() ? "\u2588" : "#";
        if (eighths % 8)
            bar += style.utf8() ? std::array<const char*, 8>{"",       "\u258f", "\u258e", "\u258d",
                                                             "\u258c", "\u258b", "\u258a", "\u2589"}[eighths % 8]
                                : (bar.empty() ? "#" : "");
        const std::string share = fmt::format("{:.1f}%",
                                              100.0 * static_cast<double>(rows[i]) / static_cast<double>(all));
        text += fmt::format("  {} .. {}  {}  {}  {}", pad_left(human_time(bound(row), style.charset), 7),
                            pad_left(human_time(bound(row + 1), style.charset), 7),
                            pad_left(grouped(rows[i]), count_width), pad_left(share, 6), style.cyan(bar));
        text.erase(text.find_last_not_of(' ') + 1);
        text += "\n";
    }
    return text;
}

}  // namespace wqctl
