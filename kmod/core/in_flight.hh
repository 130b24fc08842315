// SPDX-License-Identifier: GPL-2.0
// Items on their way from the queue call to the end of their function, by the
// address of their work_struct, in bounded memory.
#pragma once

#include <cstdint>

#include "mix.hh"
#include "span.hh"

// A busy wait goes on: in the module it is glue/time.c.
extern "C" void wqlab_relax(void);

namespace wqlab {

// A leaf, held for some tens of instructions. Whoever takes it must not be
// interrupted by another who might: in the kernel, interrupts are off. Acquire
// and release are all that a lock needs; nobody looks at two of them.
class BucketLock {
public:
    void lock()
    {
        while (__atomic_exchange_n(&taken_, 1, __ATOMIC_ACQUIRE))
            while (__atomic_load_n(&taken_, __ATOMIC_RELAXED))
                wqlab_relax();
    }
    void unlock() { __atomic_store_n(&taken_, 0, __ATOMIC_RELEASE); }

    class [[nodiscard]] Guard {
    public:
        explicit Guard(BucketLock& lock) : lock_(lock) { lock_.lock(); }
        Guard(const Guard&) = delete;
        ~Guard() { lock_.unlock(); }

    private:
        BucketLock& lock_;
    };

private:
    uint32_t taken_ = 0;
};

// Nothing but the address tells one item from another, and addresses lie:
// - An item is off the queue before the event of its start: another CPU may
//   queue it again in between. Then two of one address wait, and the start is
//   the older one's, which shows in the work being pending again.
// - A cancelled item never starts. What it leaves behind goes when its address
//   is queued and started again, or when its bucket is full.
// - It may run and be queued again at the same time, and its memory may be
//   another item's before its function returns.
class InFlight {
public:
    struct Item {
        uint64_t workqueue;  // 0: not known
        uint64_t tag;        // what else tells its workqueue from others
        uint64_t worker;     // 0: it has not started
        // Stamps. 0: not seen.
        uint64_t queued;
        uint64_t activated;
        uint64_t started;  // at execute_start: pending ends here
        uint64_t running;  // when our probe of execute_start returned: run begins here

        bool paired() const { return queued && activated; }
    };

    static constexpr unsigned kWays = 7;

    // The lock and the addresses are one line: most of those addresses are another item's.
    struct alignas(64) Bucket {
        BucketLock lock;
        uint32_t used;  // a bit for each way
        uint64_t works[kWays];
        Item items[kWays];
    };

    // Zeroed buckets; their number is a power of two.
    InFlight() = default;
    explicit InFlight(Span<Bucket> buckets) : buckets_(buckets), shift_(64 - __builtin_ctzll(buckets.size())) {}

    // stamp() is asked last. False: the bucket was full, and an older item was
    // given up, or, if all of them run, this one.
    template <typename Stamp>
    bool queue(uint64_t work, uint64_t workqueue, uint64_t tag, Stamp stamp)
    {
        Bucket& bucket = bucket_of(work);
        const BucketLock::Guard guard(bucket.lock);
        const Waiting waiting = waiting_in(bucket, work);
        unsigned way = waiting.older;
        bool room = true;
        if (way == kWays) {
            way = free_in(bucket);
            // Of one that is queued once more before it has started, it is
            // likelier that it was cancelled than that it is about to start.
            if (way == kWays)
                way = waiting.newest;
            if (way == kWays) {
                way = longest_waiting_in(bucket);
                room = false;
            }
            if (way == kWays)
                return false;
        }
        occupy(bucket, way, work) = {workqueue, tag, 0, stamp(), 0, 0, 0};
        return room;
    }

    void activate(uint64_t work, uint64_t stamp)
    {
        Bucket& bucket = bucket_of(work);
        const BucketLock::Guard guard(bucket.lock);
        const unsigned way = waiting_in(bucket, work).newest;
        if (way < kWays && !bucket.items[way].activated)
            bucket.items[way].activated = stamp;
    }

    // kInPlace: unpaired, and an item that waited was given up for it. kFull: all
    // of the bucket run, and this one is not known.
    enum class Start { kPaired, kUnpaired, kInPlace, kFull };

