// SPDX-License-Identifier: GPL-2.0
// From the wire to what a Source gives.
#pragma once

#include "snapshot/snapshot.hh"
#include "source/info.hh"
#include "wire/attributes.hh"

namespace wqctl {

Info decode_info(const Attributes& attributes);

// One message of a snapshot.
void decode_part(const Attributes& attributes, Snapshot& snapshot);

}  // namespace wqctl
