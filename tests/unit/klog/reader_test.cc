// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "klog/reader.hh"

using namespace wqctl;
using namespace wqctl::klog;

namespace {

Log read(std::string_view text)
{
    LogReader reader;
    reader.take(text);
    return reader.finish();
}

}  // namespace

TEST_CASE("a dump is read as show_all_workqueues() prints it")
{
    const Log log = read(
        "[  843.900123] BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=-20 stuck for 43s!\n"
        "[  843.900140] Showing busy workqueues and worker pools:\n"
        "[  843.900150] workqueue kcryptd/254:0: flags=0x2a\n"
        "[  843.900160]   pwq 6: cpus=1 node=0 flags=0x0 nice=-20 active=4/256 refcnt=5 MAYDAY\n"
        "[  843.900170]     in-flight: 12:one [mod] for 39s BAR(7), 3*two, 13(RESCUER):three\n"
        "[  843.900180]     pending: four, 105*five [mod], BAR(8)\n"
        "[  843.900190]     inactive: six.isra.0 BAR(9)\n"
        "[  843.900200] workqueue events_bh: flags=0x1\n"
        "[  843.900210]   pwq 8: cpus=2 node=0 flags=0x0 bh-hi active=1 refcnt=2\n"
        "[  843.900220]     in-flight: bh-hi:seven\n"
        "[  843.900230] pool 6: cpus=1 node=0 flags=0x0 nice=-20 hung=43s workers=3 manager: 14 idle: 15 16\n");
    REQUIRE(log.dumps.size() == 1);
    const Dump& dump = log.dumps[0];
    CHECK(dump.line == 1);
    CHECK(dump.last_line == 11);
    CHECK(dump.time->seconds == Approx(843.90014));
    CHECK(dump.kind == DumpKind::kBusy);
    REQUIRE(dump.lockups.size() == 1);
    CHECK(dump.lockups[0].seconds == 43);
    CHECK(dump.lockups[0].kind.cpus == "1");
    CHECK(dump.lockups[0].kind.nice == -20);

    REQUIRE(dump.workqueues.size() == 2);
    CHECK(dump.workqueues[0].name == "kcryptd/254:0");
    CHECK(dump.workqueues[0].flags == 0x2a);
    REQUIRE(dump.workqueues[0].pwqs.size() == 1);
    const Pwq& pwq = dump.workqueues[0].pwqs[0];
    CHECK(pwq.pool == 6);
    CHECK(pwq.active == 4);
    CHECK(pwq.max_active == 256);
    CHECK(pwq.refcnt == 5);
    CHECK(pwq.mayday);
    REQUIRE(pwq.in_flight.size() == 2);
    CHECK(pwq.in_flight[0].pid == 12);
    CHECK(pwq.in_flight[0].function == "one [mod]");
    CHECK(pwq.in_flight[0].seconds == 39);
    REQUIRE(pwq.in_flight[0].scheduled.size() == 2);
    CHECK(pwq.in_flight[0].scheduled[0].waiter == 7);
    CHECK(pwq.in_flight[0].scheduled[1].function == "two");
    CHECK(pwq.in_flight[0].scheduled[1].count == 3);
    CHECK(pwq.in_flight[1].is_rescuer);
    REQUIRE(pwq.pending.size() == 3);
    CHECK(pwq.pending[1].count == 105);
    CHECK(pwq.pending[1].function == "five [mod]");
    CHECK(pwq.pending[2].waiter == 8);
    REQUIRE(pwq.inactive.size() == 2);
    CHECK(pwq.inactive[0].function == "six.isra.0");
    const Pwq& bh = dump.workqueues[1].pwqs[0];
    CHECK(bh.kind.is_bh);
    CHECK_FALSE(bh.in_flight[0].pid);
    CHECK(bh.in_flight[0].function == "seven");

    REQUIRE(dump.pools.size() == 1);
    CHECK(dump.pools[0].hung == 43);
    CHECK(dump.pools[0].workers == 3);
    CHECK(dump.pools[0].manager == 14);
    CHECK(dump.pools[0].idle == std::vector<int>{15, 16});
    CHECK(log.not_understood_count == 0);
}

