// SPDX-License-Identifier: GPL-2.0
// Group F, continued: memory that workqueues are made of, and whether it comes back.
#include "../glue/allocations.h"
#include "../glue/context.h"
#include "../glue/symbols.h"
#include "../glue/text.h"
#include "../glue/workqueue.h"
#include "../core/warnings.hh"
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

// Watches current from track() to rest(), and what is freed as long as it lives.
class Watch {
public:
    explicit Watch(Kept& kept)
        : allocations_{
              [](void* to, uintptr_t address, uintptr_t site) { static_cast<Kept*>(to)->allocated(address, site); },
              [](void* to, uintptr_t address) { static_cast<Kept*>(to)->freed(address); }, &kept, 0},
          attached_(wqlab_allocations_attach(&allocations_) == 0)
    {
    }
    Watch(const Watch&) = delete;
    ~Watch()
    {
        if (attached_)
            wqlab_allocations_detach(&allocations_);
    }

    bool attached() const { return attached_; }
    void track() { __atomic_store_n(&allocations_.task, wqlab_current_task(), __ATOMIC_RELAXED); }
    void rest() { __atomic_store_n(&allocations_.task, 0, __ATOMIC_RELAXED); }

private:
    wqlab_allocations allocations_;
    bool attached_;
};

struct GivesBack {
    static constexpr Promise kPromise = {
        201,
        "",
        "destroy.gives-back-its-memory",
        "What the kernel allocates to make a workqueue of any kind, to change its attributes and its CPUs, and to show "
        "it "
        "in sysfs, is freed when that has gone, to the last piece",
        "kernel/workqueue.c: destroy_workqueue(), rcu_free_wq(), rcu_free_pool(), free_node_nr_active(), "
        "apply_wqattrs_cleanup(), free_workqueue_attrs(), wq_device_release()",
        0,
        Fault::kFlushReturnsEarly};

    // By the function that called kmalloc(): those of workqueues keep nothing else.
    static bool is_of_workqueues(uintptr_t site)
    {
        char name[96];
        wqlab_symbol_name(site, name, sizeof(name));
        const LogLine words = {name, __builtin_strlen(name), 0, nullptr, false};
        if (words.has("[wqlab") || words.has("kthread"))
            return false;
        for (const char* part :
             {"workqueue", "wqattrs", "worker", "rescuer", "unbound_pool", "unbound_pwq", "node_nr_active"})
            if (words.has(part))
                return true;
        return false;
    }

    static void make_use_and_destroy(Trial& t, uint32_t flags, uint32_t number, Watch& watch)
    {
        // Of its own, for the directory in sysfs may still be there if the last one has not gone.
        char* const name = t.own<char, 24>();
        if (!name)
            return;
        wqlab_format(name, 24, "wqlab-c201-%u", number);
        watch.track();
        Queue& wq = t.queue({.flags = flags, .name = name});
        const bool has_attributes = flags & WQLAB_WQ_UNBOUND;
        if (!t.decided() && has_attributes) {
            wq.apply(smallest_scope(), false, 0, Queue::kPrivateNice);
            wq.apply("default", false, uint64_t{1} << first_of(unbound_cpus(t)), Queue::kPrivateNice + 1);
        }
        if (!t.decided() && !(flags & (WQLAB_WQ_BH | WQLAB_WQ_ORDERED)))
            kernel::set_max_active(t, wq, 3);
        watch.rest();
        if (t.decided())
            return;
        TestItem& item = t.item("the item");
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "the item to run");
        watch.track();
        wq.destroy();
        watch.rest();
    }

    // Ours have gone. A pool that somebody else's workqueue has, too, stays as long as that one.
    static bool have_others_such_pools(Trial& t)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        for (uint32_t i = 0; now && i < now->pwqs.size(); i++)
            for (const wqlab_snap_pool& pool : now->pools)
                if (pool.id == now->pwqs[i].pool && pool.cpu < 0 &&
                    (pool.nice == Queue::kPrivateNice || pool.nice == Queue::kPrivateNice + 1))
                    return true;
        return false;
    }

    static void run(Trial& t)
    {
        Kept* const kept = t.own<Kept>();
        if (!kept)
            return;
        Watch watch(*kept);
        SKIP_UNLESS(t, watch.attached(), "allocations can't be watched here");
        const uint32_t bh = wqlab_lacks() & WQLAB_LACK_BH ? 0 : uint32_t{WQLAB_WQ_BH};
        uint32_t number = 0;
        for (const uint32_t flags :
             {0u, bh, uint32_t{WQLAB_WQ_UNBOUND}, uint32_t{WQLAB_WQ_UNBOUND} | WQLAB_WQ_MEM_RECLAIM,
              uint32_t{WQLAB_WQ_UNBOUND} | WQLAB_WQ_SYSFS, uint32_t{WQLAB_WQ_SYSFS} | WQLAB_WQ_HIGHPRI,
              uint32_t{WQLAB_WQ_ORDERED}, uint32_t{WQLAB_WQ_ORDERED} | WQLAB_WQ_MEM_RECLAIM}) {
            for (uint32_t i = 0; i < 3 && !t.decided(); i++)
                make_use_and_destroy(t, flags, number++, watch);
        }
        if (t.decided())
            return;
        SKIP_UNLESS(t, kept->seen() && !kept->lost(), "of %u allocations %u could not be followed",
                    kept->seen() + kept->lost(), kept->lost());
        // Some of it is freed behind a grace period, some by a thread of the kernel.
        uintptr_t site = 0;
        bool shared = false;
        const bool none = t.wait(
            [&] {
                return kept->count(is_of_workqueues, site) == 0 || t.decided() || (shared = have_others_such_pools(t));
            },
            "what workqueues were made of to be freed");
        SKIP_UNLESS(t, !shared, "somebody else has a workqueue of the same nice value");
        if (none)
            return;
        char name[96];
        wqlab_symbol_name(site, name, sizeof(name));
        t.note("%u pieces are left; one was got by %s", kept->count(is_of_workqueues, site), name);
    }
};

constexpr Check kAll[] = {
    check_of<GivesBack>(),
};

}  // namespace leaks

constinit const Group kLeakChecks = group_of("drain", leaks::kAll);

}  // namespace wqlab
