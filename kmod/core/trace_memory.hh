// SPDX-License-Identifier: GPL-2.0
// Where in the memory of a trace what is. Who makes the memory and who writes it reckon the same.
#pragma once

#include <cstddef>

#include "../uapi/wqlab.h"
#include "event_ring.hh"

namespace wqlab {

struct TraceMemory {
    static constexpr uint64_t kPage = 4096;

    static constexpr uint64_t names_at(uint32_t cpus)
    {
        return (cpus * sizeof(wqlab_trace_cpu) + kPage - 1) / kPage * kPage;
    }
    static constexpr uint64_t rings_at(uint32_t cpus)
    {
        return names_at(cpus) + WQLAB_LIMIT_TRACE_NAMES * sizeof(wqlab_trace_name);
    }
    // Of each ring, in memory of that size: a power of two; 0: it is too small.
    static constexpr uint32_t events(uint64_t size, uint32_t cpus)
    {
        if (size < rings_at(cpus))
            return 0;
        const uint64_t room = (size - rings_at(cpus)) / cpus / sizeof(wqlab_trace_record);
        uint32_t events = EventRing::kLeast;
        while (uint64_t{events} * 2 <= room && events < 1u << 30)
            events *= 2;
        return room < EventRing::kLeast ? 0 : events;
    }
    // The memory for rings of so many.
    static constexpr uint64_t size(uint32_t events, uint32_t cpus)
    {
        return (rings_at(cpus) + uint64_t{cpus} * events * sizeof(wqlab_trace_record) + kPage - 1) / kPage * kPage;
    }
};

static_assert(sizeof(wqlab_trace_name) == 128);
static_assert(sizeof(wqlab_trace_cpu) == 128 && offsetof(wqlab_trace_cpu, tail) == 64);

}  // namespace wqlab