TEST_CASE("lists go on in the next line, with other messages between")
{
    const Log log = read(
        "[    1.000000] Showing busy workqueues and worker pools:\n"
        "[    1.000001] workqueue a_very_long_name:\n"
        "flags=0x0\n"
        "[    1.000002]   pwq 6: cpus=1 node=0 flags=0x0 nice=0\n"
        "active=4/256 refcnt=5\n"
        "[    1.000003]     pending: one_fn,\n"
        "[    1.000004] , two_fn\n"
        "[    1.000005] usb 1-2: new device\n"
        "[    1.000006] pool 6: cpus=1 node=0 flags=0x0 nice=0 hung=1s workers=3 idle: 15\n"
        "16\n"
        "[    1.000007] usb 1-2: that is all\n");
    REQUIRE(log.dumps.size() == 1);
    const Dump& dump = log.dumps[0];
    REQUIRE(dump.workqueues.size() == 1);
    CHECK(dump.workqueues[0].name == "a_very_long_name");
    CHECK(dump.workqueues[0].flags == 0);
    const Pwq& pwq = dump.workqueues[0].pwqs.at(0);
    CHECK(pwq.active == 4);
    REQUIRE(pwq.pending.size() == 2);
    CHECK(pwq.pending[1].function == "two_fn");
    CHECK(dump.pools.at(0).idle == std::vector<int>{15, 16});
    CHECK(log.not_understood_count == 0);
}

TEST_CASE("a dump may begin in the middle and end in a word")
{
    const Log log = read(
        "efcnt=3\n    in-flight: 12:one\n  pwq 7: cpus=1 node=0 flags=0x0 nice=0 active=2/256\n"
        "    pending: two_fn, thr\n    in-flight: 13:\n  pwq 8: cpus=");
    REQUIRE(log.dumps.size() == 1);
    CHECK(log.dumps[0].kind == DumpKind::kNoTitle);
    REQUIRE(log.dumps[0].workqueues.size() == 1);
    CHECK(log.dumps[0].workqueues[0].name.empty());
    const auto& pwqs = log.dumps[0].workqueues[0].pwqs;
    REQUIRE(pwqs.size() == 3);
    CHECK(pwqs[0].in_flight.at(0).function == "one");
    CHECK(pwqs[1].pending.size() == 2);
    CHECK(pwqs[1].in_flight.at(0).pid == 13);
    CHECK(pwqs[2].pool == 8);
}

TEST_CASE("several dumps are several, also where their titles are lacking")
{
    const std::string one =
        "workqueue events: flags=0x0\n  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=1/256\n"
        "    in-flight: 12:one\npool 6: cpus=1 node=0 flags=0x0 nice=0 hung=1s workers=3\n";
    CHECK(read(one + one + one).dumps.size() == 3);
}

TEST_CASE("what the kernel had to put into a record of its own belongs to what it began")
{
    const std::string other = GENERATE(as<std::string>(), "", "[  843.900010][   C1] usb 1-2: new device\n");
    const Log log = read(
        "[  843.900001][   C3] BUG: workqueue lockup - pool\n" + other +
        "[  843.900002][   C3]  cpus=1 node=0 flags=0x0 nice=0 stuck for 43s!\n"
        "[  843.900003][   C3] Showing busy workqueues and worker pools:\n"
        "[  843.900004][   C3] workqueue events: flags=0x0\n"
        "[  843.900005][   C3]   pwq 6:\n" +
        other +
        "[  843.900006][   C3]  cpus=1 node=0 flags=0x0 nice=0 active=1/256 refcnt=2\n"
        "[  843.900007][   C3]     in-flight: 61:spin_fn\n"
        "[  843.900008][   C3] pool 6:\n" +
        other +
        "[  843.900009][   C3]  cpus=1 node=0 flags=0x0 nice=0 hung=43s workers=3 idle: 15 16\n"
        "[  843.900010][   C3] pool 8: cpus=2 node=0 flags=0x1 bh-hi\n" +
        other +
        "[  843.900011][   C3]  hung=12s workers=1\n"
        "[  843.900012][   C3] Showing backtraces of running workers in stalled CPU-bound worker pools:\n"
        "[  843.900013][   C3] pool 8:\n" +
        other +
        "[  843.900014][   C3] task:kworker/2:1     state:R  running task     stack:0     pid:62    ppid:2      "
        "flags:0x0\n"
        "[  843.900015][   C3] Call Trace:\n");
    REQUIRE(log.dumps.size() == 1);
    const Dump& dump = log.dumps[0];
    REQUIRE(dump.lockups.size() == 1);
    CHECK(dump.lockups[0].seconds == 43);
    CHECK(dump.lockups[0].kind.cpus == "1");
    CHECK(dump.workqueues.at(0).pwqs.at(0).active == 1);
    REQUIRE(dump.pools.size() == 2);
    CHECK(dump.pools[0].hung == 43);
    CHECK(dump.pools[0].idle == std::vector<int>{15, 16});
    CHECK(dump.pools[1].hung == 12);
    CHECK(dump.running_pools == std::vector<int>{8});
    CHECK(log.not_understood_count == 0);
}

