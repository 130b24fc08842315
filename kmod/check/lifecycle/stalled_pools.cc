// SPDX-License-Identifier: GPL-2.0
// What else the watchdog says of pools that make no progress: who has them, and since when.
#include "../../glue/cpu.h"
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/few_tries.hh"
#include "../harness/kernel_log.hh"
#include "../scenes/lockups.hh"
#include "../scenes/look.hh"
#include "../scenes/thread_log.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace stalled_pools {

using check_bounds::kSecond;
constexpr int32_t kHighpri = -20;

// Of two pools of the same nice value: each time that the watchdog looks, it names those that make no progress, shows
// all workqueues and pools, and then who runs in those that it has named and that have a CPU of their own.
class Keepers {
public:
    struct Pool {
        uint32_t cpu = 0;
        int32_t id = -1;
    };

    // deaf: to who runs in which pool.
    Keepers(const Pool& one, const Pool& other, bool deaf) : pools_{one, other}, deaf_(deaf) {}

    void see(const LogLine& line)
    {
        if (line.has("workqueue lockup - pool")) {
            if (is_shown_) {
                is_shown_ = is_listed_ = false;
                is_named_[0] = is_named_[1] = false;
            }
            writer_ = line.writer;
            cpu_ = nice_ = -1;
            is_any_named_ = true;
        }
        if (line.has("Showing backtraces of ")) {
            if (!is_any_named_)
                __atomic_add_fetch(&stray_, 1, __ATOMIC_RELAXED);
            is_any_named_ = false;
            is_listed_ = true;
        }
        if (line.writer != writer_)
            return;
        is_shown_ |= line.has("Showing busy workqueues and worker pools:");
        int64_t value;
        if (number_behind(line, " cpus=", value))
            cpu_ = value;
        if (number_behind(line, " nice=", value))
            nice_ = value;
        for (uint32_t i = 0; i < 2; i++)
            see_of(i, line);
    }

    uint32_t named(uint32_t i) const { return __atomic_load_n(&named_[i], __ATOMIC_ACQUIRE); }
    uint32_t listed(uint32_t i) const { return __atomic_load_n(&listed_[i], __ATOMIC_RELAXED); }
    // Though it was not named then.
    uint32_t unfounded(uint32_t i) const { return __atomic_load_n(&unfounded_[i], __ATOMIC_RELAXED); }
    // Headings of such a list without any pool that was named.
    uint32_t stray() const { return __atomic_load_n(&stray_, __ATOMIC_RELAXED); }

private:
    void see_of(uint32_t i, const LogLine& line)
    {
        int64_t value;
        if (line.has(" stuck for ") && cpu_ == pools_[i].cpu && nice_ == kHighpri) {
            is_named_[i] = true;
            __atomic_add_fetch(&named_[i], 1, __ATOMIC_RELEASE);
        }
        // Somebody runs in each of them.
        if (is_listed_ && !deaf_ && line.find("pool ") == line.text && number_behind(line, "pool ", value) &&
            value == pools_[i].id && !line.has("no worker"))
            __atomic_add_fetch(is_named_[i] ? &listed_[i] : &unfounded_[i], 1, __ATOMIC_RELAXED);
    }

    const Pool pools_[2];
    const bool deaf_;
    uintptr_t writer_ = 0;
    int64_t cpu_ = -1, nice_ = -1;
    bool is_any_named_ = false, is_shown_ = false, is_listed_ = false;
    bool is_named_[2] = {};
    uint32_t named_[2] = {}, listed_[2] = {}, unfounded_[2] = {};
    uint32_t stray_ = 0;
};

struct ShowsWhoKeepsThePool {
    static constexpr Promise kPromise = {
        229,
        "",
        "watchdog.shows-who-keeps-the-pool",
        "Of a per-CPU pool that makes no progress the workers that run are shown; of one that had made none before, or "
        "that has nothing to do, they are not",
        "kernel/workqueue.c: wq_watchdog_timer_fn(), show_cpu_pools_busy_workers()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW,
        Fault::kLogIsSilent};

