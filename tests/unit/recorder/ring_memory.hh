// SPDX-License-Identifier: GPL-2.0
// Rings as the module writes them: the same code, in memory of the test's own.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "core/event_ring.hh"
#include "core/trace_memory.hh"
#include "recorder/spool.hh"

struct RingMemory {
    static constexpr uint32_t kCpus = 3, kEvents = 16;

    explicit RingMemory(bool overwrite = false)
    {
        layout.cpus = kCpus;
        layout.events = kEvents;
        layout.names = WQLAB_LIMIT_TRACE_NAMES;
        layout.names_at = wqlab::TraceMemory::names_at(kCpus);
        layout.rings_at = wqlab::TraceMemory::rings_at(kCpus);
        layout.begun_stamp = 1000;
        layout.mult = 1u << 22;
        layout.shift = 22;
        for (uint32_t cpu = 0; cpu < kCpus; cpu++)
            rings[cpu] = wqlab::EventRing(reinterpret_cast<wqlab_trace_cpu*>(bytes.data()) + cpu,
                                          reinterpret_cast<wqlab_trace_record*>(bytes.data() + layout.rings_at) +
                                              size_t{cpu} * kEvents,
                                          kEvents, overwrite);
    }

    bool write(uint32_t cpu, uint64_t stamp, uint64_t item = 1)
    {
        wqlab_trace_record* record = rings[cpu].next(stamp);
        if (!record)
            return false;
        *record = {};
        record->stamp = stamp;
        record->item = item;
        record->who = wqlab::TraceRecord::who(WQLAB_TRACE_KIND_ACTIVATE, 0);
        rings[cpu].commit();
        return true;
    }

    wqlab_trace_layout layout{};
    std::vector<std::byte> bytes = std::vector<std::byte>(wqlab::TraceMemory::size(kEvents, kCpus));
    std::array<wqlab::EventRing, kCpus> rings;
    wqctl::Spool spool{kCpus, size_t{4} << 20};
};
