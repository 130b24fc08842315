// SPDX-License-Identifier: GPL-2.0
// A figure that two runs can be compared by.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "text/units.hh"

namespace wqctl {

enum class Better { kMore, kLess, kNeither };

struct Measure {
    enum class Kind { kRate, kTime, kNumber };

    std::string_view key;  // in JSON
    std::string_view title;
    Kind kind;
    Better better;
};

// Of a run: what bench measures in each round, in this order.
inline constexpr std::array<Measure, 5> kRunMeasures = {{
    {"items_per_s", "items/s", Measure::Kind::kRate, Better::kMore},
    {"wait_p50_ns", "wait p50", Measure::Kind::kTime, Better::kLess},
    {"wait_p99_ns", "wait p99", Measure::Kind::kTime, Better::kLess},
    {"queue_call_p50_ns", "call p50", Measure::Kind::kTime, Better::kLess},
    {"cpu_ns_per_item", "CPU/item", Measure::Kind::kTime, Better::kLess},
}};

// Three digits and a unit.
std::string human(const Measure& measure, double value, Charset charset);
// Of a ratio, as people say it: "-3.1%", "+0.4%", "×12".
std::string human_change(double ratio, Charset charset);

// "1 file", "3 files".
std::string counted(size_t n, std::string_view noun);

}  // namespace wqctl
