// SPDX-License-Identifier: GPL-2.0
// A latency recording, and whose the one is that there may be.
#pragma once

#include "../lab/sync.hh"
#include "one_at_a_time.hh"
#include "recorder.hh"

namespace wqlab {

// Stops when it is destroyed.
class Recording {
public:
    ~Recording() { stop(); }

    // Once. kNotSupported: this kernel has not all that it needs.
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
using Recordings = OneAtATime<Recording, "wqlab latency recordings">;

}  // namespace wqlab
