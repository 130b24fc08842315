// SPDX-License-Identifier: GPL-2.0
#include "recorder/rings.hh"

#include <algorithm>
#include <cstring>

namespace wqctl {

Rings::Rings(std::byte* memory, const wqlab_trace_layout& layout, bool overwrite)
    : memory_(memory), layout_(layout), overwrite_(overwrite), rings_(layout.cpus)
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

bool Rings::peek(Ring& ring) const
{
    if (ring.cursor >= ring.head)
        return false;
    ring.stamp = at(ring, ring.cursor).stamp;
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
        if (ring.head > ring.cursor) {
            newest_ = std::max<uint64_t>(newest_, at(ring, ring.head - 1).stamp);
            fill_ = std::max(fill_, static_cast<double>(ring.head - ring.cursor) / layout_.events);
        }
        if (peek(ring))
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
        record = at(ring, ring.cursor);
        const bool whole = !overwrite_ || still_there(ring, ring.cursor);
        if (whole)
            ring.cursor++;
        else
            skip_overwritten(ring);
        if (peek(ring))
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
    if (!overwrite_)
        for (Ring& ring : rings_)
            __atomic_store_n(&ring.shared->tail, ring.cursor, __ATOMIC_RELEASE);
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
