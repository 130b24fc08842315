// SPDX-License-Identifier: GPL-2.0
// Memory that workqueues are made of, and whether it comes back.
#include "../../glue/cpu.h"
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/workqueue.h"
#include "../scenes/kept_memory.hh"
#include "../scenes/killed_thread.hh"
#include "../scenes/look.hh"
#include "../scenes/scarce_threads.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace leaks {

// What is kept when all has gone.
inline void judge(Trial& t, const Kept& kept)
{
    await_freed(t, kept, is_of_workqueues, "what was allocated for workqueues to be freed");
}

struct GivesBack {
    static constexpr Promise kPromise = {
        201,
        "",
        "destroy.gives-back-its-memory",
        "What the kernel allocates to make a workqueue of any kind, to change its attributes and its CPUs, and to show "
        "it in sysfs, is freed when that has gone, to the last piece",
        "kernel/workqueue.c: destroy_workqueue(), rcu_free_wq(), rcu_free_pool(), free_node_nr_active(), "
        "apply_wqattrs_cleanup(), free_workqueue_attrs(), wq_device_release()",
        0,
        Fault::kFlushReturnsEarly};

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
        judge(t, *kept);
    }
};

struct RefusedGivesBack {
    static constexpr Promise kPromise = {
        232,
        "",
        "alloc.refused-gives-back-its-memory",
        "Of a WQ_SYSFS workqueue that is refused because its name is taken all is freed",
        "kernel/workqueue.c: workqueue_sysfs_register(), alloc_workqueue()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kFlushReturnsEarly};

    static void run(Trial& t)
    {
        Kept* const kept = t.own<Kept>();
        if (!kept)
            return;
        Watch watch(*kept);
        SKIP_UNLESS(t, watch.attached(), "allocations can't be watched here");
        const struct {
            uint32_t flags;
            const char* name;
        } kinds[] = {{WQLAB_WQ_SYSFS, "wqlab-c232p"},
                     {WQLAB_WQ_SYSFS | WQLAB_WQ_UNBOUND, "wqlab-c232u"},
                     {WQLAB_WQ_SYSFS | WQLAB_WQ_MEM_RECLAIM, "wqlab-c232r"}};
        for (const auto& [flags, name] : kinds) {
            watch.track();
            Queue& wq = t.queue({.flags = flags, .name = name});
            workqueue_struct* second = t.decided() ? nullptr : wqlab_wq_create(name, flags, 0);
            if (second)
                wqlab_wq_destroy(second);
            wq.destroy();
            watch.rest();
            WANT(t, !second, "with flags %x there were two of one name", flags);
            if (t.decided())
                return;
        }
        judge(t, *kept);
    }
};

struct GlobalChangesLeaveNothing {
    static constexpr Promise kPromise = {
        238,
        "",
        "attrs.global-changes-leave-nothing",
        "When the CPUs of all unbound workqueues change, pools that are of no workqueue any more go, and the last of "
        "them with the workqueue",
        "kernel/workqueue.c: workqueue_apply_unbound_cpumask(), apply_wqattrs_cleanup()",
        0,
        Fault::kFlushReturnsEarly};

    static constexpr int kOwnNice = 13;  // that hardly any other workqueue has

