// SPDX-License-Identifier: GPL-2.0
// Listening to a workqueue: a latency recording, and looks at the machine while it goes on.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "commands/advise/profile.hh"
#include "report/recording.hh"
#include "snapshot/snapshot.hh"
#include "snapshot/totals.hh"

namespace wqctl {

class Interrupts;
class Lab;
class Source;

// The sections that a look needs.
inline constexpr uint32_t kLookSections = WQLAB_SECTION_SCOPES | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES |
                                          WQLAB_SECTION_WORK;

// What one look saw of the workqueue.
struct Glance {
    struct Executing {
        std::string function;
        bool asleep = false;
    };
    struct Waiting {
        std::string workqueue;  // its label
        std::string function;
        uint64_t identity = 0;  // of the workqueue

        auto operator<=>(const Waiting&) const = default;
    };

    uint64_t time_ns = 0;
    std::optional<uint64_t> arrived;  // items since the first look and before
    std::vector<Executing> executing;
    unsigned waiting = 0;         // for a worker or held back
    std::vector<Waiting> behind;  // each of others once
};

Subject subject_of(const Snapshot& snapshot, uint32_t workqueue);

// Nothing: the workqueue is gone.
std::optional<Glance> look_at(const Snapshot& snapshot, const TotalsSample& totals, uint64_t identity);

struct Listened {
    LatencyRecording recording;
    std::vector<Glance> looks;
    bool interrupted = false;
    bool gone = false;  // the workqueue, before the time was up
};

// say: how much of the time is over, a few times a second.
Listened listen(Lab& lab, Source& source, uint64_t identity, uint64_t duration_ns, Interrupts& interrupts,
                const std::function<void(uint64_t elapsed_ns)>& say);

Profile describe(const Subject& subject, const Listened& listened);

}  // namespace wqctl
