// SPDX-License-Identifier: GPL-2.0
#include "suite.hh"

namespace wqlab {

namespace {

constinit const Group kGroups[] = {
    kQueueingChecks,
    kDelayedChecks,
    kFlushChecks,
    kCancelChecks,
    kOrderedChecks,
    kConcurrencyChecks,
};

}  // namespace

Span<const Group> suite()
{
    return kGroups;
}

}  // namespace wqlab
