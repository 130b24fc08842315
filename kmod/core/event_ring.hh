// SPDX-License-Identifier: GPL-2.0
// One CPU's events, in memory that their reader shares, and may write.
#pragma once

#include "../uapi/wqlab.h"
#include "trace_record.hh"

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
        : shared_(shared), events_(events), mask_(size - 1), overwrite_(overwrite), end_(overwrite ? kNoEnd : size)
    {
    }

    // The next place, to be filled and then commit()ted, and so many in all that are sure to be there. nullptr: there
    // is no room, and one event is lost.
    [[gnu::always_inline]] wqlab_trace_record* next(uint64_t stamp, uint32_t places = 1)
    {
        if (overwrite_)
            // Who reads what is being overwritten must see by the head that it is.
            __atomic_thread_fence(__ATOMIC_RELEASE);
        if (head_ + places > end_ && !make_room(stamp, places)) [[unlikely]]
            return nullptr;
        return &events_[head_ & mask_];
    }

    void commit() { __atomic_store_n(&shared_->head, ++head_, __ATOMIC_RELEASE); }

    // Records that were written, in all.
    uint64_t head() const { return head_; }
    uint32_t size() const { return mask_ + 1; }
    wqlab_trace_cpu& shared() { return *shared_; }

private:
    static constexpr uint64_t kNoEnd = UINT64_MAX;

    // Of a gap it is told here, so that who has room has none to tell of.
    [[gnu::noinline]] bool make_room(uint64_t stamp, uint32_t places)
    {
        const uint64_t size = uint64_t{mask_} + 1;
        const uint64_t tail = __atomic_load_n(&shared_->tail, __ATOMIC_ACQUIRE);
        // Else it is nonsense.
        if (head_ - tail <= size)
            end_ = tail + size;
        if (head_ + places + (gap_ ? 1 : 0) > end_) {
            lose(stamp);
            return false;
        }
        if (gap_)
            tell_gap(stamp);
        return true;
    }

    void lose(uint64_t stamp)
    {
        if (!gap_++)
            gap_stamp_ = stamp;
        end_ = head_;
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
        record.who = TraceRecord::who(WQLAB_TRACE_KIND_LOST, 0);
        show(shared_->gap, gap_ = 0);
        commit();
    }

    static void show(__u64& to, uint64_t value) { __atomic_store_n(&to, value, __ATOMIC_RELAXED); }

    wqlab_trace_cpu* shared_ = nullptr;
    wqlab_trace_record* events_ = nullptr;
    uint32_t mask_ = 0;
    bool overwrite_ = false;
    uint64_t head_ = 0;
    uint64_t end_ = 0;  // up to here there is room, as last seen
    uint64_t lost_ = 0;
    uint64_t gap_ = 0;
    uint64_t gap_stamp_ = 0;
};

}  // namespace wqlab
