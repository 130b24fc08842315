// SPDX-License-Identifier: GPL-2.0
#include "commands/trace/shown.hh"

#include <fmt/core.h>

#include "snapshot/workqueue_labels.hh"
#include "term/lines.hh"
#include "term/table.hh"
#include "text/printable.hh"
#include "trace/line.hh"

namespace wqctl {

void Meant::begin(const Head& head, const Tables& tables)
{
    tables_ = &tables;
    next_.begin(head, tables);
}

bool Meant::is_meant(NameId function, WorkqueueId workqueue)
{
    if (patterns_.empty())
        return true;
    const auto [found, is_new] = known_.try_emplace(uint64_t{workqueue} << 32 | function);
    if (is_new)
        found->second = patterns_.match(tables_->text(function)) || tables_->is_meant(workqueue, patterns_);
    return found->second;
}

void Meant::told(const Story& story)
{
    if (!is_meant(story.function, story.workqueue))
        return;
    passed_++;
    next_.told(story);
}

void SumsPage::begin(const Head& head, const Tables& tables)
{
    head_ = head;
    tables_ = &tables;
}

namespace {

std::string seconds(uint64_t ns) { return fmt::format("{:.3f} s", static_cast<double>(ns) / 1e9); }

std::string headline(const Head& head, const Tail& tail, uint64_t items, const Style& style)
{
    std::string text = fmt::format("{} in {} of {}, Linux {}, {} CPUs\n", style.bold(grouped(items) + " items"),
                                   seconds(tail.elapsed_ns), printable(head.machine), printable(head.kernel),
                                   head.cpus);
    text += fmt::format("{} events by clock {}, order of CPUs certain within {}", grouped(tail.events),
                        printable(head.clock), human_time(head.clock_error_ns, style.charset));
    if (tail.ns_per_event > 0)
        text += fmt::format("; recording one took {:.0f} ns", tail.ns_per_event);
    text += fmt::format("; ended by {}\n", printable(tail.ended_by));
    for (const std::string& trouble : troubles(tail))
        text += style.red(trouble) + "\n";
    for (const std::string& missing : head.missing)
        text += fmt::format("not recorded: {}\n", printable(missing));
    return text;
}

std::array<std::string, 3> cells(const StageTimes& times, const Style& style)
{
    if (!times.count())
        return {};
    const Latency latency = times.latency();
    const auto human = [&](uint64_t ns) { return human_time(ns, style.charset); };
    return {human(latency.percentile(0.5)), human(latency.percentile(0.99)), human(latency.max)};
}

const char* title(StoryGrouping by)
{
    switch (by) {
    case StoryGrouping::kItem: return "FUNCTION (WORKQUEUE)";
    case StoryGrouping::kWorkqueue: return "WORKQUEUE";
    case StoryGrouping::kFunction: return "FUNCTION";
    case StoryGrouping::kQueuer: return "QUEUED BY";
    case StoryGrouping::kCpu: return "CPU";
    }
    return "";
}

const char* slowest_title(StoryStage order)
{
    switch (order) {
    case StoryStage::kWait: return "Waited longest until they ran";
    case StoryStage::kHeld: return "Were held back longest by max_active";
    case StoryStage::kWaited: return "Waited longest for a worker";
    case StoryStage::kRan: return "Ran longest";
    case StoryStage::kSlept: return "Slept longest";
    }
    return "";
}

}  // namespace

std::string SumsPage::render(const Style& style) const
{
    std::string text = headline(head_, tail_, sums_.items(), style) + "\n";
    Table table;
    table.column(title(by_), Table::Align::kLeft);
    table.column("ITEMS");
    for (const char* stage : {"HELD BACK", "WAITED", "RAN"})
        for (const char* column : {"P50", "P99", "MAX"})
            table.column(column, Table::Align::kRight, stage);
    table.column("SLEPT");
    for (const StorySum* sum : sums_.rows()) {
        std::vector<std::string> row = {sum->label, grouped(sum->items)};
        for (const StageTimes* times : {&sum->held, &sum->waited, &sum->ran})
            for (std::string& cell : cells(*times, style))
                row.push_back(std::move(cell));
        row.push_back(sum->slept_ns ? human_time(sum->slept_ns, style.charset) : "");
        table.row(std::move(row));
    }
    text += table.render(style);
    const std::vector<Story> slowest = sums_.slowest();
    if (slowest.empty())
        return text;
    text += "\n" + style.bold(slowest_title(order_)) + "\n" + style.dim(story_titles());
    const Naming naming(*tables_);
    for (const Story& story : slowest)
        text += hanging(story_times(story, style),
                        fmt::format("{}, item {}", story_words(story, naming), identity_text(story.item)), style.width);
    return text;
}

void AtLength::told(const Story& story)
{
    if (item_ && story.item != *item_)
        return;
    count_++;
    if (item_) {
        if (stories_.size() < kMost)
            stories_.push_back(story);
    } else if (stories_.empty()) {
        stories_.push_back(story);
    } else if (stage_ns(story, order_) > stage_ns(stories_[0], order_)) {
        stories_[0] = story;
    }
}

std::string AtLength::render(const Style& style) const
{
    std::string text;
    const Naming naming(*tables_);
    for (const Story& story : stories_) {
        if (!text.empty())
            text += "\n";
        text += tell_at_length(story, naming, style);
    }
    if (item_ && count_ > stories_.size())
        text += fmt::format("\nand {} more stories of it\n", count_ - stories_.size());
    return text;
}

}  // namespace wqctl
