// SPDX-License-Identifier: GPL-2.0
// What the watchdog says of pools that make no progress and in which nobody runs.
#include "../../glue/context.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../harness/few_tries.hh"
#include "../scenes/kept_cpu.hh"
#include "../scenes/lockups.hh"
#include "../scenes/look.hh"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace nobody_runs {

// What is said of one pool of a CPU: that it makes no progress, and then, behind all workqueues, who runs there or that
// nobody does.
class Stalled {
public:
    // kind: what is said of it behind its CPUs and flags.
    Stalled(int32_t id, uint32_t cpu, const char* kind) : cpu_(cpu), kind_(kind)
    {
        wqlab_format(heading_, sizeof(heading_), "pool %d:", id);
    }

    void see(const LogLine& line)
    {
        if (line.has("workqueue lockup - pool")) {
            writer_ = line.writer;
            is_cpu_ = is_kind_ = is_listing_ = is_ours_ = false;
        }
        if (line.writer != writer_)
            return;
        int64_t value;
        if (number_behind(line, " cpus=", value))
            is_cpu_ = value == cpu_;
        is_kind_ |= is(line, kind_);
        if (line.has(" stuck for ") && is_cpu_ && is_kind_)
            __atomic_add_fetch(&named_, 1, __ATOMIC_RELEASE);
        is_listing_ |= line.has("Showing backtraces of ");
        if (!is_listing_)
            return;
        if (line.find("pool ") == line.text) {
            is_ours_ = line.find(heading_) == line.text;
            is_woken_ = false;
        }
        if (!is_ours_)
            return;
        is_woken_ |= line.has("Backtrace of last woken worker:");
        shown_ += is_woken_ && line.has(" state:R");
        if (line.find(heading_) != line.text)
            return;
        if (!line.has("no worker in running state")) {
            __atomic_add_fetch(&listed_, 1, __ATOMIC_RELAXED);
            return;
        }
        number_behind(line, " cpu=", said_cpu_);
        number_behind(line, "nr_workers=", workers_);
        number_behind(line, " nr_idle=", idle_);
        __atomic_add_fetch(&said_, 1, __ATOMIC_RELEASE);
    }

    uint32_t named() const { return __atomic_load_n(&named_, __ATOMIC_ACQUIRE); }
    // That somebody runs there, and that nobody does.
    uint32_t listed() const { return __atomic_load_n(&listed_, __ATOMIC_RELAXED); }
    uint32_t said() const { return __atomic_load_n(&said_, __ATOMIC_ACQUIRE); }
    // What was said last of one in which nobody runs.
    int64_t cpu() const { return __atomic_load_n(&said_cpu_, __ATOMIC_RELAXED); }
    int64_t workers() const { return __atomic_load_n(&workers_, __ATOMIC_RELAXED); }
    int64_t idle() const { return __atomic_load_n(&idle_, __ATOMIC_RELAXED); }
    // How often who was woken last was shown there, and had yet to run.
    uint32_t shown() const { return __atomic_load_n(&shown_, __ATOMIC_RELAXED); }

private:
    static bool is(const LogLine& line, const char* words)
    {
        return line.size == __builtin_strlen(words) && line.find(words) == line.text;
    }

    const uint32_t cpu_;
    const char* const kind_;
    char heading_[24] = {};
    uintptr_t writer_ = 0;
    bool is_cpu_ = false, is_kind_ = false, is_listing_ = false, is_ours_ = false, is_woken_ = false;
    uint32_t named_ = 0, listed_ = 0, said_ = 0, shown_ = 0;
    int64_t said_cpu_ = -1, workers_ = -1, idle_ = -1;
};

struct NobodyRuns {
    static constexpr Promise kPromise = {
        418,
        "",
        "watchdog.says-that-nobody-runs",
        "Of a per-CPU pool that makes no progress and in which nobody runs it is said, with its number, its CPU, and "
        "how many workers it has and how many of them are idle",
        "kernel/workqueue.c: show_cpu_pool_busy_workers(), show_pool_no_running_worker()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW | WQLAB_CHECK_MEMORY,
        Fault::kLogIsSilent};

