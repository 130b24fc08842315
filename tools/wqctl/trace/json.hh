// SPDX-License-Identifier: GPL-2.0
// Stories as JSON lines, as they end: trace.schema.json is what a line is.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "trace/event.hh"
#include "trace/story.hh"

namespace wqctl {

class JsonLines final : public StoryListener {
public:
    using Print = std::function<void(std::string_view)>;

    explicit JsonLines(Print print) : print_(std::move(print)) {}

    void begin(const Head& head, const Tables& tables) override;
    void told(const Story& story) override;
    void other(const Event& event) override;
    void end(const Tail& tail) override;

private:
    Print print_;
    const Tables* tables_ = nullptr;
};

}  // namespace wqctl
