// SPDX-License-Identifier: GPL-2.0
// Who queues how much on what: of a trace, which knows it, where the module's own sums don't.
#pragma once

#include <map>
#include <tuple>

#include "recorder/queuer_name.hh"
#include "report/recording.hh"
#include "trace/activations.hh"
#include "trace/stories.hh"
#include "trace/sums.hh"

namespace wqctl {

class Queuers final : private StoryListener {
public:
    // Takes events as they are recorded.
    EventSink& sink() { return activations_; }
    // Once it has ended: a row for each queuer, workqueue and function.
    void fill(LatencyRecording& recording, const Tables& tables) const;

private:
    void told(const Story& story) override;

    struct Sum {
        StageTimes inactive, pending, run;
    };
    using Key = std::tuple<Queuer, WorkqueueId, NameId>;

    std::map<Key, Sum> sums_;
    uint64_t waiting_ = 0;
    uint64_t running_ = 0;
    uint64_t unpaired_ = 0;
    Stories stories_{*this};
    Activations activations_{stories_};
};

}  // namespace wqctl
