// SPDX-License-Identifier: GPL-2.0
#include "suite.hh"

namespace wqlab {

namespace {

constinit const Group* const kGroups[] = {
    &kQueueingChecks,   &kProcessContextChecks, &kReentranceChecks,  &kPlacementChecks,       &kDelayedChecks,
    &kRearmingChecks,   &kDelayedTargetChecks,  &kRcuChecks,         &kFlushChecks,           &kFlushWorkqueueChecks,
    &kDrainChecks,      &kDestroyChecks,        &kChainChecks,       &kFlushDependencyChecks, &kCancelChecks,
    &kDisableChecks,    &kStatesChecks,         &kContextChecks,     &kIntrospectionChecks,   &kTraceFieldsChecks,
    &kToldChecks,       &kAllocationChecks,     &kCombinationChecks, &kMaxActiveChecks,       &kActivationChecks,
    &kLimitsChecks,     &kOrderedChecks,        &kHighpriChecks,     &kConcurrencyChecks,     &kIntensiveChecks,
    &kReclaimChecks,    &kFreezerChecks,        &kBhChecks,          &kAffinityChecks,        &kSelectionChecks,
    &kAttributesChecks, &kFileChecks,           &kPoolChecks,        &kLifecycleChecks,       &kMisuseChecks,
    &kReportChecks,
};

}  // namespace

Span<const Group* const> suite() { return kGroups; }

}  // namespace wqlab
