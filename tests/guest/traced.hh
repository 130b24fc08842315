// SPDX-License-Identifier: GPL-2.0
// Traces of what a test does.
#pragma once

#include <functional>

#include "lab.hh"
#include "recorder/trace_recording.hh"
#include "trace/story.hh"
#include "wire/lab.hh"

// Not by starting one, which might be in somebody's way.
bool somebody_traces();

// A trace, on a socket of its own, from its creation on.
class Traced {
public:
    explicit Traced(const wqctl::TraceOptions& options = {});

    // Stands still from here on.
    void stop();
    // Takes what has come so far; true when one of all events is as asked.
    bool has(const std::function<bool(const wqctl::Event&)>& is);

    const std::vector<wqctl::Event>& events() const { return events_; }
    // Of a kind and a workqueue's or function's name.
    std::vector<wqctl::Event> events(wqctl::EventKind kind, const std::string& name) const;
    const std::string& text(wqctl::NameId id) const { return recording_.tables().text(id); }
    const std::string& workqueue(const wqctl::Event& event) const
    {
        return recording_.tables().workqueue(event.workqueue).name;
    }
    wqctl::Tail tail() const;
    wqctl::TraceRecording& recording() { return recording_; }

private:
    void take();

    wqctl::Lab lab_;
    wqctl::TraceRecording recording_;
    std::vector<wqctl::Event> events_;
};
