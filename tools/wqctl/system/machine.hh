// SPDX-License-Identifier: GPL-2.0
// What of this machine figures depend on, for those who read them elsewhere.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace wqctl {

struct Machine {
    std::string model;        // of the CPUs; empty: it does not say
    std::string cpus;         // online
    size_t cores = 0;         // of those
    size_t caches = 0;        // last-level ones
    size_t nodes = 0;         // of NUMA
    bool is_a_guest = false;  // as its CPUs say
    // Of the workqueue code, such as {"default_affinity_scope", "cache"}.
    std::vector<std::pair<std::string, std::string>> parameters;

    // root: "/" or a made-up tree.
    static Machine read(const std::string& root = "/");
};

}  // namespace wqctl
