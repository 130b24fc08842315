// SPDX-License-Identifier: GPL-2.0
// Prometheus' text format, as node_exporter's textfile collector reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wqctl {

using Labels = std::vector<std::pair<std::string, std::string>>;

// All samples of a metric stand together, under its help and type.
class Metric {
public:
    Metric(std::string name, std::string_view type, std::string_view help);

    void add(const Labels& labels, const std::string& value);
    void add(const Labels& labels, uint64_t value) { add(labels, std::to_string(value)); }

    // Empty without samples.
    std::string text() const { return samples_.empty() ? "" : head_ + samples_; }

private:
    std::string name_;
    std::string head_;
    std::string samples_;
};

// value / 10^digits, to the last digit: a double would round it.
std::string decimal(uint64_t value, unsigned digits);

// Behind the last metric.
constexpr std::string_view kEndOfMetrics = "# EOF\n";

}  // namespace wqctl
