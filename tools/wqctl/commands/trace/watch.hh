// SPDX-License-Identifier: GPL-2.0
// Looks out for a condition in events as they come.
#pragma once

#include <optional>

#include "commands/trace/condition.hh"
#include "trace/activations.hh"
#include "trace/stories.hh"

namespace wqctl {

class Watch final : private StoryListener {
public:
    struct Found {
        uint64_t time = 0;  // when it held, at the latest
        uint64_t item = 0;
        NameId function = 0;
        WorkqueueId workqueue = 0;
    };

    // All must live as long.
    Watch(const Condition& condition, const Tables& tables) : condition_(condition), tables_(tables) {}

    EventSink& sink() { return activations_; }
    const EventSink& sink() const { return activations_; }
    // Of those that wait or run: the condition may hold before an event says so.
    void look(uint64_t now);
    const std::optional<Found>& found() const { return found_; }

private:
    void check(const Story& story, uint64_t now);
    void activated(Story& story) override { check(story, story.activated); }
    void started(Story& story) override { check(story, story.started); }
    void told(const Story& story) override { check(story, story.told); }

    const Condition& condition_;
    const Tables& tables_;
    std::optional<Found> found_;
    Stories stories_{*this};
    Activations activations_{stories_};
};

}  // namespace wqctl
