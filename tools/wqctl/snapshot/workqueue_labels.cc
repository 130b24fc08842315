// SPDX-License-Identifier: GPL-2.0
#include "snapshot/workqueue_labels.hh"

#include <fmt/core.h>

#include "text/printable.hh"

namespace wqctl {

std::string identity_text(uint64_t identity) { return fmt::format("{:08x}", identity); }

WorkqueueLabels::WorkqueueLabels(const Snapshot& snapshot)
{
    std::map<std::string, unsigned> bearers;
    for (const wqlab_snap_workqueue& workqueue : snapshot.workqueues) {
        labels_.push_back(printable(snapshot.string(workqueue.name)));
        bearers[labels_.back()]++;
    }
    for (size_t i = 0; i < labels_.size(); i++) {
        if (bearers[labels_[i]] < 2)
            continue;
        const wqlab_snap_workqueue& workqueue = snapshot.workqueues[i];
        labels_[i] += workqueue.symbol != WQLAB_NONE
                          ? fmt::format(" ({})", printable(snapshot.string(workqueue.symbol)))
                          : " #" + identity_text(workqueue.identity);
    }
    for (size_t i = 0; i < labels_.size(); i++)
        by_identity_[snapshot.workqueues[i].identity] = labels_[i];
}

const std::string& WorkqueueLabels::operator[](uint32_t workqueue) const
{
    static const std::string unknown = "?";
    return workqueue < labels_.size() ? labels_[workqueue] : unknown;
}

}  // namespace wqctl
