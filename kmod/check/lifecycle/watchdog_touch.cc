// SPDX-License-Identifier: GPL-2.0
// What the watchdog keeps of a touch.
#include "../../glue/symbols.h"
#include "../../glue/time.h"
#include "../harness/kernel_log.hh"
#include "../scenes/lockups.hh"

namespace wqlab {

namespace watchdog_touch {

using check_bounds::kSecond;

// Touches one CPU's, and reads when each was kept last, in jiffies.
class Touched {
public:
    Touched(Trial& t, uint32_t cpu)
        : kernel_(t.kernel()),
          function_(wqlab_symbol("wq_watchdog_touch")),
          any_(wqlab_symbol("wq_watchdog_touched")),
          own_(wqlab_symbol("wq_watchdog_touched_cpu")),
          cpu_(cpu),
          lies_(t.has_fault(Fault::kResultLies))
    {
    }

    bool is_there() const { return function_; }
    bool can_be_read() { return any_ && own_ && any() && own(); }
    // False: the kernel can't be called.
    bool touch() { return wqlab_call(function_, cpu_, 0, 0, nullptr); }
    // For the pools that have no CPU of their own.
    uint64_t any() { return read(any_) + (lies_ ? ++reads_ : 0); }
    uint64_t own() const { return read(kernel_.per_cpu(own_, cpu_)); }

private:
    // 0: it can't be read.
    uint64_t read(Address at) const
    {
        uint64_t jiffies = 0;
        return kernel_.read(&jiffies, at, sizeof(jiffies)) ? jiffies : 0;
    }

    const Kernel& kernel_;
    const uintptr_t function_, any_, own_;
    const uint32_t cpu_;
    const bool lies_;
    uint64_t reads_ = 0;
};

struct KeptOnceAQuarter {
    static constexpr Promise kPromise = {
        447,
        "",
        "watchdog.touch-is-kept-once-a-quarter",
        "A touch of the watchdog is kept for its CPU each time; for the pools that have no CPU of their own it is kept "
        "when a quarter of watchdog_thresh has passed since the last one was, and not before",
        "kernel/workqueue.c: wq_watchdog_touch()",
        WQLAB_CHECK_NEGATIVE,  // what stalls for that long is reported
        Fault::kResultLies};

    // In seconds: a quarter of it has room for many touches, and the timer looks long after one is due.
    static constexpr uint32_t kThresh = 4;
    static constexpr const char* kThreshText = "4";

    struct Seen {
        uint32_t early = 0, due = 0;  // touches that could be judged
        const char* wrong = nullptr;
    };

    // Of touches since the threshold was set, which is a touch, up to the first one that is due. A touch of somebody
    // else in between keeps to the same rule. Jiffies are read before and after, and what they leave open is not
    // judged.
    static Seen judge(Trial& t, Touched& touched, uint64_t set)
    {
        const uint64_t thresh = uint64_t{kThresh} * wqlab_hz(), quarter = thresh / 4;
        Seen seen;
        while (!seen.due && !seen.wrong && !t.given_up()) {
            wqlab_sleep(kSecond / 100);
            t.goes_on();
            const uint64_t before = wqlab_jiffies(), last = touched.any();
            const bool called = touched.touch();
            const uint64_t kept = touched.any(), own = touched.own(), after = wqlab_jiffies();
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
    static bool has_rule(Trial& t, Touched& none)
    {
        const LogListener<LinesWith> log("wq_watchdog_touch should be called with valid CPU");
        if (!log.attached() || !hear_again(t) || !none.touch()) {
            if (!t.decided())
                t.skip("the kernel can't be called here, or its log not be watched");
            return false;
        }
        return log.heard().ours();
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kTimes = 3;
        Touched touched(t, t.first_cpu());
        SKIP_UNLESS(t, touched.is_there(), "this kernel has no watchdog of workqueues");
        SKIP_UNLESS(t, touched.can_be_read(), "this kernel does not show its variables");
        Touched none(t, UINT32_MAX);
        const bool has_rule = KeptOnceAQuarter::has_rule(t, none);
        SKIP_UNLESS(t, has_rule || t.decided(), "this kernel keeps each touch");
        if (t.decided())
            return;
        const char* wrong = "";
        uint32_t times_wrong = 0;
        for (uint32_t i = 0; i < kTimes; i++) {
            const uint64_t set = wqlab_jiffies();
            SKIP_UNLESS(t, t.write(Lockups::kThresh, kThreshText) == 0, "the watchdog's threshold can't be set");
            const bool is_touch = touched.any() >= set && touched.own() >= set;
            const Seen seen = is_touch ? judge(t, touched, set)
                                       : Seen{0, 0, "setting the threshold was not kept as a touch"};
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

constexpr Check kAll[] = {
    check_of<KeptOnceAQuarter>(),
};

}  // namespace watchdog_touch

constinit const Group kWatchdogTouchChecks = group_of("lifecycle", watchdog_touch::kAll);

}  // namespace wqlab
