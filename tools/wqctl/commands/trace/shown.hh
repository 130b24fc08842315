// SPDX-License-Identifier: GPL-2.0
// What `wqctl trace show` makes of the stories in a file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "term/style.hh"
#include "text/patterns.hh"
#include "trace/story.hh"
#include "trace/sums.hh"

namespace wqctl {

// Passes on what is about items that are meant.
class Meant final : public StoryListener {
public:
    Meant(StoryListener& next, Patterns patterns) : next_(next), patterns_(std::move(patterns)) {}

    void begin(const Head& head, const Tables& tables) override;
    void told(const Story& story) override;
    void other(const Event& event) override { next_.other(event); }
    void end(const Tail& tail) override { next_.end(tail); }
    uint64_t passed() const { return passed_; }

private:
    bool is_meant(NameId function, WorkqueueId workqueue);

    StoryListener& next_;
    Patterns patterns_;
    const Tables* tables_ = nullptr;
    std::unordered_map<uint64_t, bool> known_;  // by workqueue and function
    uint64_t passed_ = 0;
};

// Sums, and the slowest, at the end.
class SumsPage final : public StoryListener {
public:
    SumsPage(StoryGrouping by, StoryStage order, size_t slowest) : sums_(by, order, slowest), order_(order), by_(by) {}

    void begin(const Head& head, const Tables& tables) override;
    void told(const Story& story) override { sums_.add(story, *tables_); }
    void end(const Tail& tail) override { tail_ = tail; }
    std::string render(const Style& style) const;

private:
    Sums sums_;
    StoryStage order_;
    StoryGrouping by_;
    Head head_;
    Tail tail_;
    const Tables* tables_ = nullptr;
};

// The stories of an item, at length.
class AtLength final : public StoryListener {
public:
    // item: none: of all the slowest for the stage.
    AtLength(std::optional<uint64_t> item, StoryStage order) : item_(item), order_(order) {}

    void begin(const Head&, const Tables& tables) override { tables_ = &tables; }
    void told(const Story& story) override;
    std::string render(const Style& style) const;
    bool found() const { return count_; }

private:
    static constexpr size_t kMost = 100;  // of an item, if it is queued again and again

    std::optional<uint64_t> item_;
    StoryStage order_;
    const Tables* tables_ = nullptr;
    std::vector<Story> stories_;
    uint64_t count_ = 0;
};

}  // namespace wqctl
