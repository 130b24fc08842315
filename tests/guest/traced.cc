// SPDX-License-Identifier: GPL-2.0
#include "traced.hh"

#include <algorithm>

using namespace wqctl;

bool somebody_traces()
{
    Lab stranger;
    return refusal([&] { stranger.tell(WQLAB_CMD_TRACE_STOP); }).find("traces already") != std::string::npos;
}

Traced::Traced(const TraceOptions& options) : recording_(lab_, options) {}

void Traced::take()
{
    recording_.take([&](const Event& event) { events_.push_back(event); });
}

void Traced::stop()
{
    recording_.stop();
    take();
    for (const Event& gap : recording_.last_gaps())
        events_.push_back(gap);
}

bool Traced::has(const std::function<bool(const Event&)>& is)
{
    take();
    return std::any_of(events_.begin(), events_.end(), is);
}

std::vector<Event> Traced::events(EventKind kind, const std::string& name) const
{
    std::vector<Event> found;
    std::copy_if(events_.begin(), events_.end(), std::back_inserter(found), [&](const Event& event) {
        return event.kind == kind && (text(event.function) == name || workqueue(event) == name);
    });
    return found;
}

Tail Traced::tail() const
{
    Tail tail;
    tail.events = events_.size();
    recording_.fill(tail);
    return tail;
}
