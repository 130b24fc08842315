// SPDX-License-Identifier: GPL-2.0
#include "trace/json.hh"

#include "snapshot/workqueue_labels.hh"
#include "term/json_writer.hh"

namespace wqctl {

namespace {

constexpr std::array<std::string_view, kEventKinds> kKinds = {
    "queue",       "activate",     "cancel",         "start",        "end",      "sleep",         "wake",
    "worker_made", "worker_gone",  "manager_begins", "manager_ends", "mayday",   "rescue_begins", "rescue_ends",
    "attributes",  "flush_begins", "flush_ends",     "lost",         "condition"};
constexpr std::array<std::string_view, kEventContexts> kContexts = {"task", "softirq", "hardirq", "nmi", "timer"};

void time(JsonWriter& json, std::string_view name, uint64_t ns) { json.member_if(ns != kNotSeen, name, ns); }

void name(JsonWriter& json, std::string_view key, const std::string& text) { json.member_if(!text.empty(), key, text); }

std::string_view ending(StoryEnd end)
{
    switch (end) {
    case StoryEnd::kEnded: return "ended";
    case StoryEnd::kCancelled: return "cancelled";
    case StoryEnd::kLost: return "not seen";
    case StoryEnd::kOpen:
    case StoryEnd::kRecordingEnded: break;
    }
    return "recording ended";
}

void behind(JsonWriter& json, std::string_view key, const Behind& behind, const Tables& tables)
{
    if (!behind) {
        json.member(key, nullptr);
        return;
    }
    json.object(key, [&] {
        json.member("item", identity_text(behind.item));
        name(json, "function", tables.text(behind.function));
        name(json, "workqueue", tables.workqueue(behind.workqueue).name);
        json.member("pid", behind.pid);
        name(json, "comm", tables.text(behind.comm));
        json.member("ns", behind.ns);
        json.member("others", behind.others);
    });
}

template <typename F>
std::string line(std::string_view kind, F&& members)
{
    JsonWriter json(JsonLayout::kOneLine);
    json.object([&] {
        json.member("schema", "wqlab/trace/1");
        json.member("kind", kind);
        members(json);
    });
    return json.take();
}

}  // namespace

void JsonLines::begin(const Head& head, const Tables& tables)
{
    tables_ = &tables;
    print_(line("begin", [&](JsonWriter& json) {
        json.member("version", head.version);
        json.member("kernel", head.kernel);
        json.member("machine", head.machine);
        json.member("command", head.command);
        json.member("cpus", head.cpus);
        json.member("clock", head.clock);
        json.member("clock_error_ns", head.clock_error_ns);
        json.member("buffer_bytes", head.buffer_bytes);
        json.member("begun_boottime_ns", head.begun_boot_ns);
        json.member("begun_realtime_ns", head.begun_wall_ns);
        json.member("only", head.only);
        json.member("missing", head.missing);
    }));
}

void JsonLines::told(const Story& story)
{
    print_(line("item", [&](JsonWriter& json) {
        json.member("item", identity_text(story.item));
        name(json, "function", tables_->text(story.function));
        name(json, "workqueue", tables_->workqueue(story.workqueue).name);
        json.member_if(story.pool != kNoPool, "pool", story.pool);
        time(json, "queued_ns", story.queued);
        time(json, "activated_ns", story.activated);
        time(json, "started_ns", story.started);
        time(json, "ended_ns", story.ended);
        json.member("held_back", story.held_back);
        if (story.queued == kNotSeen) {
            json.member("by", nullptr);
        } else {
            json.object("by", [&] {
                json.member("context", kContexts[static_cast<size_t>(story.context)]);
                json.member("pid", story.by_pid);
                name(json, "comm", tables_->text(story.by_comm));
                json.member("cpu", story.queue_cpu);
                name(json, "caller", tables_->text(story.caller));
                json.member("caller_is_likely", story.likely_caller);
                json.member_if(story.asked_cpu != kAnyCpu, "asked_cpu", story.asked_cpu);
            });
        }
        if (story.started == kNotSeen && story.end != StoryEnd::kEnded) {
            json.member("worker", nullptr);
        } else {
            json.object("worker", [&] {
                json.member("pid", story.worker_pid);
                name(json, "comm", tables_->text(story.worker_comm));
                json.member("cpu", story.cpu);
            });
        }
        json.member("sleeps", story.sleeps);
        json.member("slept_ns", story.slept_ns);
        behind(json, "held_behind", story.held_behind, *tables_);
        behind(json, "waited_behind", story.waited_behind, *tables_);
        json.member("barrier", story.is_barrier);
        json.member("end", ending(story.end));
        json.member("events_lost_meanwhile", story.in_gap);
    }));
}

void JsonLines::other(const Event& event)
{
    if (event.kind == EventKind::kLost) {
        print_(line("lost", [&](JsonWriter& json) {
            json.member("cpu", event.cpu);
            json.member("from_ns", event.time);
            json.member("until_ns", event.other);
            json.member("events", event.value);
        }));
        return;
    }
    print_(line("event", [&](JsonWriter& json) {
        json.member("event", kKinds[static_cast<size_t>(event.kind)]);
        json.member("time_ns", event.time);
        json.member("cpu", event.cpu);
        json.member("pid", event.pid);
        name(json, "comm", tables_->text(event.comm));
        json.member_if(event.pool != kNoPool, "pool", event.pool);
        name(json, "workqueue", tables_->workqueue(event.workqueue).name);
        json.member_if(event.item != 0, "item", identity_text(event.item));
        json.member_if(event.other != 0, "waits_for", identity_text(event.other));
        name(json, "detail", tables_->text(event.detail));
    }));
}

void JsonLines::end(const Tail& tail)
{
    print_(line("end", [&](JsonWriter& json) {
        json.member("elapsed_ns", tail.elapsed_ns);
        json.member("events", tail.events);
        json.objects("lost", tail.lost, [&](const CpuLoss& loss) {
            json.member("cpu", loss.cpu);
            json.member("events", loss.events);
        });
        json.member("ns_per_event", tail.ns_per_event);
        json.member("ended_by", tail.ended_by);
        json.member("clocks_differ", tail.clocks_differ);
        json.objects("passed_over", tail.passed_over, [&](const PassedOver& one) {
            json.member("what", one.what);
            json.member("calls", one.calls);
        });
    }));
}

}  // namespace wqctl
