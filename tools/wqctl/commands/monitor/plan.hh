// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl monitor`, and what it comes to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "args/args.hh"
#include "source/flags.hh"
#include "text/patterns.hh"

namespace wqctl {

enum class MonitorFormat { kTable, kJson, kWqMonitor, kOpenMetrics };

struct MonitorFlags {
    std::string interval = "1";
    std::optional<std::string> count;
    std::optional<MonitorFormat> format;
    std::optional<std::string> openmetrics;  // the file; "-": standard output
    std::vector<std::string> patterns;
    bool json = false;
    SourceFlags source;

    void declare(Args& args);
};

struct MonitorPlan {
    MonitorFormat format = MonitorFormat::kTable;
    uint64_t interval_ns = 0;
    std::optional<uint64_t> count;  // samples; nothing: until it is interrupted
    std::string file;               // empty: standard output
    Patterns patterns;
    uint32_t sections() const;
};

MonitorPlan plan_monitor(const MonitorFlags& flags);

}  // namespace wqctl
