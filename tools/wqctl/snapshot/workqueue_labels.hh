// SPDX-License-Identifier: GPL-2.0
// What to call workqueues where names are not keys: the kernel's own has two
// "events" and two "events_unbound".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "snapshot/snapshot.hh"

namespace wqctl {

// A workqueue's name, printable; where others share that, its variable or its
// identity, too: "mm_percpu_wq", "events (system_wq)", "mine #9a3c51f0".
class WorkqueueLabels {
public:
    explicit WorkqueueLabels(const Snapshot& snapshot);
    const std::string& operator[](uint32_t workqueue) const;  // "?" for what is not there
    const std::map<uint64_t, std::string>& by_identity() const { return by_identity_; }

private:
    std::map<uint64_t, std::string> by_identity_;
    std::vector<std::string> labels_;
};

// As the kernel prints it with %p, without the zeros in front.
std::string identity_text(uint64_t identity);

}  // namespace wqctl
