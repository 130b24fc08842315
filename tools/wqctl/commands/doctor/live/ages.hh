// SPDX-License-Identifier: GPL-2.0
// For how long workers are at their items, as a watch has seen it: kernels before 7.x do not note it.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "commands/doctor/live/case.hh"

namespace wqctl::live {

class Ages {
public:
    // The next two looks, of which the first is the second of the last ones. Whoever was at the same item in all of
    // them has been so since the first.
    void follow(Case& at);

private:
    std::map<std::pair<int32_t, uint64_t>, uint64_t> since_;  // by pid and item: CLOCK_MONOTONIC
};

}  // namespace wqctl::live
