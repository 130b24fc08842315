// SPDX-License-Identifier: GPL-2.0
#include "recorder/rings.hh"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/trace_record.hh"

namespace wqctl {

Rings::Rings(std::byte* memory, const wqlab_trace_layout& layout, bool overwrite, Spool& spool)
    : memory_(memory), layout_(layout), overwrite_(overwrite), rings_(layout.cpus), spool_(spool)
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
    if (oldest <= ring.cursor)
        return;
    missed_ += oldest - ring.cursor;
    ring.cursor = oldest;
    skipped_ += !std::exchange(ring.skipped, true);
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
        if (all && !overwrite_)
            publish();
        spool_.receive();
        // Who is behind comes again at once, too soon for what another CPU may still be writing.
        if (all || !overwrite_ || !behind_)
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
        if (!whole)
            continue;
        if (ring.skipped) {
            ring.skipped = false;
            skipped_--;
            gaps_++;
        }
        const uint64_t stamp = record.stamp;
        if (stamp < last_ && wqlab::TraceRecord::kind(record) != WQLAB_TRACE_KIND_LOST) {
            late_++;
            latest_ = std::max(latest_, last_ - stamp);
        }
        last_ = std::max(last_, stamp);
        return true;
    }
    return false;
}

void Rings::make_room()
{
    if (overwrite_)
        return;
    for (Ring& ring : rings_) {
        ring.filled = ring.drained = std::max(ring.filled, ring.cursor);
        __atomic_store_n(&ring.shared->tail, ring.filled, __ATOMIC_RELEASE);
    }
}

void Rings::begin_pass()
{
    in_pass_ = true;
    fullest_ = 0;
    pass_newest_ = drained_newest_;
    for (Ring& ring : rings_) {
        ring.goal = __atomic_load_n(&ring.shared->head, __ATOMIC_ACQUIRE);
        fullest_ = std::max(fullest_, static_cast<double>(ring.goal - ring.filled) / layout_.events);
    }
}

void Rings::end_pass(uint64_t now)
{
    in_pass_ = false;
    if (now - pass_at_ < kApart)
        return;
    pass_due_ = std::exchange(pass_next_, pass_newest_);
    pass_at_ = now;
}

// There is room again when what waits is taken, so some of it must be due: what is older than all that is in rings.
void Rings::give_up_pass()
{
    in_pass_ = false;
    uint64_t oldest = UINT64_MAX;
    for (const Ring& ring : rings_)
        if (ring.filled < ring.goal)
            oldest = std::min<uint64_t>(oldest, at(ring, ring.filled).stamp);
    pass_due_ = std::max(pass_due_, oldest - 1);
}

void Rings::publish()
{
    for (Ring& ring : rings_)
        ring.drained = ring.filled;
    drained_due_ = pass_due_;
    spool_.hand_over();
}

bool Rings::drain(uint64_t now)
{
    constexpr double kTooFull = 0.25;
    if (overwrite_)
        return true;
    if (!in_pass_)
        begin_pass();
    bool room = true, more = false;
    for (uint32_t cpu = 0; cpu < layout_.cpus && room; cpu++) {
        room = spill(cpu);
        more |= rings_[cpu].filled < rings_[cpu].goal;
    }
    if (!room)
        give_up_pass();
    else if (!more)
        end_pass(now);
    // Who takes may hold it without having a CPU.
    if (const std::unique_lock guard(lock_, std::try_to_lock); guard)
        publish();
    return !room || (!more && fullest_ < kTooFull);
}

void Rings::drain_all(uint64_t now)
{
    do
        drain(now);
    while (in_pass_);
}

bool Rings::spill(uint32_t cpu)
{
    Ring& ring = rings_[cpu];
    if (ring.filled == ring.goal)
        return true;
    const uint64_t place = ring.filled & (layout_.events - 1);
    const uint64_t count = std::min({ring.goal - ring.filled, layout_.events - place, uint64_t{Spool::kMostAtOnce}});
    const std::span records(ring.events + place, count);
    size_t put = 0;
    const bool all = spool_.put(cpu, records, put);
    if (put)
        drained_newest_ = std::max<uint64_t>(drained_newest_, records[put - 1].stamp);
    ring.filled += put;
    // Without room they wait in the ring, and what has none there is lost, and counted.
    __atomic_store_n(&ring.shared->tail, ring.filled, __ATOMIC_RELEASE);
    return all;
}

void Rings::rewind()
{
    for (Ring& ring : rings_) {
        const uint64_t head = __atomic_load_n(&ring.shared->head, __ATOMIC_ACQUIRE);
        ring.cursor = head < layout_.events ? 0 : head - layout_.events + 1;
        ring.skipped = false;
    }
    newest_ = last_ = late_ = latest_ = skipped_ = 0;
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