    // What others' rescuers run of a pool is progress, too: of vmstat_update() there may be one each second.
    static bool goes_on(const wqlab_snap_pool* pool)
    {
        return pool && pool->since_progress_ns < 2 * check_bounds::kSecond;
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kPoolLastWoken), "this kernel says nothing of that");
        // Nobody is named before the log is listened to.
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "0") == 0, "this kernel has no watchdog of workqueues");
        TestItem& stuck = t.item("an item that no worker is there for");
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        const wqlab_snap_pool* pool = own_pool(t, t.queue(), cpu);
        if (!pool)
            return;
        const LogListener<Stalled> log(pool->id, cpu, " nice=0");
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Awake awake(t);
        Distress distress(t);
        if (t.decided())
            return;
        kernel::queue_on(t, distress.plain, stuck, static_cast<int>(cpu));
        pool = own_pool(t, distress.plain, cpu);
        const int32_t workers = pool ? pool->nr_workers : 0, idle = pool ? pool->nr_idle : 0;
        const int error = t.write(Lockups::kThresh, "1");
        WANT(t, error == 0 || t.decided(), "%s can't be written: error %d", Lockups::kThresh, error);
        const Stalled& heard = log.heard();
        const auto said = [&] { return t.has_fault(Fault::kLogIsSilent) ? 0 : heard.said(); };
        const uint64_t began = wqlab_now();
        const auto is_late = [&] {
            return wqlab_now() - began > check_bounds::kWait * 4 / 5 && goes_on(own_pool(t, distress.plain, cpu));
        };
        // Once it is named again, all that was said of it the time before has been.
        AWAIT(t, t.decided() || stuck.started() || said() || heard.named() >= 3 || is_late(),
              "a pool to be named that makes no progress");
        const uint32_t n = said(), named = heard.named();
        const int64_t said_cpu = heard.cpu(), said_workers = heard.workers(), said_idle = heard.idle();
        pool = own_pool(t, distress.plain, cpu);
        const bool is_same = pool && pool->nr_workers == workers && pool->nr_idle == idle, is_going = goes_on(pool);
        const bool is_free = stuck.started();
        distress.end();
        AWAIT(t, stuck.ended() == 1, "the item to run once there are threads again");
        SKIP_UNLESS(t, !is_free && is_same, "a worker became free, or threads ended meanwhile");
        SKIP_UNLESS(t, n || !heard.listed() || t.has_fault(Fault::kLogIsSilent), "somebody else's item runs there");
        // An unbound pool of that CPU alone is named in the same words.
        SKIP_UNLESS(t, n || !is_going, "others' rescuers keep it going");
        WANT(t, n, "a pool in which nobody runs was named %u times, and that was not said", named);
        WANT(t, said_cpu == cpu && said_workers == workers && said_idle == idle,
             "of the %d workers of CPU %u, %d of them idle, it was said that nobody of %d runs on CPU %d, and that %d "
             "are idle",
             workers, cpu, idle, static_cast<int>(said_workers), static_cast<int>(said_cpu),
             static_cast<int>(said_idle));
        tried_few(t, 1, "a pool in which nobody runs");
    }
};

struct OfBhToo {
    static constexpr Promise kPromise = {
        419,
        "",
        "watchdog.bh-pools-too",
        "A pool of BH items that makes no progress, because its CPU comes to no softirq, is named as one of BH, and it "
        "is not shown who runs there; of the CPU's other pool it is shown who was woken last and does not run",
        "kernel/workqueue.c: wq_watchdog_timer_fn(), show_pool_no_running_worker(), kick_pool_pick()",
        WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW,
        Fault::kLogIsSilent};

    static constexpr uint64_t kLongest = 6 * check_bounds::kSecond;  // before others complain

    // On every way out, and before the log is let go of, which waits for RCU.
    struct Ended {
        KeptCpu& kept;
        ~Ended() { kept.let_go(); }
    };

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT), "with PREEMPT_RT softirqs may be threads' work");
        SKIP_UNLESS(t, t.online_cpus() > 2, "it takes a CPU that is held, one for the watchdog, and one for who looks");
        SKIP_UNLESS(t, t.write(Lockups::kThresh, "0") == 0, "this kernel has no watchdog of workqueues");
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue &bh = t.queue({.flags = WQLAB_WQ_BH}), &plain = t.queue();
        TestItem &item = t.item("the BH item"), &beside = t.item("the plain item");
        KeptCpu* const held = t.own<KeptCpu>();
        const wqlab_snap_pool* pool = own_pool(t, bh, cpu);
        const int32_t bh_id = pool ? pool->id : -1;
        pool = own_pool(t, plain, cpu);
        if (!held || !pool || bh_id < 0)
            return;
        held->init(t, kLongest);
        const LogListener<Stalled> log(bh_id, cpu, " bh"), log_beside(pool->id, cpu, " nice=0");
        SKIP_UNLESS(t, log.attached() && log_beside.attached(), "the kernel's log can't be watched here");
        const Stalled &heard = log.heard(), &heard_beside = log_beside.heard();
        const Awake awake(t);
        const Ended ended{*held};
        wqlab_move_to(t.first_cpu());
        t.actor("who holds a CPU", static_cast<int>(cpu), [held] { held->keep(); });
        AWAIT(t, t.decided() || held->is_kept() || held->is_over(), "a CPU to be held");
        pool = own_pool(t, plain, cpu);
        const bool has_idle = pool && pool->nr_idle && !pool->nr_running;
        item.queue_on(bh, cpu);
        beside.queue_on(plain, cpu);
        const int error = t.write(Lockups::kThresh, "1");
        WANT(t, error == 0 || t.decided(), "%s can't be written: error %d", Lockups::kThresh, error);
        // It looks at both in turn, and once it has named one again it has said all of the time before.
        AWAIT(t, t.decided() || held->is_over() || heard_beside.named() >= 2, "the watchdog to look twice");
        const uint32_t named = t.has_fault(Fault::kLogIsSilent) ? 0 : heard.named();
        const uint32_t said = heard_beside.said(), shown = heard_beside.shown();
        const bool is_judged = !t.decided() && !held->is_over();
        held->let_go();
        AWAIT(t, item.ended() == 1 && beside.ended() == 1, "the items to run once the CPU is free");
        SKIP_UNLESS(t, is_judged, "the machine is too slow");
        WANT(t, named, "a pool of BH items that made no progress was not named, and the CPU's other one was");
        WANT(t, !heard.listed() && !heard.said(), "of a pool of BH items it was shown who runs there");
        // Who is to run the plain item was woken, and has no CPU.
        WANT(t, !has_idle || !said || shown, "nobody ran in the pool of CPU %u, and who was woken last was not shown",
             cpu);
        tried_few(t, 1, "a pool of BH items that makes no progress");
    }
};

constexpr Check kAll[] = {
    check_of<NobodyRuns>(),
    check_of<OfBhToo>(WQLAB_LACK_BH),
};

}  // namespace nobody_runs

constinit const Group kNobodyRunsChecks = group_of("lifecycle", nobody_runs::kAll);

}  // namespace wqlab
