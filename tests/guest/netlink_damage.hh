// SPDX-License-Identifier: GPL-2.0
// What can be wrong with the attributes of a request.
#pragma once

#include <span>

#include "netlink_nodes.hh"

struct Damage {
    const char* name;
    bool sure;  // the policy refuses it, if nothing else is wrong
    // False: there was nothing to damage.
    bool (*inflict)(Nodes& nodes, wqlab::Random& random);
};

std::span<const Damage> damages();
