// SPDX-License-Identifier: GPL-2.0
// An issuer's items: their memory, and which of them are free.
#pragma once

#include "../core/handback.hh"
#include "item.hh"
#include "spec.hh"

namespace wqlab {

// The issuing thread's own. What items come back through is not in here: that is
// a line which the CPUs that run them write.
class ItemPool {
public:
    ItemPool() = default;
    ItemPool(const ItemPool&) = delete;
    // After settle(), or if nothing was ever queued.
    ~ItemPool();

    // All of the spec's depth, on or near the node, free.
    Result<void> create(Issuer& issuer, const IssuerSpec& spec, Random& random, int node);

    bool has_free() const { return free_; }
    // has_free().
    Item& take()
    {
        Item& item = *free_;
        free_ = item.next;
        return item;
    }
    void put(Item& item)
    {
        item.next = free_;
        free_ = &item;
    }

    // Visits what has come back, which is free then; how many that was.
    template <typename Visit>
    uint32_t collect(HandbackStack<Item>& returned, Visit visit)
    {
        Item* const first = returned.take_all();
        Item* last = nullptr;
        uint32_t count = 0;
        for (Item* item = first; item; item = item->next) {
            visit(*item);
            last = item;
            count++;
        }
        if (last) {
            // Already linked with each other.
            last->next = free_;
            free_ = first;
        }
        return count;
    }

    // Neither free nor collected. Walks: for the end of a run.
    uint32_t outstanding() const;
    // One after the other, free or not: for items that are queued while they are pending.
    Item& in_turn() { return items_[turn_++ % size_]; }
    // Until no item's function is running. The kernel still uses an item until its
    // function has returned, which is after it came back.
    void settle();

private:
    Item* free_ = nullptr;
    Item* items_ = nullptr;  // size_ of them
    uint32_t size_ = 0;
    uint32_t turn_ = 0;
    Array<unsigned char> buffers_;  // of bodies that touch memory
};

}  // namespace wqlab
