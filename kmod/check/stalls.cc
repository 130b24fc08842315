// SPDX-License-Identifier: GPL-2.0
// Group L, continued: the watchdog and the pools that have no CPU of their own.
#include "../glue/symbols.h"
#include "lockups.hh"
#include "look.hh"
#include "scarce_threads.hh"

namespace wqlab {

namespace stalls {

using check_bounds::kSecond;

struct UnboundPoolsToo {
    static constexpr Promise kPromise = {216,
                                         "",
                                         "watchdog.unbound-pools-too",
                                         "An unbound pool that makes no progress is named as any, unless the watchdog "
                                         "of some CPU, whichever, is touched",
                                         "kernel/workqueue.c: wq_watchdog_timer_fn(), wq_watchdog_touch()",
                                         WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW | WQLAB_CHECK_MEMORY,
                                         Fault::kLogIsSilent};

    // Touches one CPU's as often as its clock ticks, for so long; the longest time between, in the kernel's own clock.
    // WQLAB_NEVER: it can't be called.
    static uint64_t touch_for(uintptr_t function, uint32_t cpu, uint64_t ns)
    {
        const uint64_t until = wqlab_now() + ns;
        uint64_t last = wqlab_jiffies(), longest = 0;
        for (bool is_last = false; !is_last;) {
            is_last = wqlab_now() > until;
            const uint64_t before = wqlab_jiffies();
            if (!wqlab_call(function, cpu, 0, 0, nullptr))
                return WQLAB_NEVER;
            const uint64_t between = wqlab_jiffies() - last;
            longest = between > longest ? between : longest;
            last = before;
            wqlab_sleep(5'000'000);
        }
        return longest;
    }

    static void run(Trial& t)
    {
        const uintptr_t touch = wqlab_symbol("wq_watchdog_touch");
        SKIP_UNLESS(t, touch && t.write(Lockups::kThresh, "1") == 0, "this kernel has no watchdog of workqueues");
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 512});
        TestItem& stuck = t.item("an item that no worker is there for");
        LogListener<Lockups> log(Lockups::kAnyCpus, Queue::kPrivateNice);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Awake awake(t);
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, wq, cpu))
            return;
        kernel::queue_on(t, wq, stuck, static_cast<int>(cpu));
        const auto reports = [&] { return t.has_fault(Fault::kLogIsSilent) ? 0 : log.heard().ours(); };
        const auto is_named_again = [&] {
            const uint32_t before = reports();
            return t.wait([&] { return stuck.started() || reports() > before; },
                          "an unbound pool to be named that makes no progress");
        };
        if (!is_named_again())
            return;
        // What is being said now is of before the first touch.
        uint64_t longest = touch_for(touch, cpu, kSecond);
        const uint32_t before = reports();
        const uint64_t rest = touch_for(touch, cpu, 3 * kSecond);
        const uint32_t silent = reports() - before;
        longest = longest > rest ? longest : rest;
        const bool again = is_named_again();
        const bool is_free = stuck.started();
        scarce.end();
        if (!again)
            return;
        SKIP_UNLESS(t, !is_free, "a worker became free, or threads ended meanwhile");
        SKIP_UNLESS(t, longest < wqlab_hz() / 2, "the machine is so busy that it was not touched for %llu ms",
                    static_cast<unsigned long long>(longest == WQLAB_NEVER ? longest : longest * 1000 / wqlab_hz()));
        WANT(t, silent == 0, "while CPU %u was touched an unbound pool was named %u times", cpu, silent);
        AWAIT(t, stuck.ended() == 1, "the item to run once there are threads again");
    }
};

constexpr Check kAll[] = {
    check_of<UnboundPoolsToo>(),
};

}  // namespace stalls

constinit const Group kStallChecks = group_of("lifecycle", stalls::kAll);

}  // namespace wqlab