    // pending(): whether the work is queued again already; asked when no queue()
    // of it can come in between, and with the lock that a queue() which was noted
    // has released: so its PENDING, set before, is seen. unseen(item): says of which workqueue it is,
    // when nobody saw it queued. stamp() is asked last.
    template <typename Pending, typename Unseen, typename Stamp>
    Start start(uint64_t work, uint64_t worker, uint64_t started, Pending pending, Unseen unseen, Stamp stamp)
    {
        Bucket& bucket = bucket_of(work);
        const BucketLock::Guard guard(bucket.lock);
        const Waiting waiting = waiting_in(bucket, work);
        unsigned way = waiting.newest;
        if (waiting.older < kWays) {
            if (pending())
                way = waiting.older;
            else
                vacate(bucket, waiting.older);
        }
        Start how = Start::kUnpaired;
        if (way == kWays) {
            way = free_in(bucket);
            // That its run is counted is worth more than how long another one waits.
            if (way == kWays) {
                way = longest_waiting_in(bucket);
                how = Start::kInPlace;
            }
            if (way == kWays)
                return Start::kFull;
            Item& item = occupy(bucket, way, work) = {};
            unseen(item);
        }
        Item& item = bucket.items[way];
        item.worker = worker;
        item.started = started;
        item.running = stamp();
        return item.paired() ? Start::kPaired : how;
    }

    // False: its start was not noted.
    bool end(uint64_t work, uint64_t worker, Item& item)
    {
        Bucket& bucket = bucket_of(work);
        const BucketLock::Guard guard(bucket.lock);
        const unsigned way = find(bucket, work, [&](unsigned i) { return bucket.items[i].worker == worker; });
        if (way == kWays)
            return false;
        item = bucket.items[way];
        vacate(bucket, way);
        return true;
    }

    struct Population {
        uint64_t waiting;  // or cancelled
        uint64_t running;
    };

    // Without locks: of an instant only when nobody writes.
    Population population() const
    {
        Population all = {};
        for (const Bucket& bucket : buckets_)
            for (uint32_t used = __atomic_load_n(&bucket.used, __ATOMIC_RELAXED); used; used &= used - 1)
                (__atomic_load_n(&bucket.items[__builtin_ctz(used)].worker, __ATOMIC_RELAXED) ? all.running
                                                                                              : all.waiting)++;
        return all;
    }

private:
    // Those of an address that have not started, two at most; kWays: none.
    struct Waiting {
        unsigned older = kWays;
        unsigned newest = kWays;
    };

    Bucket& bucket_of(uint64_t work) { return buckets_[mixed(work) >> shift_]; }

    static Item& occupy(Bucket& bucket, unsigned way, uint64_t work)
    {
        bucket.used |= 1u << way;
        bucket.works[way] = work;
        return bucket.items[way];
    }
    static void vacate(Bucket& bucket, unsigned way) { bucket.used &= ~(1u << way); }

    // The first from a way on that is of the address and as asked; kWays: none.
    template <typename Condition>
    static unsigned find(const Bucket& bucket, uint64_t work, Condition condition, unsigned from = 0)
    {
        for (uint32_t used = bucket.used >> from << from; used; used &= used - 1) {
            const unsigned way = static_cast<unsigned>(__builtin_ctz(used));
            if (bucket.works[way] == work && condition(way))
                return way;
        }
        return kWays;
    }

    static Waiting waiting_in(const Bucket& bucket, uint64_t work)
    {
        const auto waits = [&](unsigned way) { return !bucket.items[way].worker; };
        const unsigned first = find(bucket, work, waits);
        if (first == kWays)
            return {};
        const unsigned second = find(bucket, work, waits, first + 1);
        if (second == kWays)
            return {kWays, first};
        return bucket.items[first].queued < bucket.items[second].queued ? Waiting{first, second}
                                                                        : Waiting{second, first};
    }

    static unsigned free_in(const Bucket& bucket)
    {
        return static_cast<unsigned>(__builtin_ctz(~bucket.used));  // kWays: none
    }

    static unsigned longest_waiting_in(const Bucket& bucket)
    {
        unsigned longest = kWays;
        for (unsigned way = 0; way < kWays; way++)
            if (!bucket.items[way].worker &&
                (longest == kWays || bucket.items[way].queued < bucket.items[longest].queued))
                longest = way;
        return longest;
    }

    Span<Bucket> buckets_;
    unsigned shift_ = 0;
};

}  // namespace wqlab
