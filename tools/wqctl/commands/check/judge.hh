// SPDX-License-Identifier: GPL-2.0
// Has the module judge checks, one after the other, and does what they ask of
// user space meanwhile. Whatever hangs, each call ends: see core/check_bounds.hh.
#pragma once

#include <cstdint>
#include <string>

#include "commands/check/promise.hh"
#include "core/patience.hh"
#include "system/wait.hh"
#include "wire/lab.hh"

namespace wqctl {

class Judge {
public:
    Judge(Lab& lab, Interrupts& interrupts) : lab_(lab), events_(lab), interrupts_(interrupts) {}

    // fault: the stand-in to judge instead of the kernel, or "". At an interrupt it
    // stops the check, at the second one it does not wait for its end either.
    Judgement judge(const Promise& promise, const std::string& fault, uint64_t seed);
    // For each fault that a check must see, whether it does. Those that do are passed.
    Judgement prove(const Promise& promise);

    // Why no more can be judged; empty: more can.
    const std::string& ended() const { return ended_; }
    bool is_interrupted() const { return interruptions_; }

private:
    // Until the check is done, or there is no use in waiting.
    CheckState follow(const Promise& promise);
    void wait();

    Lab& lab_;
    Events events_;
    Interrupts& interrupts_;
    unsigned interruptions_ = 0;
    wqlab::Patience patience_{0, 0};  // for the end of the check; by monotonic_ns()
    std::string ended_;
};

}  // namespace wqctl
