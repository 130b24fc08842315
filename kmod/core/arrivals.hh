// SPDX-License-Identifier: GPL-2.0
// When the items of an issuer that keeps to a schedule are due.
#pragma once

#include <cstdint>

#include "random.hh"

namespace wqlab {

// An open loop: the times do not depend on when items were issued or done, so an
// issuer that falls behind is late, and its items count from when they were due.
class Arrivals {
public:
    struct Schedule {
        uint64_t interval = 0;  // ns between two arrivals, or their mean
        uint32_t burst = 1;     // items due at each arrival
        bool poisson = false;
    };

    Arrivals() = default;
    // The first item is due at begin.
    Arrivals(const Schedule& schedule, uint64_t begin) : schedule_(schedule), next_ns_(begin) {}

    // Goes to the next item. False: it is due with the last one.
    bool advance(Random& random)
    {
        if (left_in_burst_) {
            left_in_burst_--;
            return false;
        }
        due_ns_ = next_ns_;
        next_ns_ += schedule_.poisson ? random.exponential(schedule_.interval) : schedule_.interval;
        left_in_burst_ = schedule_.burst - 1;
        return true;
    }

    // Of the item that advance() went to.
    uint64_t due_ns() const { return due_ns_; }
    // How much later than that now is. 0: not later, or by no more than slack.
    uint64_t lateness_ns(uint64_t now, uint64_t slack) const { return now <= due_ns_ + slack ? 0 : now - due_ns_; }

private:
    Schedule schedule_;
    uint64_t due_ns_ = 0;
    uint64_t next_ns_ = 0;
    uint32_t left_in_burst_ = 0;
};

}  // namespace wqlab
