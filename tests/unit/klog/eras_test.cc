// SPDX-License-Identifier: GPL-2.0
// What each era of kernels prints of a machine that the test made up, on several architectures.
#include <catch2/catch.hpp>

#include "klog/reader.hh"
#include "text/frames.hh"

using namespace wqctl;
using namespace wqctl::klog;

namespace {

Log read(std::string_view text)
{
    LogReader reader;
    reader.take(text);
    return reader.finish();
}

const Stack* stack_of(const Log& log, int pid)
{
    for (const Stack& stack : log.stacks)
        if (stack.pid == pid)
            return &stack;
    return nullptr;
}

}  // namespace

TEST_CASE("4.4: no progress times, delayed lists, addresses in stacks")
{
    const Log log = read(
        "[ 4523.112290] Showing busy workqueues and worker pools:\n"
        "[ 4523.112301] workqueue events: flags=0x0\n"
        "[ 4523.112310]   pwq 4: cpus=2 node=0 flags=0x0 nice=0 active=3/256\n"
        "[ 4523.112320]     in-flight: 2211:stor_reset_work [hv_thing]\n"
        "[ 4523.112331]     pending: vmstat_shepherd, cache_reap\n"
        "[ 4523.112340] workqueue stor_wq: flags=0xe000a\n"
        "[ 4523.112350]   pwq 16: cpus=0-7 flags=0x4 nice=0 active=1/1 MAYDAY\n"
        "[ 4523.112360]     in-flight: 999(RESCUER):stor_scan BAR(4410)\n"
        "[ 4523.112370]     delayed: stor_scan, stor_remove\n"
        "[ 4523.112380] pool 4: cpus=2 node=0 flags=0x0 nice=0 workers=3 idle: 77 2212\n"
        "[ 4523.112390] pool 16: cpus=0-7 flags=0x4 nice=0 workers=4 manager: 81 idle: 83\n"
        "[ 4600.000030] kworker/2:1     D ffff880234a67c78     0  2211      2 0x00000000\n"
        "[ 4600.000040] Workqueue: events stor_reset_work [hv_thing]\n"
        "[ 4600.000050]  ffff880234a67c78 0000000000000000 ffff8802370e0000 ffff8800b9ac6600\n"
        "[ 4600.000060]  ffff880234a68000 7fffffffffffffff ffff8800b9ac6600 ffff8800b9ac6600\n"
        "[ 4600.000070] Call Trace:\n"
        "[ 4600.000080]  [<ffffffff8183b2d5>] schedule+0x35/0x80\n"
        "[ 4600.000090]  [<ffffffff8183e425>] schedule_timeout+0x1b5/0x270\n"
        "[ 4600.000100]  [<ffffffff8183bd1a>] wait_for_completion+0xba/0x140\n"
        "[ 4600.000110]  [<ffffffff810b2d40>] ? wake_up_q+0x70/0x70\n"
        "[ 4600.000120]  [<ffffffffc0213abc>] stor_reset_work+0x5c/0x120 [hv_thing]\n"
        "[ 4600.000130]  [<ffffffff8109c4a5>] process_one_work+0x165/0x480\n");
    REQUIRE(log.dumps.size() == 1);
    REQUIRE(log.dumps[0].workqueues.size() == 2);
    const Pwq& pwq = log.dumps[0].workqueues[1].pwqs.at(0);
    CHECK(pwq.mayday);
    CHECK(pwq.in_flight.at(0).is_rescuer);
    CHECK(pwq.in_flight.at(0).scheduled.at(0).waiter == 4410);
    CHECK(pwq.inactive.size() == 2);
    CHECK(log.dumps[0].pools.at(1).manager == 81);
    CHECK_FALSE(log.dumps[0].pools.at(1).hung);
    const Stack* stack = stack_of(log, 2211);
    REQUIRE(stack);
    CHECK(stack->state == 'D');
    CHECK(stack->function == "stor_reset_work [hv_thing]");
    CHECK(place_of(stack->frames) == "wait_for_completion");
    CHECK(stack->frames.size() == 5);
    CHECK(log.not_understood_count == 0);
}

