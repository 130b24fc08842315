// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "unit/commands/doctor/live/scene.hh"

using namespace wqctl;

namespace {

// Pool 6 has one worker, which makes another.
void no_worker(Scene& s, uint32_t flags = 0, uint64_t stood = 42 * kSecond)
{
    const uint32_t work = s.workqueue("writeback", flags, {2, 6, 10, 14});
    s.pending(work, 6, "wb_workfn");
    s.stuck(6, stood);
    s.pool(6).nr_idle = 0;
    s.pool(6).flags |= WQLAB_POOL_MANAGER_ACTIVE;
    s.pool(6).manager = 124;
    s.task(124, "kworker/1:2", WQLAB_TASK_SLEEPING, 41 * kSecond);
    s.task(2, "kthreadd", WQLAB_TASK_SLEEPING, 40 * kSecond).state = 1;
}

// All workers of pool 6 are idle, and an item is there.
void not_told(Scene& s)
{
    const uint32_t work = s.workqueue("wq", 0, {6});
    s.pool(6).nr_workers = s.pool(6).nr_idle = 2;
    s.idle(124, 6);
    s.idle(125, 6);
    s.pending(work, 6, "func");
    s.stuck(6, 42 * kSecond);
}

// CPU 3 was never there.
void absent(Scene& s, uint64_t online = 0x7)
{
    const uint32_t work = s.workqueue("wq", 0, {14});
    s.pool(14).nr_workers = s.pool(14).nr_idle = 0;
    s.pending(work, 14, "func");
    s.stuck(14, 42 * kSecond);
    s.snapshot.head.online_cpus = s.mask(online);
}

}  // namespace

TEST_CASE("doctor: a pool whose manager gets no worker")
{
    CHECK(text_of(findings([](Scene& s) { no_worker(s); })) ==
          "1. Pool 6 (CPU 1, nice 0) has not moved for 42 s: it has no idle worker, and its manager (pid 124) "
          "gets no new one\n"
          "   sure     certain\n"
          "   suspect  kworker/1:2, pid 124, the manager, asleep for 41 s\n"
          "   waiting  1 item: wb_workfn\n"
          "   seen     kthreadd (pid 2), which makes threads, is asleep for 40 s\n"
          "   seen     pool 6: 1 pending, 1 workers, 0 idle, 0 counted as running, managed by 124, no progress "
          "for 42 s\n"
          "   seen     no rescuer: writeback lacks WQ_MEM_RECLAIM\n"
          "   rule     no-worker: manage_workers(), create_worker(), send_mayday()\n"
          "   next     Making a kthread waits for memory or for kthreadd: cat /proc/2/stack, and look for "
          "memory. WQ_MEM_RECLAIM gives a workqueue a rescuer for this, and what its items do must need no "
          "memory and end\n");
    // An idle worker is there.
    CHECK(rule_of([](Scene& s) {
              no_worker(s);
              s.pool(6).nr_idle = 1;
          }) != "no-worker");
    // Another manages each time.
    CHECK(rule_of([](Scene& s) {
              no_worker(s);
              s.pool(6).manager = 124 + static_cast<int32_t>(s.look);
              s.pool(6).flags = 0;
          }) != "no-worker");
    CHECK(rule_of([](Scene& s) { no_worker(s, 0, 4 * kSecond); }).empty());
    // There is a rescuer, and it has other work.
    CHECK_THAT(text_of(findings([](Scene& s) {
                   no_worker(s, WQLAB_WQ_MEM_RECLAIM);
                   s.wq(0).rescuer_pid = 300;
                   s.wq(0).rescuer_pool = 10;
                   s.busy(300, 0, 10, "wb_workfn", 50 * kSecond, WQLAB_WORKER_SLEEPING | WQLAB_WORKER_RESCUER);
               })),
               Catch::Contains("the rescuer of writeback (pid 300) executes wb_workfn of pool 10 (CPU 2, nice 0): "
                               "asleep, at it for 50 s, the rescuer") &&
                   !Catch::Contains("WQ_MEM_RECLAIM;"));
    // It is kthreadd that can't run, or sleeps where it should not.
    const auto with_kthreadd = [](uint32_t flags, uint32_t state) {
        return text_of(findings([&](Scene& s) {
            no_worker(s);
            s.task(2, "kthreadd", flags, 40 * kSecond).state = state;
        }));
    };
    CHECK_THAT(with_kthreadd(0, 0),
               Catch::Contains("suspect  kthreadd, pid 2, makes no threads: runnable, but not on"));
    CHECK_THAT(with_kthreadd(WQLAB_TASK_SLEEPING, 2),
               Catch::Contains("suspect  kthreadd, pid 2, makes no threads: asleep"));
    CHECK_THAT(with_kthreadd(WQLAB_TASK_SLEEPING, 1), !Catch::Contains("suspect  kthreadd"));
}

