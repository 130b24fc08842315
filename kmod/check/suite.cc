// SPDX-License-Identifier: GPL-2.0
#include "suite.hh"

namespace wqlab {

namespace {

constinit const Group* const kGroups[] = {
    &kQueueingChecks,
    &kReentranceChecks,
    &kPlacementChecks,
    &kDelayedChecks,
    &kRearmingChecks,
    &kRcuChecks,
    &kFlushChecks,
    &kFlushWorkqueueChecks,
    &kDrainChecks,
    &kDestroyChecks,
    &kFlushDependencyChecks,
    &kCancelChecks,
    &kDisableChecks,
    &kIntrospectionChecks,
    &kAllocationChecks,
    &kMaxActiveChecks,
    &kActivationChecks,
    &kOrderedChecks,
    &kHighpriChecks,
    &kConcurrencyChecks,
    &kIntensiveChecks,
    &kReclaimChecks,
    &kBhChecks,
    &kAffinityChecks,
    &kAttributesChecks,
    &kLifecycleChecks,
    &kMisuseChecks,
};

}  // namespace

Span<const Group* const> suite() { return kGroups; }

}  // namespace wqlab
