// SPDX-License-Identifier: GPL-2.0
#include "recorder/rings.hh"

#include <algorithm>
#include <cstring>

namespace wqctl {

Rings::Rings(std::byte* memory, const wqlab_trace_layout& layout, bool overwrite)
    : memory_(memory), layout_(layout), overwrite_(overwrite), rings_(layout.cpus), spool_(layout.cpus)
{
    auto* const shared = reinterpret_cast<wqlab_trace_cpu*>(memory + layout.cpus_at);
    const auto* const events = reinterpret_cast<const wqlab_trace_record*>(memory + layout.rings_at);
    for (uint32_t cpu = 0; cpu < layout.cpus; cpu++) {
        rings_[cpu].events = events + size_t{cpu} * layout.events;
        rings_[cpu].shared = shared + cpu;
    }
    waiting_.reserve(layout.cpus);
}

bool Rings::still_there(const Ring& ring, uint64_t position) const
{
    // The writer may be at the place of the one that is a whole ring older than the next.
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return position + layout_.events > __atomic_load_n(&ring.shared->head, __ATOMIC_RELAXED);
}

void Rings::skip_overwritten(Ring& ring)
{
    const uint64_t head = __atomic_load_n(&ring.shared->head, __ATOMIC_ACQUIRE);
    // With some to spare, lest it be overtaken again at once.
    const uint64_t oldest = head < layout_.events ? 0 : head - layout_.events + layout_.events / 16 + 1;
    missed_ += std::max(oldest, ring.cursor) - ring.cursor;
    ring.cursor = std::max(oldest, ring.cursor);
}

bool Rings::peek(uint32_t cpu)
{
    Ring& ring = rings_[cpu];
    if (ring.cursor >= ring.head)
        return false;
    ring.stamp = front(cpu).stamp;
    return ring.stamp <= due_;
}

void Rings::look(bool all)
{
    due_ = all ? UINT64_MAX : newest_;
    fill_ = 0;
    waiting_.clear();
    for (uint32_t cpu = 0; cpu < layout_.cpus; cpu++) {
        Ring& ring = rings_[cpu];
        ring.head = __atomic_load_n(&ring.shared->head, __ATOMIC_ACQUIRE);
        if (overwrite_ && !still_there(ring, ring.cursor) && ring.cursor < ring.head)
            skip_overwritten(ring);
        if (const uint64_t from = std::max(ring.cursor, ring.freed); ring.head > from) {
            newest_ = std::max<uint64_t>(newest_, at(ring, ring.head - 1).stamp);
            fill_ = std::max(fill_, static_cast<double>(ring.head - from) / layout_.events);
        }
        if (peek(cpu))
            waiting_.push_back(cpu);
    }
    const auto later = [this](uint32_t a, uint32_t b) { return rings_[a].stamp > rings_[b].stamp; };
    std::make_heap(waiting_.begin(), waiting_.end(), later);
}

bool Rings::next(uint32_t& cpu, wqlab_trace_record& record)
{
    const auto later = [this](uint32_t a, uint32_t b) { return rings_[a].stamp > rings_[b].stamp; };
    while (!waiting_.empty()) {
        std::pop_heap(waiting_.begin(), waiting_.end(), later);
        cpu = waiting_.back();
        Ring& ring = rings_[cpu];
        record = front(cpu);
        const bool whole = !overwrite_ || still_there(ring, ring.cursor);
        if (!whole)
            skip_overwritten(ring);
        else if (ring.cursor++ < ring.freed)
            spool_.pop(cpu);
        if (peek(cpu))
            std::push_heap(waiting_.begin(), waiting_.end(), later);
        else
            waiting_.pop_back();
        if (whole)
            return true;
    }
    return false;
}

void Rings::publish()
{
    if (overwrite_)
        return;
    for (Ring& ring : rings_) {
        ring.freed = std::max(ring.freed, ring.cursor);
        __atomic_store_n(&ring.shared->tail, ring.freed, __ATOMIC_RELEASE);
    }
}

void Rings::relieve()
{
    if (overwrite_)
        return;
    publish();
    const auto is_too_full = [&](const Ring& ring) {
        const uint64_t used = __atomic_load_n(&ring.shared->head, __ATOMIC_RELAXED) - ring.freed;
        return static_cast<double>(used) > kTooFull * layout_.events;
    };
    if (std::any_of(rings_.begin(), rings_.end(), is_too_full))
        for (uint32_t cpu = 0; cpu < layout_.cpus; cpu++)
            spill(cpu);
}

void Rings::spill(uint32_t cpu)
{
    Ring& ring = rings_[cpu];
    const uint64_t head = __atomic_load_n(&ring.shared->head, __ATOMIC_ACQUIRE);
    while (ring.freed < head) {
        const uint64_t place = ring.freed & (layout_.events - 1);
        const uint64_t count = std::min<uint64_t>(head - ring.freed, layout_.events - place);
        const std::span records(ring.events + place, count);
        spool_.put(cpu, records);
        newest_ = std::max<uint64_t>(newest_, records.back().stamp);
        ring.freed += count;
        spooled_ += count;
        __atomic_store_n(&ring.shared->tail, ring.freed, __ATOMIC_RELEASE);
    }
}

void Rings::rewind()
{
    for (Ring& ring : rings_) {
        const uint64_t head = __atomic_load_n(&ring.shared->head, __ATOMIC_ACQUIRE);
        ring.cursor = head < layout_.events ? 0 : head - layout_.events + 1;
    }
    newest_ = 0;
}

Rings::Loss Rings::loss(uint32_t cpu) const
{
    const wqlab_trace_cpu& shared = *rings_[cpu].shared;
    return {shared.lost, shared.gap, shared.gap_stamp};
}

template <typename Count>
uint64_t Rings::sum(Count count) const
{
    uint64_t all = 0;
    for (const Ring& ring : rings_)
        all += count(*ring.shared);
    return all;
}

double Rings::ticks_per_event() const
{
    const uint64_t timed = sum([](const wqlab_trace_cpu& cpu) { return cpu.timed; });
    return timed ? static_cast<double>(sum([](const wqlab_trace_cpu& cpu) { return cpu.timed_ticks; })) /
                       static_cast<double>(timed)
                 : 0;
}

uint64_t Rings::lost_names() const
{
    return sum([](const wqlab_trace_cpu& cpu) { return cpu.lost_names; });
}

uint64_t Rings::unwound() const
{
    return sum([](const wqlab_trace_cpu& cpu) { return cpu.unwound; });
}

const wqlab_trace_name* Rings::name(uint32_t number) const
{
    if (!number || number > layout_.names)
        return nullptr;
    const auto* const names = reinterpret_cast<const wqlab_trace_name*>(memory_ + layout_.names_at);
    const wqlab_trace_name& name = names[number - 1];
    return __atomic_load_n(&name.ready, __ATOMIC_ACQUIRE) ? &name : nullptr;
}

}  // namespace wqctl
