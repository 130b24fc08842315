// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "unit/commands/doctor/live/scene.hh"

using namespace wqctl;

namespace {

constexpr uint32_t kOther = 0, kFifo = 1;

// Pool 6 has an item and a worker that was woken for it; reactor_1 has the CPU.
void poller(Scene& s, uint64_t stood = 42 * kSecond, uint32_t policy = kFifo, uint32_t worker = 0)
{
    const uint32_t events = s.workqueue("events", 0, {2, 6, 10, 14});
    s.idle(124, 6);
    s.task(124, "kworker/1:2", worker, stood);
    s.pending(events, 6, "vmstat_update");
    s.stuck(6, stood);
    s.takes_cpu(1, 900, "reactor_1", policy, 3600 * kSecond);
}

// An item of kblockd has CPU 1.
wqlab_snap_worker& hog(Scene& s, uint32_t flags = 0, uint32_t worker = WQLAB_WORKER_ON_CPU,
                       uint64_t stood = 42 * kSecond)
{
    const uint32_t kblockd = s.workqueue("kblockd", flags | WQLAB_WQ_MEM_RECLAIM, {2, 6, 10, 14});
    wqlab_snap_worker& row = s.busy(123, kblockd, 6, "blk_mq_timeout_work", stood, worker);
    s.pool(6).nr_running = 1;
    s.pending(kblockd, 6, "blk_mq_run_work_fn");
    s.stuck(6, stood);
    s.takes_cpu(1, 123, "kworker/1:1", kOther, stood);
    return row;
}

}  // namespace

TEST_CASE("doctor: a task that has the CPU of a pool")
{
    CHECK(text_of(findings([](Scene& s) { poller(s); })) ==
          "1. Pool 6 (CPU 1, nice 0) has not moved for 42 s: kworker/1:2 (pid 124) has wanted the CPU for 42 "
          "s, but reactor_1 (pid 900, SCHED_FIFO 50) has it and has not left it for 60 min\n"
          "   sure     certain\n"
          "   suspect  reactor_1, pid 900, SCHED_FIFO 50, on CPU 1 with 100 % of its time\n"
          "   waiting  1 item: vmstat_update\n"
          "   seen     CPU 1 executes reactor_1 (pid 900) in both looks, 2 want it\n"
          "   seen     kworker/1:2 (pid 124) is runnable, and not on a CPU\n"
          "   seen     pool 6: 1 pending, 1 workers, 1 idle, 0 counted as running, no progress for 42 s\n"
          "   rule     cpu-taken: kick_pool(), wq_worker_running()\n"
          "   next     taskset -p 900 says where it may run: keep it from CPU 1, or let it sleep now and then; "
          "items of per-CPU workqueues that are queued there can't be moved\n");
    // Another pool of that CPU suffers from the same.
    const auto two = findings([](Scene& s) {
        poller(s);
        const wqlab_snap_pool other = s.pool(6);
        s.snapshot.pools.insert(s.snapshot.pools.begin() + 2, other)->id = 7;
        s.idle(125, 7);
        s.task(125, "kworker/1:0H", 0, 42 * kSecond);
        s.pool(7).nr_pending = 0;
        s.pending(s.workqueue("kblockd", WQLAB_WQ_HIGHPRI, {7}), 7, "blk_mq_run_work_fn");
    });
    REQUIRE(two.size() == 1);
    CHECK(two[0].victims == std::vector<std::string>{"1 item: vmstat_update", "1 item: blk_mq_run_work_fn"});
    // It shares the CPU as all do; but then nothing moved for long.
    CHECK(rule_of([](Scene& s) { poller(s, 42 * kSecond, kOther); }) == "cpu-taken");
    CHECK(rule_of([](Scene& s) { poller(s, 2 * kSecond, kOther); }).empty());
    // A real-time task does not share.
    CHECK(rule_of([](Scene& s) { poller(s, 2 * kSecond); }) == "cpu-taken");
    // The pool moves, a little: a real-time task leaves a bit of each second.
    CHECK_THAT(text_of(findings([](Scene& s) { poller(s, kSecond / 2); })),
               Catch::Contains("hardly moves") && Catch::Contains("likely"));
    CHECK(findings([](Scene& s) { poller(s, kSecond / 2, kOther); }).empty());
    // A thread of an interrupt has most of this second, and all the same more ends than waits.
    const auto threaded = [](Scene& s, uint64_t ended) {
        poller(s, kSecond / 2);
        s.pwq(0, 6).stats[WQLAB_PWQ_STAT_COMPLETED] = 7 + s.look * ended;
    };
    CHECK(findings([&](Scene& s) { threaded(s, 1); }).empty());
    CHECK(rule_of([&](Scene& s) { threaded(s, 0); }) == "cpu-taken");
    // Another worker waits each time.
    CHECK_THAT(text_of(findings([](Scene& s) {
                   poller(s, kSecond / 2);
                   s.idle(125, 6);
                   s.task(s.look ? 125 : 124, "kworker/1:3", WQLAB_TASK_SLEEPING);
                   s.task(s.look ? 124 : 125, "kworker/1:3", 0, kSecond / 10);
               })),
               Catch::Contains("hardly moves"));
    // The worker sleeps, and so does not want the CPU.
    CHECK(rule_of([](Scene& s) { poller(s, 42 * kSecond, kFifo, WQLAB_TASK_SLEEPING); }) != "cpu-taken");
    // It has been on a CPU meanwhile, which beside a real-time task is only a bit.
    const auto ran = [](Scene& s, uint32_t policy) {
        poller(s, 42 * kSecond, policy);
        s.task(124, "kworker/1:2", 0).switches = 77 + s.look;
    };
    CHECK(rule_of([&](Scene& s) { ran(s, kOther); }) == "hung-pool");
    CHECK(rule_of([&](Scene& s) { ran(s, kFifo); }) == "cpu-taken");
    // Another is there in the second look: nobody is named.
    const auto found = findings([](Scene& s) {
        poller(s);
        s.takes_cpu(1, 900 + static_cast<int32_t>(s.look), "other", kOther, kSecond / 10);
    });
    REQUIRE(found.size() == 1);
    CHECK(found[0].suspects.empty());
    CHECK(found[0].certainty == Certainty::kLikely);
    CHECK_THAT(found[0].sentence, Catch::Contains("2 tasks want it"));
}

