// SPDX-License-Identifier: GPL-2.0
// What many stories say together: how long items of each workqueue and function were held back, waited and ran; and
// which took longest.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "stats/latency.hh"
#include "text/choose.hh"
#include "trace/naming.hh"
#include "trace/story.hh"

namespace wqctl {

enum class StoryGrouping { kItem, kWorkqueue, kFunction, kQueuer, kCpu };
inline constexpr std::array<Named<StoryGrouping>, 5> kStoryGroupings = {{
    {"item", StoryGrouping::kItem},
    {"wq", StoryGrouping::kWorkqueue},
    {"function", StoryGrouping::kFunction},
    {"queuer", StoryGrouping::kQueuer},
    {"cpu", StoryGrouping::kCpu},
}};

// What an item took long for.
enum class StoryStage { kWait, kHeld, kWaited, kRan, kSlept };
inline constexpr std::array<Named<StoryStage>, 5> kStoryStages = {{
    {"wait", StoryStage::kWait},  // held back, and for a worker
    {"held", StoryStage::kHeld},
    {"waited", StoryStage::kWaited},
    {"ran", StoryStage::kRan},
    {"slept", StoryStage::kSlept},
}};
// So far, of one that goes on.
uint64_t stage_ns(const Story& story, StoryStage stage);

class StageTimes {
public:
    void add(uint64_t ns);
    Latency latency() const;
    uint64_t count() const { return count_; }

private:
    uint64_t count_ = 0, sum_ = 0, min_ = UINT64_MAX, max_ = 0;
    std::vector<uint32_t> buckets_;
};

struct StorySum {
    std::string label;  // of what is put together
    uint64_t items = 0;
    uint64_t slept_ns = 0;
    StageTimes held, waited, ran;  // of those of whom it was seen whole; held: of those held back
};

class Sums {
public:
    Sums(StoryGrouping by, StoryStage order, size_t slowest) : by_(by), order_(order), most_slowest_(slowest) {}

    void add(const Story& story, const Tables& tables);

    // The most by what they took in all, for the stage that orders, first.
    std::vector<const StorySum*> rows() const;
    // The longest first.
    std::vector<Story> slowest() const;
    uint64_t items() const { return items_; }

private:
    uint64_t key(const Story& story) const;
    std::string label(const Story& story, const Tables& tables) const;

    StoryGrouping by_;
    StoryStage order_;
    size_t most_slowest_;
    uint64_t items_ = 0;
    std::unordered_map<uint64_t, StorySum> sums_;
    std::unordered_map<uint64_t, uint64_t> order_ns_;
    std::vector<Story> slowest_;  // a heap, the shortest on top
};

}  // namespace wqctl