TEST_CASE("4.9: 32 bits of arm, where a frame names two functions")
{
    const Log log = read(
        "[  120.100000] kworker/0:3     D c0711c50     0   214      2 0x00000000\n"
        "[  120.100010] Workqueue: mmc mmc_probe_work\n"
        "[  120.100020] [<c0711c50>] (__schedule) from [<c0712098>] (schedule+0x4c/0xac)\n"
        "[  120.100030] [<c0712098>] (schedule) from [<c0714b5c>] (schedule_timeout+0x1a4/0x2e8)\n"
        "[  120.100040] [<c0714b5c>] (schedule_timeout) from [<c0712a44>] (wait_for_common+0xb4/0x154)\n"
        "[  120.100050] [<c0712a44>] (wait_for_common) from [<bf012abc>] (mmc_probe_work+0x30/0x90 [mmc_x])\n"
        "[  120.100060] [<bf012abc>] (mmc_probe_work [mmc_x]) from [<c0135d5c>] (process_one_work+0x1cc/0x4a8)\n"
        "[  120.100070] [<c0135d5c>] (process_one_work) from [<c0136c20>] (worker_thread+0x40/0x570)\n");
    const Stack* stack = stack_of(log, 214);
    REQUIRE(stack);
    CHECK(place_of(stack->frames) == "wait_for_common");
    CHECK(path_text(stack->frames, Charset::kAscii) == "wait_for_common <- mmc_probe_work [mmc_x]");
}

TEST_CASE("4.14 and 4.19: progress, lockups, names with a space, powerpc's addresses")
{
    const Log log = read(
        "BUG: workqueue lockup - pool cpus=5 node=0 flags=0x0 nice=-20 stuck for 72s!\n"
        "Showing busy workqueues and worker pools:\n"
        "workqueue usb hub wq: flags=0x4\n"
        "  pwq 11: cpus=5 node=0 flags=0x0 nice=-20 active=1/256\n"
        "    in-flight: 510:hub_event\n"
        "pool 11: cpus=5 node=0 flags=0x0 nice=-20 hung=72s workers=3 idle: 48\n"
        "kworker/5:1H    R  running task        0   510      2 0x00000808\n"
        "Workqueue: usb hub wq hub_event\n"
        "Call Trace:\n"
        "[c000000012345678] [c0000000000b2a1c] 0xc0000000000b2a1c (unreliable)\n"
        "[c0000000123456a8] [c0000000000b2b1c] __switch_to+0x2f8/0x440\n"
        "[c0000000123456d8] [c0000000000b2c1c] msleep+0x40/0x60\n"
        "[c0000000123456f8] [c0000000000b2d1c] hub_event+0x140/0x160\n");
    REQUIRE(log.dumps.size() == 1);
    CHECK(log.dumps[0].workqueues.at(0).name == "usb hub wq");
    CHECK(log.dumps[0].pools.at(0).hung == 72);
    REQUIRE(log.dumps[0].lockups.size() == 1);
    CHECK(log.dumps[0].lockups[0].kind == log.dumps[0].pools[0].kind);
    const Stack* stack = stack_of(log, 510);
    REQUIRE(stack);
    CHECK(stack->is_running);
    CHECK(stack->workqueue == "usb hub wq");
    CHECK(stack->function == "hub_event");
    CHECK(place_of(stack->frames) == "msleep");
}

