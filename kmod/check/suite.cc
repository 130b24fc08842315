// SPDX-License-Identifier: GPL-2.0
#include "suite.hh"

namespace wqlab {

namespace {

constinit const Group* const kGroups[] = {
    &kQueueingChecks,      &kProcessContextChecks, &kEachCpuChecks,        &kReentranceChecks,
    &kPlacementChecks,     &kDelayedChecks,        &kRearmingChecks,       &kDelayedTargetChecks,
    &kRcuChecks,           &kFlushChecks,          &kFlushWorkqueueChecks, &kDrainChecks,
    &kDestroyChecks,       &kChainChecks,          &kLeakChecks,           &kFlushDependencyChecks,
    &kCancelChecks,        &kDisableChecks,        &kStatesChecks,         &kContextChecks,
    &kIntrospectionChecks, &kTraceFieldsChecks,    &kToldChecks,           &kAllocationChecks,
    &kCombinationChecks,   &kMaxActiveChecks,      &kActivationChecks,     &kLimitsChecks,
    &kOrderedChecks,       &kHighpriChecks,        &kConcurrencyChecks,    &kIntensiveChecks,
    &kReclaimChecks,       &kDistressChecks,       &kFreezerChecks,        &kBhChecks,
    &kAffinityChecks,      &kSelectionChecks,      &kAttributesChecks,     &kFileChecks,
    &kPoolChecks,          &kHousekeepingChecks,   &kLifecycleChecks,      &kBootChecks,
    &kIdleChecks,          &kWatchdogChecks,       &kMisuseChecks,         &kReportChecks,
};

}  // namespace

Span<const Group* const> suite() { return kGroups; }

}  // namespace wqlab
