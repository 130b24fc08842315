// SPDX-License-Identifier: GPL-2.0
#include "event_recorder.hh"

#include "../glue/cpu.h"
#include "../glue/symbols.h"
#include "../glue/upcalls.h"
#include "../glue/context.h"
#include "../glue/inspect.h"
#include "../glue/time.h"
#include "../inspect/flags.hh"
#include "event_entry.hh"
#include "layout.h"

namespace wqlab {

Result<wqlab_trace_layout> EventRecorder::create(const Kernel& kernel, void* memory, uint64_t size, bool overwrite,
                                                 uint64_t kinds)
{
    const uint32_t cpus = wqlab_nr_cpus(), events = TraceMemory::events(size, cpus);
    wqlab_trace_layout layout = {};
    layout.begun_ns = wqlab_now();
    layout.begun_stamp = Clock::stamp_anywhere();
    layout.names_at = TraceMemory::names_at(cpus);
    layout.rings_at = TraceMemory::rings_at(cpus);
    layout.cpus = cpus;
    layout.names = WQLAB_LIMIT_TRACE_NAMES;
    layout.events = events;
    layout.mult = wqlab_stamp_mult;
    layout.shift = WQLAB_STAMP_SHIFT;
    layout.is_counter = Clock::is_counter();

    kernel_ = &kernel;
    kinds_ = kinds;
    origins_ = Origins(kernel);
    keys_ = TRY(Array<uint64_t>::create(WQLAB_LIMIT_TRACE_NAMES));
    cpus_ = TRY(Array<Cpu>::create(cpus));
    char* const bytes = static_cast<char*>(memory);
    names_ = NameTable({keys_.begin(), keys_.size()}, reinterpret_cast<wqlab_trace_name*>(bytes + layout.names_at));
    wqlab_trace_cpu* const shared = reinterpret_cast<wqlab_trace_cpu*>(bytes + layout.cpus_at);
    wqlab_trace_record* const rings = reinterpret_cast<wqlab_trace_record*>(bytes + layout.rings_at);
    for (uint32_t cpu = 0; cpu < cpus; cpu++)
        cpus_[cpu].ring = EventRing(&shared[cpu], rings + size_t{cpu} * events, events, overwrite);
    return layout;
}

uint64_t EventRecorder::Identities::of(uint64_t address)
{
    auto& slot = slots_[(address * 0x9e3779b97f4a7c15) >> 54];
    static_assert(kSlots == 1 << (64 - 54));
    if (slot.address != address) [[unlikely]]
        slot = {address, wqlab_identity(address)};
    return slot.identity;
}

uint32_t EventRecorder::symbol(Cpu& cpu, uint64_t address)
{
    if (!address)
        return 0;
    const uint32_t number = names_.find(address, [&](wqlab_trace_name& name) {
        wqlab_symbol_name(address, reinterpret_cast<char*>(name.text), sizeof(name.text));
    });
    if (!number)
        cpu.ring.shared().lost_names = ++cpu.lost_names;
    return number;
}

uint32_t EventRecorder::workqueue(Cpu& cpu, const Origin& origin)
{
    if (!origin.workqueue)
        return 0;
    const uint32_t number = names_.find(origin.workqueue ^ origin.tag, [&](wqlab_trace_name& name) {
        uint32_t flags = 0;
        origins_.copy_name(origin.workqueue, *reinterpret_cast<char(*)[Origins::kNameSize]>(&name.text));
        if (kernel_->has(Field::kWqFlags) && kernel_->peek(flags, origin.workqueue, Field::kWqFlags))
            name.flags = translate<FlagSet::kWorkqueueFlags>(*kernel_, flags);
        if (kernel_->has(Field::kWqMaxActive))
            kernel_->peek(name.max_active, origin.workqueue, Field::kWqMaxActive);
        name.identity = wqlab_identity(origin.workqueue);
    });
    if (!number)
        cpu.ring.shared().lost_names = ++cpu.lost_names;
    return number;
}

int32_t EventRecorder::pool_at(Address pool) const
{
    return *reinterpret_cast<const int32_t*>(kernel_->address(pool, Field::kPoolId));
}

int32_t EventRecorder::pool_of(Address worker) const
{
    Address pool = 0;
    int32_t id = -1;
    if (!worker || !kernel_->has(Field::kWorkerPool) || !kernel_->has(Field::kPoolId) ||
        !kernel_->peek(pool, worker, Field::kWorkerPool) || !pool || !kernel_->peek(id, pool, Field::kPoolId))
        return -1;
    return id;
}

int32_t EventRecorder::pool_of_running(Address worker) const
{
    if (!worker || !kernel_->has(Field::kWorkerPool) || !kernel_->has(Field::kPoolId))
        return -1;
    return pool_at(*reinterpret_cast<const Address*>(kernel_->address(worker, Field::kWorkerPool)));
}

static uint64_t word_of(uintptr_t work, size_t offset)
{
    return __atomic_load_n(reinterpret_cast<const uint64_t*>(work + offset), __ATOMIC_RELAXED);
}

// Of one that starts: it is off the queue, and says on which it was, or is queued again already, then on the same.
int32_t EventRecorder::pool_of_item(uintptr_t work) const
{
    const uint64_t data = word_of(work, WQLAB_OFFSET_WORK_DATA);
    Address pool = 0;
    int32_t id = -1;
    if (!(data & WQLAB_WORK_HAS_PWQ))
        return data >> WQLAB_WORK_POOL_SHIFT < WQLAB_WORK_NO_POOL ? static_cast<int32_t>(data >> WQLAB_WORK_POOL_SHIFT)
                                                                  : -1;
    const uint32_t shift = kernel_->constant(Field::kWorkPwqShift);
    if (!shift || !kernel_->has(Field::kPwqPool) || !kernel_->has(Field::kPoolId) ||
        !kernel_->peek(pool, data >> shift << shift, Field::kPwqPool) || !kernel_->peek(id, pool, Field::kPoolId))
        return -1;
    return id;
}

// The tracepoint's pwq and work are there, and so are the pwq's pool and workqueue.
void EventRecorder::queue(const wqlab_who& who, uintptr_t pwq, uintptr_t work, uint32_t cpu, const wqlab_stack& stack)
{
    const Entry entry(*this, who, WQLAB_TRACE_KIND_QUEUE);
    if (!entry)
        return;
    entry->item = entry.cpu.identities.of(work);
    entry->function = symbol(entry.cpu, word_of(work, WQLAB_OFFSET_WORK_FUNCTION));
    entry->workqueue = workqueue(entry.cpu, origins_.of_pwq(pwq));
    entry->value = cpu == WQLAB_WORK_CPU_UNBOUND ? WQLAB_NONE : cpu;
    if (kernel_->has(Field::kPwqPool) && kernel_->has(Field::kPoolId))
        entry->pool = pool_at(*reinterpret_cast<const Address*>(kernel_->address(pwq, Field::kPwqPool)));
    const Callers::Caller caller = entry.cpu.callers.find(stack);
    if (caller.walked)
        entry.cpu.ring.shared().unwound = ++entry.cpu.unwound;
    entry->caller = symbol(entry.cpu, caller.address);
    if (caller.likely)
        entry->flags = WQLAB_TRACE_FLAG_LIKELY_CALLER;
}

void EventRecorder::activate(const wqlab_who& who, uintptr_t work)
{
    if (const Entry entry(*this, who, WQLAB_TRACE_KIND_ACTIVATE); entry)
        entry->item = entry.cpu.identities.of(work);
}

void EventRecorder::start(const wqlab_who& who, uintptr_t work)
{
    const Entry entry(*this, who, WQLAB_TRACE_KIND_START);
    if (!entry)
        return;
    const uint64_t function = word_of(work, WQLAB_OFFSET_WORK_FUNCTION);
    entry->item = entry.cpu.identities.of(work);
    entry->function = symbol(entry.cpu, function);
    if (who.pid) {
        const Address worker = wqlab_current_worker();
        entry->workqueue = workqueue(entry.cpu, origins_.of_running(worker));
        entry->pool = pool_of_running(worker);
    } else {
        entry->pool = entry.cpu.softirq_pool = pool_of_item(work);
    }
    if (!origins_.is_barrier(function))
        return;
    // Who flushes has it on his stack, until it has run.
    entry->flags = WQLAB_TRACE_FLAG_BARRIER;
    Address task = 0;
    if (kernel_->has(Field::kBarrierTask) && kernel_->has(Field::kTaskPid) &&
        kernel_->peek(task, work, Field::kBarrierTask) && task)
        kernel_->peek(entry->other, task, Field::kTaskPid);
}

void EventRecorder::end(const wqlab_who& who, uintptr_t work, uintptr_t function)
{
    const Entry entry(*this, who, WQLAB_TRACE_KIND_END);
    if (!entry)
        return;
    entry->item = entry.cpu.identities.of(work);
    entry->function = symbol(entry.cpu, function);
    entry->pool = who.pid ? pool_of_running(wqlab_current_worker()) : entry.cpu.softirq_pool;
}

void EventRecorder::of_worker(const wqlab_who& who, wqlab_trace_kind kind, uintptr_t worker, uint32_t value)
{
    Address work = 0;
    if (!worker || !kernel_->has(Field::kWorkerWork) || !kernel_->peek(work, worker, Field::kWorkerWork) || !work)
        return;
    const Entry entry(*this, who, kind);
    if (!entry)
        return;
    entry->item = entry.cpu.identities.of(work);
    entry->value = value;
    entry->pool = pool_of(worker);
}

}  // namespace wqlab

