// SPDX-License-Identifier: GPL-2.0
#include "recorder/rings.hh"

#include <algorithm>
#include <cstring>
#include <utility>

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
    {
        const std::lock_guard guard(lock_);
        due_ = all ? UINT64_MAX : overwrite_ ? newest_ : drained_due_;
        for (Ring& ring : rings_)
            ring.spooled = ring.drained;
    }
    waiting_.clear();
    for (uint32_t cpu = 0; cpu < layout_.cpus; cpu++) {
        Ring& ring = rings_[cpu];
        ring.head = overwrite_ || all ? __atomic_load_n(&ring.shared->head, __ATOMIC_ACQUIRE) : ring.spooled;
        if (overwrite_ && !still_there(ring, ring.cursor) && ring.cursor < ring.head)
            skip_overwritten(ring);
        if (overwrite_ && ring.head > ring.cursor)
            if (const uint64_t stamp = at(ring, ring.head - 1).stamp; still_there(ring, ring.head - 1))
                newest_ = std::max(newest_, stamp);
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
        else if (ring.cursor++ < ring.spooled)
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

void Rings::make_room()
{
    if (overwrite_)
        return;
    for (Ring& ring : rings_) {
        ring.drained = std::max(ring.drained, ring.cursor);
        __atomic_store_n(&ring.shared->tail, ring.drained, __ATOMIC_RELEASE);
    }
}

bool Rings::drain(uint64_t now)
{
    constexpr double kTooFull = 0.25;
    if (overwrite_)
        return true;
    const uint64_t newest = drained_newest_;
    double fullest = 0;
    for (uint32_t cpu = 0; cpu < layout_.cpus; cpu++)
        fullest = std::max(fullest, spill(cpu));
    if (now - drained_at_ >= kApart) {
        const std::lock_guard guard(lock_);
        drained_due_ = std::exchange(drained_next_, newest);
        drained_at_ = now;
    }
    return fullest < kTooFull;
}

double Rings::spill(uint32_t cpu)
{
    Ring& ring = rings_[cpu];
    const uint64_t head = __atomic_load_n(&ring.shared->head, __ATOMIC_ACQUIRE);
    const double full = static_cast<double>(head - ring.drained) / layout_.events;
    uint64_t drained = ring.drained;
    while (drained < head) {
        const uint64_t place = drained & (layout_.events - 1);
        const uint64_t count = std::min({head - drained, layout_.events - place, uint64_t{Spool::kMostAtOnce}});
        const std::span records(ring.events + place, count);
        const uint64_t last = records.back().stamp;
        // Without room they wait in the ring, and what has none there is lost, and counted.
        if (!spool_.put(cpu, records))
            return 0;
        drained_newest_ = std::max(drained_newest_, last);
        drained += count;
        __atomic_store_n(&ring.shared->tail, drained, __ATOMIC_RELEASE);
        const std::lock_guard guard(lock_);
        ring.drained = drained;
    }
    return full;
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
