// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl compare`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "args/args.hh"

namespace wqctl {

struct CompareFlags {
    std::vector<std::string> a, b;
    std::vector<std::string> ignored;  // keys, perhaps several joined by commas
    std::optional<std::string> fail_above;
    bool json = false;

    void declare(Args& args);
    // Refuses what is missing.
    void check() const;
    // The keys, each for itself.
    std::vector<std::string> ignored_keys() const;
};

}  // namespace wqctl
