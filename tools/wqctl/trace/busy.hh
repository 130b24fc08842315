// SPDX-License-Identifier: GPL-2.0
// Which items had a place (a pool, a workqueue) and when: of those that have it now, all; of those that had, the last.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "trace/story.hh"

namespace wqctl {

class Busy {
public:
    // Whether one that sleeps lets others in: in a pool of a CPU another worker goes on.
    explicit Busy(bool sleepers_make_room = false) : sleepers_make_room_(sleepers_make_room) {}

    void starts(const Story* story) { now_.push_back(story); }
    void ends(const Story* story);

    // Who had the place between the two times, for the item; only: the worker's pid, if just one counts.
    static constexpr int32_t kAnyWorker = -1;
    Behind behind(uint64_t from, uint64_t to, const Story& of, int32_t only = kAnyWorker) const;

private:
    // Longer ago than so many items, nobody is waited behind: or so it is taken.
    static constexpr size_t kRemembered = 64;

    struct Past {
        uint64_t started, ended, slept;
        Behind who;
    };
    static Behind who(const Story& story);

    bool sleepers_make_room_;
    std::vector<const Story*> now_;
    std::array<Past, kRemembered> past_{};
    size_t ended_ = 0;  // so many in all
};

}  // namespace wqctl
