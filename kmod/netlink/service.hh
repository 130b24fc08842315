// SPDX-License-Identifier: GPL-2.0
// What lives from the module's load to its removal.
#pragma once

#include "../inspect/kernel.hh"
#include "../load/registry.hh"

namespace wqlab {

class Service {
public:
    // The one there is; valid while the family is registered.
    static Service& get();

    Result<void> create();
    // Ends all runs; later requests find none and can start none.
    void shut_down() { registry_.shut_down(); }
    Registry& registry() { return registry_; }
    const Kernel& kernel() const { return kernel_; }

private:
    static void announce(const Run& run);

    Registry registry_;
    Kernel kernel_;
};

}  // namespace wqlab
