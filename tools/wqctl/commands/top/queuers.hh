// SPDX-License-Identifier: GPL-2.0
// Who queues how much on what, while somebody looks: of a trace of queue calls alone.
#pragma once

#include <map>
#include <tuple>

#include "commands/top/model.hh"
#include "recorder/queuer_name.hh"
#include "recorder/trace_recording.hh"

namespace wqctl {

class QueuerCounts {
public:
    // Begins. The connection must live as long; the snapshot says what workqueues are called.
    QueuerCounts(Lab& lab, const Snapshot& snapshot);

    // What has come since the last call.
    void fill(TopData& data);

private:
    struct Count {
        uint64_t now = 0;
        uint64_t total = 0;
    };
    using Key = std::tuple<Queuer, WorkqueueId, NameId>;

    TraceRecording recording_;
    std::map<Key, Count> counts_;
    uint64_t last_ns_ = 0;
};

}  // namespace wqctl
