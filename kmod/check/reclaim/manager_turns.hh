// SPDX-License-Identifier: GPL-2.0
// How often who manages a pool has run, and rested.
#pragma once

#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../scenes/proc_stat.hh"

namespace wqlab {

namespace manager {

inline uint64_t number_at(const char* at)
{
    uint64_t value = 0;
    for (; *at >= '0' && *at <= '9'; at++)
        value = value * 10 + static_cast<uint64_t>(*at - '0');
    return value;
}

// How often it has got a CPU: the third number of its schedstat; or how often it has gone to sleep. False: neither
// is told.
inline bool turns_of(Trial& t, int32_t pid, uint64_t& turns)
{
    char path[40];
    wqlab_format(path, sizeof(path), "/proc/%d/schedstat", pid);
    if (t.read(path) == 0) {
        const char* at = t.text();
        for (uint32_t blanks = 0; *at && blanks < 2; at++)
            blanks += *at == ' ';
        turns = number_at(at);
        return true;
    }
    constexpr char kWords[] = "\nvoluntary_ctxt_switches:\t";
    wqlab_format(path, sizeof(path), "/proc/%d/status", pid);
    if (t.read(path))
        return false;
    const LogLine status = {t.text(), __builtin_strlen(t.text()), 0, nullptr, false};
    const char* at = status.find(kWords);
    turns = at ? number_at(at + sizeof(kWords) - 1) : 0;
    return at;
}

// In a rest it has no turn at all, and it waits for a thread in another state: so a rest is known by how many turns
// it has had before.
class Rests {
public:
    void look(Trial& t, int32_t pid)
    {
        uint64_t turns = 0, after = 0;
        const bool is_told = turns_of(t, pid, turns);
        const char* const state = is_told ? stat_of_thread(t, pid, "kworker") : nullptr;
        const bool sleeps = state && *state == 'S';
        if (!sleeps || !turns_of(t, pid, after) || turns != after || (rests_ && turns == turns_))
            return;
        turns_ = turns;
        rests_++;
    }
    uint32_t rests() const { return rests_; }
    // Each but the first and the last takes a second at least, by the clock that its timer goes by. Who is
    // preempted when it is about to rest seems to have had one more.
    uint64_t most() const { return (wqlab_jiffies() - began_) / wqlab_hz() + 3; }

private:
    const uint64_t began_ = wqlab_jiffies();
    uint64_t turns_ = 0;
    uint32_t rests_ = 0;
};

}  // namespace manager

}  // namespace wqlab
