// SPDX-License-Identifier: GPL-2.0
// How long somebody waits for whom a host may be late.
#pragma once

#include <cstdint>

#include "../glue/time.h"

namespace wqlab {

// Who waits looks again and again, and what passes from one look to the next counts for no more than MOST: a host that
// takes the machine away, or a clock that leaps, takes away none of the wait. In process context, of one thread.
class Patience {
public:
    // ns, both. MOST is some times what passes between two looks of a machine that is well.
    Patience(uint64_t whole, uint64_t most) : whole_(whole), most_(most), looked_(wqlab_now()) {}

    // From now on as at first.
    void renew() { spent_ = 0, looked_ = wqlab_now(); }
    // At each look: has it come to its end?
    [[nodiscard]] bool ends()
    {
        const uint64_t now = wqlab_now(), passed = now - looked_;
        looked_ = now;
        spent_ += passed < most_ ? passed : most_;
        return spent_ >= whole_;
    }

private:
    uint64_t whole_, most_, looked_, spent_ = 0;
};

}  // namespace wqlab
