// SPDX-License-Identifier: GPL-2.0
// What may be said to wqctl monitor, and what it comes to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "text/patterns.hh"

namespace wqctl {

struct MonitorFlags {
    std::string interval = "1";
    std::optional<std::string> count;
    std::optional<std::string> format;
    std::optional<std::string> openmetrics;  // the file; "-": standard output
    std::vector<std::string> patterns;
    bool json = false;
};

enum class MonitorFormat { kTable, kJson, kWqMonitor, kOpenMetrics };

struct MonitorPlan {
    MonitorFormat format = MonitorFormat::kTable;
    uint64_t interval_ns = 0;
    std::optional<uint64_t> count;  // samples; nothing: until it is interrupted
    std::string file;               // empty: standard output
    Patterns patterns;
    uint32_t sections() const;
};

MonitorPlan plan_monitor(const MonitorFlags& flags);

// Shared with top: "1", "0.5" (seconds) or a time such as "200ms".
uint64_t parse_interval(std::string_view text);
uint64_t parse_samples(std::string_view text);

}  // namespace wqctl
