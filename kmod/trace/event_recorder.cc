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

Result<wqlab_trace_layout> EventRecorder::create(const Kernel& kernel, void* memory, uint64_t size, bool overwrite)
{
    const uint32_t cpus = wqlab_nr_cpus(), events = TraceMemory::events(size, cpus);
    wqlab_trace_layout layout = {};
    layout.names_at = TraceMemory::names_at(cpus);
    layout.rings_at = TraceMemory::rings_at(cpus);
    layout.cpus = cpus;
    layout.names = WQLAB_LIMIT_TRACE_NAMES;
    layout.events = events;
    layout.mult = wqlab_stamp_mult;
    layout.shift = WQLAB_STAMP_SHIFT;
    layout.is_counter = Clock::is_counter();
    layout.module_bytes = cpus * sizeof(Cpu) + WQLAB_LIMIT_TRACE_NAMES * sizeof(uint64_t);

    kernel_ = &kernel;
    offsets_ = {
        .pool_id = kernel.has(Field::kPoolId),
        .pwq_pool = kernel.has(Field::kPwqPool) && kernel.has(Field::kPoolId),
        .worker_pool = kernel.has(Field::kWorkerPool) && kernel.has(Field::kPoolId),
        .worker_work = kernel.has(Field::kWorkerWork),
        .to_pool_id = kernel.offset(Field::kPoolId),
        .to_pwq_pool = kernel.offset(Field::kPwqPool),
        .to_worker_pool = kernel.offset(Field::kWorkerPool),
        .to_worker_work = kernel.offset(Field::kWorkerWork),
    };
    origins_ = Origins(kernel);
    keys_ = TRY(Array<uint64_t>::create(WQLAB_LIMIT_TRACE_NAMES));
    cpus_ = TRY(Array<Box<Cpu>>::create(cpus));
    char* const bytes = static_cast<char*>(memory);
    names_ = NameTable({keys_.begin(), keys_.size()}, reinterpret_cast<wqlab_trace_name*>(bytes + layout.names_at));
    wqlab_trace_cpu* const shared = reinterpret_cast<wqlab_trace_cpu*>(bytes + layout.cpus_at);
    wqlab_trace_record* const rings = reinterpret_cast<wqlab_trace_record*>(bytes + layout.rings_at);
    for (uint32_t cpu = 0; cpu < cpus; cpu++) {
        cpus_[cpu] = TRY(Box<Cpu>::create_on(wqlab_cpu_node(cpu)));
        cpus_[cpu]->ring = EventRing(&shared[cpu], rings + size_t{cpu} * events, events, overwrite);
        // Half of what is there, from its oldest on, has all names with it.
        cpus_[cpu]->told.tell_again_after(overwrite ? events / 2 : UINT64_MAX);
    }
    return layout;
}

void EventRecorder::listen(uint64_t kinds, wqlab_trace_layout& layout)
{
    layout.begun_ns = wqlab_now();
    layout.begun_stamp = Clock::stamp_anywhere();
    __atomic_store_n(&kinds_, kinds, __ATOMIC_RELAXED);
}

// The lower half is how it is shown, which others may have, too; the upper half is less than any address'.
uint64_t EventRecorder::Identities::find(Slot& slot, uint64_t address)
{
    const uint64_t identity = wqlab_identity(address);
    slot = {address, identity >> 32 ? identity : wqlab_hash(address) >> 34 << 32 | identity};
    return slot.identity;
}

bool EventRecorder::tell_task(Cpu& cpu, uint32_t pid, ToldTasks::Name name, uint64_t stamp)
{
    wqlab_trace_record* const record = cpu.ring.next(stamp, 2);
    if (!record)
        return false;
    record->stamp = stamp;
    TraceRecord::set_comm(*record, &name);
    record->value = 0;
    record->who = TraceRecord::who(WQLAB_TRACE_KIND_TASK, pid, cpu.told.what_was_told(pid, name));
    cpu.told.add(pid, name, cpu.ring.head());
    cpu.ring.commit();
    return true;
}

void EventRecorder::time(Cpu& cpu, uint64_t begun)
{
    cpu.until_timed = WQLAB_LIMIT_TRACE_TIMED - 1;
    wqlab_trace_cpu& shared = cpu.ring.shared();
    shared.timed = ++cpu.timed;
    shared.timed_ticks = cpu.timed_ticks += Clock::stamp_anywhere() - begun;
}

