// SPDX-License-Identifier: GPL-2.0
// The watchdog and the pools that have no CPU of their own.
#include "../../glue/symbols.h"
#include "../../glue/time.h"
#include "../harness/few_tries.hh"
#include "../scenes/lockups.hh"
#include "../scenes/look.hh"
#include "../scenes/scarce_threads.hh"

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

    // Touches one CPU's, and knows the longest time between, in the clock that the watchdog reads.
    class Toucher {
    public:
        Toucher(uintptr_t function, uint32_t cpu) : function_(function), cpu_(cpu) {}

        void touch()
        {
            const uint64_t now = wqlab_jiffies();
            called_ = wqlab_call(function_, cpu_, 0, 0, nullptr);
            const uint64_t between = wqlab_jiffies() - last_;
            longest_ = between > longest_ ? between : longest_;
            last_ = now;
        }
        void touch_for(uint64_t ns, uint64_t pause)
        {
            for (const uint64_t until = wqlab_now() + ns; wqlab_now() < until; touch())
                wqlab_sleep(pause);
        }
        bool called() const { return called_; }
        uint64_t longest() const { return longest_; }

    private:
        const uintptr_t function_;
        const uint32_t cpu_;
        uint64_t last_ = wqlab_jiffies(), longest_ = 0;
        bool called_ = true;
    };

    static void run(Trial& t)
    {
        const uintptr_t touch = wqlab_symbol("wq_watchdog_touch");
        SKIP_UNLESS(t, touch, "this kernel has no watchdog of workqueues");
        // A time that is kept in 32 bits is wrong from then on.
        if (!jiffies_left_32_bits(t))
            return;
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "1") == 0, "this kernel has no watchdog of workqueues");
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
        // It need not be touched more often than each watchdog_thresh, in which there are three touches.
        constexpr uint64_t kPause = kSecond * 2 / 5;
        Toucher toucher(touch, cpu);
        toucher.touch_for(kSecond, kPause);
        const uint32_t before = reports();  // what was being said before the first touch is said
        toucher.touch_for(3 * kSecond, kPause);
        const uint32_t silent = reports() - before;
        toucher.touch();
        const bool again = is_named_again();
        const bool is_free = stuck.started();
        scarce.end();
        if (!again)
            return;
        SKIP_UNLESS(t, !is_free, "a worker became free, or threads ended meanwhile");
        SKIP_UNLESS(t, toucher.called(), "kprobes are disarmed, so the kernel can't be called");
        SKIP_UNLESS(t, toucher.longest() < wqlab_hz() * 3 / 4,
                    "the machine is so busy that it was not touched for %llu ms",
                    static_cast<unsigned long long>(toucher.longest() * 1000 / wqlab_hz()));
        WANT(t, silent == 0, "while CPU %u was touched an unbound pool was named %u times", cpu, silent);
        AWAIT(t, stuck.ended() == 1, "the item to run once there are threads again");
        tried_few(t, 1, "touching the watchdog while a pool makes no progress");
    }
};

constexpr Check kAll[] = {
    check_of<UnboundPoolsToo>(),
};

}  // namespace stalls

constinit const Group kStallChecks = group_of("lifecycle", stalls::kAll);

}  // namespace wqlab
