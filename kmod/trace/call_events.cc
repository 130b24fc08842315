// SPDX-License-Identifier: GPL-2.0
// Events that are calls of the kernel's functions.
#include "event_entry.hh"
#include "event_recorder.hh"
#include "../glue/context.h"
#include "../glue/kernel_functions.h"
#include "../glue/trace_events.h"

namespace wqlab {

void EventRecorder::exit(wqlab_who who, bool is_worker)
{
    // One whose workqueue goes has no time to sleep.
    if (rescues_.any())
        end_rescue(who);
    if (is_worker)
        write(who, WQLAB_TRACE_KIND_WORKER_GONE, [](Cpu&) { return Details{}; });
}

void EventRecorder::call(wqlab_who who, const wqlab_kernel_call& call)
{
    switch (call.which) {
    case WQLAB_FLUSH_WORK:
    case WQLAB_FLUSH_WORKQUEUE: return flush(who, call);
    case WQLAB_CANCEL: return cancel(who, call);
    case WQLAB_CREATE_WORKER: return create_worker(who, call);
    case WQLAB_ATTACH: return rescue(who, call);
    case WQLAB_MAYDAY:
        if (!kernel_->has(Field::kPoolMaydayTimer))
            return;
        return write(who, WQLAB_TRACE_KIND_MAYDAY, [&](Cpu&) -> Details {
            return {.pool = pool_of_call(call.arguments[0] - kernel_->offset(Field::kPoolMaydayTimer))};
        });
    case WQLAB_ATTRIBUTES:
        return write(who, WQLAB_TRACE_KIND_ATTRIBUTES, [&](Cpu& cpu) -> Details {
            return {.function = symbol(cpu, call.function),
                    .workqueue = workqueue(cpu, origins_.of(call.arguments[0]))};
        });
    }
}

void EventRecorder::flush(wqlab_who who, const wqlab_kernel_call& call)
{
    write(who, call.returned ? WQLAB_TRACE_KIND_FLUSH_ENDS : WQLAB_TRACE_KIND_FLUSH_BEGINS, [&](Cpu& cpu) -> Details {
        Details found = {.function = symbol(cpu, call.function)};
        // Once the flush is over, what was flushed may be gone.
        if (call.which == WQLAB_FLUSH_WORK)
            found.item = cpu.identities.of(call.arguments[0]);
        else if (!call.returned)
            found.workqueue = workqueue(cpu, origins_.of(call.arguments[0]));
        return found;
    });
}

// When it was taken off the queue is not seen, but that by now it is.
void EventRecorder::cancel(wqlab_who who, const wqlab_kernel_call& call)
{
    // A bool, of which only a byte counts.
    if (call.returned && call.result & 0xff)
        write(who, WQLAB_TRACE_KIND_CANCEL, [&](Cpu& cpu) -> Details {
            return {.item = cpu.identities.of(call.arguments[0]), .function = symbol(cpu, call.function)};
        });
}

// Whoever sets up a CPU or a pool makes workers, too, but a manager is a worker.
void EventRecorder::create_worker(wqlab_who who, const wqlab_kernel_call& call)
{
    const int32_t pool = pool_of_call(call.arguments[0]);
    if (call.returned && call.result) {
        Address task = 0;
        uint32_t pid = 0;
        char comm[WQLAB_TRACE_COMM_LEN] = {};
        if (kernel_->has(Field::kWorkerTask) && kernel_->peek(task, call.result, Field::kWorkerTask) && task) {
            kernel_->peek(pid, task, Field::kTaskPid);
            kernel_->peek(comm, task, Field::kTaskCommand);
        }
        write({.comm = comm, .task = pid, .cpu = who.cpu}, WQLAB_TRACE_KIND_WORKER_MADE,
              [&](Cpu&) -> Details { return {.pool = pool}; });
    }
    if (wqlab_current_worker())
        write(who, call.returned ? WQLAB_TRACE_KIND_MANAGER_ENDS : WQLAB_TRACE_KIND_MANAGER_BEGINS,
              [&](Cpu&) -> Details { return {.pool = pool, .value = call.result != 0}; });
}

void EventRecorder::rescue(wqlab_who who, const wqlab_kernel_call& call)
{
    Address workqueue_address = 0;
    if (!kernel_->has(Field::kWorkerRescueWq) ||
        !kernel_->peek(workqueue_address, call.arguments[0], Field::kWorkerRescueWq) || !workqueue_address)
        return;  // a worker like any other
    end_rescue(who);
    if (!is_written(WQLAB_TRACE_KIND_RESCUE_BEGINS))
        return;
    const uint32_t number = workqueue(*cpus_[who.cpu], origins_.of(workqueue_address));
    const int32_t pool = pool_of_call(call.arguments[1]);
    write(who, WQLAB_TRACE_KIND_RESCUE_BEGINS, [&](Cpu&) -> Details { return {.workqueue = number, .pool = pool}; });
    rescues_.begin(who.task & TraceRecord::kPid, {TraceRecord::pool(pool), static_cast<uint16_t>(number)});
}

void EventRecorder::end_rescue(wqlab_who who)
{
    Rescues::Stay stay;
    if (rescues_.end(who.task & TraceRecord::kPid, stay))
        write(who, WQLAB_TRACE_KIND_RESCUE_ENDS,
              [&](Cpu&) -> Details { return {.workqueue = stay.workqueue, .pool = stay.pool}; });
}

}  // namespace wqlab
