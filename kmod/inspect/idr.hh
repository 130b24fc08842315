// SPDX-License-Identifier: GPL-2.0
// The entries of an idr: a tree of xa_nodes, of which nothing is trusted. What
// protects the idr is held, where there are locks.
#pragma once

#include "kernel.hh"

namespace wqlab {

class IdrWalk {
public:
    explicit IdrWalk(const Kernel& kernel) : kernel_(kernel)
    {
        while ((1u << bits_) < kernel.elements(Field::kXaNodeSlots))
            bits_++;
    }

    // Calls each(id, entry) by ascending id, which returns Result<void>. False:
    // a node can't be read or is not where it says that it is; its entries are missing.
    template <typename Each>
    Result<bool> run(Address idr, Each each)
    {
        Address head;
        if (!kernel_.peek(head, idr, Field::kIdrHead))
            return false;
        if (!head)
            return true;
        if (!is_node(head)) {
            TRY(each(0u, head));
            return true;
        }
        uint8_t shift;
        if (!kernel_.peek(shift, head - kNodeTag, Field::kXaNodeShift) || shift > kMostShift)
            return false;
        return visit(head - kNodeTag, {0, shift, 0}, 0, each);
    }

private:
    static constexpr Address kNodeTag = 2;           // xa_mk_internal()
    static constexpr Address kLargestTagged = 4096;  // below are other internal entries
    static constexpr uint32_t kMostShift = 30;       // ids are positive ints
    static constexpr uint32_t kSlotsAtOnce = 8;

    // What a node must say of itself. So each is visited once: it has one parent.
    struct Expected {
        Address parent;
        uint8_t shift;
        uint8_t offset;
    };

    static bool is_node(Address entry) { return (entry & 3) == kNodeTag && entry > kLargestTagged; }

    template <typename Each>
    Result<bool> visit(Address node, const Expected& expected, uint32_t base, Each& each)
    {
        Expected is;
        if (!kernel_.peek(is.parent, node, Field::kXaNodeParent) ||
            !kernel_.peek(is.shift, node, Field::kXaNodeShift) ||
            !kernel_.peek(is.offset, node, Field::kXaNodeOffset) || is.parent != expected.parent ||
            is.shift != expected.shift || is.offset != expected.offset)
            return false;
        bool whole = true;
        const uint32_t slots = kernel_.elements(Field::kXaNodeSlots);
        for (uint32_t slot = 0; slot < slots; slot += kSlotsAtOnce) {
            Address entries[kSlotsAtOnce];
            const uint32_t some = slots - slot < kSlotsAtOnce ? slots - slot : kSlotsAtOnce;
            if (!kernel_.read(entries, kernel_.address(node, Field::kXaNodeSlots) + slot * sizeof(Address),
                              some * sizeof(Address)))
                return false;
            for (uint32_t i = 0; i < some; i++) {
                const uint32_t id = base | (slot + i) << is.shift;
                if (!entries[i])
                    continue;
                if (!is_node(entries[i])) {
                    if (is.shift == 0)
                        TRY(each(id, entries[i]));
                    else
                        whole = false;
                } else if (is.shift < bits_) {
                    whole = false;
                } else {
                    const Expected child = {node, static_cast<uint8_t>(is.shift - bits_),
                                            static_cast<uint8_t>(slot + i)};
                    whole &= TRY(visit(entries[i] - kNodeTag, child, id, each));
                }
            }
        }
        return whole;
    }

    const Kernel& kernel_;
    uint32_t bits_ = 1;  // of an id in each node
};

}  // namespace wqlab
