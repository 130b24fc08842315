// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "unit/commands/doctor/live/scene.hh"

using namespace wqctl;

namespace {

// As /proc has it: without what is marked __sched.
const Frames kOwn = {"wait_for_done [mod]", "copy_fn [mod]", "process_one_work", "worker_thread", "kthread"};

// Two items are all that may be active, and one of another function is behind them.
uint32_t full(Scene& s, const std::string& behind = "done_fn [mod]", uint64_t busy_ns = 42 * kSecond)
{
    const uint32_t wq = s.workqueue("copier", WQLAB_WQ_UNBOUND, {16}, 2);
    for (int32_t pid = 101; pid <= 102; pid++)
        s.busy(pid, wq, 16, "copy_fn [mod]", busy_ns);
    if (!behind.empty())
        s.inactive(wq, 16, behind);
    return wq;
}

live::Stacks stacks_of(const Frames& frames, char state = 'D')
{
    live::Stacks stacks;
    for (int pid = 101; pid <= 103; pid++) {
        stacks.by_pid[pid] = {frames, state};
        stacks.tasks[pid] = {pid, "kworker/u4:" + std::to_string(pid), true};
    }
    return stacks;
}

// What is said of it, "" if nothing is: each rule knows its own.
template <typename State>
std::string rule_by(const live::Stacks& stacks, State&& state)
{
    const auto seen = examine(state, stacks);
    std::string rules;
    for (const Finding& finding : seen.findings)
        rules += (rules.empty() ? "" : " ") + finding.rule;
    return rules;
}

const auto kFull = [](Scene& s) { full(s); };

}  // namespace

TEST_CASE("doctor: all that are active wait for what one held back may do")
{
    CHECK(
        text_of(examine(kFull, stacks_of(kOwn)).findings) ==
        "1. Likely a circle: all 2 that are active of workqueue copier (max_active 2) sleep at one place, in "
        "wait_for_done "
        "[mod]; done_fn [mod], which is held back behind them, may be what they wait for\n"
        "   sure     likely\n"
        "   suspect  copy_fn [mod], workqueue copier, pid 101, asleep in wait_for_done [mod], at it for 42 s\n"
        "   suspect  copy_fn [mod], workqueue copier, pid 102, asleep in wait_for_done [mod], at it for 42 s\n"
        "   waiting  1 item: done_fn [mod]\n"
        "   seen     kworker/0:1 (pid 101) executes copy_fn [mod] of copier: asleep, at it for 42 s\n"
        "   seen     kworker/0:1 (pid 102) executes copy_fn [mod] of copier: asleep, at it for 42 s\n"
        "   seen     copier: 2 active of max_active 2, 1 held back\n"
        "   stack    of 2 tasks (101, 102): wait_for_done [mod] ← copy_fn [mod]\n"
        "   rule     likely-circle: pwq_tryinc_nr_active(), wait_for_completion(), mutex_lock()\n"
        "   next     If it is: queue what ends the wait on another workqueue, or let more be active than can wait for "
        "it\n");
}

TEST_CASE("doctor: what differs from a likely circle is none")
{
    const live::Stacks stacks = stacks_of(kOwn);
    CHECK(rule_by(stacks, kFull) == "likely-circle");
    // Nothing is held back, or more of the same, which would only wait, too; or they are not old.
    CHECK(rule_by(stacks, [](Scene& s) { full(s, ""); }).empty());
    CHECK(rule_by(stacks, [](Scene& s) { full(s, "copy_fn [mod]"); }) == "held-back");
    CHECK(rule_by(stacks, [](Scene& s) { full(s, "done_fn [mod]", 4 * kSecond); }).empty());
    // More may be active than are: whoever is held back will be let in.
    CHECK(rule_by(stacks, [](Scene& s) {
              full(s);
              s.snapshot.node_active[0].max = 3;
          }) == "held-back");
    // One that is active has not begun: it may be the one.
    CHECK(rule_by(stacks, [](Scene& s) {
              const uint32_t wq = full(s);
              s.pending(wq, 16, "other_fn [mod]");
          }).empty());
    // A third one does something else.
    live::Stacks differing = stacks;
    differing.by_pid[103].frames.erase(differing.by_pid[103].frames.begin());
    CHECK(rule_by(differing, [](Scene& s) {
              const uint32_t wq = full(s);
              s.snapshot.node_active[0].max = 3;
              s.busy(103, wq, 16, "copy_fn [mod]", 42 * kSecond);
          }) == "held-back");
    // Both have called by a jump, and have so little of a stack that it is equal.
    CHECK(rule_by(stacks_of({"process_one_work", "worker_thread"}), [](Scene& s) {
              full(s);
              s.snapshot.workers[1].function = s.string("third_fn [mod]");
          }) == "held-back");
    // They sleep so that a signal or nothing at all is waited for.
    CHECK(rule_by(stacks_of(kOwn, 'S'), kFull) == "held-back");
    CHECK(rule_by(stacks_of(kOwn, 'I'), kFull) == "held-back");
    // One runs.
    CHECK(rule_by(stacks, [](Scene& s) {
              full(s);
              s.snapshot.workers[1].flags &= ~uint32_t{WQLAB_WORKER_SLEEPING};
              s.snapshot.workers[1].flags |= WQLAB_WORKER_ON_CPU;
          }) == "held-back");
    // One item alone has a stack like its own.
    CHECK(rule_by(stacks, [](Scene& s) {
              const uint32_t wq = s.workqueue("copier", WQLAB_WQ_UNBOUND, {16}, 1);
              s.busy(101, wq, 16, "copy_fn [mod]", 42 * kSecond);
              s.inactive(wq, 16, "done_fn [mod]");
          }) == "held-back");
}

