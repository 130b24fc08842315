// SPDX-License-Identifier: GPL-2.0
#include "item_pool.hh"

#include "../glue/memory.h"
#include "../glue/work.h"

namespace wqlab {

static wqlab_work_kind kind_of(uint32_t mode)
{
    switch (mode) {
    case WQLAB_MODE_DELAYED: return WQLAB_WORK_DELAYED;
    case WQLAB_MODE_RCU: return WQLAB_WORK_RCU;
    default: return WQLAB_WORK_PLAIN;
    }
}

Result<void> ItemPool::create(Issuer& issuer, const IssuerSpec& spec, Random& random, int node)
{
    const uint32_t bytes = spec.body.kind == WQLAB_BODY_TOUCH ? static_cast<uint32_t>(spec.body.bytes) : 0;
    buffers_ = TRY(Array<unsigned char>::create(bytes * spec.depth, node));
    // Not an Array: an item has no default, and does not move.
    items_ = static_cast<Item*>(wqlab_alloc(sizeof(Item) * spec.depth, node));
    if (!items_)
        return Errno::kNoMemory;
    for (; size_ < spec.depth; size_++)
        put(*new (&items_[size_])
                Item(issuer, kind_of(spec.mode), random.next(), bytes ? &buffers_[bytes * size_] : nullptr));
    return {};
}

ItemPool::~ItemPool()
{
    for (uint32_t i = 0; i < size_; i++)
        items_[i].~Item();
    wqlab_free(items_);
}

uint32_t ItemPool::outstanding() const
{
    uint32_t home = 0;
    for (const Item* item = free_; item; item = item->next)
        home++;
    return size_ - home;
}

void ItemPool::settle()
{
    for (uint32_t i = 0; i < size_; i++)
        items_[i].flush();
}

}  // namespace wqlab
