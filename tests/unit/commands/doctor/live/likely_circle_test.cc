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

// What is held back is told in any case, and for certain; behind that, what would be a circle. "": nothing is told.
template <typename State>
std::string circle(const live::Stacks& stacks, State&& state)
{
    const auto seen = examine(state, stacks);
    if (seen.findings.empty())
        return "nothing";
    CHECK(seen.findings.size() == 1);
    CHECK(seen.findings[0].rule == "held-back");
    CHECK(seen.findings[0].certainty == Certainty::kCertain);
    CHECK(seen.findings[0].weight / 100 == 5);
    const size_t at = seen.findings[0].sentence.find("; ");
    return at == std::string::npos ? "" : seen.findings[0].sentence.substr(at + 2);
}

const auto kFull = [](Scene& s) { full(s); };
const std::string kIfDone =
    "both sleep in wait_for_done [mod]: a circle, if done_fn [mod], which is held back, ends what they wait for";

// More are queued, and a task flushes what was queued before: so much of the first color.
void flushed(Scene& s, int32_t before, int32_t afterwards, const std::string& name = "copier")
{
    const uint32_t wq = full(s, "copy_fn [mod]");
    const uint32_t flushed = name == "copier" ? wq : s.workqueue(name, WQLAB_WQ_UNBOUND, {16}, 2);
    wqlab_snap_flusher& flusher = s.flusher(flushed, 900);
    flusher.command = s.string("rmmod");
    flusher.color = s.wq(flushed).flush_color = 3;
    s.pwq(flushed, 16).in_flight[3] = before;
    s.pwq(flushed, 16).in_flight[4] = afterwards;
}

live::Stacks with_flusher(const Frames& frames = {"__flush_workqueue", "mod_exit [mod]", "do_syscall_64"})
{
    live::Stacks stacks = stacks_of(kOwn);
    stacks.by_pid[900] = {frames, 'D'};
    stacks.tasks[900] = {900, "rmmod", false};
    return stacks;
}

}  // namespace

TEST_CASE("doctor: all that are active wait for what one held back may do")
{
    CHECK(
        text_of(examine(kFull, stacks_of(kOwn)).findings) ==
        "1. Workqueue copier is full: 1 item is held back behind 2 that do not end (max_active 2); both sleep in "
        "wait_for_done [mod]: a circle, if done_fn [mod], which is held back, ends what they wait for\n"
        "   sure     certain\n"
        "   suspect  copy_fn [mod], workqueue copier, pid 101, asleep in wait_for_done [mod], at it for 42 s\n"
        "   suspect  copy_fn [mod], workqueue copier, pid 102, asleep in wait_for_done [mod], at it for 42 s\n"
        "   waiting  1 item: done_fn [mod]\n"
        "   seen     kworker/0:1 (pid 101) executes copy_fn [mod] of copier: asleep, at it for 42 s\n"
        "   seen     kworker/0:1 (pid 102) executes copy_fn [mod] of copier: asleep, at it for 42 s\n"
        "   seen     copier: 2 active of max_active 2, 1 held back\n"
        "   stack    of 2 tasks (101, 102): wait_for_done [mod] ← copy_fn [mod]\n"
        "   rule     held-back: pwq_tryinc_nr_active()\n"
        "   next     cat /proc/101/stack says what the first one waits for; if one held back ends that, it belongs on "
        "another workqueue, or max_active is too small\n");
}

