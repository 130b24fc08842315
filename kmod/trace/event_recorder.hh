// SPDX-License-Identifier: GPL-2.0
// What a trace writes down at each event: by the CPU where it happens, with
// interrupts off, into that CPU's ring.
#pragma once

#include "../core/event_ring.hh"
#include "../core/memory.hh"
#include "../core/mix.hh"
#include "../core/name_table.hh"
#include "../core/rescues.hh"
#include "../core/told_tasks.hh"
#include "../core/trace_memory.hh"
#include "../glue/kernel_functions.h"
#include "../glue/trace_events.h"
#include "../lab/clock.hh"
#include "callers.hh"
#include "origin.hh"

namespace wqlab {

class EventRecorder {
public:
    // The kernel has view::kLatency, and lives as long. memory: zeroed, of a size for which TraceMemory::events() is
    // not 0; of which nothing is believed. No event is written until it listens.
    Result<wqlab_trace_layout> create(const Kernel& kernel, void* memory, uint64_t size, bool overwrite);
    // From here on. kinds: bits of those that are written.
    void listen(uint64_t kinds, wqlab_trace_layout& layout);

    // Probes, interrupts off.
    void queue(wqlab_who who, uintptr_t pwq, uintptr_t work, uint32_t cpu, wqlab_stack stack);
    void activate(wqlab_who who, uintptr_t work);
    void start(wqlab_who who, uintptr_t work);
    void end(wqlab_who who, uintptr_t work, uintptr_t function);
    // The worker's task is who sleeps or is woken.
    void sleep(wqlab_who who, uintptr_t worker, uint32_t state);
    void wake(wqlab_who who, uintptr_t worker, bool is_there);
    // A kernel thread ends.
    void exit(wqlab_who who, bool is_worker);
    // A function of the kernel's is called, or returns. What it was called with is there.
    void call(wqlab_who who, const wqlab_kernel_call& call);

    // Any context: no event that happens from here on is written.
    void fall_silent() { __atomic_store_n(&kinds_, 0, __ATOMIC_RELAXED); }

private:
    // Of addresses that come again and again: an identity is printed to be known.
    class Identities {
    public:
        [[gnu::always_inline]] uint64_t of(uint64_t address)
        {
            Slot& slot = slots_[mixed(address) % kSlots];
            return slot.address == address ? slot.identity : find(slot, address);
        }

    private:
        static constexpr unsigned kSlots = 1024;
        struct Slot {
            uint64_t address, identity;
        };

        static uint64_t find(Slot& slot, uint64_t address);

        Slot slots_[kSlots] = {};
    };

    struct alignas(64) Cpu {
        EventRing ring;
        uint32_t until_timed = 0;
        uint64_t timed = 0;
        uint64_t timed_ticks = 0;
        uint64_t unwound = 0;
        uint64_t lost_names = 0;
        int32_t softirq_pool = -1;  // of the item that started last in a softirq
        ToldTasks told;
        Callers callers;
        Identities identities;
    };

    // Where the kernel has what leads to an item's pool. Asked of it once: a probe has no time.
    struct Offsets {
        bool pool_id = false, pwq_pool = false, worker_pool = false, worker_work = false;
        uint32_t to_pool_id = 0, to_pwq_pool = 0, to_worker_pool = 0, to_worker_work = 0;
    };

    struct Details;

    [[gnu::always_inline]] bool is_written(wqlab_trace_kind kind) const
    {
        return __atomic_load_n(&kinds_, __ATOMIC_RELAXED) >> kind & 1;
    }
    // event_entry.hh
    template <typename Find>
    void write(wqlab_who who, wqlab_trace_kind kind, Find details);
    // What a task is called, before its event. False: there is not room for both, and the event is lost.
    static bool tell_task(Cpu& cpu, uint32_t pid, ToldTasks::Name name, uint64_t stamp);
    static void time(Cpu& cpu, uint64_t begun);

    void flush(wqlab_who who, const wqlab_kernel_call& call);
    void cancel(wqlab_who who, const wqlab_kernel_call& call);
    void create_worker(wqlab_who who, const wqlab_kernel_call& call);
    void rescue(wqlab_who who, const wqlab_kernel_call& call);
    // If there is one of that task's.
    void end_rescue(wqlab_who who);

    // The number of a name; 0: there is none, or no room for it.
    [[gnu::always_inline]] uint32_t symbol(Cpu& cpu, uint64_t address)
    {
        const uint32_t number = address ? names_.at_home(address) : 0;
        return number || !address ? number : add_symbol(cpu, address);
    }
    [[gnu::always_inline]] uint32_t workqueue(Cpu& cpu, const Origin& origin)
    {
        const uint32_t number = origin.workqueue ? names_.at_home(origin.workqueue ^ origin.tag) : 0;
        return number || !origin.workqueue ? number : add_workqueue(cpu, origin);
    }
    uint32_t add_symbol(Cpu& cpu, uint64_t address);
    uint32_t add_workqueue(Cpu& cpu, const Origin& origin);
    static uint32_t counted(Cpu& cpu, uint32_t number);
    // What a worker that is there executes; 0: nothing, or not known.
    Address item_at(Address worker) const
    {
        return worker && offsets_.worker_work ? *reinterpret_cast<const Address*>(worker + offsets_.to_worker_work) : 0;
    }
    // Of a worker's; -1: not known.
    int32_t pool_of(Address worker) const;
    // Of one that executes an item: it has a pool, as long as it does.
    [[gnu::always_inline]] int32_t pool_of_running(Address worker) const
    {
        return worker && offsets_.worker_pool
                   ? pool_at(*reinterpret_cast<const Address*>(worker + offsets_.to_worker_pool))
                   : -1;
    }
    // Of a pool that is there; what a compiler has made of an argument may be another thing.
    int32_t pool_of_call(Address pool) const;
    int32_t pool_at(Address pool) const { return *reinterpret_cast<const int32_t*>(pool + offsets_.to_pool_id); }
    int32_t pool_of_item(uintptr_t work) const;
    uint32_t flusher_of(uintptr_t barrier) const;

    const Kernel* kernel_ = nullptr;
    uint64_t kinds_ = 0;  // bits of those that are written
    Offsets offsets_;
    Origins origins_;
    Array<Box<Cpu>> cpus_;  // each on its node
    Array<uint64_t> keys_;
    NameTable names_;
    Rescues rescues_;
};

}  // namespace wqlab