TEST_CASE("5.4 and 5.10: refcnt, continued lists in records of their own, s390's stacks")
{
    const Log log = read(
        "[  900.000001][    C0] Showing busy workqueues and worker pools:\n"
        "[  900.000002][    C0] workqueue events_unbound: flags=0x2\n"
        "[  900.000003][    C0]   pwq 32: cpus=0-15 flags=0x4 nice=0 active=3/512 refcnt=5\n"
        "[  900.000004][    C0]     in-flight: 71:css_free_fn\n"
        "[  900.000005][   C12] perf: interrupt took too long (2503 > 2500)\n"
        "[  900.000006][    C0] , 72:css_free_fn\n"
        "[  900.000007][    C0] , 73:deferred_probe_fn BAR(1)\n"
        "[  900.000008][    C0] pool 32: cpus=0-15 flags=0x4 nice=0 hung=31s workers=9 idle: 74\n"
        "[  900.000009][    C0]  75 76\n"
        "[  900.000010][    C0] task:kworker/u32:1   state:D stack:    0 pid:   71 ppid:     2 flags:0x00000000\n"
        "[  900.000011][    C0] Workqueue: events_unbound css_free_fn\n"
        "[  900.000012][    C0] Call Trace:\n"
        "[  900.000013][    C0]  [<00000000012a8e4e>] __schedule+0x2b6/0x6b8 \n"
        "[  900.000014][    C0]  [<00000000012a9320>] schedule+0xd0/0x118 \n"
        "[  900.000015][    C0] ([<00000000012a9310>] schedule+0xc0/0x118)\n"
        "[  900.000016][    C0]  [<00000000012ad6f2>] mutex_lock+0x5a/0x88 \n");
    REQUIRE(log.dumps.size() == 1);
    const Pwq& pwq = log.dumps[0].workqueues.at(0).pwqs.at(0);
    REQUIRE(pwq.in_flight.size() == 3);
    CHECK(pwq.in_flight[1].pid == 72);
    CHECK(pwq.in_flight[2].scheduled.at(0).waiter == 1);
    CHECK(pwq.refcnt == 5);
    CHECK(log.dumps[0].pools.at(0).idle == std::vector<int>{74, 75, 76});
    const Stack* stack = stack_of(log, 71);
    REQUIRE(stack);
    CHECK(place_of(stack->frames) == "mutex_lock");
    CHECK(log.not_understood_count == 0);
}

TEST_CASE("5.15 and 6.1: inactive lists, arm64's registers, a stack whose lines a tool has looked up")
{
    const Log log = read(
        "[   61.000001] workqueue kblockd: flags=0x18\n"
        "[   61.000002]   pwq 3: cpus=1 node=0 flags=0x0 nice=-20 active=2/256 refcnt=3\n"
        "[   61.000003]     in-flight: 88:blk_mq_run_work_fn\n"
        "[   61.000004]     inactive: blk_mq_timeout_work\n"
        "[   61.000005] pool 3: cpus=1 node=0 flags=0x0 nice=-20 hung=40s workers=3 idle: 24 90\n"
        "[   61.000006] CPU: 1 PID: 88 Comm: kworker/1:1H Kdump: loaded Not tainted 6.1.0 #1\n"
        "[   61.000007] Hardware name: Board (DT)\n"
        "[   61.000008] Workqueue: kblockd blk_mq_run_work_fn\n"
        "[   61.000009] pstate: 60400005 (nZCv daif +PAN -UAO -TCO BTYPE=--)\n"
        "[   61.000010] pc : stor_spin (drivers/stor.c:88)\n"
        "[   61.000011] lr : stor_poll (drivers/stor.c:70 (discriminator 1))\n"
        "[   61.000012] sp : ffff80000a3dbc80\n"
        "[   61.000013] x29: ffff80000a3dbc80 x28: 0000000000000000 x27: 0000000000000000\n"
        "[   61.000014] x8 : ffff80000a3dbc80 x7 : 0000000000000000 x6 : 0000000000000000\n"
        "[   61.000015] Call trace:\n"
        "[   61.000016]  stor_spin (drivers/stor.c:88 drivers/stor.c:99) stor\n"
        "[   61.000017]  blk_mq_run_work_fn (block/blk-mq.c:1820)\n"
        "[   61.000018]  process_one_work (kernel/workqueue.c:2289)\n");
    REQUIRE(log.dumps.size() == 1);
    CHECK(log.dumps[0].workqueues.at(0).pwqs.at(0).inactive.size() == 1);
    const Stack* stack = stack_of(log, 88);
    REQUIRE(stack);
    CHECK(stack->cpu == 1);
    CHECK(stack->command == "kworker/1:1H");
    CHECK(place_of(stack->frames) == "stor_spin");
    CHECK(stack->frames.size() == 3);
}

