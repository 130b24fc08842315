// SPDX-License-Identifier: GPL-2.0
#include "trace/busy.hh"

#include <algorithm>

namespace wqctl {

Behind Busy::who(const Story& story)
{
    Behind behind;
    behind.item = story.item;
    behind.function = story.function;
    behind.workqueue = story.workqueue;
    behind.pid = story.worker_pid;
    behind.comm = story.worker_comm;
    return behind;
}

void Busy::ends(const Story* story)
{
    const auto found = std::find(now_.begin(), now_.end(), story);
    if (found == now_.end())
        return;
    *found = now_.back();
    now_.pop_back();
    if (story->started == kNotSeen && story->ended == kNotSeen)
        return;
    past_[ended_++ % kRemembered] = {story->started == kNotSeen ? 0 : story->started, story->ended, story->slept_ns,
                                     who(*story)};
}

Behind Busy::behind(uint64_t from, uint64_t to, const Story& of, int32_t only) const
{
    Behind most;
    uint32_t all = 0;
    const auto consider = [&](uint64_t started, uint64_t ended, uint64_t slept, const Behind& one) {
        const uint64_t begin = std::max(started, from), end = std::min(ended, to);
        if (begin >= end || (only != kAnyWorker && one.pid != only))
            return;
        uint64_t ns = end - begin;
        // When it slept is not kept: as much as it can have slept meanwhile is not held against it.
        if (sleepers_make_room_)
            ns -= std::min(ns, slept);
        if (!ns)
            return;
        all++;
        if (ns > most.ns) {
            most = one;
            most.ns = ns;
        }
    };
    for (const Story* story : now_) {
        if (story == &of)
            continue;
        uint64_t slept = story->slept_ns;
        if (story->sleeps_since != kNotSeen)
            slept += to - std::min(to, story->sleeps_since);
        consider(story->started == kNotSeen ? 0 : story->started, to, slept, who(*story));
    }
    // Ends are in order, so the first that was over before is the last to look at.
    for (size_t i = ended_; i > 0 && i + kRemembered > ended_; i--) {
        const Past& past = past_[(i - 1) % kRemembered];
        if (past.ended <= from)
            break;
        consider(past.started, past.ended, past.slept, past.who);
    }
    most.others = all ? all - 1 : 0;
    return most;
}

}  // namespace wqctl
