// SPDX-License-Identifier: GPL-2.0
#include "suite.hh"

namespace wqlab {

namespace {

constinit const Group* const kGroups[] = {
    &kQueueingChecks,   &kProcessContextChecks, &kEachCpuChecks,
    &kReentranceChecks, &kPlacementChecks,      &kDelayedChecks,
    &kRearmingChecks,   &kDelayedTargetChecks,  &kZeroDelayChecks,
    &kRcuChecks,        &kFlushChecks,          &kFlushWorkqueueChecks,
    &kBehindChecks,     &kDrainChecks,          &kDestroyChecks,
    &kChainChecks,      &kLeakChecks,           &kFlushDependencyChecks,
    &kCancelChecks,     &kDisableChecks,        &kStatesChecks,
    &kContextChecks,    &kIntrospectionChecks,  &kTraceFieldsChecks,
    &kToldChecks,       &kAllocationChecks,     &kCombinationChecks,
    &kMaxActiveChecks,  &kActivationChecks,     &kLimitsChecks,
    &kOrderedChecks,    &kHighpriChecks,        &kConcurrencyChecks,
    &kIntensiveChecks,  &kReclaimChecks,        &kDistressChecks,
    &kRescueChecks,     &kFreezerChecks,        &kBhChecks,
    &kBhBatchChecks,    &kAffinityChecks,       &kSelectionChecks,
    &kAttributesChecks, &kFileChecks,           &kChangeChecks,
    &kPoolChecks,       &kHousekeepingChecks,   &kUnboundAwayChecks,
    &kLifecycleChecks,  &kBootChecks,           &kIdleChecks,
    &kWatchdogChecks,   &kStallChecks,          &kMisuseChecks,
    &kReportChecks,     &kPoolLineChecks,       &kHogChecks,
    &kRefusedChecks,
};

}  // namespace

Span<const Group* const> suite() { return kGroups; }

}  // namespace wqlab
