// SPDX-License-Identifier: GPL-2.0
// Whom the watchdog shows when none but unbound pools make no progress.
#include "../../core/check_bounds.hh"
#include "../../glue/time.h"
#include "../harness/few_tries.hh"
#include "../scenes/lockups.hh"
#include "../scenes/look.hh"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace stalled_unbound {

// Each look of the watchdog that finds something: it names the pools that make no progress, piece by piece, shows all
// workqueues, and then, if some of those pools have a CPU of their own, who keeps these.
class Looks {
public:
    void see(const LogLine& line)
    {
        if (line.has("workqueue lockup - pool")) {
            // The first that this look names.
            if (is_shown_) {
                is_shown_ = false;
                is_alone_ = true;
            }
            writer_ = line.writer;
            nice_ = kUnknown;
        }
        if (line.writer != writer_)
            return;
        int64_t value;
        if (number_behind(line, " nice=", value))
            nice_ = value;
        if (line.has(" stuck for "))
            is_alone_ &= nice_ == Queue::kPrivateNice;
        if (line.has("Showing busy workqueues and worker pools:")) {
            is_shown_ = true;
            __atomic_add_fetch(is_alone_ ? &alone_ : &others_, 1, __ATOMIC_RELEASE);
        }
        if (line.has("Showing backtraces of ") && is_shown_ && is_alone_)
            __atomic_add_fetch(&unfounded_, 1, __ATOMIC_RELAXED);
    }

    // Those that named pools of the private nice value only, which no pool of a CPU has; the others.
    uint32_t alone() const { return __atomic_load_n(&alone_, __ATOMIC_ACQUIRE); }
    uint32_t others() const { return __atomic_load_n(&others_, __ATOMIC_ACQUIRE); }
    // Of the first kind, those that said that workers are shown.
    uint32_t unfounded() const { return __atomic_load_n(&unfounded_, __ATOMIC_RELAXED); }

private:
    static constexpr int64_t kUnknown = INT64_MAX;

    uintptr_t writer_ = 0;
    int64_t nice_ = kUnknown;
    bool is_shown_ = true, is_alone_ = false;
    uint32_t alone_ = 0, others_ = 0, unfounded_ = 0;
};

struct ShowsNobody {
    static constexpr Promise kPromise = {
        473,
        "",
        "watchdog.unbound-pools-show-nobody",
        "When none but unbound pools make no progress the watchdog names them, shows all workqueues, and says of no "
        "workers that they are shown: that is of pools that have a CPU",
        "kernel/workqueue.c: wq_watchdog_timer_fn()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW | WQLAB_CHECK_MEMORY,
        Fault::kLogIsSilent};

    // Two: when the next one has begun, all that the first one says has been said. Where threads are scarce others'
    // pools may be stuck, too.
    static constexpr uint32_t kWanted = 2, kMost = 8;
    // After the first look. No item that sleeps lets go before.
    static constexpr uint32_t kHalfSeconds = 40;

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 512});
        TestItem& stuck = t.item("an item that no worker is there for");
        if (t.decided())
            return;
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "1") == 0, "this kernel has no watchdog of workqueues");
        const LogListener<Looks> log;
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Looks& heard = log.heard();
        const bool is_deaf = t.has_fault(Fault::kLogIsSilent);
        const Awake awake(t);
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, wq, cpu))
            return;
        kernel::queue_on(t, wq, stuck, static_cast<int>(cpu));
        const bool has_looked = t.wait(
            [&] { return stuck.started() || (!is_deaf && (heard.alone() || heard.others())); },
            "the watchdog to name a pool that makes no progress");
        // How long a look takes is the console's business, and whose pools are stuck besides is others'.
        for (uint32_t i = 0; has_looked && i < kHalfSeconds && !t.given_up(); i++) {
            if (stuck.started() || heard.alone() >= kWanted || heard.others() >= kMost)
                break;
            t.linger(check_bounds::kSecond / 2);
        }
        const uint32_t looks = heard.alone(), unfounded = heard.unfounded();
        const bool is_free = stuck.started();
        scarce.end();
        if (!has_looked)
            return;
        WANT(t, unfounded == 0,
             "%u times none but unbound pools were named, and then it was said %u times that workers are shown", looks,
             unfounded);
        SKIP_UNLESS(t, looks >= kWanted, "%s",
                    is_free ? "a worker became free, or threads ended meanwhile"
                            : "others' pools were stuck as well, or the log is too slow");
        AWAIT(t, stuck.ended() == 1, "the item to run once there are threads again");
        tried_few(t, looks, "a look at an unbound pool that makes no progress");
    }
};

constexpr Check kAll[] = {
    check_of<ShowsNobody>(WQLAB_LACK_HOGS),
};

}  // namespace stalled_unbound

constinit const Group kStalledUnboundChecks = group_of("lifecycle", stalled_unbound::kAll);

}  // namespace wqlab