TEST_CASE("doctor: what differs from a likely circle is none")
{
    const live::Stacks stacks = stacks_of(kOwn);
    CHECK(circle(stacks, kFull) == kIfDone);
    // Nothing is held back, or more of the same, which would only wait, too; or they are not old.
    CHECK(circle(stacks, [](Scene& s) { full(s, ""); }) == "nothing");
    CHECK(circle(stacks, [](Scene& s) { full(s, "copy_fn [mod]"); }).empty());
    CHECK(circle(stacks, [](Scene& s) { full(s, "done_fn [mod]", 4 * kSecond); }) == "nothing");
    // What is behind them is somebody else's.
    CHECK(circle(stacks, [](Scene& s) { full(s, "done_fn [other]"); }).empty());
    CHECK(circle(stacks, [](Scene& s) { full(s, "done_fn"); }).empty());
    // More may be active than are: whoever is held back will be let in.
    CHECK(circle(stacks, [](Scene& s) {
              full(s);
              s.snapshot.node_active[0].max = 3;
          }).empty());
    // One that is active has not begun: it may be the one.
    CHECK(circle(stacks, [](Scene& s) {
              const uint32_t wq = full(s);
              s.pending(wq, 16, "other_fn [mod]");
          }) == "nothing");
    // A third one does something else.
    live::Stacks differing = stacks;
    differing.by_pid[103].frames.erase(differing.by_pid[103].frames.begin());
    CHECK(circle(differing, [](Scene& s) {
              const uint32_t wq = full(s);
              s.snapshot.node_active[0].max = 3;
              s.busy(103, wq, 16, "copy_fn [mod]", 42 * kSecond);
          }).empty());
    CHECK(circle(stacks, [](Scene& s) {
              full(s);
              s.snapshot.workers[1].function = s.string("third_fn [mod]");
          }).empty());
    // They sleep so that a signal or nothing at all is waited for.
    CHECK(circle(stacks_of(kOwn, 'S'), kFull).empty());
    CHECK(circle(stacks_of(kOwn, 'I'), kFull).empty());
    // One runs.
    CHECK(circle(stacks, [](Scene& s) {
              full(s);
              s.snapshot.workers[1].flags &= ~uint32_t{WQLAB_WORKER_SLEEPING};
              s.snapshot.workers[1].flags |= WQLAB_WORKER_ON_CPU;
          }).empty());
    // One item alone has a stack like its own.
    CHECK(circle(stacks, [](Scene& s) {
              const uint32_t wq = s.workqueue("copier", WQLAB_WQ_UNBOUND, {16}, 1);
              s.busy(101, wq, 16, "copy_fn [mod]", 42 * kSecond);
              s.inactive(wq, 16, "done_fn [mod]");
          }).empty());
}

// usleep_range() and schedule_timeout() are __sched, as mutex_lock() is: the stack is the same.
TEST_CASE("doctor: items that sleep again and again poll something, and are no circle")
{
    const live::Stacks stacks = stacks_of(kOwn);
    // 42 s at it, and asleep in both looks, but not since then: the last time for 20 ms, or for a look.
    for (const uint64_t asleep_ns : {kSecond / 50, kSecond, 9 * kSecond})
        CHECK(circle(stacks, [&](Scene& s) {
                  full(s);
                  s.snapshot.tasks[1].since_ns = asleep_ns;
              }).empty());
    // It has been woken between the looks, whatever is known of since when it sleeps.
    for (const uint64_t since_ns : {42 * kSecond, uint64_t{WQLAB_NEVER}})
        CHECK(circle(stacks, [&](Scene& s) {
                  full(s);
                  s.snapshot.tasks[1].since_ns = since_ns;
                  s.snapshot.tasks[1].switches += s.look;
              }).empty());
    CHECK(circle(stacks, [](Scene& s) {
              full(s);
              for (wqlab_snap_task& task : s.snapshot.tasks)
                  task.since_ns = WQLAB_NEVER;
          }) == kIfDone);
    // Tasks are not shown.
    CHECK(circle(stacks, [](Scene& s) {
              full(s);
              s.snapshot.tasks.clear();
          }).empty());
}

