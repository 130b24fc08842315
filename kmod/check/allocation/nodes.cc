// SPDX-License-Identifier: GPL-2.0
// Of what size, and on which node, the memory is asked for that a workqueue is made of.
#include "../../glue/allocations.h"
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../scenes/attached_probe.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace node_memory {

// What one thread has got, in turn. All that is looked for is still there, so of each address the last one counts.
class Asked {
public:
    void add(uintptr_t address, size_t size, int32_t node)
    {
        if (n_ < kMost)
            pieces_[n_++] = {address, size, node};
        else
            is_full_ = true;
    }
    void forget() { n_ = 0; }
    static constexpr size_t kAnySize = SIZE_MAX;

    // Then the last of an address may be missing.
    bool is_full() const { return is_full_; }

    // False: it was not seen. size: 0 of a cache's.
    bool find(uintptr_t address, size_t size, int32_t& node) const
    {
        const Piece* const piece = last_of(address);
        // It has been given back, and is something else by now.
        if (!piece || (size != kAnySize && piece->size != size))
            return false;
        node = piece->node;
        return true;
    }
    // 0: it was not seen.
    size_t size_of(uintptr_t address) const
    {
        const Piece* const piece = last_of(address);
        return piece ? piece->size : 0;
    }
    template <typename Visit>
    void for_each_of(size_t size, Visit visit) const
    {
        for (uint32_t i = 0; i < n_; i++)
            if (pieces_[i].size == size)
                visit(pieces_[i].address);
    }

private:
    static constexpr uint32_t kMost = 8192;

    struct Piece {
        uintptr_t address;
        size_t size;
        int32_t node;
    };

    const Piece* last_of(uintptr_t address) const
    {
        uint32_t i = n_;
        while (i && pieces_[i - 1].address != address)
            i--;
        return i ? &pieces_[i - 1] : nullptr;
    }

    Piece pieces_[kMost] = {};
    uint32_t n_ = 0;
    bool is_full_ = false;
};

// Watches the thread that makes it, from track() to rest().
class NodeWatch {
public:
    explicit NodeWatch(Asked& asked)
        : allocations_({[](void* to, uintptr_t address, size_t size, int32_t node) {
                            static_cast<Asked*>(to)->add(address, size, node);
                        },
                        &asked, 0}),
          asked_(asked)
    {
    }

    bool attached() const { return allocations_.is_attached(); }
    void track()
    {
        asked_.forget();
        __atomic_store_n(&allocations_.probe().task, wqlab_current_task(), __ATOMIC_RELAXED);
    }
    void rest() { __atomic_store_n(&allocations_.probe().task, 0, __ATOMIC_RELAXED); }

private:
    Attached<wqlab_node_allocations, wqlab_node_allocations_attach, wqlab_node_allocations_detach> allocations_;
    Asked& asked_;
};

struct OfItsNode {
    static constexpr Promise kPromise = {
        448,
        "",
        "alloc.memory-of-its-node",
        "The memory in which an unbound workqueue counts what is active on a node is asked for on that node, that of a "
        "pool, of its first worker and of what ties a workqueue to it on the pool's node, and what is of no node on "
        "whichever",
        "kernel/workqueue.c: alloc_node_nr_active(), get_unbound_pool(), alloc_worker(), alloc_pwq(), "
        "alloc_and_link_percpu_pwqs()",
        0,
        Fault::kSnapshotLies};

    static constexpr int32_t kNoNode = -1;

    // One that the tracked thread has made, and nobody can have replaced but by making another workqueue's there.
    struct Made {
        Trial& t;
        const Asked& asked;
        const Queue& wq;
        uint32_t of_nodes = 0, of_pools = 0;

        // Whether it was seen.
        bool judge(uintptr_t address, size_t size, int32_t node, const char* what)
        {
            int32_t of = kNoNode;
            if (t.decided() || asked.is_full() || !address || !asked.find(address, size, of))
                return false;
            of += t.has_fault(Fault::kSnapshotLies);
            if (of != node)
                t.fail("the memory of %s of node %d was asked for on node %d (-1 is none)", what, node, of);
            return true;
        }

        void judge_counters()
        {
            const uintptr_t of_wq = reinterpret_cast<uintptr_t>(wq.get());
            const uint32_t end = wqlab_nr_nodes();
            for (uint32_t node = 0; node <= end; node++) {
                // Behind those of nodes there is one more; of a number that is no node there is none.
                Address counters = 0;
                t.kernel().read(&counters, t.kernel().address(of_wq, Field::kWqNodeNrActive) + node * sizeof(counters),
                                sizeof(counters));
                of_nodes += judge(counters, Asked::kAnySize, node < end ? static_cast<int32_t>(node) : kNoNode,
                                  "the counters");
            }
        }

        // It lives as long as its pool.
        void judge_first_worker(Address pool, int32_t node)
        {
            const size_t size = t.kernel().size(Field::kWorker);
            asked.for_each_of(size, [&](uintptr_t worker) {
                Address of = 0;
                if (t.kernel().peek(of, worker, Field::kWorkerPool) && of == pool)
                    of_pools += judge(worker, size, node, "the first worker of a pool");
            });
        }

        void judge_pools()
        {
            const Kernel& kernel = t.kernel();
            const Address self = reinterpret_cast<uintptr_t>(wq.get()), head = kernel.address(self, Field::kWqPwqs);
            Address at = head;
            for (uint32_t i = 0; i < 2 * Kernel::kMostCpus && kernel.read(&at, at, sizeof(at)) && at && at != head;
                 i++) {
                const Address pwq = at - kernel.offset(Field::kPwqNode);
                Address of = 0, pool = 0;
                int32_t node = kNoNode;
                if (!kernel.peek(pool, pwq, Field::kPwqPool) || !kernel.peek(node, pool, Field::kPoolNode) ||
                    !kernel.peek(of, pwq, Field::kPwqWq) || of != self)
                    return;
                of_pools += judge(pwq, 0, node, "a pool_workqueue");
                // Where others have the same attributes it was there before.
                if (judge(pool, kernel.size(Field::kPool), node, "a pool")) {
                    of_pools++;
                    judge_first_worker(pool, node);
                }
            }
        }
    };

    static void run(Trial& t)
    {
        Asked* const asked = t.own<Asked>();
        if (!asked)
            return;
        NodeWatch watch(*asked);
        SKIP_UNLESS(t, watch.attached(), "allocations can't be watched here");
        watch.track();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM, .is_private = false});
        watch.rest();
        if (t.decided())
            return;
        Made made = {t, *asked, wq};
        made.judge_counters();
        made.judge_pools();
        Address rescuer = 0;
        if (t.kernel().peek(rescuer, reinterpret_cast<uintptr_t>(wq.get()), Field::kWqRescuer))
            made.judge(rescuer, t.kernel().size(Field::kWorker), kNoNode, "the rescuer");
        // Pools that are within a node, and one that is not where there are several.
        int nice = Queue::kPrivateNice;
        for (const char* scope : {"numa", "system"}) {
            if (t.decided())
                return;
            watch.track();
            const int error = wq.apply(scope, false, 0, ++nice);
            watch.rest();
            SKIP_UNLESS(t, error == 0 || t.decided(), "attributes can't be set: error %d", -error);
            made.judge_pools();
        }
        watch.track();
        Queue& of_cpus = t.queue();
        watch.rest();
        if (t.decided())
            return;
        Made tied = {t, *asked, of_cpus};
        tied.judge_pools();
        SKIP_UNLESS(t, !asked->is_full() || t.decided(), "more was allocated than can be kept");
        SKIP_UNLESS(t, made.of_nodes || t.decided(), "allocations can't be told by their addresses here");
        t.note("%u pieces of memory are of %u nodes or of none, %u are of pools, %u of CPUs' pools", made.of_nodes,
               wqlab_nr_nodes(), made.of_pools, tied.of_pools);
    }
};

