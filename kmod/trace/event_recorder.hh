// SPDX-License-Identifier: GPL-2.0
// What a trace writes down at each event: by the CPU where it happens, with
// interrupts off, into that CPU's ring.
#pragma once

#include "../core/event_ring.hh"
#include "../core/memory.hh"
#include "../core/name_table.hh"
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
    // not 0; of which nothing is believed.
    Result<wqlab_trace_layout> create(const Kernel& kernel, void* memory, uint64_t size, bool overwrite,
                                      uint64_t kinds);

    // Probes, interrupts off.
    void queue(const wqlab_who& who, uintptr_t pwq, uintptr_t work, uint32_t cpu, const wqlab_stack& stack);
    void activate(const wqlab_who& who, uintptr_t work);
    void start(const wqlab_who& who, uintptr_t work);
    void end(const wqlab_who& who, uintptr_t work, uintptr_t function);
    // The worker's task is who sleeps or is woken.
    void of_worker(const wqlab_who& who, wqlab_trace_kind kind, uintptr_t worker, uint32_t value);
    // A worker's task ends.
    void exit(const wqlab_who& who);
    // A function of the kernel's is called, or returns. What it was called with is there.
    void call(const wqlab_who& who, const wqlab_kernel_call& call);

private:
    // Of addresses that come again and again: an identity is printed to be known.
    class Identities {
    public:
        uint64_t of(uint64_t address);

    private:
        static constexpr unsigned kSlots = 1024;
        struct {
            uint64_t address, identity;
        } slots_[kSlots] = {};
    };

    struct alignas(64) Cpu {
        EventRing ring;
        uint32_t until_timed = 0;
        uint64_t timed = 0;
        uint64_t timed_ticks = 0;
        uint64_t unwound = 0;
        uint64_t lost_names = 0;
        int32_t softirq_pool = -1;  // of the item that started last in a softirq
        Callers callers;
        Identities identities;
    };

    class Entry;

    void flush(const wqlab_who& who, const wqlab_kernel_call& call);
    void cancel(const wqlab_who& who, const wqlab_kernel_call& call);
    void create_worker(const wqlab_who& who, const wqlab_kernel_call& call);
    void rescue(const wqlab_who& who, const wqlab_kernel_call& call);

    uint32_t symbol(Cpu& cpu, uint64_t address);
    uint32_t workqueue(Cpu& cpu, const Origin& origin);
    // Of a worker's; -1: not known.
    int32_t pool_of(Address worker) const;
    // Of one that executes an item: it has a pool, as long as it does.
    int32_t pool_of_running(Address worker) const;
    int32_t pool_at(Address pool) const;
    int32_t pool_of_item(uintptr_t work) const;

    const Kernel* kernel_ = nullptr;
    uint64_t kinds_ = 0;  // bits of those that are written
    Origins origins_;
    Array<Cpu> cpus_;
    Array<uint64_t> keys_;
    NameTable names_;
};

}  // namespace wqlab
