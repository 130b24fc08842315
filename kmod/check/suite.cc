// SPDX-License-Identifier: GPL-2.0
#include "suite.hh"

namespace wqlab {

namespace {

constinit const Group kGroups[] = {
    kQueueingChecks,
    kDelayedChecks,
    kFlushChecks,
    kCancelChecks,
    kIntrospectionChecks,
    kAllocationChecks,
    kOrderedChecks,
    kConcurrencyChecks,
    kBhChecks,
};

}  // namespace

Span<const Group> suite()
{
    return kGroups;
}

}  // namespace wqlab
