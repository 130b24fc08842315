// SPDX-License-Identifier: GPL-2.0
// Affinity scopes: wq_pod_types[], which wq_pool_mutex protects.
#pragma once

#include "snapshot.hh"

namespace wqlab {

// Under wq_pool_mutex. Allocates.
Result<void> copy_scopes(const Kernel& kernel, Snapshot& snapshot);

}  // namespace wqlab
