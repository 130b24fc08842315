// SPDX-License-Identifier: GPL-2.0
// Following the kernel's lists without trusting them. Where there are locks, the list's is held.
#pragma once

#include "kernel.hh"

namespace wqlab {

enum class WalkEnd {
    kWhole,
    kCut,    // longer than the limit
    kBroken  // an entry can't be read, or does not point back
};

struct ListNode {
    Address next, prev;

    bool operator==(const ListNode&) const = default;
};

// Calls each(entry's node) in order; it returns whether to go on.
template <typename Each>
WalkEnd walk_list(const Kernel& kernel, Address head, uint32_t limit, Each each)
{
    ListNode node;
    if (!kernel.read(&node, head, sizeof(node)))
        return WalkEnd::kBroken;
    for (Address at = node.next, before = head; at != head; before = at, at = node.next) {
        if (!limit--)
            return WalkEnd::kCut;
        if (!kernel.read(&node, at, sizeof(node)) || node.prev != before)
            return WalkEnd::kBroken;
        if (!each(at))
            return WalkEnd::kCut;
    }
    return WalkEnd::kWhole;
}

// Whether what was read of a list's entry until now was that entry's. Where there are locks, it is.
inline bool is_still_listed(const Kernel& kernel, Address entry)
{
    if constexpr (Target::kLocked)
        return true;
    ListNode node, before;
    return kernel.read(&node, entry, sizeof(node)) && kernel.read(&before, node.prev, sizeof(before)) &&
           before.next == entry;
}

// walk_list() for an hlist, whose entries point back at the pointer to them.
template <typename Each>
WalkEnd walk_hlist(const Kernel& kernel, Address head, uint32_t limit, Each each)
{
    Address at;
    if (!kernel.read(&at, head, sizeof(at)))
        return WalkEnd::kBroken;
    for (Address before = head; at;) {
        ListNode node;
        if (!limit--)
            return WalkEnd::kCut;
        if (!kernel.read(&node, at, sizeof(node)) || node.prev != before)
            return WalkEnd::kBroken;
        if (!each(at))
            return WalkEnd::kCut;
        before = at;
        at = node.next;
    }
    return WalkEnd::kWhole;
}

}  // namespace wqlab