    // Its pools, by the CPUs that they are for; `on`: of these alone.
    static uint32_t pools(Trial& t, uint64_t on)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS);
        uint32_t n = 0;
        for (uint32_t i = 0; now && i < now->pools.size(); i++) {
            const wqlab_snap_pool& pool = now->pools[i];
            n += pool.cpu < 0 && pool.nice == kOwnNice && pool.cpus != WQLAB_NONE &&
                 !(now->masks.words()[pool.cpus * now->masks.words_each()] & ~on);
        }
        return n;
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed) && wqlab_nr_cpus() <= 64, "unbound workqueues may use one CPU, or too many");
        const uint64_t one = uint64_t{1} << first_of(allowed);
        SKIP_UNLESS(t, !have_others_pools_of(t, kOwnNice), "somebody else has a workqueue of nice %d", kOwnNice);
        if (t.decided())
            return;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
        const int error = wq.apply("default", false, 0, kOwnNice);
        WANT(t, error == 0, "attributes can't be set: error %d", -error);
        UnboundCpus cpus(t);
        for (uint32_t i = 0; i < 2; i++) {
            if (!cpus.write_mask(one))
                return;
            WANT(t, pools(t, one) >= 1 || t.decided(), "confined to CPU %u it has no pool of that", first_of(allowed));
            if (!cpus.write_mask(allowed))
                return;
            AWAIT(t, pools(t, one) == 0 || t.decided(), "the pool of one CPU to go");
        }
        wq.destroy();
        AWAIT(t, pools(t, ~uint64_t{0}) == 0 || t.decided(), "the pools of a workqueue that was destroyed to go");
    }
};

struct RefusedAttributesGiveBack {
    static constexpr Promise kPromise = {
        310,
        "",
        "attrs.refused-give-back-their-memory",
        "Of attributes that are refused because no worker can be made for a new pool all is freed",
        "kernel/workqueue.c: apply_wqattrs_prepare(), apply_wqattrs_cleanup(), put_unbound_pool()",
        WQLAB_CHECK_MEMORY,
        Fault::kFlushReturnsEarly};

    static void run(Trial& t)
    {
        constexpr int kNice = Queue::kPrivateNice + 1;
        Kept* const kept = t.own<Kept>();
        if (!kept)
            return;
        Watch watch(*kept);
        SKIP_UNLESS(t, watch.attached(), "allocations can't be watched here");
        SKIP_UNLESS(t, !have_others_pools_of(t, kNice), "somebody else has a workqueue of nice %d", kNice);
        watch.track();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        watch.rest();
        int error;
        {
            const NoNewThreads scarce(t);
            if (t.decided())
                return;
            watch.track();
            error = wq.apply("default", false, 0, kNice);
            watch.rest();
        }
        SKIP_UNLESS(t, error, "threads ended meanwhile, or there was such a pool");
        WANT(t, error == -number(Errno::kNoMemory), "it gave error %d", -error);
        watch.track();
        wq.destroy();
        watch.rest();
        judge(t, *kept);
    }
};

struct RefusedPartWay {
    static constexpr Promise kPromise = {
        371,
        "",
        "attrs.refused-part-way",
        "Attributes of which only a pod's pool is lacking, for which no worker can be made, are refused with ENOMEM: "
        "the workqueue goes on as it was, and all of what was made for them is freed",
        "kernel/workqueue.c: apply_wqattrs_prepare(), apply_wqattrs_cleanup(), get_unbound_pool(), "
        "pwq_release_workfn()",
        WQLAB_CHECK_MEMORY,
        Fault::kResultLies};

    static void run(Trial& t)
    {
        constexpr int kNice = Queue::kPrivateNice + 1;
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        SKIP_UNLESS(t, !have_others_pools_of(t, kNice), "somebody else has a workqueue of nice %d", kNice);
        Kept* const kept = t.own<Kept>();
        if (!kept)
            return;
        Watch watch(*kept);
        SKIP_UNLESS(t, watch.attached(), "allocations can't be watched here");
        watch.track();
        // Has the pool of all CPUs, and none of one alone.
        Queue& other = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
        int error = other.apply("system", false, 0, kNice);
        SKIP_UNLESS(t, error == 0, "attributes can't be set: error %d", -error);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        watch.rest();
        {
            const NoNewThreads scarce(t);
            if (t.decided())
                return;
            watch.track();
            error = wq.apply("cpu", false, 0, kNice);
            watch.rest();
        }
        SKIP_UNLESS(t, error, "threads ended meanwhile");
        SKIP_UNLESS(t, error != -number(Errno::kNotSupported), "attributes can't be set here");
        error += t.has_fault(Fault::kResultLies) ? 1 : 0;
        WANT(t, error == -number(Errno::kNoMemory), "it gave error %d", -error);
        t.linger();
        TestItem& item = t.item("the item");
        for (uint32_t i = 0, cpu = first_of(allowed); i < 2; i++, cpu = second_of(allowed)) {
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == i + 1, "an item to run where attributes were refused");
            WANT(t, item.last().nice == Queue::kPrivateNice, "of nice %d, to which another was refused, it ran at %d",
                 Queue::kPrivateNice, item.last().nice);
        }
        error = wq.apply("cpu", false, 0, kNice);
        WANT(t, error == 0, "once threads can be made again it gave error %d", -error);
        wq.destroy();
        other.destroy();
        judge(t, *kept);
    }
};

