// SPDX-License-Identifier: GPL-2.0
#include "source/sampling.hh"

#include <fmt/core.h>

#include "text/error.hh"
#include "text/names.hh"
#include "text/units.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

// Reading takes the locks of all pools in turn.
constexpr uint64_t kShortest = 10'000'000;
constexpr uint64_t kLongest = 86'400'000'000'000;

}  // namespace

Snapshot take_snapshot(Source& source, uint32_t sections)
{
    Snapshot snapshot = source.snapshot(sections);
    if (snapshot.has(WQLAB_SECTION_WORKQUEUES))
        return snapshot;
    std::vector<std::string> lacks;
    for (const View& view : source.info().views)
        if (view.section == WQLAB_SECTION_WORKQUEUES)
            lacks = view.lacks;
    throw Error(kUnavailable, fmt::format("this kernel's workqueues cannot be read{}",
                                          lacks.empty() ? "" : ": it lacks " + enumerate(lacks)));
}

uint64_t parse_interval(std::string_view text)
{
    const bool is_number = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
    uint64_t interval = 0;
    try {
        interval = parse_time(std::string(text) + (is_number ? "s" : ""));
    } catch (const Error&) {
        throw Error::usage(
            fmt::format("\"{}\" is not an interval; write seconds such as 1 or 0.5, or a time such as 200ms", text));
    }
    if (interval && (interval < kShortest || interval > kLongest))
        throw Error::usage(fmt::format("an interval of {} is too {}; it is {} to {}, or 0 for once", text,
                                       interval < kShortest ? "short" : "long", exact_time(kShortest),
                                       exact_time(kLongest)));
    return interval;
}

uint64_t parse_samples(std::string_view text)
{
    const uint64_t count = parse_count(text);
    if (count == 0)
        throw Error::usage("0 samples are none; give 1 or more");
    return count;
}

}  // namespace wqctl
