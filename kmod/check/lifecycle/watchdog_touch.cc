// SPDX-License-Identifier: GPL-2.0
// What the watchdog keeps of a touch.
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../harness/kernel_log.hh"
#include "../scenes/lockups.hh"
#include "../scenes/watchdog_touched.hh"

namespace wqlab {

namespace watchdog_touch {

using check_bounds::kSecond;

struct KeptOnceAQuarter {
    static constexpr Promise kPromise = {
        447,
        "",
        "watchdog.touch-is-kept-once-a-quarter",
        "A touch of the watchdog is kept for its CPU each time; for the pools that have no CPU of their own it is kept "
        "when a quarter of watchdog_thresh has passed since the last one was, and not before; to set that to "
        "another number than 0 is a touch of each CPU",
        "kernel/workqueue.c: wq_watchdog_touch(), wq_watchdog_reset_touched()",
        WQLAB_CHECK_NEGATIVE,  // what stalls for that long is reported
        Fault::kResultLies};

    // In seconds: a quarter of it has room for many touches, and the timer looks long after one is due.
    static constexpr uint32_t kThresh = 4;
    static constexpr const char* kThreshText = "4";

    struct Seen {
        uint32_t early = 0, due = 0;  // touches that could be judged
        const char* wrong = nullptr;
    };

    struct Touch {
        const uintptr_t function = wqlab_symbol("wq_watchdog_touch");

        // False: the kernel can't be called.
        bool operator()(uint32_t cpu) const { return wqlab_call(function, cpu, 0, 0, nullptr); }
    };

    // Of touches since the threshold was set, which is a touch, up to the first one that is due. A touch of somebody
    // else in between keeps to the same rule. Jiffies are read before and after, and what they leave open is not
    // judged.
    static Seen judge(Trial& t, const Touched& touched, const Touch& touch, uint64_t set)
    {
        const uint32_t cpu = t.first_cpu();
        const uint64_t thresh = uint64_t{kThresh} * wqlab_hz(), quarter = thresh / 4;
        Seen seen;
        while (!seen.due && !seen.wrong && !t.given_up()) {
            wqlab_sleep(kSecond / 100);
            t.goes_on();
            const uint64_t before = wqlab_jiffies(), last = touched.any();
            const bool called = touch(cpu);
            const uint64_t kept = touched.any() + (t.has_fault(Fault::kResultLies) ? 1 : 0);
            const uint64_t own = touched.own(cpu), after = wqlab_jiffies();
            if (!called) {
                t.skip("kprobes are disarmed, so the kernel can't be called");
                break;
            }
            // The timer may have come between, which touches all.
            if (after >= set + thresh)
                break;
            if (own < before)
                seen.wrong = "a touch of a CPU was not kept for that CPU";
            if (before > last + quarter) {
                seen.due++;
                if (kept < before)
                    seen.wrong = "a touch later than a quarter of the threshold after the last one kept was not kept";
            } else if (after <= last + quarter) {
                seen.early++;
                if (kept != last)
                    seen.wrong = "a touch within a quarter of the threshold after the last one kept was kept, too";
            }
        }
        return seen;
    }

