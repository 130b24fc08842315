// SPDX-License-Identifier: GPL-2.0
// Stories as text: a line an item, as they end.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "term/style.hh"
#include "trace/naming.hh"
#include "trace/story.hh"

namespace wqctl {

std::string story_titles();
// Its columns of times, and what stands behind them.
std::string story_times(const Story& story, const Style& style);
std::string story_words(const Story& story, const Naming& naming);
// What is of no item but must be seen, as a line: "" of other events.
std::string event_line(const Event& event, const Naming& naming);

class LineWriter final : public StoryListener {
public:
    using Print = std::function<void(std::string_view)>;

    LineWriter(Print print, const Style& style) : print_(std::move(print)), style_(style) {}

    void begin(const Head& head, const Tables& tables) override;
    void told(const Story& story) override;
    void other(const Event& event) override;
    void end(const Tail& tail) override;

private:
    Print print_;
    Style style_;
    const Tables* tables_ = nullptr;
};

// One item's story, line by line of what happened to it.
std::string tell_at_length(const Story& story, const Naming& naming, const Style& style);

// "2 for cancel_work(), 1 for maydays"
std::string passed_over_words(const Tail& tail);
// "lost: 42 events, 40 of CPU 1, 2 of CPU 3", "passed over by busy probes: 1 calls, 1 for maydays", and what else is
// not right of all of it; none: nothing.
std::vector<std::string> troubles(const Tail& tail);

}  // namespace wqctl
