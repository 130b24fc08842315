// SPDX-License-Identifier: GPL-2.0
#include "calls.hh"

#include <initializer_list>

namespace wqlab {

namespace {

constexpr const char* kCallNames[] = {
    "nothing",
    "alloc_workqueue()",
    "flush_work()",
    "flush_workqueue()",
    "drain_workqueue()",
    "destroy_workqueue()",
    "cancel_work_sync()",
    "disable_work()",
    "apply_workqueue_attrs()",
    "device_unregister()",
    "a snapshot",
    "kthread_stop()",
};
static_assert(sizeof(kCallNames) / sizeof(kCallNames[0]) == static_cast<size_t>(Call::kCount));

}  // namespace

const char* call_name(Call call) { return kCallNames[static_cast<size_t>(call)]; }

Calls::Scope::Scope(Calls& calls, Call call, const char* object) : slot_(nullptr)
{
    for (Slot& slot : calls.slots_) {
        if (__atomic_exchange_n(&slot.taken, true, __ATOMIC_ACQUIRE))
            continue;
        slot_ = &slot;
        __atomic_store_n(&slot.object, object, __ATOMIC_RELAXED);
        __atomic_store(&slot.call, &call, __ATOMIC_RELEASE);
        return;
    }
}

Calls::Scope::~Scope()
{
    if (!slot_)
        return;
    Call none = Call::kNone;
    __atomic_store(&slot_->call, &none, __ATOMIC_RELAXED);
    __atomic_store_n(&slot_->taken, false, __ATOMIC_RELEASE);
}

uint32_t Calls::look(Group (&groups)[kGroups]) const
{
    uint32_t n = 0;
    for (const bool joins : {false, true}) {
        for (const Slot& slot : slots_) {
            Call call;
            __atomic_load(&slot.call, &call, __ATOMIC_ACQUIRE);
            if (call == Call::kNone || (call == Call::kJoin) != joins)
                continue;
            const char* const object = __atomic_load_n(&slot.object, __ATOMIC_RELAXED);
            uint32_t i = 0;
            while (i < n && !(groups[i].call == call && groups[i].object == object))
                i++;
            if (i == n && n < kGroups)
                groups[n++] = {call, object, 0};
            if (i < n)
                groups[i].threads++;
        }
    }
    return n;
}

}  // namespace wqlab
