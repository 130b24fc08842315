// SPDX-License-Identifier: GPL-2.0
// Following the kernel's lists without trusting them. The list's lock is held.
#pragma once

#include "../glue/inspect.h"
#include "kernel.hh"

namespace wqlab {

enum class WalkEnd {
    kWhole,
    kCut,    // longer than the limit
    kBroken  // an entry can't be read, or does not point back
};

struct ListNode {
    Address next, prev;
};

// Calls each(entry's node) in order; it returns whether to go on.
template <typename Each>
WalkEnd walk_list(Address head, uint32_t limit, Each each)
{
    ListNode node;
    if (!wqlab_peek(&node, head, sizeof(node)))
        return WalkEnd::kBroken;
    for (Address at = node.next, before = head; at != head; before = at, at = node.next) {
        if (!limit--)
            return WalkEnd::kCut;
        if (!wqlab_peek(&node, at, sizeof(node)) || node.prev != before)
            return WalkEnd::kBroken;
        if (!each(at))
            return WalkEnd::kCut;
    }
    return WalkEnd::kWhole;
}

// The same for an hlist, whose entries point back at the pointer to them.
template <typename Each>
WalkEnd walk_hlist(Address head, uint32_t limit, Each each)
{
    Address at;
    if (!wqlab_peek(&at, head, sizeof(at)))
        return WalkEnd::kBroken;
    for (Address before = head; at;) {
        ListNode node;
        if (!limit--)
            return WalkEnd::kCut;
        if (!wqlab_peek(&node, at, sizeof(node)) || node.prev != before)
            return WalkEnd::kBroken;
        if (!each(at))
            return WalkEnd::kCut;
        before = at;
        at = node.next;
    }
    return WalkEnd::kWhole;
}

// The kernel's own mutex.
class [[nodiscard]] MutexHold {
public:
    explicit MutexHold(Address lock) : lock_(lock) { wqlab_lock_mutex_at(lock_); }
    MutexHold(const MutexHold&) = delete;
    ~MutexHold() { wqlab_unlock_mutex_at(lock_); }

private:
    Address lock_;
};

// The kernel's own raw spinlock, interrupts off. Nothing may allocate, sleep or print while it is held.
class [[nodiscard]] RawHold {
public:
    explicit RawHold(Address lock) : lock_(lock), flags_(wqlab_lock_raw(lock)) {}
    RawHold(const RawHold&) = delete;
    ~RawHold() { wqlab_unlock_raw(lock_, flags_); }

private:
    Address lock_;
    unsigned long flags_;
};

}  // namespace wqlab