TEST_CASE("workqueues of one name are of one dump that has a title")
{
    std::string text = "Showing busy workqueues and worker pools:\n";
    for (int i = 0; i < 6; i++)
        text +=
            "workqueue ext4-rsv-conversion: flags=0x2000a\n  pwq 16: cpus=0-7 flags=0x4 nice=0 active=1/1 refcnt=3\n"
            "    in-flight: 21" +
            std::to_string(i) + ":ext4_end_io_rsv_work\n";
    const Log log = read(text + "pool 16: cpus=0-7 flags=0x4 nice=0 hung=43s workers=8 idle: 15\n");
    REQUIRE(log.dumps.size() == 1);
    CHECK(log.dumps[0].workqueues.size() == 6);
    CHECK(log.dumps[0].pools.size() == 1);
}

TEST_CASE("dumps of one day are several, whatever tells the time")
{
    const std::string lockup = "BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 43s!\n";
    const auto dump_of = [](const std::string& stamp) {
        return stamp + "Showing busy workqueues and worker pools:\n" + stamp + "workqueue events: flags=0x0\n";
    };
    CHECK(read("[Nov28 13:17] " + lockup + dump_of("[  +0.000012] ") + "[Nov28 13:19] " + lockup +
               dump_of("[  +0.000012] "))
              .dumps.size() == 2);
    CHECK(read(dump_of("Nov 28 13:17:39 box kernel: ") + dump_of("Nov 28 13:17:39 box kernel: ")).dumps.size() == 1);
    CHECK(read(dump_of("Nov 28 13:17:39 box kernel: ") + dump_of("Nov 28 13:18:09 box kernel: ")).dumps.size() == 2);
    CHECK(read(dump_of("Nov 28 13:17:39 box kernel: [ 843.900160] ") +
               dump_of("Nov 28 13:17:39 box kernel: [ 844.100160] "))
              .dumps.size() == 2);
}

TEST_CASE("what of a dump is not understood is counted")
{
    const Log log = read("workqueue events: flags=0x0\n  pwq 6: cpus=1 colour=blue active=1/256\n");
    CHECK(log.not_understood_count == 1);
    REQUIRE(log.not_understood.size() == 1);
    CHECK(log.not_understood[0].first == 2);
    CHECK(log.not_understood[0].second == "colour=blue");
}

TEST_CASE("prose is no dump")
{
    const Log log = read(
        "The workqueue events: it is pending: nothing\npool 3 is nice\nin-flight entertainment\n"
        "Freezing user space processes ... (elapsed 0.001 seconds) done.\n"
        "workqueue: max_active 0 requested for foo is out of range, clamping between 1 and 512\n");
    CHECK(log.dumps.empty());
    CHECK(log.refused_freezes.empty());
    CHECK(log.lines == 5);
}

