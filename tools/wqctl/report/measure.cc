// SPDX-License-Identifier: GPL-2.0
#include "report/measure.hh"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

namespace wqctl {

std::string human(const Measure& measure, double value, Charset charset)
{
    switch (measure.kind) {
    case Measure::Kind::kRate: return human_count(value);
    case Measure::Kind::kTime:
        return human_time(static_cast<uint64_t>(std::llround(std::clamp(value, 0.0, 9e18))), charset);
    case Measure::Kind::kNumber: break;
    }
    return fmt::format("{:.3g}", value);
}

std::string counted(size_t n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

std::string human_change(double ratio, Charset charset)
{
    if (ratio >= 3)
        return fmt::format("{}{:.3g}", charset == Charset::kUtf8 ? "\u00d7" : "x", ratio);
    const double percent = 100 * (ratio - 1);
    return fmt::format("{:+.{}f}%", percent, std::abs(percent) < 0.995 ? 2 : 1);
}

}  // namespace wqctl
