// SPDX-License-Identifier: GPL-2.0
// One line an event, as they come: what was recorded, and nothing made of it.
#pragma once

#include "trace/event.hh"

namespace wqctl {

class Output;

class EventLines final : public EventSink {
public:
    // It must live as long.
    explicit EventLines(Output& output) : output_(output) {}

    void begin(const Head& head, const Tables& tables) override;
    void event(const Event& event) override;
    void end(const Tail& tail) override;

private:
    Output& output_;
    const Tables* tables_ = nullptr;
};

}  // namespace wqctl
