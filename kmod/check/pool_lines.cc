// SPDX-License-Identifier: GPL-2.0
// Group M, continued: what the log says of a pool, number by number, and of each function that hogs its CPU.
#include <utility>

#include "../glue/symbols.h"
#include "../glue/text.h"
#include "../glue/time.h"
#include "../glue/work.h"
#include "../glue/workqueue.h"
#include "../lab/sync.hh"
#include "lockups.hh"
#include "look.hh"
#include "threshold.hh"

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
            lines_++;
        }
        idle_ += is_idle(line);
    }

    int64_t nice() const { return nice_; }
    int64_t hung() const { return hung_; }
    int64_t workers() const { return workers_; }
    int64_t idle() const { return idle_; }
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
    int64_t nice_ = 0, hung_ = -1, workers_ = -1, idle_ = 0;
    uint32_t lines_ = 0;
};

struct NumbersAreRight {
    static constexpr Promise kPromise = {218,
                                         "",
                                         "log.pool-says-what-it-is",
                                         "What the log says of a busy pool is right: its number, nice value and "
                                         "workers, which of them are idle, and for "
                                         "how many seconds it has made no progress, if items are pending",
                                         "kernel/workqueue.c: show_one_worker_pool(), pr_cont_pool_info()",
                                         0,
                                         Fault::kSnapshotLies};

    struct Counts {
        int32_t id = -1, workers = 0, idle = 0;
        uint32_t pending = 0;
        bool operator==(const Counts&) const = default;
    };

    static Counts counts_of(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
        return pool ? Counts{pool->id, pool->nr_workers, pool->nr_idle, pool->nr_pending} : Counts{};
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
            else if (said.hung() < seconds(first - waits) || said.hung() > seconds(last - began))
                t.fail("it was said to hang for %d s", static_cast<int>(said.hung()));
            return true;
        }
        return t.decided();
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
        // Before the log is let go of: that waits for RCU, which may wait for items of this CPU.
        spinner.open();
        AWAIT(t, behind.ended() == 1, "the items to run");
        SKIP_UNLESS(t, judged, "the pool was changed by others each time");
    }
};

struct EachHogForItself {
    static constexpr Promise kPromise = {
        219,
        "",
        "log.each-hog-is-counted-for-itself",
        "Functions that run beyond cpu_intensive_thresh_us are counted each for itself from the first time on, however "
        "they take turns",
        "kernel/workqueue.c: wq_cpu_intensive_report(), wci_find_ent()",
        0,
        Fault::kSnapshotLies};

    // The kernel forgets no function until it ends, and has room for 128: each run takes two that it does not know, as
    // long as there are some.
    static constexpr uint32_t kFunctions = 24, kMost = 128;
    static inline uint32_t next = 0;

    struct Hog {
        Opaque<work_struct, WQLAB_SIZEOF_WORK> work;  // first: the function finds the rest behind it
        Trial* trial;
        bool enough, ended;
    };
    using Function = void (*)(work_struct*);

    static void spin(work_struct* work)
    {
        Hog& hog = *reinterpret_cast<Hog*>(work);
        while (!__atomic_load_n(&hog.enough, __ATOMIC_ACQUIRE) && !hog.trial->given_up() && !hog.trial->ending()) {
            wqlab_resched();
            wqlab_relax();
        }
        __atomic_store_n(&hog.ended, true, __ATOMIC_RELEASE);
        hog.trial->changed();
    }

    template <uint32_t N>
    static void hog(work_struct* work)
    {
        asm volatile("" : : "i"(N));
        spin(work);
    }

    template <uint32_t... N>
    static Function function_of(uint32_t n, std::integer_sequence<uint32_t, N...>)
    {
        static constexpr Function kAll[] = {hog<N>...};
        return kAll[n % kFunctions];
    }

    struct Counts {
        uint64_t of[2] = {};
        uint32_t functions = 0;
    };

    static Counts counts(Trial& t, const Function (&two)[2])
    {
        Counts found;
        const Snapshot* now = t.snapshot(WQLAB_SECTION_HOGS);
        for (uint32_t which = 0; now && which < 2; which++) {
            char name[96];
            wqlab_symbol_name(reinterpret_cast<uintptr_t>(two[which]), name, sizeof(name));
            for (const wqlab_snap_hog& hog : now->hogs)
                if (same_text(string_of(*now, hog.function), name))
                    found.of[which] = hog.count;
        }
        found.functions = now ? now->hogs.size() : 0;
        if (t.has_fault(Fault::kSnapshotLies))
            found.of[1] = found.of[0];
        return found;
    }

    // False: decided.
    static bool hog_once(Trial& t, Queue& wq, uint32_t cpu, Function function)
    {
        Hog* const hog = t.own<Hog>();
        if (!hog || !wq.get())
            return false;
        hog->trial = &t;
        hog->enough = hog->ended = false;
        wqlab_work_init(hog->work.get(), WQLAB_WORK_PLAIN, function);
        const uint64_t before = stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
        wqlab_queue_bare_on(wq.get(), hog->work.get(), static_cast<int>(cpu));
        const bool counted = t.wait(
            [&] { return t.decided() || stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE) > before; },
            "the item that spins to be set apart");
        __atomic_store_n(&hog->enough, true, __ATOMIC_RELEASE);
        return t.wait([&] { return __atomic_load_n(&hog->ended, __ATOMIC_ACQUIRE); }, "it to end") && counted &&
               !t.decided();
    }

    static void run(Trial& t)
    {
        const Threshold low(t, 10'000);
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue();
        constexpr std::make_integer_sequence<uint32_t, kFunctions> kIndices;
        const uint32_t n = __atomic_fetch_add(&next, 2, __ATOMIC_RELAXED);
        const Function two[] = {function_of(n, kIndices), function_of(n + 1, kIndices)};
        const Counts before = counts(t, two);
        if (t.decided())
            return;
        SKIP_UNLESS(t, before.functions + 2 <= kMost || (before.of[0] && before.of[1]),
                    "the kernel has counted %u functions, and takes no more", before.functions);
        for (const uint32_t which : {0u, 1u, 0u, 0u})
            if (!hog_once(t, wq, cpu, two[which]))
                return;
        const Counts after = counts(t, two);
        // It begins with the first time, which is counted, too.
        const auto more = [&](uint32_t which) { return static_cast<uint32_t>(after.of[which] - before.of[which]); };
        WANT(t, t.decided() || (more(0) == 3 && more(1) == 1), "of 3 and 1 that hogged, %u and %u were counted",
             more(0), more(1));
    }
};

constexpr Check kAll[] = {
    check_of<NumbersAreRight>(),
    check_of<EachHogForItself>(WQLAB_LACK_HOGS),
};

}  // namespace pool_lines

constinit const Group kPoolLineChecks = group_of("misuse", pool_lines::kAll);

}  // namespace wqlab