TEST_CASE("doctor: an item that has begun and has its CPU no more")
{
    const auto state = [](Scene& s, uint32_t policy, uint64_t waited, uint32_t flags = 0) {
        s.busy(123, s.workqueue("kblockd", WQLAB_WQ_HIGHPRI, {6}), 6, "polite_fn", 42 * kSecond, flags);
        s.task(123, "kworker/1:1", flags ? WQLAB_TASK_SLEEPING : 0).since_ns = waited;
        s.takes_cpu(1, 900, "reactor_1", policy, 3600 * kSecond);
    };
    const auto found = findings([&](Scene& s) { state(s, kFifo, 3 * kSecond); });
    REQUIRE(found.size() == 1);
    CHECK_THAT(found[0].sentence,
               Catch::Contains("Pool 6 (CPU 1, nice 0) gets no CPU: kworker/1:1 (pid 123) has wanted "
                               "the CPU for 3.0 s, but reactor_1 (pid 900, SCHED_FIFO 50) has it"));
    CHECK(found[0].victims == std::vector<std::string>{"polite_fn of kblockd, which has begun"});
    CHECK(findings([&](Scene& s) { state(s, kFifo, kSecond / 2); }).empty());
    CHECK(findings([&](Scene& s) { state(s, kOther, 3 * kSecond); }).empty());
    CHECK(rule_of([&](Scene& s) { state(s, kOther, 12 * kSecond); }) == "cpu-taken");
    CHECK(findings([&](Scene& s) { state(s, kFifo, 3 * kSecond, WQLAB_WORKER_SLEEPING); }).empty());
}

TEST_CASE("doctor: a hypervisor, or interrupts, that have the CPU of a pool")
{
    CHECK_THAT(text_of(findings([](Scene& s) {
                   poller(s, 42 * kSecond, kOther);
                   s.snapshot.runqueues[1].steal_ns = s.look * kSecond * 9 / 10;
               })),
               Catch::Contains("the hypervisor took 90 % of its time") && !Catch::Contains("reactor_1 (pid 900, "));
    CHECK_THAT(text_of(findings([](Scene& s) {
                   poller(s, 42 * kSecond, kOther);
                   s.snapshot.runqueues[1].softirq_ns = s.look * kSecond * 8 / 10;
               })),
               Catch::Contains("interrupts and softirqs took 80 % of its time"));
}

TEST_CASE("doctor: a softirq that waits for the CPU")
{
    const auto state = [](Scene& s, uint32_t flags) {
        s.pool(6).flags |= WQLAB_POOL_BH;
        const uint32_t bh = s.workqueue("events_bh", WQLAB_WQ_BH, {6});
        s.pending(bh, 6, "usb_giveback_urb_bh");
        s.stuck(6, 42 * kSecond);
        s.snapshot.runqueues[1].ksoftirqd = 22;
        s.task(22, "ksoftirqd/1", flags, 42 * kSecond);
        s.takes_cpu(1, 900, "reactor_1", kFifo, 3600 * kSecond);
    };
    CHECK_THAT(
        text_of(findings([&](Scene& s) { state(s, 0); })),
        Catch::Contains("BH pool 6 (CPU 1, nice 0) has not moved for 42 s: ksoftirqd/1 (pid 22) has wanted the CPU") &&
            Catch::Contains("suspect  reactor_1, pid 900"));
    CHECK(rule_of([&](Scene& s) { state(s, WQLAB_TASK_SLEEPING); }) == "hung-pool");
}

