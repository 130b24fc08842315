// SPDX-License-Identifier: GPL-2.0
// What one item went through, from who queued it to its end.
#pragma once

#include <cstdint>

#include "trace/event.hh"

namespace wqctl {

inline constexpr uint64_t kNotSeen = UINT64_MAX;

// What an item waited behind: the one that had its place for the longest part of the wait.
struct Behind {
    uint64_t item = 0;  // 0: no item had
    NameId function = 0;
    WorkqueueId workqueue = 0;
    int32_t pid = 0;  // its worker, 0: BH
    NameId comm = 0;
    uint64_t ns = 0;      // of the wait
    uint32_t others = 0;  // items that had a part in it, too

    explicit operator bool() const { return item; }
    bool operator==(const Behind&) const = default;
};

enum class StoryEnd : uint8_t {
    kOpen,            // not yet
    kEnded,           // it has run
    kCancelled,       // it won't run
    kLost,            // it must have ended, because what came then could not have come before
    kRecordingEnded,  // it waits or runs
};

struct Story {
    uint64_t item = 0;
    NameId function = 0;
    WorkqueueId workqueue = 0;
    int32_t pool = kNoPool;

    // Who queued it; of a flush's barrier: who waits for it.
    EventContext context = EventContext::kTask;
    bool likely_caller = false;
    uint16_t queue_cpu = 0;
    uint32_t asked_cpu = kAnyCpu;
    int32_t by_pid = 0;
    NameId by_comm = 0;
    NameId caller = 0;

    // In ns since the recording began, or kNotSeen.
    uint64_t queued = kNotSeen;
    uint64_t activated = kNotSeen;  // queued, unless it was held back
    uint64_t started = kNotSeen;
    uint64_t ended = kNotSeen;  // or when it was cancelled
    uint64_t told = kNotSeen;   // when it was known that there is no more of it

    // Where it ran.
    int32_t worker_pid = 0;  // 0: BH
    NameId worker_comm = 0;
    uint16_t cpu = 0;  // where it started

    bool held_back = false;
    bool is_barrier = false;
    bool in_gap = false;  // events were lost meanwhile
    StoryEnd end = StoryEnd::kOpen;
    uint32_t sleeps = 0;
    uint64_t slept_ns = 0;
    uint64_t sleeps_since = kNotSeen;  // if it sleeps now

    Behind held_behind;
    Behind waited_behind;

    uint32_t mark = 0;  // the listener's own

    bool operator==(const Story&) const = default;

    bool has_waited() const { return activated != kNotSeen && started != kNotSeen; }
    bool has_run() const { return started != kNotSeen && ended != kNotSeen; }
    // 0 for what was not seen whole.
    uint64_t held_ns() const { return between(queued, activated); }
    uint64_t waited_ns() const { return between(activated, started); }
    uint64_t ran_ns() const { return between(started, ended); }
    // Its first moment that was seen.
    uint64_t begin() const
    {
        return queued != kNotSeen ? queued : activated != kNotSeen ? activated : started != kNotSeen ? started : ended;
    }

private:
    // A damaged file may have them in any order.
    static uint64_t between(uint64_t from, uint64_t to)
    {
        return from == kNotSeen || to == kNotSeen || to < from ? 0 : to - from;
    }
};

// Who hears them. Told of an item as it goes on, or only of whole stories.
class StoryListener {
public:
    virtual ~StoryListener() = default;
    virtual void begin(const Head&, const Tables&) {}
    virtual void queued(Story&, const Event&) {}
    virtual void activated(Story&) {}
    virtual void started(Story&) {}  // also when it is first seen running, with no start
    virtual void slept(Story&, const Event&) {}
    virtual void woke(Story&, const Event&) {}
    // Its end says how. No more of this story.
    virtual void told(const Story&) {}
    // Of no item; a flush comes before its barrier.
    virtual void other(const Event&) {}
    virtual void end(const Tail&) {}
};

}  // namespace wqctl
