// SPDX-License-Identifier: GPL-2.0
#include "term/progress.hh"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <unistd.h>

namespace wqctl {

std::string progress_bar(double done, const std::string& tail, const Style& style)
{
    const size_t taken = display_width(tail) + 3;
    const size_t width = style.width > taken + 10 ? std::min<size_t>(40, style.width - taken) : 0;
    const auto full = static_cast<size_t>(std::clamp(done, 0.0, 1.0) * static_cast<double>(width));
    std::string bar;
    for (size_t i = 0; i < width; i++)
        bar += i < full ? (style.utf8() ? "\u2588" : "#") : (style.utf8() ? "\u2591" : ".");
    return style.cyan(bar) + tail;
}

std::string progress_text(const RunState& state, const Scenario& scenario, double items_per_s, const Style& style)
{
    // Whichever end is nearer.
    double done = 0;
    double left_s = INFINITY;
    const double elapsed = static_cast<double>(state.elapsed_ns);
    if (scenario.duration) {
        const auto duration = static_cast<double>(*scenario.duration);
        done = elapsed / duration;
        left_s = std::max(0.0, duration - elapsed) / 1e9;
    }
    if (scenario.items) {
        const auto items = static_cast<double>(*scenario.items);
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

Progress::Progress(const Scenario& scenario, bool wanted)
    : scenario_(scenario), style_(Style::of(STDERR_FILENO)), wanted_(wanted && style_.is_terminal)
{
}

Progress::~Progress() { clear(); }

void Progress::update(const RunState& state)
{
    if (!wanted_)
        return;
    if (state.elapsed_ns > last_elapsed_ && state.executed >= last_executed_) {
        rate_ = static_cast<double>(state.executed - last_executed_) * 1e9 /
                static_cast<double>(state.elapsed_ns - last_elapsed_);
        last_elapsed_ = state.elapsed_ns;
        last_executed_ = state.executed;
    }
    say(progress_text(state, scenario_, rate_, style_));
}

void Progress::say(const std::string& text)
{
    if (!wanted_)
        return;
    fmt::print(stderr, "\r{}\x1b[K", text);
    std::fflush(stderr);
    shown_ = true;
}

void Progress::clear()
{
    if (!shown_)
        return;
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
    shown_ = false;
}

}  // namespace wqctl
