// SPDX-License-Identifier: GPL-2.0
// Allocations of a task made to fail, one after the other, by the kernel's own fault injection (fail-nth in
// Documentation/fault-injection/fault-injection.rst; kernels with CONFIG_FAILSLAB only).
#pragma once

#include <functional>
#include <string>

#include "system/kept_value.hh"

inline const std::string kFailslab = "/sys/kernel/debug/failslab/";

// True: the kernel can't, and the test, which returns, is reported as skipped.
bool cannot_fail_allocations();

// The n-th allocation of one task, and of no other, fails once.
class FailNth {
public:
    explicit FailNth(const std::string& task = "thread-self");
    ~FailNth();
    FailNth(const FailNth&) = delete;

    void arm(unsigned n);
    // How many allocations it is until one fails.
    unsigned left() const;
    // Whether one has failed since.
    bool disarm();

private:
    int file_;
    // Also those that may wait, which is nearly all; and without a stack in the log for each.
    wqctl::KeptValue waiting_{kFailslab + "ignore-gfp-wait", "N"};
    wqctl::KeptValue quiet_{kFailslab + "verbose", "0"};
};

// What a kernel says for want of memory, whoever of it noticed.
bool is_for_want_of_memory(const std::string& said);

// Does it with its first allocation failing, then with its second, …, and at last with none. Every refusal is for that
// reason, and judge() looks at what is left, with nothing failing, and hears whether it was refused. Of more
// allocations than `most`, or than WQLAB_FAILURES, that many are taken: half of them the last ones, the others spread
// over those before. Returns how many have failed.
unsigned with_each_failing(const std::function<void()>& act, const std::function<void(bool refused)>& judge,
                           unsigned most = 20'000);
