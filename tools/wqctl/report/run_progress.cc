// SPDX-License-Identifier: GPL-2.0
#include "report/run_progress.hh"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "text/units.hh"
#include "uapi/wqlab.h"

namespace wqctl {

std::string progress_text(const RunState& state, const Scenario* scenario, double items_per_s, const Style& style)
{
    // Whichever end is nearer.
    double done = 0;
    double left_s = INFINITY;
    const double elapsed = static_cast<double>(state.elapsed_ns);
    if (scenario && scenario->duration) {
        const auto duration = static_cast<double>(*scenario->duration);
        done = elapsed / duration;
        left_s = std::max(0.0, duration - elapsed) / 1e9;
    }
    if (scenario && scenario->items) {
        const auto items = static_cast<double>(*scenario->items);
        const auto executed = static_cast<double>(state.executed + state.cancelled);
        done = std::max(done, executed / items);
        if (items_per_s > 0)
            left_s = std::min(left_s, std::max(0.0, items - executed) / items_per_s);
    }
    done = std::clamp(done, 0.0, 1.0);

    std::string tail = fmt::format(" {:3.0f}%  {} items/s", done * 100, human_count(items_per_s));
    if (state.state == WQLAB_RUN_DRAINING) {
        const uint64_t settled = state.executed + state.cancelled;
        tail += fmt::format("  waiting for {} items", grouped(state.queued - std::min(state.queued, settled)));
    } else if (std::isfinite(left_s)) {
        tail += fmt::format("  {:.1f}s left", left_s);
    }
    return progress_bar(done, tail, style);
}

void RunProgress::update(const RunState& state)
{
    if (state.elapsed_ns > last_elapsed_ && state.executed >= last_executed_) {
        rate_ = static_cast<double>(state.executed - last_executed_) * 1e9 /
                static_cast<double>(state.elapsed_ns - last_elapsed_);
        last_elapsed_ = state.elapsed_ns;
        last_executed_ = state.executed;
    }
    say(progress_text(state, scenario_, rate_, progress_.style()));
}

}  // namespace wqctl
