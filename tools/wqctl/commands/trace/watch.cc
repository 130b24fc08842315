// SPDX-License-Identifier: GPL-2.0
#include "commands/trace/watch.hh"

namespace wqctl {

void Watch::look(uint64_t now)
{
    // An item that is not held back is activated by who queues it, at once.
    constexpr uint64_t kAtOnce = 5'000'000;
    activations_.settle(now > kAtOnce ? now - kAtOnce : 0);
    stories_.for_each_open([&](const Story& story) { check(story, now); });
}

void Watch::check(const Story& story, uint64_t now)
{
    if (!found_ && now != kNotSeen && condition_.holds(story, tables_, now))
        found_ = Found{now, story.item, story.function, story.workqueue};
}

}  // namespace wqctl
