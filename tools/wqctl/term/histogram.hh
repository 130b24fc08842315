// SPDX-License-Identifier: GPL-2.0
// Pictures of latencies.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "stats/latency.hh"
#include "term/style.hh"

namespace wqctl {

// One line for each, over one axis of decades, so that they can be compared:
// a column's height is its share of the line's fullest column, and whatever is
// not empty shows.
std::string render_histogram_lines(const std::vector<std::pair<std::string, const Latency*>>& lines,
                                   const Style& style);

// One row for each third of a decade: bounds, count, bar.
std::string render_histogram_rows(const Latency& latency, const Style& style);

}  // namespace wqctl
