// SPDX-License-Identifier: GPL-2.0
#include "trace/line.hh"

#include <fmt/core.h>

#include "snapshot/workqueue_labels.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

double seconds(uint64_t ns) { return static_cast<double>(ns) / 1e9; }

// A stage's time; "?" if an end of it was not seen, "" if there was none.
std::string stage(uint64_t from, uint64_t to, const Style& style)
{
    if (from == kNotSeen && to == kNotSeen)
        return "";
    if (from == kNotSeen || to == kNotSeen)
        return "?";
    return human_time(to - std::min(from, to), style.charset);
}

std::string others(const Behind& behind) { return behind.others ? fmt::format(" and {} more", behind.others) : ""; }

}  // namespace

std::string story_titles()
{
    return fmt::format("{:>11}  {:>8}  {:>8}  {:>8}  {:>8}  {}\n", "TIME", "HELD", "WAITED", "RAN", "SLEPT",
                       "ITEM (WORKQUEUE), WORKER, WHO QUEUED IT, WHAT IT WAITED BEHIND");
}

namespace {

bool has_run(const Story& story) { return story.started != kNotSeen || story.end == StoryEnd::kEnded; }

}  // namespace

std::string story_times(const Story& story, const Style& style)
{
    const bool has_waited = story.activated != kNotSeen || has_run(story);
    return fmt::format("{:11.6f}  {}  {}  {}  {}  ", seconds(story.begin()),
                       pad_left(story.held_back ? stage(story.queued, story.activated, style) : "", 8),
                       pad_left(has_waited ? stage(story.activated, story.started, style) : "", 8),
                       pad_left(has_run(story) ? stage(story.started, story.ended, style) : "", 8),
                       pad_left(story.sleeps ? human_time(story.slept_ns, style.charset) : "", 8));
}

std::string story_words(const Story& story, const Naming& naming)
{
    std::string line = naming.item(story);
    if (has_run(story) || story.queued == kNotSeen)
        line += fmt::format(", {} CPU {}", naming.worker(story.worker_pid, story.worker_comm), story.cpu);
    if (story.queued != kNotSeen) {
        const std::string caller = naming.caller(story);
        line += fmt::format(", {} {} CPU {}{}", story.is_barrier ? "awaited by" : "queued by", naming.queuer(story),
                            story.queue_cpu, caller.empty() ? "" : " from " + caller);
    }
    if (story.held_behind)
        line += fmt::format(", held back behind {}{}", naming.behind(story.held_behind), others(story.held_behind));
    if (story.waited_behind)
        line += fmt::format(", behind {}{}", naming.behind(story.waited_behind), others(story.waited_behind));
    if (const std::string how = ending(story); !how.empty())
        line += ", " + how;
    if (story.in_gap)
        line += ", events were lost meanwhile";
    return line;
}

std::string event_line(const Event& event, const Naming& naming)
{
    const auto line = [&](const std::string& text) { return fmt::format("{:11.6f}  {}\n", seconds(event.time), text); };
    switch (event.kind) {
    case EventKind::kLost:
        return line(fmt::format("-- {} events of CPU {} are lost, up to {:.6f} --", event.value, event.cpu,
                                seconds(event.other)));
    case EventKind::kCondition: return line(fmt::format("-- {} --", naming.function(event.detail)));
    case EventKind::kMayday:
        return line(fmt::format("-- {} calls the rescuer of {} --", naming.pool(event.pool),
                                naming.workqueue(event.workqueue)));
    case EventKind::kAttributes:
        return line(
            fmt::format("-- {} has now {} --", naming.workqueue(event.workqueue), naming.function(event.detail)));
    default: return "";
    }
}

void LineWriter::begin(const Head&, const Tables& tables)
{
    tables_ = &tables;
    print_(style_.bold(story_titles()));
}

void LineWriter::told(const Story& story)
{
    print_(story_times(story, style_) + story_words(story, Naming(*tables_)) + "\n");
}

void LineWriter::other(const Event& event)
{
    if (const std::string line = event_line(event, Naming(*tables_)); !line.empty())
        print_(line);
}

