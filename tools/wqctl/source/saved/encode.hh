// SPDX-License-Identifier: GPL-2.0
// What a Source gives, as the module would send it: decode.hh's other way.
#pragma once

#include <string>

#include "snapshot/snapshot.hh"
#include "source/info.hh"

namespace wqctl {

// Netlink attributes, each of a request's number (enum wqlab_cmd) with one answer to it inside.
std::string encode(const Info& info, const Snapshot& snapshot);

}  // namespace wqctl
