// SPDX-License-Identifier: GPL-2.0
// A latency recording, and whose the one is that there may be.
#pragma once

#include "../lab/shared.hh"
#include "../lab/sync.hh"
#include "recorder.hh"

namespace wqlab {

// Stops when it is destroyed.
class Recording {
public:
    ~Recording() { stop(); }

    // Once.
    Result<void> start(const Kernel& kernel);
    // The records stand still once it returns. Sleeps for some grace periods.
    void stop();

    bool running() const { return attached_.is_set() && !stopped_.is_set(); }
    uint64_t elapsed() const;
    const Recorder& recorder() const { return recorder_; }

private:
    Recorder recorder_;
    uint64_t begun_ns_ = 0;
    Flag attached_;
    Flag stopped_;
    NamedMutex<"wqlab latency recording stops"> stopping_;  // outermost
    Counter elapsed_ns_;                                    // once stopped
};

// The machine's one recording, and whose it is.
class Recordings {
public:
    // The kernel must live as long.
    explicit Recordings(const Kernel& kernel) : kernel_(kernel) {}

    // kNotSupported: this kernel has not all that it needs.
    // kBusy: there is one that is another's, or has not been stopped. One that
    // was stopped gives way to its owner's next. kNoDevice: unloading.
    Result<void> start(uint32_t owner);
    // kNoEntry: there is none. kBusy: it is another's.
    Result<void> stop(uint32_t owner);
    Result<Shared<Recording>> of(uint32_t owner);
    // Ends the owner's, if it has one.
    void owner_gone(uint32_t owner);
    // Ends what there is and takes no new one.
    void shut_down();

private:
    Result<Shared<Recording>> open() const;

    const Kernel& kernel_;

    // L, innermost, and held for looks and moves only: closing any
    // generic-netlink socket of the machine takes it (owner_gone()).
    NamedMutex<"wqlab latency recordings"> lock_;
    bool closed_ = false;          // L
    bool opening_ = false;         // L: one is being made, with the lock open
    uint32_t owner_ = 0;           // L
    Shared<Recording> recording_;  // L
};

}  // namespace wqlab