void LineWriter::end(const Tail& tail)
{
    for (const std::string& line : troubles(tail))
        print_(line + "\n");
}

std::string passed_over_words(const Tail& tail)
{
    std::string words;
    for (const PassedOver& one : tail.passed_over)
        words += fmt::format("{}{} for {}", words.empty() ? "" : ", ", grouped(one.calls), printable(one.what));
    return words;
}

std::vector<std::string> troubles(const Tail& tail)
{
    std::vector<std::string> lines;
    if (tail.clocks_differ)
        lines.push_back("clocks of CPUs differ: what happened on several may have been in another order");
    if (!tail.lost.empty()) {
        std::string& line = lines.emplace_back(fmt::format("lost: {} events", grouped(tail.lost_events())));
        for (const CpuLoss& one : tail.lost)
            line += fmt::format(", {} of CPU {}", grouped(one.events), one.cpu);
    }
    if (!tail.passed_over.empty())
        lines.push_back(fmt::format("passed over by busy probes: {} calls, {}", grouped(tail.calls_passed_over()),
                                    passed_over_words(tail)));
    return lines;
}

std::string tell_at_length(const Story& story, const Naming& naming, const Style& style)
{
    const auto human = [&](uint64_t ns) { return human_time(ns, style.charset); };
    const auto at = [&](uint64_t time, const std::string& text) {
        return fmt::format("{:13.6f}  {}\n", seconds(time), text);
    };
    const auto below = [](const std::string& text) { return fmt::format("{:13}    {}\n", "", text); };
    const auto told_behind = [&](const Behind& behind, uint64_t whole) {
        return below(fmt::format("behind {}, {} of {}{}", naming.behind(behind), human(behind.ns), human(whole),
                                 behind.others ? fmt::format("; {} more had a part in it", behind.others) : ""));
    };

    std::string text = style.bold(fmt::format("{}, item {}", naming.item(story), identity_text(story.item))) + "\n";
    if (story.queued == kNotSeen) {
        text += below("was queued before the recording began, or that was lost");
    } else {
        const std::string caller = naming.caller(story);
        text += at(story.queued,
                   fmt::format("{} by {} on CPU {}{}", story.is_barrier ? "awaited" : "queued", naming.queuer(story),
                               story.queue_cpu, caller.empty() ? "" : ", from " + caller));
        if (story.asked_cpu != kAnyCpu)
            text += below(fmt::format("for CPU {}", story.asked_cpu));
    }
    if (story.held_back && story.activated != kNotSeen) {
        text += at(story.activated, fmt::format("was held back by max_active for {}", human(story.held_ns())));
        if (story.held_behind)
            text += told_behind(story.held_behind, story.held_ns());
    }
    if (story.started != kNotSeen) {
        text += at(story.started, story.has_waited() ? fmt::format("waited {} for a worker of {}",
                                                                   human(story.waited_ns()), naming.pool(story.pool))
                                                     : "started in " + naming.pool(story.pool));
        if (story.waited_behind)
            text += told_behind(story.waited_behind, story.waited_ns());
        else if (story.has_waited())
            text += below("behind no item that was seen: a worker was made, woken or got its CPU");
        text += below(
            fmt::format("started in {} on CPU {}", naming.worker(story.worker_pid, story.worker_comm), story.cpu));
    }
    if (story.has_run()) {
        text += at(story.ended, fmt::format("ended, after {}", human(story.ran_ns())));
        if (story.sleeps)
            text += below(fmt::format("of which it slept {}, in {} {}", human(story.slept_ns), story.sleeps,
                                      story.sleeps == 1 ? "sleep" : "sleeps"));
    } else if (story.end == StoryEnd::kEnded) {
        text += at(story.ended, "ended; its start was not seen");
    }
    if (story.end == StoryEnd::kCancelled || story.end == StoryEnd::kLost || story.end == StoryEnd::kRecordingEnded)
        text += at(story.told, ending(story));
    if (story.in_gap)
        text += below("events were lost meanwhile: there may be more to it");
    return text;
}

}  // namespace wqctl
