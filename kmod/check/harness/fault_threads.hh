// SPDX-License-Identifier: GPL-2.0
// Threads that execute items behind the kernel's back: the stand-in for
// kernels that break limits, orders and contexts.
#pragma once

#include "../../lab/kthread.hh"
#include "../../lab/sync.hh"

namespace wqlab {

class TestItem;

class FaultThreads {
public:
    ~FaultThreads() { stop(); }

    Result<void> start();
    void stop();
    // Any context. False: all are busy, or there are none.
    bool execute(TestItem& item);

private:
    static constexpr uint32_t kThreads = 6;

    struct Thread {
        void main();

        Kthread thread;
        TestItem* item = nullptr;  // claimed by a compare and exchange
        bool stopping = false;
    };

    Thread threads_[kThreads];
};

}  // namespace wqlab
