// SPDX-License-Identifier: GPL-2.0
#include "commands/monitor/plan.hh"

#include <fmt/format.h>

#include "text/error.hh"
#include "text/nearest.hh"
#include "text/units.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

// Reading takes the locks of all pools in turn.
constexpr uint64_t kShortest = 10'000'000;
constexpr uint64_t kLongest = 86'400'000'000'000;

MonitorFormat parse_format(const std::string& name)
{
    if (name == "table")
        return MonitorFormat::kTable;
    if (name == "json")
        return MonitorFormat::kJson;
    if (name == "wq_monitor")
        return MonitorFormat::kWqMonitor;
    if (name == "openmetrics")
        return MonitorFormat::kOpenMetrics;
    const std::string guess = did_you_mean(name, {"table", "json", "wq_monitor", "openmetrics"});
    throw Error::usage(fmt::format("there is no format \"{}\"{}", name,
                                   guess.empty() ? "; it is table, json, wq_monitor or openmetrics" : guess));
}

}  // namespace

uint64_t parse_interval(std::string_view text)
{
    const bool is_number = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
    uint64_t interval = 0;
    try {
        interval = parse_time(std::string(text) + (is_number ? "s" : ""));
    } catch (const Error&) {
        throw Error::usage(fmt::format("\"{}\" is not an interval; write seconds such as 1 or 0.5, or a time such as 200ms", text));
    }
    if (interval && (interval < kShortest || interval > kLongest))
        throw Error::usage(fmt::format("an interval of {} is too {}; it is {} to {}, or 0 for once", text,
                                       interval < kShortest ? "short" : "long", exact_time(kShortest), exact_time(kLongest)));
    return interval;
}

uint64_t parse_samples(std::string_view text)
{
    const uint64_t count = parse_count(text);
    if (count == 0)
        throw Error::usage("0 samples are none; give 1 or more");
    return count;
}

uint32_t MonitorPlan::sections() const
{
    // What is not asked for takes no lock.
    if (format != MonitorFormat::kOpenMetrics)
        return WQLAB_SECTION_WORKQUEUES;
    return WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORK | WQLAB_SECTION_HOGS;
}

MonitorPlan plan_monitor(const MonitorFlags& flags)
{
    if (flags.json + flags.format.has_value() + flags.openmetrics.has_value() > 1)
        throw Error::usage("--json, --format and --openmetrics exclude each other");
    MonitorPlan plan;
    if (flags.format)
        plan.format = parse_format(*flags.format);
    if (flags.json)
        plan.format = MonitorFormat::kJson;
    if (flags.openmetrics) {
        plan.format = MonitorFormat::kOpenMetrics;
        plan.file = *flags.openmetrics == "-" ? "" : *flags.openmetrics;
    }
    plan.interval_ns = parse_interval(flags.interval);
    if (flags.count)
        plan.count = parse_samples(*flags.count);
    if (plan.interval_ns == 0) {
        if (plan.count.value_or(1) > 1)
            throw Error::usage("an interval of 0 means once; for several samples give one such as -i 0.1");
        plan.count = 1;
    }
    plan.patterns = Patterns(flags.patterns);
    return plan;
}

}  // namespace wqctl
