// SPDX-License-Identifier: GPL-2.0
// What the log says of a pool, number by number.
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/lockups.hh"
#include "../scenes/look.hh"
#include "../scenes/scarce_threads.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace pool_lines {

// The line of one pool, which is printed piece by piece: "pool 9:", " cpus=0-3", ..., " idle: ", "1234", " ", "1235".
class PoolLine {
public:
    explicit PoolLine(int32_t id) { wqlab_format(heading_, sizeof(heading_), "pool %d:", id); }

    void see(const LogLine& line)
    {
        // The end of a line is a piece of its own, and so is all of another one.
        if (line.has("pool ") && line.has(":") && !line.has("workqueue"))
            writer_ = begins_with(line, heading_) ? line.writer : writer_ == line.writer ? 0 : writer_;
        if (!writer_ || line.writer != writer_)
            return;
        int64_t value;
        if (number_behind(line, " nice=", value))
            nice_ = value;
        if (number_behind(line, " hung=", value))
            hung_ = value;
        if (number_behind(line, " workers=", value)) {
            workers_ = value;
            idle_ = 0;
            manager_ = 0;
            lines_++;
        }
        if (number_behind(line, " manager: ", value))
            manager_ = value;
        idle_ += is_idle(line);
    }

    int64_t nice() const { return nice_; }
    int64_t hung() const { return hung_; }
    int64_t workers() const { return workers_; }
    int64_t idle() const { return idle_; }
    int64_t manager() const { return manager_; }  // pid, 0: none was named
    uint32_t ours() const { return lines_; }

private:
    // "1234" alone, behind " idle: " as before 6.9, or with a blank in front.
    static bool is_idle(const LogLine& line)
    {
        constexpr char kIdle[] = "idle: ";
        const char *at = line.text, *const end = line.text + line.size;
        while (at < end && *at == ' ')
            at++;
        if (end - at > 6 && __builtin_memcmp(at, kIdle, 6) == 0)
            at += 6;
        return at < end && *at >= '1' && *at <= '9';
    }

    static bool begins_with(const LogLine& line, const char* words)
    {
        const size_t size = __builtin_strlen(words);
        return line.size >= size && __builtin_memcmp(line.text, words, size) == 0;
    }

    char heading_[24] = {};
    uintptr_t writer_ = 0;
    int64_t nice_ = 0, hung_ = -1, workers_ = -1, idle_ = 0, manager_ = 0;
    uint32_t lines_ = 0;
};

struct NumbersAreRight {
    static constexpr Promise kPromise = {
        218,
        "",
        "log.pool-says-what-it-is",
        "What the log says of a busy pool is right: its number, nice value and "
        "workers, which of them are idle, who manages "
        "it if somebody does, and for how many seconds it has made no progress, if items are pending, else for none; "
        "of one that is idle it says nothing",
        "kernel/workqueue.c: show_one_worker_pool(), pr_cont_pool_info()",
        0,
        Fault::kSnapshotLies};

    struct Counts {
        int32_t id = -1, workers = 0, idle = 0;
        uint32_t pending = 0;
        int32_t manager = 0;  // pid, 0: none
        bool operator==(const Counts&) const = default;
    };

    static Counts counts_of(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
        return pool ? Counts{pool->id, pool->nr_workers, pool->nr_idle, pool->nr_pending, pool->manager} : Counts{};
    }

    // Others come and go: what the log says is judged when all was the same before and after. False: it never was.
    static bool judge(Trial& t, const LogListener<PoolLine>& log, uintptr_t show, Queue& wq, TestItem& spinner,
                      TestItem& behind, uint32_t cpu)
    {
        constexpr uint32_t kRounds = 20;
        constexpr int64_t kHighpri = -20;
        const uint64_t began = wqlab_jiffies();
        spinner.queue_on(wq, cpu);
        if (!t.wait([&] { return spinner.started() == 1; }, "the item that spins to start"))
            return true;
        behind.queue_on(wq, cpu);
        const uint64_t waits = wqlab_jiffies(), hz = wqlab_hz();
        const PoolLine& said = log.heard();
        // So that the seconds are not 0.
        t.wait([&] { return wqlab_jiffies() - waits > hz + hz / 4; }, "a second to pass");
        for (uint32_t i = 0; i < kRounds && !t.decided(); i++) {
            const Counts before = counts_of(t, wq, cpu);
            const uint32_t lines = said.ours();
            const uint64_t first = wqlab_jiffies();
            if (!wqlab_call(show, 0, 0, 0, nullptr))
                t.skip("kprobes are disarmed, so the kernel can't be called");
            const uint64_t last = wqlab_jiffies();
            if (!(counts_of(t, wq, cpu) == before) || t.decided())
                continue;
            const auto seconds = [hz](uint64_t jiffies) { return static_cast<int64_t>(jiffies / hz); };
            if (said.ours() - lines != 1)
                t.fail("pool %d was printed %u times", before.id, said.ours() - lines);
            else if (said.nice() != kHighpri)
                t.fail("its nice value was said to be %d", static_cast<int>(said.nice()));
            else if (said.workers() != before.workers || said.idle() != before.idle)
                t.fail("of %d workers, %d of them idle, %d and %d were printed", before.workers, before.idle,
                       static_cast<int>(said.workers()), static_cast<int>(said.idle()));
            else if (said.manager() != before.manager)
                t.fail("its manager is %d, and %d was named", before.manager, static_cast<int>(said.manager()));
            else if (said.hung() < seconds(first - waits) || said.hung() > seconds(last - began))
                t.fail("it was said to hang for %d s", static_cast<int>(said.hung()));
            return true;
        }
        return t.decided();
    }