    static bool find_pool(Trial& t, const Queue& wq, uint32_t cpu, Keepers::Pool& found)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
        if (pool)
            found = {cpu, pool->id};
        return pool;
    }

    static void run(Trial& t)
    {
        // So that nobody is named before the log is listened to: this waits for the timer.
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "0") == 0, "this kernel has no watchdog of workqueues");
        SKIP_UNLESS(t, t.online_cpus() > 2, "it takes two CPUs for items that spin, and one for who looks");
        const Threshold off(t, 0);
        const uint32_t cpus[] = {t.other_cpu(t.first_cpu()), t.other_cpu(t.other_cpu(t.first_cpu()))};
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Keepers::Pool pools[2];
        for (uint32_t i = 0; i < 2; i++)
            if (!find_pool(t, wq, cpus[i], pools[i]))
                return;
        const LogListener<Keepers> log(pools[0], pools[1], t.has_fault(Fault::kLogIsSilent));
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Awake awake(t);
        const Keepers& heard = log.heard();
        const Items spinners = t.items(2, "an item that spins", TestItem::Body::kSpin);
        const auto open = [&] {
            spinners[0]->open();
            spinners[1]->open();
        };
        for (uint32_t i = 0; i < 2; i++)
            kernel::queue_on(t, wq, *spinners[i], static_cast<int>(cpus[i]));
        AWAIT(t, started(spinners, 2) == 2, "the items to start");
        // The timer is of the CPU that sets it, where none spins.
        const int error = t.write(Lockups::kThresh, "1");
        WANT(t, error == 0, "%s can't be written: error %d", Lockups::kThresh, error);
        // Nothing waits: it looks two times, and finds nothing to show.
        t.linger(kSecond * 5 / 2);
        uint32_t named[2] = {};
        for (uint32_t i = 0; i < 2 && !t.decided(); i++) {
            TestItem& behind = t.item("the item behind it");
            const uint32_t before = heard.named(i), listed = heard.listed(i);
            behind.queue_on(wq, cpus[i]);
            // Once it is named again, all that was said of it the time before has been.
            t.wait([&] { return heard.named(i) >= before + 2; }, "a pool to be named twice that makes no progress");
            named[i] = heard.named(i) - before;
            behind.cancel();
            if (!t.decided() && heard.listed(i) - listed + 1 < named[i])
                t.fail("of a pool that was named %u times, who runs there was shown %u times", named[i],
                       heard.listed(i) - listed);
        }
        open();
        for (uint32_t i = 0; i < 2; i++)
            WANT(t, heard.unfounded(i) == 0, "who runs in the pool of CPU %u was shown %u times without it being named",
                 cpus[i], heard.unfounded(i));
        WANT(t, heard.stray() == 0, "while no pool was named it was said %u times that workers are shown",
             heard.stray());
        AWAIT(t, executions(spinners, 2) == 2, "the items to end");
        tried_few(t, 2, "a pool that makes no progress");
    }
};

struct AnyCpuMayBeTouched {
    static constexpr Promise kPromise = {
        260,
        "",
        "watchdog.any-cpu-may-be-touched",
        "The watchdog of each CPU, the first one, too, can be touched without a warning",
        "kernel/workqueue.c: wq_watchdog_touch()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kResultLies};

    // Whether some warning is in its code: the kernel has a table of where they are.
    static bool has_warning(const char* name)
    {
        constexpr uint32_t kMost = 4096;
        const uintptr_t find_bug = wqlab_symbol("find_bug"), function = wqlab_symbol(name);
        unsigned long found = 0;
        for (uint32_t i = 0; find_bug && function && i < kMost && !found; i++) {
            char at[64];
            wqlab_symbol_name(function + i, at, sizeof(at));
            if (!same_text(at, name) || !wqlab_call(find_bug, function + i, 0, 0, &found))
                return false;
        }
        return found;
    }

    static void run(Trial& t)
    {
        const uintptr_t touch = wqlab_symbol("wq_watchdog_touch");
        SKIP_UNLESS(t, touch, "this kernel has no watchdog of workqueues");
        // What the touching of a CPU that is none says, which nobody does but we.
        const LogListener<LinesWith> log("wq_watchdog_touch should be called with valid CPU");
        const LogListener<LinesOfMine> any("wq_watchdog_touch");
        SKIP_UNLESS(t, log.attached() && any.attached(), "the kernel's log can't be watched here");
        constexpr uint32_t kNoCpu = UINT32_MAX;
        // It is said once, unless it is forgotten.
        const auto forget_and_touch = [&](uint32_t cpu) {
            if (!hear_again(t))
                return;
            SKIP_UNLESS(t, wqlab_call(touch, cpu, 0, 0, nullptr),
                        "kprobes are disarmed, so the kernel can't be called");
        };
        forget_and_touch(kNoCpu);
        if (t.decided())
            return;
        const uint32_t told = log.heard().ours();
        // Since 6.11 it does, and in some stable ones.
        WANT(t,
             told || any.heard().ours() || !(has_warning("wq_watchdog_touch") || has_warning("wq_watchdog_touch.cold")),
             "a CPU that is none was touched, and no warning said so");
        SKIP_UNLESS(t, told, "this kernel does not warn of a CPU that is none");
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && !t.decided(); cpu++)
            if (wqlab_cpu_online(cpu))
                forget_and_touch(t.has_fault(Fault::kResultLies) ? kNoCpu : cpu);
        WANT(t, log.heard().ours() == told,
             "the CPUs that are online were touched, and it was said %u times that one "
             "is none",
             log.heard().ours() - told);
    }
};

constexpr Check kAll[] = {
    check_of<AnyCpuMayBeTouched>(),
    check_of<ShowsWhoKeepsThePool>(WQLAB_LACK_HOGS),
};

}  // namespace stalled_pools

constinit const Group kStalledPoolChecks = group_of("lifecycle", stalled_pools::kAll);

}  // namespace wqlab