TEST_CASE("doctor: an item that keeps the CPU of a machine")
{
    CHECK(text_of(findings([](Scene& s) { hog(s); })) ==
          "1. Pool 6 (CPU 1, nice 0) has not moved for 42 s: blk_mq_timeout_work of kblockd has the CPU and "
          "does not let go\n"
          "   sure     certain\n"
          "   suspect  blk_mq_timeout_work, workqueue kblockd, pid 123, on CPU 1, at it for 42 s\n"
          "   waiting  1 item: blk_mq_run_work_fn\n"
          "   seen     pool 6: 1 pending, 2 workers, 1 idle, 1 counted as running, no progress for 42 s\n"
          "   seen     kworker/0:1 (pid 123) executes blk_mq_timeout_work of kblockd: on CPU 1, at it for 42 s\n"
          "   rule     hog: wq_worker_tick(), wq_cpu_intensive_report()\n"
          "   next     See what it loops for. WQ_UNBOUND for kblockd would let it run where there is room; "
          "WQ_CPU_INTENSIVE would let the pool start others beside it, on the same CPU; cond_resched() in the "
          "loop lets others of this CPU run\n");
    // It sleeps.
    CHECK(rule_of([](Scene& s) { hog(s, 0, WQLAB_WORKER_SLEEPING | WQLAB_WORKER_KNOWN_ASLEEP); }) != "hog");
    // It is another item each time.
    CHECK(rule_of([](Scene& s) { hog(s).work = 1000 + s.look; }) != "hog");
    // That is as long as items may take.
    CHECK(rule_of([](Scene& s) { hog(s, 0, WQLAB_WORKER_ON_CPU, 4 * kSecond); }).empty());
    // Nobody noted when it began; but in a pool that stands nothing has.
    const auto since = [](uint32_t flags) {
        return findings([&](Scene& s) {
                   wqlab_snap_worker& row = hog(s);
                   row.busy_ns = s.look ? 3 * kSecond : 2 * kSecond;
                   row.flags |= flags;
               })
            .at(0)
            .certainty;
    };
    CHECK(since(WQLAB_WORKER_SINCE_AT_LEAST) == Certainty::kCertain);
    CHECK(since(0) == Certainty::kLikely);
    const auto next = [](uint32_t flags, uint32_t worker) {
        return findings([&](Scene& s) {
                   hog(s, flags, WQLAB_WORKER_ON_CPU | worker);
                   s.idle(124, 6);
                   s.task(124, "kworker/1:2", 0, 42 * kSecond);
               })
            .at(0)
            .next;
    };
    CHECK_THAT(next(0, WQLAB_WORKER_CPU_INTENSIVE), Catch::Contains("WQ_CPU_INTENSIVE would change nothing"));
    CHECK_THAT(next(WQLAB_WQ_UNBOUND, 0), Catch::Contains("kblockd is unbound"));
    CHECK_THAT(next(WQLAB_WQ_BH, WQLAB_WORKER_BH), Catch::Contains("A BH item must be short"));
}

TEST_CASE("doctor: an item that its pool has set apart keeps the CPU only from a worker that wants it")
{
    const auto found = [](uint32_t task, uint32_t worker = WQLAB_WORKER_CPU_INTENSIVE) {
        return findings([&](Scene& s) {
                   hog(s, 0, WQLAB_WORKER_ON_CPU | worker);
                   s.pool(6).nr_running = worker ? 0 : 1;
                   s.idle(124, 6);
                   s.task(124, "kworker/1:2", task, 42 * kSecond);
               })
            .at(0);
    };
    CHECK(found(0).rule == "hog");
    CHECK(found(0).certainty == Certainty::kCertain);
    // The kernel should have woken the idle one, and has not: whatever has the CPU is not why.
    CHECK(found(WQLAB_TASK_SLEEPING).rule == "hung-pool");
    CHECK(found(WQLAB_TASK_SLEEPING, 0).rule == "hog");
}

TEST_CASE("doctor: an item that keeps the CPU of another pool")
{
    // Pool 7 is the other one of CPU 1; its worker wants the CPU, or sleeps.
    const auto state = [](Scene& s, uint32_t worker, bool is_managed = false) {
        hog(s).flags |= WQLAB_WORKER_SINCE_AT_LEAST;
        s.pool(6).nr_pending = 0;
        s.snapshot.works.clear();
        const wqlab_snap_pool other = s.pool(2);
        s.snapshot.pools.insert(s.snapshot.pools.begin() + 2, other)->id = 7;
        s.pool(7).cpu = 1;
        s.pool(7).nice = -20;
        s.idle(125, 7);
        s.task(125, "kworker/1:0H", worker, 42 * kSecond);
        s.pending(s.workqueue("high", WQLAB_WQ_HIGHPRI, {7}), 7, "high_fn");
        s.stuck(7, 42 * kSecond);
        if (is_managed) {
            s.pool(7).nr_idle = 0;
            s.pool(7).manager = 125;
            s.pool(7).flags |= WQLAB_POOL_MANAGER_ACTIVE;
        }
    };
    const auto found = findings([&](Scene& s) { state(s, 0); });
    REQUIRE(found.size() == 1);
    CHECK(found[0].rule == "hog");
    CHECK(found[0].certainty == Certainty::kLikely);
    CHECK(rule_of([&](Scene& s) { state(s, WQLAB_TASK_SLEEPING); }) == "not-told");
    CHECK(rule_of([&](Scene& s) { state(s, 0, true); }) == "no-worker");
}
