// SPDX-License-Identifier: GPL-2.0
// One CPU's events, in memory that their reader shares, and may write.
#pragma once

#include "../uapi/wqlab.h"

namespace wqlab {

// One writer, which nothing interrupts meanwhile; it believes of the shared
// memory the tail alone, and that only as far as it makes sense. The head is
// released by the writer and acquired by the reader, the tail the other way
// round. What has no room is counted, and told before the next that has.
class EventRing {
public:
    static constexpr uint32_t kLeast = 16;  // events

    EventRing() = default;
    // Zeroed; size is a power of two. overwrite: the oldest give way.
    EventRing(wqlab_trace_cpu* shared, wqlab_trace_record* events, uint32_t size, bool overwrite)
        : shared_(shared), events_(events), mask_(size - 1), overwrite_(overwrite)
    {
    }

    // The next event, to be filled and then commit()ted. nullptr: there is no room, it is lost.
    wqlab_trace_record* next(uint64_t stamp)
    {
        if (overwrite_) {
            // Who reads what is being overwritten must see by the head that it is.
            __atomic_thread_fence(__ATOMIC_RELEASE);
        } else if (!has_room(gap_ ? 2 : 1)) {
            lose(stamp);
            return nullptr;
        } else if (gap_) {
            tell_gap(stamp);
        }
        return &events_[head_ & mask_];
    }

    void commit() { __atomic_store_n(&shared_->head, ++head_, __ATOMIC_RELEASE); }

    wqlab_trace_cpu& shared() { return *shared_; }

private:
    bool has_room(uint64_t events)
    {
        const uint64_t size = uint64_t{mask_} + 1;
        if (head_ + events - tail_ <= size) [[likely]]
            return true;
        const uint64_t tail = __atomic_load_n(&shared_->tail, __ATOMIC_ACQUIRE);
        if (head_ - tail > size)
            return false;  // nonsense
        tail_ = tail;
        return head_ + events - tail_ <= size;
    }

    void lose(uint64_t stamp)
    {
        if (!gap_++)
            gap_stamp_ = stamp;
        show(shared_->lost, ++lost_);
        show(shared_->gap_stamp, gap_stamp_);
        show(shared_->gap, gap_);
    }

    void tell_gap(uint64_t stamp)
    {
        wqlab_trace_record& record = events_[head_ & mask_];
        record = {};
        record.stamp = gap_stamp_;
        record.item = stamp;
        record.value = gap_ < UINT32_MAX ? static_cast<uint32_t>(gap_) : UINT32_MAX;
        record.pool = -1;
        record.kind = WQLAB_TRACE_KIND_LOST;
        show(shared_->gap, gap_ = 0);
        commit();
    }

    static void show(__u64& to, uint64_t value) { __atomic_store_n(&to, value, __ATOMIC_RELAXED); }

    wqlab_trace_cpu* shared_ = nullptr;
    wqlab_trace_record* events_ = nullptr;
    uint32_t mask_ = 0;
    bool overwrite_ = false;
    uint64_t head_ = 0;
    uint64_t tail_ = 0;  // as last seen
    uint64_t lost_ = 0;
    uint64_t gap_ = 0;
    uint64_t gap_stamp_ = 0;
};

}  // namespace wqlab
