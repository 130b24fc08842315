// SPDX-License-Identifier: GPL-2.0
// For how long the making of a worker may take until rescuers are called.
#include "../../glue/symbols.h"
#include "../../glue/time.h"
#include "../../glue/timer_starts.h"
#include "../scenes/attached_probe.hh"
#include "../scenes/idle_pool.hh"

namespace wqlab {

namespace call_timer {

// For when workers have armed timers of one function.
class Starts {
public:
    explicit Starts(uintptr_t function)
        : function_(function),
          starts_({[](void* to, uintptr_t of, long in) { static_cast<Starts*>(to)->see(of, in); }, this})
    {
    }

    bool attached() const { return starts_.is_attached(); }
    uint32_t count() const { return __atomic_load_n(&count_, __ATOMIC_ACQUIRE); }
    int64_t longest() const { return __atomic_load_n(&longest_, __ATOMIC_RELAXED); }  // in jiffies

private:
    void see(uintptr_t function, int64_t in)
    {
        if (function != function_)
            return;
        int64_t longest = this->longest();
        while (in > longest &&
               !__atomic_compare_exchange_n(&longest_, &longest, in, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        }
        __atomic_add_fetch(&count_, 1, __ATOMIC_RELEASE);
    }

    const uintptr_t function_;
    uint32_t count_ = 0;
    int64_t longest_ = INT64_MIN;
    Attached<wqlab_timer_starts, wqlab_timer_starts_attach, wqlab_timer_starts_detach> starts_;
};

struct CallsAfterTenMs {
    static constexpr Promise kPromise = {
        353,
        "",
        "rescuer.called-after-ten-ms",
        "Who makes a worker because none is idle would have rescuers called in 10 ms, or two ticks if those take "
        "longer, should it take so long",
        "kernel/workqueue.c: maybe_create_worker(), MAYDAY_INITIAL_TIMEOUT",
        0,
        Fault::kTraceFieldsLie};

    // A tick between the two looks at the clock makes it one less; not each of so many times.
    static constexpr uint32_t kTries = 16;

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("pool_mayday_timeout");
        SKIP_UNLESS(t, function, "this kernel shows no pool_mayday_timeout()");
        const int64_t wanted = wqlab_hz() / 100 >= 2 ? wqlab_hz() / 100 : 2;
        Queue& wq = idle::queue_with_new_pool(t);
        const Items items = t.items(kTries, "an item that sleeps", TestItem::Body::kGate);
        const Starts starts(function);
        SKIP_UNLESS(t, starts.attached(), "timers can't be watched here");
        int64_t longest = INT64_MIN;
        uint32_t tries = 0;
        // Each is run by the last idle worker, which makes another one first.
        while (tries < kTries && longest < wanted && !t.decided()) {
            items[tries]->queue_on(wq, t.first_cpu());
            AWAIT(t, items[tries]->started() == 1, "an item to start");
            tries++;
            longest = starts.longest() + (t.has_fault(Fault::kTraceFieldsLie) ? 1 : 0);
        }
        if (t.decided())
            return;
        SKIP_UNLESS(t, starts.count(), "no timer was seen: each item found two idle workers");
        // A tick between two readings of the clock makes one less.
        SKIP_UNLESS(t, longest >= wanted || starts.count() >= 4, "too few workers were made");
        WANT(t, longest == wanted, "of %u calls the one that was armed for longest was due in %lld jiffies, not %lld",
             starts.count(), static_cast<long long>(longest), static_cast<long long>(wanted));
    }
};

constexpr Check kAll[] = {
    check_of<CallsAfterTenMs>(),
};

}  // namespace call_timer

constinit const Group kCallTimerChecks = group_of("reclaim", call_timer::kAll);

}  // namespace wqlab