TEST_CASE("doctor: only what an item's own code waits for may be another item's to end")
{
    const auto of = [](Frames frames, const std::string& function = "copy_fn [mod]",
                       const std::string& behind = "done_fn [mod]") {
        frames.insert(frames.end(), {"process_one_work", "worker_thread"});
        return circle(stacks_of(frames), [&](Scene& s) {
            full(s, behind);
            for (wqlab_snap_worker& worker : s.snapshot.workers)
                worker.function = s.string(function);
        });
    };
    CHECK_THAT(of({"copy_fn [mod]"}), Catch::StartsWith("both sleep in copy_fn [mod]"));
    CHECK_THAT(of({"part_of [mod]", "copy_fn.isra.0 [mod]"}), Catch::StartsWith("both sleep in part_of [mod]"));
    CHECK_THAT(of({"copy_fn"}, "copy_fn", "done_fn"), Catch::StartsWith("both sleep in copy_fn:"));
    // It has left its code by a jump: nobody knows to where.
    CHECK(of({}).empty());
    // RCU's, a timer's, a device's, a page's, another module's; of built-in code only the function itself is known.
    CHECK(of({"__wait_rcu_gp", "synchronize_rcu", "copy_fn [mod]"}).empty());
    CHECK(of({"msleep", "copy_fn [mod]"}).empty());
    CHECK(of({"blk_execute_rq", "copy_fn [mod]"}).empty());
    CHECK(of({"folio_wait_bit_common", "copy_fn [mod]"}).empty());
    CHECK(of({"ask [other]", "copy_fn [mod]"}).empty());
    CHECK(of({"part_of", "copy_fn"}, "copy_fn", "done_fn").empty());
}

TEST_CASE("doctor: all that are active wait for a lock, and a task that may have it flushes them")
{
    const auto state = [](Scene& s) { flushed(s, 3, 0); };
    const auto seen = examine(state, with_flusher());
    REQUIRE(seen.findings.size() == 1);
    CHECK(seen.findings[0].rule == "held-back");
    CHECK(seen.findings[0].sentence ==
          "Workqueue copier is full: 1 item is held back behind 2 that do not end (max_active 2); both sleep in "
          "wait_for_done [mod]: a circle, if rmmod (pid 900), which waits in flush_workqueue() for what is held back, "
          "has "
          "what they wait for");
    CHECK(seen.findings[0].victims ==
          std::vector<std::string>{"1 item: copy_fn [mod]", "rmmod (pid 900), in flush_workqueue()"});
    CHECK_THAT(seen.findings[0].next, Catch::StartsWith("It flushes in mod_exit [mod] (cat /proc/900/stack)"));
}

TEST_CASE("doctor: a flush that does not wait for what is held back, or is others', makes no circle")
{
    const auto of = [](int32_t before, int32_t afterwards, const live::Stacks& stacks = with_flusher()) {
        return circle(stacks, [&](Scene& s) { flushed(s, before, afterwards); });
    };
    CHECK_FALSE(of(3, 0).empty());
    // What is held back was queued after the flush began: it waits for the active ones, or for other CPUs'.
    CHECK(of(2, 1).empty());
    CHECK(of(0, 3).empty());
    CHECK(of(0, 0).empty());
    // Another workqueue is flushed.
    CHECK(circle(with_flusher(), [](Scene& s) { flushed(s, 3, 0, "other"); }).empty());
    // Nobody of the module flushes, or nobody knows.
    CHECK(of(3, 0, with_flusher({"__flush_workqueue", "sync_filesystem", "do_syscall_64"})).empty());
    CHECK(of(3, 0, with_flusher({"__flush_workqueue", "exit_fn [other]"})).empty());
    CHECK(of(3, 0, stacks_of(kOwn)).empty());
    // They wait for no lock.
    live::Stacks elsewhere = with_flusher();
    for (int pid = 101; pid <= 102; pid++)
        elsewhere.by_pid[pid].frames.insert(elsewhere.by_pid[pid].frames.begin(), "folio_wait_bit_common");
    CHECK(of(3, 0, elsewhere).empty());
}

TEST_CASE("doctor: likely circles need whole stacks of all that are active")
{
    live::Stacks stacks = stacks_of(kOwn);
    stacks.by_pid.erase(102);
    CHECK(circle(stacks, kFull).empty());
    for (const Frames& frames :
         {Frames(), Frames{""}, Frames{"["}, Frames{"copy_fn [mod]"}, Frames{"]", "worker_thread"}})
        CHECK(circle(stacks_of(frames), kFull).empty());
    live::Stacks none;
    none.lacking = "/proc/PID/stack is for root";
    CHECK(circle(none, kFull).empty());
}
