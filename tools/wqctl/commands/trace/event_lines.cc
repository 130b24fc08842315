// SPDX-License-Identifier: GPL-2.0
#include "commands/trace/event_lines.hh"

#include <array>

#include <fmt/core.h>

#include "text/printable.hh"

namespace wqctl {

namespace {

constexpr std::array<const char*, kEventKinds> kKinds = {
    "queue",       "activate",     "cancel",         "start",        "end",       "sleep",         "wake",
    "worker-made", "worker-gone",  "manager-begins", "manager-ends", "mayday",    "rescue-begins", "rescue-ends",
    "attributes",  "flush-begins", "flush-ends",     "lost",         "condition",
};
constexpr std::array<const char*, kEventContexts> kContexts = {"", " softirq", " hardirq", " nmi", " timer"};

}  // namespace

void EventLines::begin(const Head& head, const Tables& tables)
{
    tables_ = &tables;
    for (const std::string& missing : head.missing)
        out_("# missing: " + missing + "\n");
}

void EventLines::event(const Event& event)
{
    const auto& t = *tables_;
    std::string line = fmt::format("{:>14.6f} [{:02}] {:<14}", static_cast<double>(event.time) / 1e9, event.cpu,
                                   kKinds.at(static_cast<size_t>(event.kind)));
    const auto text = [&](NameId id) { return printable(t.text(id)); };
    const auto add = [&](bool there, const char* key, const auto& value) {
        if (there)
            line += fmt::format(" {}={}", key, value);
    };
    add(event.item, "item", fmt::format("{:x}", event.item));
    add(event.other, "other", fmt::format("{:x}", event.other));
    add(event.function, "function", text(event.function));
    add(event.workqueue, "workqueue", printable(t.workqueue(event.workqueue).name));
    add(event.pool != kNoPool, "pool", event.pool);
    add(event.comm, "comm", text(event.comm));
    add(event.pid, "pid", event.pid);
    add(event.caller, event.likely_caller ? "likely-caller" : "caller", text(event.caller));
    add(event.detail, "detail", text(event.detail));
    add(event.value, "value", static_cast<int32_t>(event.value));
    out_(line + kContexts.at(static_cast<size_t>(event.context)) + "\n");
}

void EventLines::end(const Tail& tail)
{
    out_(fmt::format("# {} events, {} lost, {:.0f} ns each, ended by {}\n", tail.events, tail.lost_events(),
                     tail.ns_per_event, tail.ended_by));
}

}  // namespace wqctl
