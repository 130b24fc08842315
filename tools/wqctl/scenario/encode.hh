// SPDX-License-Identifier: GPL-2.0
// From a scenario to the request of run-start.
#pragma once

#include <string>

#include "wire/message.hh"
#include "scenario/scenario.hh"

namespace wqctl {

struct StartOptions {
    std::string label;
    bool detached = false;
};

// The scenario must be resolved and valid. The run is held until run-release.
Message encode_run(const Scenario& scenario, const StartOptions& options);

}  // namespace wqctl