TEST_CASE("stacks of workers are kept, old and new ones")
{
    const Log log = read(
        "[    1.000000] task:kworker/1:2     state:D stack:0     pid:123   tgid:123   ppid:2      flags:0x0\n"
        "[    1.000001] Workqueue: kblockd blk_mq_timeout_work\n"
        "[    1.000002] Call Trace:\n"
        "[    1.000003]  <TASK>\n"
        "[    1.000004]  __schedule+0x3c1/0x1390\n"
        "[    1.000005]  ? stale+0x1/0x2\n"
        "[    1.000006]  mutex_lock+0x41/0x1c0 [mod]\n"
        "[    1.000007]  </TASK>\n"
        "[    1.000008] kworker/0:1     R  running task        0   124      2 0x80000000\n"
        "[    1.000009] Call Trace:\n"
        "[    1.000010]  [<ffffffff81000000>] loop+0x1/0x2\n"
        "[    1.000011] CPU: 3 UID: 0 PID: 125 Comm: spdk reactor Not tainted 6.12 #1\n"
        "[    1.000012] Call trace:\n"
        "[    1.000013]  poll+0x1/0x2\n"
        "[    1.000014] task:bash            state:S stack:0     pid:126   ppid:1      flags:0x0\n"
        "[    1.000015]  wait_woken+0x1/0x2\n"
        "[    1.000016] task:kworker/2:1     state:I stack:0     pid:127   tgid:127   ppid:2      flags:0x0\n"
        "[    1.000017] Workqueue:  0x0 (events)\n"
        "[    1.000018]  worker_thread+0x1/0x2\n");
    REQUIRE(log.stacks.size() == 4);
    CHECK(log.stacks[3].pid == 127);
    CHECK(log.stacks[3].workqueue.empty());
    CHECK(log.stacks[3].function.empty());
    CHECK(log.stacks[0].pid == 123);
    CHECK(log.stacks[0].state == 'D');
    CHECK(log.stacks[0].workqueue == "kblockd");
    CHECK(log.stacks[0].function == "blk_mq_timeout_work");
    CHECK(log.stacks[0].frames == std::vector<std::string>{"__schedule", "mutex_lock [mod]"});
    CHECK(log.stacks[1].is_running);
    CHECK(log.stacks[1].frames == std::vector<std::string>{"loop"});
    CHECK(log.stacks[2].cpu == 3);
    CHECK(log.stacks[2].command == "spdk reactor");
}

TEST_CASE("messages that stand alone are read")
{
    const Log log = read(
        "workqueue: foo_fn [drm] hogged CPU for >10000us 67 times, consider switching to WQ_UNBOUND\n"
        "workqueue: WQ_MEM_RECLAIM writeback:wb_workfn is flushing !WQ_MEM_RECLAIM events_unbound:foo_fn\n"
        "workqueue: PF_MEMALLOC task 71(kswapd0) is flushing !WQ_MEM_RECLAIM events:bar_fn\n"
        "Freezing of tasks failed after 20.005 seconds (0 tasks refusing to freeze, wq_busy=1):\n"
        "INFO: task kworker/0:1:123 blocked for more than 120 seconds.\n"
        "workqueue foo: drain_workqueue() isn't complete after 10 tries\n"
        "destroy_workqueue: bar has the following busy pwq\n");
    REQUIRE(log.hogs.size() == 1);
    CHECK(log.hogs[0].function == "foo_fn [drm]");
    CHECK(log.hogs[0].times == 67);
    CHECK(log.hogs[0].microseconds == 10000);
    REQUIRE(log.flush_dependencies.size() == 2);
    CHECK(log.flush_dependencies[0].waiter == "writeback:wb_workfn");
    CHECK(log.flush_dependencies[0].flushed == "events_unbound:foo_fn");
    CHECK(log.flush_dependencies[1].waiter_is_task);
    REQUIRE(log.refused_freezes.size() == 1);
    CHECK(log.refused_freezes[0].is_workqueue_busy);
    REQUIRE(log.hung_tasks.size() == 1);
    CHECK(log.hung_tasks[0].command == "kworker/0:1");
    CHECK(log.hung_tasks[0].pid == 123);
    REQUIRE(log.unfinished.size() == 2);
    CHECK(log.unfinished[0].workqueue == "foo");
    CHECK(log.unfinished[1].workqueue == "bar");
}
