// SPDX-License-Identifier: GPL-2.0
#include "trace/formats.hh"

#include "trace/activations.hh"
#include "trace/json.hh"
#include "trace/line.hh"
#include "trace/perfetto/writer.hh"
#include "trace/stories.hh"

namespace wqctl {

namespace {

class StorySink final : public EventSink {
public:
    explicit StorySink(std::unique_ptr<StoryListener> listener) : listener_(std::move(listener)) {}

    void begin(const Head& head, const Tables& tables) override { activations_.begin(head, tables); }
    void event(const Event& event) override { activations_.event(event); }
    void end(const Tail& tail) override { activations_.end(tail); }

private:
    std::unique_ptr<StoryListener> listener_;
    Stories stories_{*listener_};
    Activations activations_{stories_};
};

}  // namespace

std::unique_ptr<EventSink> make_trace_writer(TraceFormat format, std::function<void(std::string_view)> out,
                                             const Style& style)
{
    std::unique_ptr<StoryListener> listener;
    switch (format) {
    case TraceFormat::kPerfetto: listener = std::make_unique<perfetto::Writer>(std::move(out)); break;
    case TraceFormat::kText: listener = std::make_unique<LineWriter>(std::move(out), style); break;
    case TraceFormat::kEvents:
    case TraceFormat::kJson: listener = std::make_unique<JsonLines>(std::move(out)); break;
    }
    return std::make_unique<StorySink>(std::move(listener));
}

}  // namespace wqctl
