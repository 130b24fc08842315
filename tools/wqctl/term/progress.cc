// SPDX-License-Identifier: GPL-2.0
#include "term/progress.hh"

#include <algorithm>

#include <fmt/core.h>
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
    // A line that folds is not written over: the cursor goes back to the beginning of its end.
    return style.cyan(bar) + first_columns(tail, style.width - 1);
}

Progress::Progress(bool wanted) : style_(Style::of(STDERR_FILENO)), wanted_(wanted && style_.is_terminal) {}

Progress::~Progress() { clear(); }

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
