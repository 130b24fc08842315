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
    &kToldChecks,       &kRescuerNameChecks,    &kAllocationChecks,
    &kListedChecks,     &kCombinationChecks,    &kMaxActiveChecks,
    &kActivationChecks, &kLimitsChecks,         &kOrderedChecks,
    &kHighpriChecks,    &kConcurrencyChecks,    &kIntensiveChecks,
    &kReclaimChecks,    &kDistressChecks,       &kRescueChecks,
    &kTurnChecks,       &kGoesOnChecks,         &kCreationChecks,
    &kManagerChecks,    &kFreezerChecks,        &kBhChecks,
    &kBhBatchChecks,    &kBhAwayChecks,         &kBhTimeChecks,
    &kAffinityChecks,   &kRepatriationChecks,   &kSelectionChecks,
    &kAttributesChecks, &kFileChecks,           &kFileBoundChecks,
    &kUeventChecks,     &kChangeChecks,         &kPoolChecks,
    &kWakeupChecks,     &kHousekeepingChecks,   &kUnboundAwayChecks,
    &kChangeAwayChecks, &kLifecycleChecks,      &kBootChecks,
    &kIdleChecks,       &kIdleTimerChecks,      &kWatchdogChecks,
    &kStallChecks,      &kStalledPoolChecks,    &kMisuseChecks,
    &kReportChecks,     &kLongDrainChecks,      &kPoolLineChecks,
    &kHogChecks,        &kRefusedChecks,
};

}  // namespace

Span<const Group* const> suite() { return kGroups; }

}  // namespace wqlab
