// SPDX-License-Identifier: GPL-2.0
// Stand-ins: a check that is asked to judges not the kernel but instruments
// that behave as a broken kernel would. A check that passes then is worth
// nothing.
#pragma once

#include "api.hh"

namespace wqlab {

enum class Fault : uint8_t {
    kNone,
    kQueueLoses,         // queue calls return true and queue nothing, now and then
    kQueueLies,          // queue calls return the opposite
    kQueueTwice,         // an item is executed once more than it was queued
    kQueueElsewhere,     // a thread executes the item at once, instead of a worker
    kQueueOtherCpu,      // queued on another CPU than asked for
    kQueueReorders,      // every other item is queued behind the one after it
    kFlushReturnsEarly,  // flush, drain and destroy do not wait
    kFlushNeverReturns,  // flush and drain wait on when all has ended, until the check does
    kFlushHangs,         // flush never returns, whatever the trial's end opens
    kDrainHangs,         // drain and destroy, the same
    kFlushLies,          // flush returns the opposite
    kCancelLies,         // cancel returns the opposite
    kCancelHangs,        // cancel_sync never returns
    kCancelDoesNothing,  // cancel returns true and leaves the item
    kSyncDoesNotWait,    // cancel_sync and disable_sync do not wait
    kDelayEarly,         // delayed items are queued at once
    kDelayIgnored,       // mod_delayed_work() does nothing
    kDisableDoesNothing,
    kEnableDoesNothing,
    kBusyLies,           // work_pending(), work_busy(), current_work(), congested: the opposite
    kLimitIgnored,       // max_active is one more than asked for, set_max_active does nothing
    kAttributesIgnored,  // nice, scope, strictness and cpumask stay as they were
    kStepIgnored,        // what user space is asked to write is not written
    kStepLies,           // what it reads is something else
    kSnapshotLies,       // counts of the kernel's own state are off by one
    kResultLies,         // what a function that was called elsewhere returned is cut to an int, or not waited for
    kWorkerLies,         // what an execution notes of its worker is another's
    kMemoryLies,         // a store before queueing is seen late
    kTraceLies,          // tracepoints fire in another order
    kTraceFieldsLie,     // they name another CPU, another function
    kLogIsSilent,        // the kernel's log does not get what it should
    kContextLies,        // interrupts are off after a call if they were on before, and on if off
    kCount
};

constexpr bool hangs(Fault fault)
{
    return fault == Fault::kFlushHangs || fault == Fault::kDrainHangs || fault == Fault::kCancelHangs;
}

// What checks call instead of the kernel's functions.
const Api& api_of(Fault fault);

const char* fault_name(Fault fault);
// kCount: there is no such fault.
Fault fault_named(const char* name);

}  // namespace wqlab