TEST_CASE("doctor: a rescuer that took what it does not end")
{
    const auto state = [](Scene& s, uint64_t busy, uint32_t flags) {
        const uint32_t wq = s.workqueue("rescued", WQLAB_WQ_MEM_RECLAIM, {6});
        s.busy(300, wq, 6, "first_fn", busy, WQLAB_WORKER_SLEEPING | flags);
        for (int i = 0; i < 2; i++) {
            wqlab_snap_work& work = s.inactive(wq, 6, "next_fn");
            work.state = WQLAB_WORK_SCHEDULED;
            work.worker = 300;
            s.pwq(wq, 6).nr_inactive--;
        }
        s.pool(6).nr_idle = 0;
        s.pool(6).manager = 124;
        s.task(124, "kworker/1:2", WQLAB_TASK_SLEEPING, 41 * kSecond);
    };
    CHECK(text_of(findings([&](Scene& s) { state(s, 42 * kSecond, WQLAB_WORKER_RESCUER); })) ==
          "1. Pool 6 (CPU 1, nice 0) had no worker, and a rescuer took its items in the need: it has no idle "
          "worker, and its manager (pid 124) gets no new one; the rescuer is at first_fn for 42 s, with 2 "
          "behind it\n"
          "   sure     certain\n"
          "   suspect  kworker/1:2, pid 124, the manager, asleep for 41 s\n"
          "   suspect  first_fn, workqueue rescued, pid 300, asleep, at it for 42 s, the rescuer\n"
          "   waiting  2 items: 2 of next_fn\n"
          "   seen     pool 6: 0 pending, 2 workers, 0 idle, 0 counted as running, managed by 124\n"
          "   seen     kworker/0:1 (pid 300) executes first_fn of rescued: asleep, at it for 42 s, the rescuer\n"
          "   rule     no-worker: manage_workers(), create_worker(), send_mayday()\n"
          "   next     Making a kthread waits for memory or for kthreadd: cat /proc/2/stack, and look for "
          "memory. WQ_MEM_RECLAIM gives a workqueue a rescuer for this, and what its items do must need no "
          "memory and end\n");
    // A worker has become idle since; it gets what comes, and not what the rescuer has.
    const std::string idle = text_of(findings([&](Scene& s) {
        state(s, 42 * kSecond, WQLAB_WORKER_RESCUER);
        s.pool(6).nr_idle = static_cast<int32_t>(s.look);
    }));
    CHECK_THAT(idle, Catch::StartsWith("1. Pool 6 (CPU 1, nice 0) had no worker, and a rescuer took its items; the "
                                       "rescuer is at first_fn for 42 s, with 2 behind it\n"
                                       "   sure     certain\n"
                                       "   suspect  first_fn, workqueue rescued, pid 300"));
    CHECK_THAT(idle, Catch::Contains("1 idle"));
    CHECK(findings([&](Scene& s) { state(s, 4 * kSecond, WQLAB_WORKER_RESCUER); }).empty());
    CHECK(findings([&](Scene& s) { state(s, 42 * kSecond, 0); }).empty());
}

TEST_CASE("doctor: a pool that nobody has told of its items")
{
    CHECK(text_of(findings([](Scene& s) { not_told(s); })) ==
          "1. Pool 6 (CPU 1, nice 0) has not moved for 42 s: 1 item waits there, 2 workers are idle, and "
          "nobody has woken one\n"
          "   sure     certain\n"
          "   suspect  kworker/0:2, pid 125, idle and asleep, not woken\n"
          "   waiting  1 item: func\n"
          "   seen     pool 6: 1 pending, 2 workers, 2 idle, 0 counted as running, no progress for 42 s\n"
          "   rule     not-told: kick_pool(), try_to_grab_pending()\n"
          "   next     The next item that is queued on this pool wakes it. It is a fault of the kernel: a "
          "cancelled item that max_active held back can leave its flush so\n");
    // One of them was woken.
    CHECK(rule_of([](Scene& s) {
              not_told(s);
              s.task(124, "kworker/0:2", 0);
          }) == "hung-pool");
    // One slept, ran and slept again.
    CHECK(rule_of([](Scene& s) {
              not_told(s);
              s.task(124).switches += s.look;
          }) == "hung-pool");
    // The pool runs something, and does not want another.
    CHECK(rule_of([](Scene& s) {
              not_told(s);
              s.pool(6).nr_running = 1;
          }) == "hung-pool");
}

TEST_CASE("doctor: items on the pool of a CPU that is away")
{
    CHECK(text_of(findings([](Scene& s) { absent(s); })) ==
          "1. Pool 14 (CPU 3, nice 0) has not moved for 42 s: its CPU is offline, and nobody executes its "
          "items before it is back\n"
          "   sure     certain\n"
          "   waiting  1 item: func\n"
          "   seen     pool 14: 1 pending, 0 workers, 0 idle, 0 counted as running, no progress for 42 s\n"
          "   rule     cpu-away: unbind_workers(), queue_work_on()\n"
          "   next     queue_work_on() must not name a CPU that is not online (cpus_read_lock() keeps it "
          "there); echo 1 > /sys/devices/system/cpu/cpu3/online lets them run\n");
    CHECK(rule_of([](Scene& s) { absent(s, 0xf); }) == "hung-pool");
}