TEST_CASE("x86: the function that runs stands in front of its callers")
{
    const std::string rip = GENERATE(as<std::string>(), "RIP: 0010:spin_fn+0x15/0x20 [mod]",
                                     "RIP: 0010:[<ffffffffc0123456>]  [<ffffffffc0123456>] spin_fn+0x15/0x20 [mod]",
                                     "RIP: e030:spin_fn+0x15/0x20 [mod]");
    const Log log = read(
        "watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [kworker/1:1:61]\n"
        "Modules linked in: mod(OE)\n"
        "CPU: 1 UID: 0 PID: 61 Comm: kworker/1:1 Kdump: loaded Tainted: G           OE      6.12.0 #1\n"
        "Hardware name: QEMU Standard PC, BIOS 1.16\n"
        "Workqueue: events poll_fn [mod]\n" +
        rip +
        "\nCode: 00 00 f3 90 eb fc\n"
        "RSP: 0018:ffffb1e0c0123e48 EFLAGS: 00000246\n"
        "RAX: 0000000000000000 RBX: ffff8d6c01a2b3c0 RCX: 0000000000000000\n"
        "Call Trace:\n"
        " <IRQ>\n"
        " ? watchdog_timer_fn+0x1/0x2\n"
        " </IRQ>\n"
        " <TASK>\n"
        " poll_fn+0x5/0x20 [mod]\n"
        " process_one_work+0x1/0x2\n"
        "RIP: 0033:0x7f419478f46e\n"
        " </TASK>\n");
    const Stack* stack = stack_of(log, 61);
    REQUIRE(stack);
    CHECK(stack->frames == std::vector<std::string>{"spin_fn [mod]", "poll_fn [mod]", "process_one_work"});
    CHECK(stack->function == "poll_fn [mod]");
}

TEST_CASE("6.6: counts, frames with build ids, frames of inlined functions")
{
    const Log log = read(
        "workqueue events: flags=0x0\n"
        "  pwq 2: cpus=1 node=0 flags=0x0 nice=0 active=9/256 refcnt=10\n"
        "    in-flight: 55:cgroup_x_fn ,56:other_fn\n"
        "    pending: 105*css_release_work_fn, kfree_rcu_work\n"
        "pool 2: cpus=1 node=0 flags=0x0 nice=0 hung=53s workers=4 idle: 21\n"
        "task:kworker/1:0     state:D stack:28072 pid:55    ppid:2      flags:0x00004000\n"
        "Call Trace:\n"
        " <TASK>\n"
        " context_switch kernel/sched/core.c:5382 [inline]\n"
        " __schedule+0xf15/0x5c10 kernel/sched/core.c:6695\n"
        " schedule+0xe7/0x350 kernel/sched/core.c:6773\n"
        " stor_wait+0x12/0x34 [stor 0123456789abcdef0123456789abcdef01234567]\n"
        " cgroup_x_fn+0x5c/0x9c kernel/cgroup/x.c:10\n");
    const Pwq& pwq = log.dumps.at(0).workqueues.at(0).pwqs.at(0);
    REQUIRE(pwq.in_flight.size() == 2);
    CHECK(pwq.pending.at(0).count == 105);
    const Stack* stack = stack_of(log, 55);
    REQUIRE(stack);
    CHECK(place_of(stack->frames) == "stor_wait [stor]");
}