struct RoomForNodes {
    static constexpr Promise kPromise = {
        456,
        "",
        "alloc.room-for-each-node",
        "The memory of an unbound workqueue has room behind it for what it counts of each node and of none, and that "
        "of one of CPUs, which counts nothing of nodes, is smaller by so much",
        "kernel/workqueue.c: alloc_workqueue(), __alloc_workqueue()",
        0,
        Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        Asked* const asked = t.own<Asked>();
        if (!asked)
            return;
        NodeWatch watch(*asked);
        SKIP_UNLESS(t, watch.attached(), "allocations can't be watched here");
        const size_t itself = t.kernel().size(Field::kWq), of_nodes = (wqlab_nr_nodes() + 1) * sizeof(void*);
        size_t of_unbound = 0;
        bool was_full = false;
        for (const uint32_t flags : {uint32_t{WQLAB_WQ_UNBOUND}, uint32_t{WQLAB_WQ_ORDERED}, 0u,
                                     uint32_t{WQLAB_WQ_HIGHPRI}, uint32_t{WQLAB_WQ_FREEZABLE}}) {
            const bool is_unbound = flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED);
            watch.track();
            const Queue& wq = t.queue({.flags = flags, .is_private = false});
            watch.rest();
            if (t.decided())
                return;
            was_full |= asked->is_full();
            size_t size = asked->is_full() ? 0 : asked->size_of(reinterpret_cast<uintptr_t>(wq.get()));
            if (!size)
                continue;
            size -= t.has_fault(Fault::kSnapshotLies);
            const size_t needs = itself + (is_unbound ? of_nodes : 0);
            WANT(t, size >= needs, "for a workqueue %s %zu bytes were asked for, and it needs %zu with %u nodes",
                 is_unbound ? "that is unbound" : "of CPUs", size, needs, wqlab_nr_nodes());
            // A kernel may ask for more than it needs, for each alike.
            if (is_unbound)
                of_unbound = size;
            WANT(t, is_unbound || !of_unbound || size + of_nodes == of_unbound,
                 "for a workqueue of CPUs %zu bytes were asked for, and for one that is unbound %zu, with %u nodes",
                 size, of_unbound, wqlab_nr_nodes());
        }
        SKIP_UNLESS(t, of_unbound || !was_full || t.decided(), "more was allocated than can be kept");
        SKIP_UNLESS(t, of_unbound || t.decided(), "allocations can't be told by their addresses here");
    }
};

constexpr Check kAll[] = {
    check_of<OfItsNode>(WQLAB_LACK_SYSTEM_MAX_ACTIVE | WQLAB_LACK_SCOPES),
    check_of<RoomForNodes>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace node_memory

constinit const Group kNodeMemoryChecks = group_of("allocation", node_memory::kAll);

}  // namespace wqlab
