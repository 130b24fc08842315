// SPDX-License-Identifier: GPL-2.0
#include "trace/sums.hh"

#include <algorithm>

#include <fmt/core.h>

namespace wqctl {

uint64_t stage_ns(const Story& story, StoryStage stage)
{
    // What has no end yet took at least as long as it was seen to.
    const auto so_far = [&](uint64_t from, uint64_t to) {
        const uint64_t end = to != kNotSeen ? to : story.told;
        return from == kNotSeen || end == kNotSeen || end < from ? 0 : end - from;
    };
    const auto held = [&] {
        return story.held_back || story.activated == kNotSeen ? so_far(story.queued, story.activated) : 0;
    };
    switch (stage) {
    case StoryStage::kHeld: return held();
    case StoryStage::kWaited: return so_far(story.activated, story.started);
    case StoryStage::kWait: return held() + so_far(story.activated, story.started);
    case StoryStage::kRan: return so_far(story.started, story.ended);
    case StoryStage::kSlept: return story.slept_ns;
    }
    return 0;
}

void StageTimes::add(uint64_t ns)
{
    const unsigned bucket = Latency::Geometry::index(ns);
    if (bucket >= buckets_.size())
        buckets_.resize(bucket + 1);
    buckets_[bucket]++;
    count_++;
    sum_ += ns;
    min_ = std::min(min_, ns);
    max_ = std::max(max_, ns);
}

Latency StageTimes::latency() const
{
    Latency latency;
    if (!count_)
        return latency;
    latency.count = count_;
    latency.sum = sum_;
    latency.min = min_;
    latency.max = max_;
    for (unsigned i = 0; i < buckets_.size(); i++)
        if (buckets_[i])
            latency.buckets.push_back({i, buckets_[i]});
    return latency;
}

uint64_t Sums::key(const Story& story) const
{
    switch (by_) {
    case StoryGrouping::kItem: return uint64_t{story.workqueue} << 32 | story.function;
    case StoryGrouping::kWorkqueue: return story.workqueue;
    case StoryGrouping::kFunction: return story.function;
    case StoryGrouping::kCpu: return story.cpu;
    case StoryGrouping::kQueuer: break;
    }
    if (story.queued == kNotSeen)
        return 0;
    // Interrupts by what they call, whomever they hit; tasks by their names.
    const auto who = story.context == EventContext::kTask ? story.by_comm : story.caller;
    return 1 + (uint64_t{static_cast<uint8_t>(story.context)} << 32 | who);
}

std::string Sums::label(const Story& story, const Tables& tables) const
{
    const Naming naming(tables);
    switch (by_) {
    case StoryGrouping::kItem: return naming.item(story);
    case StoryGrouping::kWorkqueue: return naming.workqueue(story.workqueue);
    case StoryGrouping::kFunction: return naming.function(story.function);
    case StoryGrouping::kCpu: return fmt::format("CPU {}", story.cpu);
    case StoryGrouping::kQueuer: break;
    }
    return story.queued == kNotSeen ? "?" : naming.queuers(story);
}

void Sums::add(const Story& story, const Tables& tables)
{
    items_++;
    StorySum& sum = sums_[key(story)];
    if (!sum.items++)
        sum.label = label(story, tables);
    sum.slept_ns += story.slept_ns;
    if (story.held_back && story.activated != kNotSeen)
        sum.held.add(story.held_ns());
    if (story.has_waited())
        sum.waited.add(story.waited_ns());
    if (story.has_run())
        sum.ran.add(story.ran_ns());

    const uint64_t ns = stage_ns(story, order_);
    order_ns_[key(story)] += ns;
    const auto longer = [&](const Story& one, const Story& other) {
        return stage_ns(one, order_) > stage_ns(other, order_);
    };
    if (!ns || !most_slowest_)
        return;
    if (slowest_.size() == most_slowest_) {
        if (ns <= stage_ns(slowest_.front(), order_))
            return;
        std::pop_heap(slowest_.begin(), slowest_.end(), longer);
        slowest_.pop_back();
    }
    slowest_.push_back(story);
    std::push_heap(slowest_.begin(), slowest_.end(), longer);
}

std::vector<const StorySum*> Sums::rows() const
{
    std::vector<std::pair<uint64_t, const StorySum*>> sorted;
    for (const auto& [key, sum] : sums_)
        sorted.emplace_back(order_ns_.at(key), &sum);
    std::sort(sorted.begin(), sorted.end(), [](const auto& one, const auto& other) {
        return one.first != other.first ? one.first > other.first : one.second->label < other.second->label;
    });
    std::vector<const StorySum*> rows;
    for (const auto& [ns, sum] : sorted)
        rows.push_back(sum);
    return rows;
}

std::vector<Story> Sums::slowest() const
{
    std::vector<Story> sorted = slowest_;
    std::sort(sorted.begin(), sorted.end(), [&](const Story& one, const Story& other) {
        const uint64_t a = stage_ns(one, order_), b = stage_ns(other, order_);
        return a != b ? a > b : one.begin() < other.begin();
    });
    return sorted;
}

}  // namespace wqctl
