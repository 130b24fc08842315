// SPDX-License-Identifier: GPL-2.0
// Findings as time goes on: each is told once, until it becomes another or ends.
#pragma once

#include <vector>

#include "commands/doctor/finding.hh"

namespace wqctl {

struct Changes {
    std::vector<Finding> found;  // new, or not what they were
    std::vector<Finding> ended;  // as they were last seen

    bool any() const { return !found.empty() || !ended.empty(); }
};

class Told {
public:
    // findings: all that there are now.
    Changes take(const std::vector<Finding>& findings);

private:
    std::vector<Finding> last_;
};

}  // namespace wqctl
