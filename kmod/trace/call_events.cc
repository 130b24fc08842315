// SPDX-License-Identifier: GPL-2.0
// Events that are calls of the kernel's functions.
#include "event_entry.hh"
#include "event_recorder.hh"
#include "../glue/context.h"
#include "../glue/kernel_functions.h"
#include "../glue/trace_events.h"

namespace wqlab {

void EventRecorder::exit(const wqlab_who& who) { const Entry entry(*this, who, WQLAB_TRACE_KIND_WORKER_GONE); }

void EventRecorder::call(const wqlab_who& who, const wqlab_kernel_call& call)
{
    switch (call.which) {
    case WQLAB_FLUSH_WORK:
    case WQLAB_FLUSH_WORKQUEUE: return flush(who, call);
    case WQLAB_CANCEL: return cancel(who, call);
    case WQLAB_CREATE_WORKER: return create_worker(who, call);
    case WQLAB_ATTACH:
    case WQLAB_DETACH: return rescue(who, call);
    case WQLAB_MAYDAY:
        if (!kernel_->has(Field::kPoolMaydayTimer) || !kernel_->has(Field::kPoolId))
            return;
        if (const Entry entry(*this, who, WQLAB_TRACE_KIND_MAYDAY); entry)
            entry->pool = pool_at(call.arguments[0] - kernel_->offset(Field::kPoolMaydayTimer));
        return;
    case WQLAB_ATTRIBUTES:
        if (const Entry entry(*this, who, WQLAB_TRACE_KIND_ATTRIBUTES); entry) {
            entry->workqueue = workqueue(entry.cpu, origins_.of(call.arguments[0]));
            entry->function = symbol(entry.cpu, call.function);
        }
    }
}

void EventRecorder::flush(const wqlab_who& who, const wqlab_kernel_call& call)
{
    const Entry entry(*this, who, call.returned ? WQLAB_TRACE_KIND_FLUSH_ENDS : WQLAB_TRACE_KIND_FLUSH_BEGINS);
    if (!entry)
        return;
    entry->function = symbol(entry.cpu, call.function);
    // Once the flush is over, what was flushed may be gone.
    if (call.which == WQLAB_FLUSH_WORK)
        entry->item = entry.cpu.identities.of(call.arguments[0]);
    else if (!call.returned)
        entry->workqueue = workqueue(entry.cpu, origins_.of(call.arguments[0]));
}

// When it was taken off the queue is not seen, but that by now it is.
void EventRecorder::cancel(const wqlab_who& who, const wqlab_kernel_call& call)
{
    // A bool, of which only a byte counts.
    if (!call.returned || !(call.result & 0xff))
        return;
    if (const Entry entry(*this, who, WQLAB_TRACE_KIND_CANCEL); entry) {
        entry->item = entry.cpu.identities.of(call.arguments[0]);
        entry->function = symbol(entry.cpu, call.function);
    }
}

// Whoever sets up a CPU or a pool makes workers, too, but a manager is a worker.
void EventRecorder::create_worker(const wqlab_who& who, const wqlab_kernel_call& call)
{
    const int32_t pool = kernel_->has(Field::kPoolId) ? pool_at(call.arguments[0]) : -1;
    if (call.returned && call.result) {
        Address task = 0;
        wqlab_who worker = {.comm = {}, .pid = 0, .cpu = who.cpu, .context = WQLAB_TRACE_CONTEXT_TASK};
        if (kernel_->has(Field::kWorkerTask) && kernel_->peek(task, call.result, Field::kWorkerTask) && task) {
            kernel_->peek(worker.pid, task, Field::kTaskPid);
            kernel_->peek(worker.comm, task, Field::kTaskCommand);
        }
        if (const Entry entry(*this, worker, WQLAB_TRACE_KIND_WORKER_MADE); entry)
            entry->pool = pool;
    }
    if (!wqlab_current_worker())
        return;
    const Entry entry(*this, who, call.returned ? WQLAB_TRACE_KIND_MANAGER_ENDS : WQLAB_TRACE_KIND_MANAGER_BEGINS);
    if (!entry)
        return;
    entry->pool = pool;
    entry->value = call.result != 0;
}

void EventRecorder::rescue(const wqlab_who& who, const wqlab_kernel_call& call)
{
    Address workqueue_address = 0;
    if (!kernel_->has(Field::kWorkerRescueWq) || !kernel_->has(Field::kPoolId) ||
        !kernel_->peek(workqueue_address, call.arguments[0], Field::kWorkerRescueWq) || !workqueue_address)
        return;  // a worker like any other
    const bool begins = call.which == WQLAB_ATTACH;
    const Entry entry(*this, who, begins ? WQLAB_TRACE_KIND_RESCUE_BEGINS : WQLAB_TRACE_KIND_RESCUE_ENDS);
    if (!entry)
        return;
    entry->workqueue = workqueue(entry.cpu, origins_.of(workqueue_address));
    entry->pool = begins ? pool_at(call.arguments[1]) : pool_of(call.arguments[0]);
}

}  // namespace wqlab
