// SPDX-License-Identifier: GPL-2.0
// A stack that many contexts push to and one takes as a whole, without a lock.
#pragma once

#include <utility>

namespace wqlab {

// T has a member `T* next`. Any context may push; one thread takes.
template <typename T>
class HandbackStack {
public:
    // True: it was empty, so the taker may be asleep. Full barrier.
    bool push(T& item)
    {
        T* head = __atomic_load_n(&head_, __ATOMIC_RELAXED);
        do
            item.next = head;
        while (!__atomic_compare_exchange_n(&head_, &head, &item, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
        return head == nullptr;
    }

    bool empty() const { return __atomic_load_n(&head_, __ATOMIC_ACQUIRE) == nullptr; }

    // The last pushed first, linked through next; nullptr when there is none.
    T* take_all() { return empty() ? nullptr : __atomic_exchange_n(&head_, nullptr, __ATOMIC_ACQUIRE); }

private:
    T* head_ = nullptr;
};

}  // namespace wqlab
