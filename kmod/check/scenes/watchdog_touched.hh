// SPDX-License-Identifier: GPL-2.0
// What the watchdog of workqueues keeps of touches: when each CPU's was the last, and when any was kept for the pools
// that have no CPU of their own. And when it is due to look.
#pragma once

#include "../../glue/cpu.h"
#include "../../glue/symbols.h"
#include "../harness/trial.hh"

namespace wqlab {

// In jiffies; 0: it can't be read.
class Touched {
public:
    explicit Touched(const Trial& t)
        : kernel_(t.kernel()),
          any_(wqlab_symbol("wq_watchdog_touched")),
          own_(wqlab_symbol("wq_watchdog_touched_cpu")),
          some_(t.first_cpu())
    {
    }

    bool can_be_read() const { return any_ && own_ && any() && own(some_); }
    uint64_t any() const { return read(any_); }
    uint64_t own(uint32_t cpu) const { return read(kernel_.per_cpu(own_, cpu)); }
    // Each of them, as when the threshold is set and after each look.
    bool all_since(uint64_t jiffies) const
    {
        bool all = any() >= jiffies;
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++)
            all = all && (!wqlab_cpu_online(cpu) || own(cpu) >= jiffies);
        return all;
    }

private:
    uint64_t read(Address at) const
    {
        uint64_t jiffies = 0;
        return kernel_.read(&jiffies, at, sizeof(jiffies)) ? jiffies : 0;
    }

    const Kernel& kernel_;
    const uintptr_t any_, own_;
    const uint32_t some_;
};

// What the watchdog's timer was armed for last, also while it fires and when it is disarmed. It fires no earlier.
inline uint64_t last_armed_for(Trial& t, uintptr_t timer)
{
    uint64_t expires = 0;
    if (!t.kernel().peek(expires, timer, Field::kTimerExpires))
        t.skip("the watchdog's timer can't be read");
    return expires;
}

}  // namespace wqlab