uint32_t EventRecorder::counted(Cpu& cpu, uint32_t number)
{
    if (!number)
        cpu.ring.shared().lost_names = ++cpu.lost_names;
    return number;
}

uint32_t EventRecorder::add_symbol(Cpu& cpu, uint64_t address)
{
    return counted(cpu, names_.find(address, [&](wqlab_trace_name& name) {
        wqlab_symbol_name(address, reinterpret_cast<char*>(name.text), sizeof(name.text));
    }));
}

uint32_t EventRecorder::add_workqueue(Cpu& cpu, const Origin& origin)
{
    return counted(cpu, names_.find(origin.workqueue ^ origin.tag, [&](wqlab_trace_name& name) {
        uint32_t flags = 0;
        origins_.copy_name(origin.workqueue, *reinterpret_cast<char(*)[Origins::kNameSize]>(&name.text));
        if (kernel_->has(Field::kWqFlags) && kernel_->peek(flags, origin.workqueue, Field::kWqFlags))
            name.flags = translate<FlagSet::kWorkqueueFlags>(*kernel_, flags);
        if (kernel_->has(Field::kWqMaxActive))
            kernel_->peek(name.max_active, origin.workqueue, Field::kWqMaxActive);
        name.identity = wqlab_identity(origin.workqueue);
    }));
}

int32_t EventRecorder::pool_of(Address worker) const
{
    Address pool = 0;
    if (!worker || !offsets_.worker_pool || !kernel_->peek(pool, worker, Field::kWorkerPool))
        return -1;
    return pool_of_call(pool);
}

int32_t EventRecorder::pool_of_call(Address pool) const
{
    int32_t id = -1;
    return pool && offsets_.pool_id && kernel_->peek(id, pool, Field::kPoolId) ? id : -1;
}

static uint64_t item_word(uintptr_t work, size_t offset)
{
    return __atomic_load_n(reinterpret_cast<const uint64_t*>(work + offset), __ATOMIC_RELAXED);
}

// Of one that starts: it is off the queue, and says on which it was, or is queued again already, then on the same.
int32_t EventRecorder::pool_of_item(uintptr_t work) const
{
    const uint64_t data = item_word(work, WQLAB_OFFSET_WORK_DATA);
    Address pool = 0;
    int32_t id = -1;
    if (!(data & WQLAB_WORK_HAS_PWQ))
        return data >> WQLAB_WORK_POOL_SHIFT < WQLAB_WORK_NO_POOL ? static_cast<int32_t>(data >> WQLAB_WORK_POOL_SHIFT)
                                                                  : -1;
    const uint32_t shift = kernel_->constant(Field::kWorkPwqShift);
    if (!shift || !offsets_.pwq_pool || !kernel_->peek(pool, data >> shift << shift, Field::kPwqPool) ||
        !kernel_->peek(id, pool, Field::kPoolId))
        return -1;
    return id;
}

// The tracepoint's pwq and work are there, and so are the pwq's pool and workqueue.
void EventRecorder::queue(wqlab_who who, uintptr_t pwq, uintptr_t work, uint32_t cpu, wqlab_stack stack)
{
    write(who, WQLAB_TRACE_KIND_QUEUE, [&](Cpu& own) WQLAB_INLINE -> Details {
        const Callers::Caller caller = own.callers.find(stack);
        if (caller.walked) [[unlikely]]
            own.ring.shared().unwound = ++own.unwound;
        return {
            .item = own.identities.of(work),
            .function = symbol(own, item_word(work, WQLAB_OFFSET_WORK_FUNCTION)),
            .workqueue = workqueue(own, origins_.of_pwq(pwq)),
            .caller = symbol(own, caller.address),
            .pool = offsets_.pwq_pool ? pool_at(*reinterpret_cast<const Address*>(pwq + offsets_.to_pwq_pool)) : -1,
            .value = cpu == WQLAB_WORK_CPU_UNBOUND ? WQLAB_NONE : cpu,
            .flags = caller.likely ? uint32_t{WQLAB_TRACE_FLAG_LIKELY_CALLER} : 0,
        };
    });
}

void EventRecorder::activate(wqlab_who who, uintptr_t work)
{
    write(who, WQLAB_TRACE_KIND_ACTIVATE,
          [&](Cpu& cpu) WQLAB_INLINE -> Details { return {.item = cpu.identities.of(work)}; });
}

