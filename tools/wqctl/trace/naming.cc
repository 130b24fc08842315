// SPDX-License-Identifier: GPL-2.0
#include "trace/naming.hh"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <cxxabi.h>
#include <fmt/core.h>

#include "text/printable.hh"

namespace wqctl {

namespace {

// A module in C++, such as wqlab's, has callers with names for a linker: "_ZN5wqlab6Issuer9issue_allEv [wqlab]".
std::string readable(const std::string& symbol)
{
    if (!symbol.starts_with("_Z"))
        return printable(symbol);
    const size_t end = std::min(symbol.find(' '), symbol.size());
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(symbol.substr(0, end).c_str(), nullptr, nullptr, &status), std::free);
    return printable(name ? name.get() + symbol.substr(end) : symbol);
}

}  // namespace

std::string Naming::function(NameId id) const { return id ? readable(tables_.text(id)) : "?"; }

std::string Naming::workqueue(WorkqueueId id) const { return id ? printable(tables_.workqueue(id).label) : "?"; }

std::string Naming::item(const Story& story) const
{
    return fmt::format("{} ({})", function(story.function), workqueue(story.workqueue));
}

std::string Naming::worker(int32_t pid, NameId comm) const
{
    return pid ? fmt::format("{}-{}", comm ? printable(tables_.text(comm)) : "?", pid) : "BH";
}

std::string Naming::queuer(const Story& story) const
{
    std::string task = fmt::format("{}-{}", function(story.by_comm), story.by_pid);
    switch (story.context) {
    case EventContext::kTask: return task;
    case EventContext::kTimer: return "a timer";
    case EventContext::kSoftirq: return "a softirq over " + task;
    case EventContext::kHardirq: return "an interrupt over " + task;
    case EventContext::kNmi: return "an NMI over " + task;
    }
    return task;
}

std::string Naming::queuers(const Story& story) const
{
    const char* context = "";
    switch (story.context) {
    case EventContext::kTask: return function(story.by_comm);
    case EventContext::kTimer: context = "timer"; break;
    case EventContext::kSoftirq: context = "softirq"; break;
    case EventContext::kHardirq: context = "interrupt"; break;
    case EventContext::kNmi: context = "NMI"; break;
    }
    return story.caller ? fmt::format("{}, {}", context, function(story.caller)) : context;
}

std::string Naming::caller(const Story& story) const
{
    if (!story.caller)
        return "";
    return (story.likely_caller ? "likely " : "") + function(story.caller);
}

std::string Naming::pool(int32_t id) const
{
    const TracedPool* pool = tables_.pool(id);
    if (!pool)
        return id == kNoPool ? "a pool that was not seen" : fmt::format("pool {}", id);
    if (pool->cpu < 0)
        return fmt::format("pool {} (unbound, CPUs {})", id, printable(pool->cpus));
    return fmt::format("pool {} (CPU {}{})", id, pool->cpu, pool->bh ? ", BH" : "");
}

std::string Naming::behind(const Behind& behind) const
{
    return fmt::format("{} ({}) in {}", function(behind.function), workqueue(behind.workqueue),
                       worker(behind.pid, behind.comm));
}

std::string ending(const Story& story)
{
    const bool has_started = story.started != kNotSeen;
    switch (story.end) {
    case StoryEnd::kOpen:
    case StoryEnd::kEnded: return has_started ? "" : "start not seen";
    case StoryEnd::kCancelled: return "cancelled";
    case StoryEnd::kLost: return has_started || story.queued == kNotSeen ? "end not seen" : "start not seen";
    case StoryEnd::kRecordingEnded:
        return has_started || story.queued == kNotSeen ? "still runs"
               : story.activated == kNotSeen           ? "still held back"
                                                       : "still waits";
    }
    return "";
}

}  // namespace wqctl