TEST_CASE("6.9 and 6.12: no max_active in a pwq, BH pools, the watchdog's stacks, freezable ones")
{
    const Log log = read(
        "PM: suspend entry (deep)\n"
        "Freezing remaining freezable tasks failed after 20.003 seconds (0 tasks refusing to freeze, wq_busy=1):\n"
        "Showing freezable workqueues that are still busy:\n"
        "workqueue events_freezable_pwr_efficient: flags=0x86\n"
        "  pwq 8: cpus=0-3 flags=0x4 nice=0 active=1 refcnt=2\n"
        "    in-flight: 612:disk_poll_fn\n"
        "BUG: workqueue lockup - pool cpus=2 node=0 flags=0x1 bh-hi stuck for 30s!\n"
        "Showing busy workqueues and worker pools:\n"
        "workqueue bh_x: flags=0x11\n"
        "  pwq 7: cpus=2 node=0 flags=0x1 bh-hi active=1 refcnt=2\n"
        "    in-flight: bh-hi:x_bh_fn\n"
        "    pending: y_bh_fn\n"
        "Showing backtraces of running workers in stalled CPU-bound worker pools:\n"
        "pool 7:\n"
        "task:kworker/2:1     state:R  running task     stack:0     pid:61    tgid:61    ppid:2      flags:0x00004008\n"
        "Call Trace:\n"
        " <TASK>\n"
        " spin_fn+0x1/0x2\n"
        " </TASK>\n");
    REQUIRE(log.refused_freezes.size() == 1);
    CHECK(log.refused_freezes[0].is_workqueue_busy);
    REQUIRE(log.dumps.size() == 2);
    CHECK(log.dumps[0].kind == DumpKind::kFreezable);
    CHECK(log.dumps[0].workqueues.at(0).pwqs.at(0).active == 1);
    CHECK_FALSE(log.dumps[0].workqueues[0].pwqs[0].max_active);
    CHECK(log.dumps[1].lockups.at(0).kind.is_bh);
    CHECK(log.dumps[1].workqueues.at(0).pwqs.at(0).kind == log.dumps[1].lockups[0].kind);
    const Stack* stack = stack_of(log, 61);
    REQUIRE(stack);
    CHECK(stack->is_running);
}

TEST_CASE("6.18 and 7.x: who likely holds the lock, since when an item runs, why nobody does")
{
    const Log log = read(
        "INFO: task bash:880 blocked for more than 122 seconds.\n"
        "      Not tainted 6.18.1 #1\n"
        "\"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\" disables this message.\n"
        "INFO: task bash:880 is blocked on a mutex likely owned by task kworker/1:2:212.\n"
        "task:bash            state:D stack:0     pid:880   tgid:880   ppid:1      task_flags:0x400100 flags:0x0\n"
        "Call Trace:\n"
        " __schedule+0x1/0x2\n mutex_lock+0x1/0x2\n flush_work+0x1/0x2\n"
        "workqueue events: flags=0x100\n"
        "  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=1 refcnt=2\n"
        "    in-flight: 212:reg_todo [cfg80211] for 57507s BAR(880)\n"
        "pool 6: cpus=1 node=0 flags=0x0 nice=0 hung=57507s workers=3 idle: 7 8\n"
        "pool 6: no worker in running state, cpu=1 is idle (nr_workers=3 nr_idle=2)\n");
    REQUIRE(log.hung_tasks.size() == 1);
    CHECK(log.hung_tasks[0].owner == "kworker/1:2");
    CHECK(log.hung_tasks[0].owner_pid == 212);
    CHECK(log.hung_tasks[0].seconds == 122);
    const Dump& dump = log.dumps.at(0);
    CHECK(dump.workqueues.at(0).pwqs.at(0).in_flight.at(0).seconds == 57507);
    REQUIRE(dump.nobody_runs.size() == 1);
    CHECK(dump.nobody_runs[0].is_cpu_idle);
}

