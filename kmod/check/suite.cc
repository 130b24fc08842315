// SPDX-License-Identifier: GPL-2.0
#include "harness/suite.hh"

namespace wqlab {

// One in each file; files of one subject have groups of one name, side by side.
extern const Group kSinceBootChecks;
extern const Group kQueueingChecks;
extern const Group kDeclaredChecks;
extern const Group kProcessContextChecks;
extern const Group kEachCpuChecks;
extern const Group kEachCpuWorkerChecks;
extern const Group kReentranceChecks;
extern const Group kPlacementChecks;
extern const Group kNoSuchNodeChecks;
extern const Group kDelayedChecks;
extern const Group kRearmingChecks;
extern const Group kDelayedTargetChecks;
extern const Group kZeroDelayChecks;
extern const Group kRcuChecks;
extern const Group kFlushChecks;
extern const Group kFlushWorkqueueChecks;
extern const Group kNotWaitedForChecks;
extern const Group kMovedItemChecks;
extern const Group kDrainChecks;
extern const Group kDrainAgainChecks;
extern const Group kDestroyChecks;
extern const Group kBeingDestroyedChecks;
extern const Group kChainChecks;
extern const Group kKilledEarlyChecks;
extern const Group kLeakChecks;
extern const Group kPwqMemoryChecks;
extern const Group kFileMemoryChecks;
extern const Group kEndedThreadChecks;
extern const Group kFlushDependencyChecks;
extern const Group kReclaimFlushChecks;
extern const Group kWhoWaitsChecks;
extern const Group kCancelChecks;
extern const Group kDisableChecks;
extern const Group kStatesChecks;
extern const Group kContextChecks;
extern const Group kEnableAndQueueChecks;
extern const Group kCancelSideEffectsChecks;
extern const Group kIntrospectionChecks;
extern const Group kTraceFieldsChecks;
extern const Group kTraceRecordsChecks;
extern const Group kLogAndProcChecks;
extern const Group kOverWorkerChecks;
extern const Group kBetweenItemsChecks;
extern const Group kRescuerNameChecks;
extern const Group kWorkerNameChecks;
extern const Group kBusyForChecks;
extern const Group kAllocationChecks;
extern const Group kNameAndLimitChecks;
extern const Group kCombinationChecks;
extern const Group kAllocMacrosChecks;
extern const Group kNodeMemoryChecks;
extern const Group kMaxActiveChecks;
extern const Group kActivationChecks;
extern const Group kLimitsChecks;
extern const Group kLimitsAwayChecks;
extern const Group kLimitsGoingChecks;
extern const Group kNodeListChecks;
extern const Group kPoolTurnChecks;
extern const Group kMinActiveChecks;
extern const Group kOrderedChecks;
extern const Group kOrderedPoolChecks;
extern const Group kHighpriChecks;
extern const Group kConcurrencyChecks;
extern const Group kIntensiveChecks;
extern const Group kUsedBeforeChecks;
extern const Group kNewWorkersChecks;
extern const Group kReclaimChecks;
extern const Group kDistressChecks;
extern const Group kFirstCallChecks;
extern const Group kRescueChecks;
extern const Group kRescuedBarrierChecks;
extern const Group kRescuerCpuChecks;
extern const Group kMakingWorkersChecks;
extern const Group kRescuerBatchChecks;
extern const Group kRescuerBesideWorkerChecks;
extern const Group kWorkerRunsChecks;
extern const Group kCalledNoMoreChecks;
extern const Group kCallTimerChecks;
extern const Group kRescuerIdleAgainChecks;
extern const Group kCreationChecks;
extern const Group kManagerChecks;
extern const Group kFreezerChecks;
extern const Group kFrozenChangeChecks;
extern const Group kNotFrozenChecks;
extern const Group kBhChecks;
extern const Group kBhBatchChecks;
extern const Group kBhWorkerChecks;
extern const Group kBhAwayChecks;
extern const Group kBhTimeChecks;
extern const Group kBhOneTurnChecks;
extern const Group kAffinityChecks;
extern const Group kHomeCpuChecks;
extern const Group kRepatriatedChecks;
extern const Group kSelectionChecks;
extern const Group kDefaultScopeChecks;
extern const Group kFallbackChecks;
extern const Group kAttributesChecks;
extern const Group kFileChecks;
extern const Group kFileBoundChecks;
extern const Group kUeventChecks;
extern const Group kChangeChecks;
extern const Group kChangedMeanwhileChecks;
extern const Group kPoolChecks;
extern const Group kPoolAttributesChecks;
extern const Group kWakeupChecks;
extern const Group kHousekeepingChecks;
extern const Group kUnboundAwayChecks;
extern const Group kChangeAwayChecks;
extern const Group kLifecycleChecks;
extern const Group kMadeAtBootChecks;
extern const Group kIdleChecks;
extern const Group kIdleTimerChecks;
extern const Group kWorkerTasksChecks;
extern const Group kManagerIdleChecks;
extern const Group kWorkerEndChecks;
extern const Group kWatchdogChecks;
extern const Group kStallChecks;
extern const Group kStalledUnboundChecks;
extern const Group kWatchdogAgainChecks;
extern const Group kNothingAssertedChecks;
extern const Group kWatchdogBatchChecks;
extern const Group kWatchdogTouchChecks;
extern const Group kWatchdogTwiceChecks;
extern const Group kCpusGoneChecks;
extern const Group kFlushAwayChecks;
extern const Group kUnbindWorkersChecks;
extern const Group kStalledPoolChecks;
extern const Group kNobodyRunsChecks;
extern const Group kWokenLastChecks;
extern const Group kMisuseChecks;
extern const Group kDestroyedChecks;
extern const Group kAssertedChecks;
extern const Group kRcuLeakChecks;
extern const Group kWrongCpuChecks;
extern const Group kReportChecks;
extern const Group kOtherFlagChecks;
extern const Group kLongDrainChecks;
extern const Group kPoolLineChecks;
extern const Group kLogWordsChecks;
extern const Group kLogListChecks;
extern const Group kHogChecks;
extern const Group kRefusedChecks;
extern const Group kFlushNothingChecks;
extern const Group kRefusalChecks;
extern const Group kMessageChecks;
extern const Group kNoThreadChecks;
extern const Group kDeprecatedChecks;

namespace {

// A line for each, however many there are.
// clang-format off
constinit const Group* const kGroups[] = {
    &kSinceBootChecks,  // before others change what a boot left
    &kQueueingChecks,
    &kDeclaredChecks,
    &kProcessContextChecks,
    &kEachCpuChecks,
    &kEachCpuWorkerChecks,
    &kReentranceChecks,
    &kPlacementChecks,
    &kNoSuchNodeChecks,
    &kDelayedChecks,
    &kDelayedTargetChecks,
    &kZeroDelayChecks,
    &kRearmingChecks,
    &kRcuChecks,
    &kFlushChecks,
    &kFlushWorkqueueChecks,
    &kNotWaitedForChecks,
    &kMovedItemChecks,
    &kDrainChecks,
    &kDrainAgainChecks,
    &kDestroyChecks,
    &kBeingDestroyedChecks,
    &kChainChecks,
    &kKilledEarlyChecks,
    &kLeakChecks,
    &kPwqMemoryChecks,
    &kFileMemoryChecks,
    &kEndedThreadChecks,
    &kFlushDependencyChecks,
    &kReclaimFlushChecks,
    &kWhoWaitsChecks,
    &kCancelChecks,
    &kDisableChecks,
    &kContextChecks,
    &kEnableAndQueueChecks,
    &kCancelSideEffectsChecks,
    &kStatesChecks,
    &kIntrospectionChecks,
    &kTraceFieldsChecks,
    &kTraceRecordsChecks,
    &kLogAndProcChecks,
    &kOverWorkerChecks,
    &kBetweenItemsChecks,
    &kRescuerNameChecks,
    &kWorkerNameChecks,
    &kBusyForChecks,
    &kAllocationChecks,
    &kNameAndLimitChecks,
    &kCombinationChecks,
    &kAllocMacrosChecks,
    &kNodeMemoryChecks,
    &kMaxActiveChecks,
    &kActivationChecks,
    &kLimitsChecks,
    &kLimitsAwayChecks,
    &kLimitsGoingChecks,
    &kNodeListChecks,
    &kPoolTurnChecks,
    &kMinActiveChecks,
    &kOrderedChecks,
    &kOrderedPoolChecks,
    &kHighpriChecks,
    &kConcurrencyChecks,
    &kIntensiveChecks,
    &kUsedBeforeChecks,
    &kNewWorkersChecks,
    &kReclaimChecks,
    &kDistressChecks,
    &kFirstCallChecks,
    &kRescueChecks,
    &kRescuedBarrierChecks,
    &kRescuerCpuChecks,
    &kMakingWorkersChecks,
    &kRescuerBatchChecks,
    &kRescuerBesideWorkerChecks,
    &kWorkerRunsChecks,
    &kCalledNoMoreChecks,
    &kCallTimerChecks,
    &kRescuerIdleAgainChecks,
    &kCreationChecks,
    &kManagerChecks,
    &kFreezerChecks,
    &kFrozenChangeChecks,
    &kNotFrozenChecks,
    &kBhChecks,
    &kBhBatchChecks,
    &kBhWorkerChecks,
    &kBhAwayChecks,
    &kBhTimeChecks,
    &kBhOneTurnChecks,
    &kAffinityChecks,
    &kHomeCpuChecks,
    &kRepatriatedChecks,
    &kSelectionChecks,
    &kDefaultScopeChecks,
    &kFallbackChecks,
    &kAttributesChecks,
    &kFileChecks,
    &kFileBoundChecks,
    &kUeventChecks,
    &kChangeChecks,
    &kChangedMeanwhileChecks,
    &kPoolChecks,
    &kPoolAttributesChecks,
    &kWakeupChecks,
    &kHousekeepingChecks,
    &kUnboundAwayChecks,
    &kChangeAwayChecks,
    &kLifecycleChecks,
    &kMadeAtBootChecks,
    &kIdleChecks,
    &kIdleTimerChecks,
    &kWorkerTasksChecks,
    &kManagerIdleChecks,
    &kWorkerEndChecks,
    &kWatchdogChecks,
    &kStallChecks,
    &kStalledUnboundChecks,
    &kWatchdogAgainChecks,
    &kNothingAssertedChecks,
    &kWatchdogBatchChecks,
    &kWatchdogTouchChecks,
    &kWatchdogTwiceChecks,
    &kCpusGoneChecks,
    &kFlushAwayChecks,
    &kUnbindWorkersChecks,
    &kStalledPoolChecks,
    &kNobodyRunsChecks,
    &kWokenLastChecks,
    &kMisuseChecks,
    &kDestroyedChecks,
    &kAssertedChecks,
    &kRcuLeakChecks,
    &kWrongCpuChecks,
    &kReportChecks,
    &kOtherFlagChecks,
    &kLongDrainChecks,
    &kPoolLineChecks,
    &kLogWordsChecks,
    &kLogListChecks,
    &kHogChecks,
    &kRefusedChecks,
    &kFlushNothingChecks,
    &kRefusalChecks,
    &kMessageChecks,
    &kNoThreadChecks,
    &kDeprecatedChecks,
};
// clang-format on

}  // namespace

Span<const Group* const> suite() { return kGroups; }

}  // namespace wqlab
