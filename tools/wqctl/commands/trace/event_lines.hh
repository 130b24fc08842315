// SPDX-License-Identifier: GPL-2.0
// One line an event, as they come: what was recorded, and nothing made of it.
#pragma once

#include <functional>
#include <string_view>

#include "trace/event.hh"

namespace wqctl {

class EventLines final : public EventSink {
public:
    explicit EventLines(std::function<void(std::string_view)> out) : out_(std::move(out)) {}

    void begin(const Head& head, const Tables& tables) override;
    void event(const Event& event) override;
    void end(const Tail& tail) override;

private:
    std::function<void(std::string_view)> out_;
    const Tables* tables_ = nullptr;
};

}  // namespace wqctl
