// SPDX-License-Identifier: GPL-2.0
// What lives from the module's load to its removal.
#pragma once

#include "../check/harness/runner.hh"
#include "../inspect/kernel.hh"
#include "../load/registry.hh"
#include "../trace/recording.hh"
#include "../trace/trace.hh"

namespace wqlab {

class Service {
public:
    // The one there is; valid while the family is registered.
    static Service& get();

    Result<void> create();
    // Ends all runs and recordings; later requests find none and can start none.
    void shut_down();
    Registry& registry() { return registry_; }
    const Kernel& kernel() const { return kernel_; }
    Runner& runner() { return runner_; }
    Recordings& recordings() { return recordings_; }
    Traces& traces() { return traces_; }

private:
    static void announce(const Run& run);

    static void check_turn();

    Kernel kernel_;
    Registry registry_;
    Runner runner_{kernel_};
    Recordings recordings_;
    Traces traces_;
};

}  // namespace wqlab
