// SPDX-License-Identifier: GPL-2.0
// How long somebody waits for whom a host may be late.
#pragma once

#include <cstdint>

namespace wqlab {

// Who waits looks again and again, and says of each time that has passed since what is the most of it that counts: a
// host that takes the machine away, or a clock that leaps, takes away little of the wait. Of one thread; times in ns.
class Patience {
public:
    Patience(uint64_t whole, uint64_t now) : left_(whole), at_(now) {}

    // What has passed since the last time is spent, of more than MOST that much. Is nothing left?
    bool spend(uint64_t now, uint64_t most)
    {
        const uint64_t passed = now - at_, counts = passed < most ? passed : most;
        at_ = now;
        left_ -= counts < left_ ? counts : left_;
        return !left_;
    }

private:
    uint64_t left_;
    uint64_t at_;
};

}  // namespace wqlab