TEST_CASE("doctor: only what an item's own code waits for may be another item's to end")
{
    const auto of = [](Frames frames, const std::string& function = "copy_fn [mod]") {
        frames.insert(frames.end(), {"process_one_work", "worker_thread"});
        return rule_by(stacks_of(frames), [&](Scene& s) {
            full(s);
            for (wqlab_snap_worker& worker : s.snapshot.workers)
                worker.function = s.string(function);
        });
    };
    CHECK(of({"copy_fn [mod]"}) == "likely-circle");
    CHECK(of({"part_of [mod]", "copy_fn.isra.0 [mod]"}) == "likely-circle");
    CHECK(of({}) == "likely-circle");  // called by a jump
    CHECK(of({"copy_fn"}, "copy_fn") == "likely-circle");
    // RCU's, a timer's, a device's, another module's; of built-in code nothing but the function itself is known.
    CHECK(of({"__wait_rcu_gp", "synchronize_rcu", "copy_fn [mod]"}) == "held-back");
    CHECK(of({"msleep", "copy_fn [mod]"}) == "held-back");
    CHECK(of({"blk_execute_rq", "copy_fn [mod]"}) == "held-back");
    CHECK(of({"ask [other]", "copy_fn [mod]"}) == "held-back");
    CHECK(of({"part_of", "copy_fn"}, "copy_fn") == "held-back");
}

TEST_CASE("doctor: all that are active wait for a lock, and a task that may have it flushes them")
{
    const live::Stacks stacks = stacks_of(kOwn);
    const auto flushed = [](Scene& s) {
        const uint32_t wq = full(s, "copy_fn [mod]");
        s.flusher(wq, 900).command = s.string("rmmod");
    };
    const auto seen = examine(flushed, stacks);
    REQUIRE(seen.findings.size() == 1);
    CHECK(seen.findings[0].rule == "likely-circle");
    CHECK(seen.findings[0].certainty == Certainty::kLikely);
    CHECK(
        seen.findings[0].sentence ==
        "Likely a circle: all 2 that are active of workqueue copier (max_active 2) sleep at one place, in "
        "wait_for_done "
        "[mod]; rmmod (pid 900), which waits in flush_workqueue() for what is held back behind them, may have the lock "
        "that they want");
    CHECK(seen.findings[0].victims ==
          std::vector<std::string>{"1 item: copy_fn [mod]", "rmmod (pid 900), in flush_workqueue()"});
    // Another workqueue is flushed; they wait for no lock.
    CHECK(rule_by(stacks, [](Scene& s) {
              full(s, "copy_fn [mod]");
              const uint32_t other = s.workqueue("other", WQLAB_WQ_UNBOUND, {16}, 2);
              s.flusher(other, 900).command = s.string("rmmod");
          }) == "held-back");
    Frames elsewhere = kOwn;
    elsewhere.insert(elsewhere.begin(), "folio_wait_bit_common");
    CHECK(rule_by(stacks_of(elsewhere), flushed) == "held-back");
}

TEST_CASE("doctor: likely circles need whole stacks of all that are active")
{
    live::Stacks stacks = stacks_of(kOwn);
    stacks.by_pid.erase(102);
    CHECK(rule_by(stacks, kFull) == "held-back");
    for (const Frames& frames :
         {Frames(), Frames{""}, Frames{"["}, Frames{"copy_fn [mod]"}, Frames{"]", "worker_thread"}})
        CHECK(rule_by(stacks_of(frames), kFull) == "held-back");
    live::Stacks none;
    none.lacking = "/proc/PID/stack is for root";
    const auto seen = examine(kFull, none);
    REQUIRE(seen.findings.size() == 1);
    CHECK(seen.findings[0].rule == "held-back");
    REQUIRE_FALSE(seen.not_looked_at.empty());
    CHECK(seen.not_looked_at[0].rule == "likely-circle");
    CHECK(seen.not_looked_at[0].why == none.lacking);
}