using wqlab::EventRecorder;

void wqlab_event_queue(void* recorder, const wqlab_who* who, uintptr_t pwq, uintptr_t work, int cpu,
                       const wqlab_stack* stack)
{
    static_cast<EventRecorder*>(recorder)->queue(*who, pwq, work, static_cast<uint32_t>(cpu), *stack);
}

void wqlab_event_activate(void* recorder, const wqlab_who* who, uintptr_t work)
{
    static_cast<EventRecorder*>(recorder)->activate(*who, work);
}

void wqlab_event_start(void* recorder, const wqlab_who* who, uintptr_t work)
{
    static_cast<EventRecorder*>(recorder)->start(*who, work);
}

void wqlab_event_end(void* recorder, const wqlab_who* who, uintptr_t work, uintptr_t function)
{
    static_cast<EventRecorder*>(recorder)->end(*who, work, function);
}

void wqlab_event_sleep(void* recorder, const wqlab_who* who, uintptr_t worker, uint32_t state)
{
    static_cast<EventRecorder*>(recorder)->of_worker(*who, WQLAB_TRACE_KIND_SLEEP, worker, state);
}

void wqlab_event_exit(void* recorder, const wqlab_who* who) { static_cast<EventRecorder*>(recorder)->exit(*who); }

void wqlab_event_call(void* recorder, const wqlab_who* who, const wqlab_kernel_call* call)
{
    static_cast<EventRecorder*>(recorder)->call(*who, *call);
}

void wqlab_event_wake(void* recorder, const wqlab_who* who, uintptr_t worker)
{
    static_cast<EventRecorder*>(recorder)->of_worker(*who, WQLAB_TRACE_KIND_WAKE, worker, 0);
}
