// SPDX-License-Identifier: GPL-2.0
#include "klog_seeds.hh"

#include <string_view>

namespace {

constexpr std::string_view kLogs[] = {
    "[  843.900123] BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=-20 stuck for 43s!\n"
    "[  843.900140] Showing busy workqueues and worker pools:\n"
    "[  843.900150] workqueue kcryptd/254:0: flags=0x2a\n"
    "[  843.900160]   pwq 6: cpus=1 node=0 flags=0x0 nice=-20 active=4/256 refcnt=5 MAYDAY\n"
    "[  843.900170]     in-flight: 12:one [mod] for 39s BAR(7), 3*two, 13(RESCUER):three\n"
    "[  843.900180]     pending: four, 105*five [mod], BAR(8)\n"
    "[  843.900190]     inactive: six.isra.0 BAR(12)\n"
    "[  843.900230] pool 6: cpus=1 node=0 flags=0x0 nice=-20 hung=43s workers=3 manager: 14 idle: 15 16\n"
    "[  843.900240] pool 6: no worker in running state, cpu=1 is idle (nr_workers=3 nr_idle=2)\n"
    "[  843.900250] task:kworker/1:2     state:D stack:0     pid:12   tgid:12   ppid:2      flags:0x0\n"
    "[  843.900260] Workqueue: kblockd blk_mq_timeout_work\n"
    "[  843.900270] Call Trace:\n[  843.900280]  <TASK>\n[  843.900290]  __schedule+0x3c1/0x1390\n"
    "[  843.900300]  mutex_lock+0x41/0x1c0 [mod]\n[  843.900310]  </TASK>\n",
    "> > <4>[   12.345678][  T123] workqueue: foo_fn [drm] hogged CPU for >10000us 67 times, consider\n"
    "workqueue: WQ_MEM_RECLAIM writeback:wb_workfn is flushing !WQ_MEM_RECLAIM events_unbound:foo_fn\n"
    "Freezing of tasks failed after 20.005 seconds (0 tasks refusing to freeze, wq_busy=1):\n"
    "Showing freezable workqueues that are still busy:\n"
    "workqueue usb_hub_wq: flags=0x4\n  pwq 4: cpus=2 flags=0x0 nice=0 active=1\n    in-flight: 312:hub_event "
    "[usbcore]\n"
    "INFO: task kworker/0:1:123 blocked for more than 120 seconds.\n"
    "kworker/0:1     R  running task        0   124      2 0x80000000\n [<ffffffff81000000>] __flush_work+0x1/0x2\n"
    "CPU: 3 UID: 0 PID: 125 Comm: spdk reactor Not tainted 6.12 #1\nCall trace:\n poll+0x1/0x2\n"
    "workqueue foo: drain_workqueue() isn't complete after 10 tries\ndestroy_workqueue: bar has the following busy "
    "pwq\n",
    "Nov 28 13:17:39 box kernel: workqueue kcryptd/254:0: flags=3D0x2a\n"
    "2026-11-28T13:17:39+0000 box kernel:   pwq 17: cpus=3D0-7 flags=3D0x4 nice=3D0 active=\n=3D64/64 refcnt=3D70\n"
    "[Sat Nov 28 13:17:39 2026]     in-flight: bh:kcryptd_crypt [dm_cry=\npt] for 58s, BAR(1)\n"
    "6,1234,843900160,-,caller=T12;     inactive: 105*kcryptd_crypt\n, two_fn BAR(3)\n"
    "{\"MESSAGE\":\"pwq 6: cpus=1\",\"_SOURCE_MONOTONIC_TIMESTAMP\":\"843900160\"}\n"
    "{\"MESSAGE\":[112,119,113]}\n",
    "4,81,843900004,-,ncfrag=0/60;    in-flight: 61:sp\n4,81,843900004,-,ncfrag=20/60;in_fn{41000}, 62:two_fn "
    "BAR(880)\n"
    "4,82,843900005,c;workqueue events: fla\n4,82,843900005,+;gs=0x0\n\t\"MESSAGE\" : \"pwq 6: cpus=1\",\n"
    "MESSAGE=pending: (____ptrval____), 0xffffffffc0123456\nSat 2026-11-28 13:17:39 UTC box kernel: pool 6:\n"
    "Showing backtraces of running workers in stalled CPU-bound worker pools:\npool 6:\n"
    "[    1.000000] (1)[212:kworker/1:2]watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [kworker/1:1:61]\n"
    "&gt; INFO: task bash:880 is blocked on a mutex likely owned by task kworker/1:2:212.\n",
    "kworker/2:1     D ffff880234a67c78     0  2211      2 0x00000000\nWorkqueue: usb hub wq hub_event (x)\n"
    " ffff880234a67c78 0000000000000000\nCall Trace:\n [<c0711c50>] (__schedule) from [<c0712098>] "
    "(schedule+0x4c/0xac)\n"
    " context_switch kernel/sched/core.c:5382 [inline]\n([<00000000012a9310>] schedule+0xc0/0x118)\n"
    " stor_wait+0x12/0x34 [stor 0123456789abcdef]\nstor_spin (drivers/stor.c:88 drivers/stor.c:99) stor\n",
};

}  // namespace

std::vector<Seed> klog_seeds()
{
    std::vector<Seed> seeds;
    for (const std::string_view log : kLogs)
        seeds.push_back({"log" + std::to_string(seeds.size()), {log.begin(), log.end()}});
    return seeds;
}