struct KilledGivesBack {
    static constexpr Promise kPromise = {
        350,
        "",
        "alloc.killed-gives-back-its-memory",
        "Who is killed while a workqueue is made for him is given none if that takes a new thread, for its rescuer or "
        "for a pool's first worker, and all of it is freed",
        "kernel/workqueue.c: alloc_workqueue(), init_rescuer(), create_worker(), put_unbound_pool()",
        0,
        Fault::kFlushReturnsEarly};

    // How many were refused.
    static uint32_t make(Trial& t, uint32_t flags, Watch& watch)
    {
        constexpr uint32_t kTries = 3;
        uint32_t refused = 0;
        for (uint32_t i = 0; i < kTries; i++) {
            workqueue_struct* wq;
            watch.track();
            {
                const Killed killed;
                wq = wqlab_wq_create("wqlab-c350", flags, flags & WQLAB_WQ_ORDERED ? 1 : 0);
            }
            if (wq)
                wqlab_wq_destroy(wq);
            watch.rest();
            refused += wq == nullptr;
            t.goes_on();
        }
        return refused;
    }

    static void run(Trial& t)
    {
        Kept* const kept = t.own<Kept>();
        if (!kept)
            return;
        Watch watch(*kept);
        SKIP_UNLESS(t, watch.attached(), "allocations can't be watched here");
        uint32_t of_workers = 0, of_rescuers = 0;
        // Where somebody has pools of that nice value no worker is needed.
        constexpr int32_t kHighpri = -20;
        const bool has_own = !have_others_pools_of(t, kHighpri);
        if (has_own)
            for (const uint32_t flags : {uint32_t{WQLAB_WQ_UNBOUND}, uint32_t{WQLAB_WQ_ORDERED}})
                of_workers += make(t, flags | WQLAB_WQ_HIGHPRI, watch);
        for (const uint32_t flags : {0u, uint32_t{WQLAB_WQ_UNBOUND}, uint32_t{WQLAB_WQ_ORDERED}})
            of_rescuers += make(t, flags | WQLAB_WQ_MEM_RECLAIM, watch);
        watch.track();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM});
        wq.destroy();
        watch.rest();
        if (t.decided())
            return;
        SKIP_UNLESS(t, of_workers + of_rescuers, "threads are made so fast that nobody was refused");
        SKIP_UNLESS(t, !has_own || !have_others_pools_of(t, kHighpri), "somebody else has pools of nice %d now",
                    kHighpri);
        t.note("refused for want of a worker: %u, of a rescuer: %u", of_workers, of_rescuers);
        judge(t, *kept);
    }
};

constexpr Check kAll[] = {
    check_of<GivesBack>(),
    check_of<RefusedGivesBack>(),
    check_of<GlobalChangesLeaveNothing>(WQLAB_LACK_SCOPES),
    check_of<RefusedAttributesGiveBack>(),
    check_of<RefusedPartWay>(WQLAB_LACK_SCOPES),
    check_of<KilledGivesBack>(),
};

}  // namespace leaks

constinit const Group kLeakChecks = group_of("drain", leaks::kAll);

}  // namespace wqlab
