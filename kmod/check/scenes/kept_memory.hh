// SPDX-License-Identifier: GPL-2.0
// Memory that is got and not given back, by whom it may be asked.
#pragma once

#include "../../glue/allocations.h"
#include "../../glue/context.h"
#include "../../glue/rcu.h"
#include "../../glue/symbols.h"
#include "../harness/kernel_log.hh"
#include "attached_probe.hh"
#include "look.hh"

namespace wqlab {

namespace leaks {

// What a thread has got of kmalloc() and nobody has given back. kfree() is called by anybody at any time, and looks in
// a few places.
class Kept {
public:
    // Any context.
    void allocated(uintptr_t address, uintptr_t site)
    {
        for (uint32_t i = 0; i < kLooks; i++) {
            Place& place = places_[(hash(address) + i) % kPlaces];
            uintptr_t nothing = 0;
            // The site first seen with it: before its address is there nobody else looks at the place.
            if (__atomic_load_n(&place.address, __ATOMIC_RELAXED))
                continue;
            if (!__atomic_compare_exchange_n(&place.address, &nothing, kTaken, false, __ATOMIC_ACQUIRE,
                                             __ATOMIC_RELAXED))
                continue;
            place.site = site;
            __atomic_store_n(&place.address, address, __ATOMIC_RELEASE);
            __atomic_add_fetch(&seen_, 1, __ATOMIC_RELAXED);
            return;
        }
        __atomic_add_fetch(&lost_, 1, __ATOMIC_RELAXED);
    }
    void freed(uintptr_t address)
    {
        for (uint32_t i = 0; i < kLooks; i++) {
            Place& place = places_[(hash(address) + i) % kPlaces];
            if (__atomic_load_n(&place.address, __ATOMIC_ACQUIRE) == address)
                __atomic_store_n(&place.address, 0, __ATOMIC_RELEASE);
        }
    }

    // Of what is kept now and was got where `wanted` says so: how many, and where one of them was.
    template <typename Wanted>
    uint32_t count(Wanted wanted, uintptr_t& site) const
    {
        uint32_t n = 0;
        for (const Place& place : places_) {
            if (__atomic_load_n(&place.address, __ATOMIC_ACQUIRE) <= kTaken || !wanted(place.site))
                continue;
            n++;
            site = place.site;
        }
        return n;
    }
    uint32_t seen() const { return __atomic_load_n(&seen_, __ATOMIC_RELAXED); }
    uint32_t lost() const { return __atomic_load_n(&lost_, __ATOMIC_RELAXED); }

private:
    static constexpr uint32_t kPlaces = 8192, kLooks = 16;
    static constexpr uintptr_t kTaken = 1;

    struct Place {
        uintptr_t address, site;
    };

    static uint32_t hash(uintptr_t address) { return static_cast<uint32_t>((address >> 3) * 0x9e3779b1u >> 7); }

    Place places_[kPlaces] = {};
    uint32_t seen_ = 0, lost_ = 0;
};

using AttachedAllocations = Attached<wqlab_allocations, wqlab_allocations_attach, wqlab_allocations_detach>;

// Watches one thread, current if no other, from track() to rest(), and what is freed as long as it lives.
class Watch {
public:
    explicit Watch(Kept& kept)
        : allocations_(
              {[](void* to, uintptr_t address, uintptr_t site) { static_cast<Kept*>(to)->allocated(address, site); },
               [](void* to, uintptr_t address) { static_cast<Kept*>(to)->freed(address); }, &kept, 0})
    {
    }

    bool attached() const { return allocations_.is_attached(); }
    void track() { track(wqlab_current_task()); }
    void track(uintptr_t task) { __atomic_store_n(&allocations_.probe().task, task, __ATOMIC_RELAXED); }
    void rest() { __atomic_store_n(&allocations_.probe().task, 0, __ATOMIC_RELAXED); }

private:
    AttachedAllocations allocations_;
};

// By the function that called kmalloc(): those of workqueues keep nothing else.
inline bool is_of_workqueues(uintptr_t site)
{
    char name[96];
    wqlab_symbol_name(site, name, sizeof(name));
    const LogLine words = {name, __builtin_strlen(name), 0, nullptr, false};
    if (words.has("[wqlab") || words.has("kthread"))
        return false;
    for (const char* part :
         {"workqueue", "wqattrs", "worker", "rescuer", "unbound_pool", "unbound_pwq", "link_pwqs", "node_nr_active"})
        if (words.has(part))
            return true;
    return false;
}

// Waits until nothing is kept that was got where `wanted` says so, when what was made on workqueues of the private nice
// values has been destroyed. A pool that somebody else has, too, stays as long as that one, and skips the trial. All of
// it goes behind grace periods, two of them in turn where a thread of the kernel comes between: whoever has had these,
// however long they take, is slow no more.
template <typename Wanted>
void await_freed(Trial& t, const Kept& kept, Wanted wanted, const char* what)
{
    constexpr uint32_t kGracePeriods = 3;
    SKIP_UNLESS(t, kept.seen() && !kept.lost(), "of %u allocations %u could not be followed", kept.seen() + kept.lost(),
                kept.lost());
    uintptr_t site = 0;
    for (uint32_t i = 0; i < kGracePeriods && kept.count(wanted, site) && !t.given_up(); i++)
        wqlab_rcu_barrier();
    bool shared = false;
    const bool none = t.wait(
        [&] {
            return kept.count(wanted, site) == 0 || t.decided() ||
                   // Under a fault ours may have stayed.
                   (shared = t.fault() == Fault::kNone && (have_others_pools_of(t, Queue::kPrivateNice) ||
                                                           have_others_pools_of(t, Queue::kPrivateNice + 1)));
        },
        what);
    SKIP_UNLESS(t, !shared, "somebody else has a workqueue of the same nice value");
    if (none)
        return;
    char name[96];
    wqlab_symbol_name(site, name, sizeof(name));
    t.note("%u pieces are left; one was got by %s", kept.count(wanted, site), name);
}

}  // namespace leaks

}  // namespace wqlab
