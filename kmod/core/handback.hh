// SPDX-License-Identifier: GPL-2.0
// A stack that many contexts push to and one takes as a whole, without a lock.
#pragma once

#include <utility>

namespace wqlab {

// T has a member `T* next`. Any context may push; one thread takes. Nobody takes
// a single item, so an item that comes back while another push is under way
// harms none: what that compares is where it links to.
//
// Order: a push releases what was written before it, the item's `next` too, and
// taking acquires that of every push: each is a read-modify-write, so it goes on
// with the release sequences of those before it.
template <typename T>
class HandbackStack {
public:
    // True: it was empty, so the taker may be asleep, and must be woken. No full
    // barrier: on arm64 a later load may overtake the push. Between it and the
    // look at whether the taker sleeps there must be one, and is: wake_up_process()
    // begins with it, as set_current_state() ends with its counterpart, before the
    // taker looks at empty() (lab/kthread.hh). Who finds the stack not empty leaves
    // the waking to who found it empty.
    bool push(T& item)
    {
        T* head = __atomic_load_n(&head_, __ATOMIC_RELAXED);
        do
            item.next = head;
        while (!__atomic_compare_exchange_n(&head_, &head, &item, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
        return head == nullptr;
    }

    bool empty() const { return __atomic_load_n(&head_, __ATOMIC_ACQUIRE) == nullptr; }

    // The last pushed first, linked through next; nullptr when there is none.
    T* take_all() { return empty() ? nullptr : __atomic_exchange_n(&head_, nullptr, __ATOMIC_ACQUIRE); }

private:
    T* head_ = nullptr;
};

}  // namespace wqlab
