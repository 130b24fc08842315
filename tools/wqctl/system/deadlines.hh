// SPDX-License-Identifier: GPL-2.0
// When to sample: at fixed times, however long a sample takes. Those that
// were missed are left out.
#pragma once

#include <cstdint>

namespace wqctl {

class Deadlines {
public:
    Deadlines(uint64_t start_ns, uint64_t interval_ns) : due_ns_(start_ns), interval_ns_(interval_ns) {}

    uint64_t next(uint64_t now_ns)
    {
        due_ns_ += interval_ns_;
        if (due_ns_ <= now_ns && interval_ns_)
            due_ns_ += ((now_ns - due_ns_) / interval_ns_ + 1) * interval_ns_;
        return due_ns_;
    }

private:
    uint64_t due_ns_;
    uint64_t interval_ns_;
};

}  // namespace wqctl