    // The rule came with Linux 6.11 and with some stable ones, behind a warning of a CPU that is none, which can be
    // asked for: no touch of another CPU, nor of all.
    static bool has_rule(Trial& t, const Touch& touch)
    {
        const LogListener<LinesWith> log("wq_watchdog_touch should be called with valid CPU");
        if (!log.attached() || !hear_again(t) || !touch(UINT32_MAX)) {
            if (!t.decided())
                t.skip("the kernel can't be called here, or its log not be watched");
            return false;
        }
        return log.heard().ours();
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kTimes = 3;
        const Touch touch;
        const Touched touched(t);
        SKIP_UNLESS(t, touch.function, "this kernel has no watchdog of workqueues");
        SKIP_UNLESS(t, touched.can_be_read(), "this kernel does not show its variables");
        const bool has_rule = KeptOnceAQuarter::has_rule(t, touch);
        SKIP_UNLESS(t, has_rule || t.decided(), "this kernel keeps each touch");
        if (t.decided())
            return;
        const char* wrong = "";
        uint32_t times_wrong = 0;
        for (uint32_t i = 0; i < kTimes; i++) {
            const uint64_t set = wqlab_jiffies();
            SKIP_UNLESS(t, t.write(Lockups::kThresh, kThreshText) == 0, "the watchdog's threshold can't be set");
            const Seen seen = touched.all_since(set)
                                  ? judge(t, touched, touch, set)
                                  : Seen{0, 0, "setting the threshold was not kept as a touch of each CPU"};
            if (t.decided())
                return;
            if (seen.wrong) {
                wrong = seen.wrong;
                times_wrong++;
            } else if (seen.early && seen.due) {
                t.note("%u touches were too early to be kept, and the next was kept", seen.early);
                return;
            }
        }
        // Somebody else who sets the threshold explains one time, as does who was interrupted between reading the clock
        // and keeping it, and not each.
        WANT(t, times_wrong < kTimes, "%s, each of %u times", wrong, kTimes);
        t.skip("the machine is so busy that it was not touched in time");
    }
};

struct LookIsTouch {
    static constexpr Promise kPromise = {
        453,
        "",
        "watchdog.look-is-a-touch",
        "Each look of the watchdog is kept as a touch, for each CPU and for the pools that have no CPU of their own",
        "kernel/workqueue.c: wq_watchdog_timer_fn(), wq_watchdog_reset_touched()",
        WQLAB_CHECK_NEGATIVE,  // what stalls for a second is reported
        Fault::kResultLies};

    // What it is armed for after that; 0: for nothing, as if somebody turns it off just now, or the trial is decided.
    static uint64_t wait_for_look(Trial& t, uintptr_t timer, uint64_t first)
    {
        for (const uint64_t began = wqlab_now(); wqlab_now() - began < 10 * kSecond && !t.given_up();) {
            const uint64_t next = last_armed_for(t, timer);
            if (next != first || t.decided())
                return t.decided() ? 0 : next;
            wqlab_sleep(kSecond / 100);
            t.goes_on();
        }
        return 0;
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kTimes = 3;
        const uintptr_t timer = wqlab_symbol("wq_watchdog_timer");
        const Touched touched(t);
        SKIP_UNLESS(t, timer && t.kernel().has(Field::kTimerExpires) && touched.can_be_read(),
                    "this kernel has no watchdog of workqueues, or does not show its variables");
        const Awake awake(t);
        uint32_t wrong = 0, looks = 0;
        for (; looks == wrong && looks < kTimes; looks++) {
            SKIP_UNLESS(t, t.write(Lockups::kThresh, "1") == 0, "the watchdog's threshold can't be set");
            const uint64_t first = last_armed_for(t, timer), next = wait_for_look(t, timer, first);
            if (t.decided())
                return;
            // It is armed when it has looked; an earlier moment is of somebody else, who sets the threshold.
            const bool is_armed = next >= first + wqlab_hz();
            // What was stored before is practically there then for each CPU, however weakly they order stores.
            wqlab_sleep(kSecond / 1000);
            const bool is_kept = touched.all_since(first + (t.has_fault(Fault::kResultLies) ? wqlab_hz() : 0));
            const bool is_ours = t.ask(WQLAB_STEP_READ, Lockups::kThresh, "") == 0 && same_text(t.text(), "1\n");
            SKIP_UNLESS(t, is_armed && is_ours, "somebody else sets the watchdog's threshold, or it does not look");
            wrong += is_kept ? 0 : 1;
        }
        // Somebody who was interrupted in a touch, between reading the clock and keeping it, explains one.
        WANT(t, wrong < looks, "after a look a touch before it was the last that was kept, each of %u times", wrong);
    }
};

constexpr Check kAll[] = {
    check_of<KeptOnceAQuarter>(),
    check_of<LookIsTouch>(),
};

}  // namespace watchdog_touch

constinit const Group kWatchdogTouchChecks = group_of("lifecycle", watchdog_touch::kAll);

}  // namespace wqlab
