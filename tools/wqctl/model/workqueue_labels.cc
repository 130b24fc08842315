// SPDX-License-Identifier: GPL-2.0
#include "model/workqueue_labels.hh"

#include <map>

#include <fmt/format.h>

#include "text/printable.hh"

namespace wqctl {

std::string identity_text(uint64_t identity) { return fmt::format("{:08x}", identity); }

std::vector<std::string> workqueue_labels(const Snapshot& snapshot)
{
    std::vector<std::string> labels;
    std::map<std::string, unsigned> bearers;
    for (const wqlab_snap_workqueue& workqueue : snapshot.workqueues) {
        labels.push_back(printable(snapshot.string(workqueue.name)));
        bearers[labels.back()]++;
    }
    for (size_t i = 0; i < labels.size(); i++) {
        if (bearers[labels[i]] < 2)
            continue;
        const wqlab_snap_workqueue& workqueue = snapshot.workqueues[i];
        labels[i] += workqueue.symbol != WQLAB_NONE ? fmt::format(" ({})", printable(snapshot.string(workqueue.symbol)))
                                                    : fmt::format(" #{:08x}", static_cast<uint32_t>(workqueue.identity));
    }
    return labels;
}

}  // namespace wqctl
