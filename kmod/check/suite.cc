// SPDX-License-Identifier: GPL-2.0
#include "suite.hh"

namespace wqlab {

namespace {

constinit const Group kGroups[] = {
    kQueueingChecks, kDelayedChecks,     kFlushChecks,   kDrainChecks, kCancelChecks,   kIntrospectionChecks, kAllocationChecks,
    kOrderedChecks,  kConcurrencyChecks, kReclaimChecks, kBhChecks,    kAffinityChecks, kLifecycleChecks,
};

}  // namespace

Span<const Group> suite()
{
    return kGroups;
}

}  // namespace wqlab
