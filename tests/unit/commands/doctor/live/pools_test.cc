// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "unit/commands/doctor/live/scene.hh"

using namespace wqctl;

namespace {

// Pool 6: an item sleeps, two wait, and the pool counts one as running.
void sleeper(Scene& s, int32_t nr_running = 1, uint32_t flags = WQLAB_WORKER_SLEEPING, uint64_t stood = 42 * kSecond)
{
    const uint32_t events = s.workqueue("events", 0, {2, 6, 10, 14});
    s.busy(123, events, 6, "reg_todo [cfg80211]", 42 * kSecond, flags);
    s.pending(events, 6, "vmstat_update");
    s.pending(events, 6, "vmstat_update");
    s.stuck(6, stood);
    s.pool(6).nr_running = nr_running;
}

}  // namespace

TEST_CASE("doctor: a machine at rest has no finding")
{
    const auto seen = examine([](Scene& s) { s.workqueue("events", 0, {2, 6, 10, 14}); });
    CHECK(seen.findings.empty());
    CHECK(seen.not_looked_at.empty());
}

TEST_CASE("doctor: a pool that counts a sleeper as running")
{
    CHECK(text_of(findings([](Scene& s) { sleeper(s); })) ==
          "1. Pool 6 (CPU 1, nice 0) has not moved for 42 s: reg_todo [cfg80211] sleeps, but the pool counts "
          "it as running, so nobody is woken for the 2 behind\n"
          "   sure     certain\n"
          "   suspect  reg_todo [cfg80211], workqueue events, pid 123, asleep, at it for 42 s\n"
          "   waiting  2 items: 2 of vmstat_update\n"
          "   seen     pool 6: 2 pending, 2 workers, 1 idle, 1 counted as running, no progress for 42 s\n"
          "   seen     kworker/0:1 (pid 123) executes reg_todo [cfg80211] of events: asleep, at it for 42 s\n"
          "   rule     counts-a-sleeper: wq_worker_sleeping(), kick_pool()\n"
          "   next     cat /proc/123/stack says where it sleeps; it is a fault of the kernel, or of what that "
          "function did to its task. Only the end of that sleep helps\n");
    // It is not counted.
    CHECK(rule_of([](Scene& s) { sleeper(s, 0); }) == "hung-pool");
    // It does not sleep.
    CHECK(rule_of([](Scene& s) { sleeper(s, 1, WQLAB_WORKER_ON_CPU); }) != "counts-a-sleeper");
    // It is set apart, so who is counted is another.
    CHECK(rule_of([](Scene& s) { sleeper(s, 1, WQLAB_WORKER_SLEEPING | WQLAB_WORKER_CPU_INTENSIVE); }) !=
          "counts-a-sleeper");
    // It has just gone to sleep, and a look without locks sees it so before the pool has been told.
    for (const unsigned asleep : {0u, 1u})
        CHECK(rule_of([&](Scene& s) {
                  sleeper(s, 1, s.look == asleep ? WQLAB_WORKER_SLEEPING : WQLAB_WORKER_ON_CPU);
              }) != "counts-a-sleeper");
    CHECK(rule_of([](Scene& s) {
              sleeper(s);
              s.task(123, "kworker/0:1").switches = s.look;
          }) != "counts-a-sleeper");
    // Who waits for a spinlock of PREEMPT_RT is not at fault.
    CHECK(findings([](Scene& s) {
              sleeper(s);
              s.task(123, "kworker/0:1").state = 0x1000;
          })
              .at(0)
              .next ==
          "cat /proc/123/stack says where it sleeps; PREEMPT_RT tells no pool of a wait for a spinlock: "
          "find who holds it. Only the end of that sleep helps");
    // The pool moved between the looks.
    CHECK(rule_of([](Scene& s) { sleeper(s, 1, WQLAB_WORKER_SLEEPING, kSecond / 2); }).empty());
}