// Who flushes has it on his stack, until it has run. 0: not known.
uint32_t EventRecorder::flusher_of(uintptr_t barrier) const
{
    Address task = 0;
    uint32_t pid = 0;
    if (kernel_->has(Field::kBarrierTask) && kernel_->has(Field::kTaskPid) &&
        kernel_->peek(task, barrier, Field::kBarrierTask) && task)
        kernel_->peek(pid, task, Field::kTaskPid);
    return pid;
}

void EventRecorder::start(wqlab_who who, uintptr_t work)
{
    write(who, WQLAB_TRACE_KIND_START, [&](Cpu& cpu) WQLAB_INLINE -> Details {
        const uint64_t function = item_word(work, WQLAB_OFFSET_WORK_FUNCTION);
        Details found = {.item = cpu.identities.of(work), .function = symbol(cpu, function)};
        if (who.comm) {
            const Address worker = wqlab_current_worker();
            found.workqueue = workqueue(cpu, origins_.of_running(worker));
            found.pool = pool_of_running(worker);
        } else {
            found.pool = cpu.softirq_pool = pool_of_item(work);
        }
        if (origins_.is_barrier(function)) {
            found.flags = WQLAB_TRACE_FLAG_BARRIER;
            found.value = flusher_of(work);
        }
        return found;
    });
}

void EventRecorder::end(wqlab_who who, uintptr_t work, uintptr_t function)
{
    write(who, WQLAB_TRACE_KIND_END, [&](Cpu& cpu) WQLAB_INLINE -> Details {
        return {.item = cpu.identities.of(work),
                .function = symbol(cpu, function),
                .pool = who.comm ? pool_of_running(wqlab_current_worker()) : cpu.softirq_pool};
    });
}

void EventRecorder::wake(wqlab_who who, uintptr_t worker, bool is_there)
{
    if (!is_written(WQLAB_TRACE_KIND_WAKE))
        return;
    Address work = is_there ? item_at(worker) : 0;
    if (!is_there && worker && offsets_.worker_work)
        kernel_->peek(work, worker, Field::kWorkerWork);
    if (!work)
        return;
    write(who, WQLAB_TRACE_KIND_WAKE,
          [&](Cpu& cpu) WQLAB_INLINE -> Details { return {.item = cpu.identities.of(work), .pool = pool_of(worker)}; });
}

// It runs, until it is off its CPU.
void EventRecorder::sleep(wqlab_who who, uintptr_t worker, uint32_t state)
{
    const Address work = item_at(worker);
    if (!work) {
        // A rescuer that has done with a pool sleeps, or goes to the next.
        if (rescues_.any() && worker && offsets_.worker_pool &&
            !*reinterpret_cast<const Address*>(worker + offsets_.to_worker_pool))
            end_rescue(who);
        return;
    }
    write(who, WQLAB_TRACE_KIND_SLEEP, [&](Cpu& cpu) WQLAB_INLINE -> Details {
        return {.item = cpu.identities.of(work), .pool = pool_of_running(worker), .value = state};
    });
}

}  // namespace wqlab

using wqlab::EventRecorder;

void wqlab_event_queue(void* recorder, wqlab_who who, uintptr_t pwq, uintptr_t work, int cpu, wqlab_stack stack)
{
    static_cast<EventRecorder*>(recorder)->queue(who, pwq, work, static_cast<uint32_t>(cpu), stack);
}

void wqlab_event_activate(void* recorder, wqlab_who who, uintptr_t work)
{
    static_cast<EventRecorder*>(recorder)->activate(who, work);
}

void wqlab_event_start(void* recorder, wqlab_who who, uintptr_t work)
{
    static_cast<EventRecorder*>(recorder)->start(who, work);
}

void wqlab_event_end(void* recorder, wqlab_who who, uintptr_t work, uintptr_t function)
{
    static_cast<EventRecorder*>(recorder)->end(who, work, function);
}

void wqlab_event_sleep(void* recorder, wqlab_who who, uintptr_t worker, uint32_t state)
{
    static_cast<EventRecorder*>(recorder)->sleep(who, worker, state);
}

void wqlab_event_exit(void* recorder, wqlab_who who, bool is_worker)
{
    static_cast<EventRecorder*>(recorder)->exit(who, is_worker);
}

void wqlab_event_call(void* recorder, wqlab_who who, const wqlab_kernel_call* call)
{
    static_cast<EventRecorder*>(recorder)->call(who, *call);
}

void wqlab_event_wake(void* recorder, wqlab_who who, uintptr_t worker, bool is_there)
{
    static_cast<EventRecorder*>(recorder)->wake(who, worker, is_there);
}