    // When nothing is pending any more, or nobody is busy. What others queue meanwhile is there one time, and not each.
    static void judge_quiet(Trial& t, const LogListener<PoolLine>& log, uintptr_t show, const Queue& wq, uint32_t cpu,
                            bool is_idle)
    {
        constexpr uint32_t kRounds = 10, kWrong = 4;
        const PoolLine& said = log.heard();
        const auto is_quiet = [&] {
            const Counts now = counts_of(t, wq, cpu);
            return is_idle ? now.workers == now.idle : !now.pending;
        };
        uint32_t wrong = 0, lines = 0;
        for (uint32_t i = 0; i < kRounds && wrong < kWrong && !t.decided(); i++) {
            const bool was_quiet = is_quiet();
            const uint32_t before = said.ours();
            if (!wqlab_call(show, 0, 0, 0, nullptr))
                t.skip("kprobes are disarmed, so the kernel can't be called");
            lines = said.ours() - before;
            if (!was_quiet || !is_quiet()) {
                wqlab_sleep(check_bounds::kSecond / 100);
                continue;
            }
            if (is_idle ? lines == 0 : lines == 1 && said.hung() == 0)
                return;
            wrong++;
        }
        if (wrong < kWrong || t.decided())
            return;
        if (is_idle)
            t.fail("though it was idle, it was printed");
        else
            t.fail("with nothing pending it was printed %u times, and said to hang for %d s", lines,
                   static_cast<int>(said.hung()));
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 5;
        const uintptr_t show = wqlab_symbol("show_all_workqueues");
        SKIP_UNLESS(t, show, "this kernel does not show its functions");
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        // Some workers are there, and idle.
        const Items items = t.items(kItems, "an item", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(items, kItems) == kItems, "the items to start");
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->open();
        wq.flush();
        TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
        TestItem& behind = t.item("the item behind it");
        const LogListener<PoolLine> log(counts_of(t, wq, cpu).id);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const bool judged = judge(t, log, show, wq, spinner, behind, cpu);
        behind.cancel();
        if (judged && !t.decided())
            judge_quiet(t, log, show, wq, cpu, false);
        // Before the log is let go of: that waits for RCU, which may wait for items of this CPU.
        spinner.open();
        AWAIT(t, spinner.ended() == 1, "the item that spins to end");
        if (judged && !t.decided())
            judge_quiet(t, log, show, wq, cpu, true);
        SKIP_UNLESS(t, judged, "the pool was changed by others each time");
    }
};

struct UnboundOneHangsToo {
    static constexpr Promise kPromise = {
        416,
        "",
        "log.unbound-pool-says-how-long-it-hangs",
        "Of an unbound pool with pending items the log says for how many seconds it has made no progress, as of any, "
        "and of one that has a manager who that is",
        "kernel/workqueue.c: show_one_worker_pool(), worker_pool.last_progress_ts, worker_pool.manager",
        WQLAB_CHECK_MEMORY,
        Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        const uintptr_t show = wqlab_symbol("show_all_workqueues");
        SKIP_UNLESS(t, show, "this kernel does not show its functions");
        const uint32_t cpu = t.first_cpu();
        const uint64_t hz = wqlab_hz();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 512});
        TestItem& stuck = t.item("an item that no worker is there for");
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, wq, cpu))
            return;
        kernel::queue_on(t, wq, stuck, static_cast<int>(cpu));
        const NumbersAreRight::Counts before = NumbersAreRight::counts_of(t, wq, cpu);
        const uint64_t waits = wqlab_jiffies();
        if (t.decided())
            return;
        const LogListener<PoolLine> log(before.id);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        AWAIT(t, wqlab_jiffies() - waits > hz + hz / 4, "a second to pass");
        const uint64_t now = wqlab_jiffies();
        SKIP_UNLESS(t, wqlab_call(show, 0, 0, 0, nullptr), "kprobes are disarmed, so the kernel can't be called");
        // A worker that was made meanwhile has begun with another item that waits.
        const NumbersAreRight::Counts after = NumbersAreRight::counts_of(t, wq, cpu);
        const bool is_free = stuck.started() || after.workers != before.workers || after.pending != before.pending;
        const PoolLine& said = log.heard();
        scarce.end();
        AWAIT(t, stuck.ended() == 1, "the item to run once there are threads again");
        SKIP_UNLESS(t, !is_free, "a worker became free meanwhile");
        const uint32_t times = t.has_fault(Fault::kLogIsSilent) ? 0 : said.ours();
        WANT(t, times >= 1, "the pool was not printed");
        WANT(t, said.hung() >= static_cast<int64_t>((now - waits) / hz), "after %u s it was said to hang for %d s",
             static_cast<uint32_t>((now - waits) / hz), static_cast<int>(said.hung()));
        WANT(t, before.manager != after.manager || said.manager() == after.manager,
             "its manager is %d, and %d was named", after.manager, static_cast<int>(said.manager()));
    }
};

constexpr Check kAll[] = {
    check_of<NumbersAreRight>(),
    check_of<UnboundOneHangsToo>(),
};

}  // namespace pool_lines

constinit const Group kPoolLineChecks = group_of("misuse", pool_lines::kAll);

}  // namespace wqlab