TEST_CASE("6.16 and newer: what else is said of a hung task is no other hung task")
{
    const std::string hung = "INFO: task kworker/1:2:212 blocked for more than 122 seconds.\n";
    const std::string behind =
        "task:kworker/0:1     state:D stack:0     pid:99    tgid:99    ppid:2      task_flags:0x4208060 flags:0x0\n";
    for (const std::string unknown : {"is blocked on a mutex, but the owner is not found.",
                                      "is blocked on an rw-semaphore, but the owner is not found.",
                                      "is blocked on a semaphore, but the last holder is not found."}) {
        const Log log = read(hung + "INFO: task kworker/1:2:212 " + unknown + "\n" + behind);
        REQUIRE(log.hung_tasks.size() == 1);
        CHECK(log.hung_tasks[0].seconds == 122);
        CHECK(log.hung_tasks[0].owner.empty());
    }
    for (const std::string known :
         {"blocked on a semaphore likely last held by task kworker/0:1:99",
          "<writer> blocked on an rw-semaphore likely owned by task kworker/0:1:99 <reader>"}) {
        const Log log = read(hung + "INFO: task kworker/1:2:212 " + known + "\n" + behind);
        REQUIRE(log.hung_tasks.size() == 1);
        CHECK(log.hung_tasks[0].seconds == 122);
        CHECK(log.hung_tasks[0].owner == "kworker/0:1");
        CHECK(log.hung_tasks[0].owner_pid == 99);
    }
}

TEST_CASE("patched kernels: what they add is told, and the rest of the line read")
{
    const Log log = read(
        "workqueue mm_percpu_wq: flags=0x8\n"
        "  pwq 2: cpus=1 node=0 colour=blue flags=0x0 nice=0 active=2/256\n"
        "    in-flight: 31:vmstat_fn{41000}, 32:drain_fn\n"
        "    pending: vmstat_fn{60123}, other_fn, (____ptrval____), 0xffffffffc0123456, 0x0123\n"
        "pool 2: cpus=1 node=0 flags=0x0 nice=0 hung=60s load=3 workers=2 manager: 18\n");
    const Pwq& pwq = log.dumps.at(0).workqueues.at(0).pwqs.at(0);
    CHECK(pwq.active == 2);
    REQUIRE(pwq.in_flight.size() == 2);
    CHECK(pwq.in_flight[1].function == "drain_fn");
    REQUIRE(pwq.pending.size() == 4);
    CHECK(pwq.pending[2].function == "0xffffffffc0123456");
    CHECK(pwq.pending[3].function == "0x0123");
    CHECK(log.dumps[0].pools.at(0).manager == 18);
    CHECK(log.not_understood_count == 4);
}

TEST_CASE("who runs on a stalled pool is shown, and who has a CPU for too long")
{
    const std::string dump =
        "Showing busy workqueues and worker pools:\n"
        "workqueue events: flags=0x0\n"
        "  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=1/256 refcnt=2\n"
        "    in-flight: 61:spin_fn\n"
        "pool 6: cpus=1 node=0 flags=0x0 nice=0 hung=43s workers=3 idle: 45 67\n"
        "Showing backtraces of running workers in stalled CPU-bound worker pools:\n";
    CHECK(read(dump + "usb 1-2: new device\n").dumps.at(0).backtraces_line == 6);
    CHECK(read(dump + "usb 1-2: new device\n").dumps[0].running_pools.empty());
    // It may have been cut there.
    CHECK(read(dump).dumps.at(0).backtraces_line == 0);
    const Log log = read(dump +
                         "pool 6:\n"
                         "task:kworker/1:1     state:R  running task     stack:0     pid:61    ppid:2      flags:0x0\n"
                         "Call Trace:\n spin_fn+0x1/0x2\n"
                         "watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [kworker/1:1:61]\n");
    CHECK(log.dumps[0].running_pools == std::vector<int>{6});
    REQUIRE(log.soft_lockups.size() == 1);
    CHECK(log.soft_lockups[0].cpu == 1);
    CHECK(log.soft_lockups[0].seconds == 26);
    CHECK(log.soft_lockups[0].command == "kworker/1:1");
    CHECK(log.soft_lockups[0].pid == 61);
    CHECK(log.stacks.size() == 1);
}
