// SPDX-License-Identifier: GPL-2.0
// What the kernel's log says of its workqueues: show_one_workqueue(), show_one_worker_pool() and the messages around.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "klog/stamp.hh"

namespace wqctl::klog {

// An item of a list: "func", "105*func", "BAR(123)".
struct Item {
    std::string function;  // empty for a barrier
    uint64_t count = 1;
    std::optional<int> waiter;  // the task that waits for the item before this one, in flush_work()
};

// "123(RESCUER):func for 3s BAR(7)"
struct InFlight {
    std::optional<int> pid;  // none: softirq ("bh")
    bool is_rescuer = false;
    std::string function;
    std::optional<uint64_t> seconds;  // since it began
    std::vector<Item> scheduled;      // behind it on the same worker
};

// Of PoolKind::flags: POOL_DISASSOCIATED; of Workqueue::flags: WQ_UNBOUND, __WQ_ORDERED.
constexpr uint64_t kDisassociated = 1 << 2;
constexpr uint64_t kUnbound = 1 << 1, kOrdered = 1 << 17;

// "cpus=0-7 node=0 flags=0x4 nice=0", and " bh", " bh-hi" for nice
struct PoolKind {
    std::string cpus;
    std::optional<int> node;
    std::optional<uint64_t> flags;
    std::optional<int> nice;
    bool is_bh = false;

    bool operator==(const PoolKind&) const = default;
};

struct Pwq {
    uint64_t line = 0;
    int pool = -1;
    PoolKind kind;
    std::optional<uint64_t> active, max_active, refcnt;
    bool mayday = false;
    std::vector<InFlight> in_flight;
    std::vector<Item> pending, inactive;
    uint64_t in_flight_line = 0, pending_line = 0, inactive_line = 0;
};

struct Workqueue {
    uint64_t line = 0;
    std::string name;
    std::optional<uint64_t> flags;
    std::vector<Pwq> pwqs;
};

struct Pool {
    uint64_t line = 0;
    int id = -1;
    PoolKind kind;
    std::optional<uint64_t> hung, workers;  // seconds; how many
    std::optional<int> manager;
    std::vector<int> idle;
};

// A task's stack.
struct Stack {
    uint64_t line = 0;
    std::optional<Stamp> time;
    std::optional<int> pid, cpu;
    std::string command;
    char state = 0;           // as ps has it; 0: not said
    bool is_running = false;  // it was on a CPU
    std::string workqueue, function;
    std::vector<std::string> frames;  // innermost first, without offsets
};

// "BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 43s!"
struct Lockup {
    uint64_t line = 0;
    std::optional<Stamp> time;
    PoolKind kind;
    uint64_t seconds = 0;
};

enum class DumpKind { kBusy, kFreezable, kDestroyed, kNoTitle };

// "pool 6: no worker in running state, cpu=1 is idle (nr_workers=3 nr_idle=2)" of Linux 7.x
struct NobodyRuns {
    uint64_t line = 0;
    int pool = -1, cpu = -1;
    bool is_cpu_idle = false;
};

// One list of all that is busy.
struct Dump {
    uint64_t line = 0, last_line = 0;
    std::optional<Stamp> time;
    DumpKind kind = DumpKind::kNoTitle;
    std::vector<Lockup> lockups;
    std::vector<Workqueue> workqueues;
    std::vector<Pool> pools;
    std::vector<NobodyRuns> nobody_runs;
    // Where the watchdog began to show the workers that run on CPUs' pools that do not move (6.4 to 6.19), and on which
    // pools it found any: who is at work on another one sleeps.
    uint64_t backtraces_line = 0;
    std::vector<int> running_pools;
};

// "watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [task:123]"
struct SoftLockup {
    uint64_t line = 0;
    std::optional<Stamp> time;
    int cpu = -1;
    uint64_t seconds = 0;
    std::string command;
    int pid = 0;
};

// "func hogged CPU for >10000us 67 times, consider switching to WQ_UNBOUND"
struct Hog {
    uint64_t line = 0;
    std::string function;
    uint64_t microseconds = 0, times = 0;
};

// "WQ_MEM_RECLAIM writeback:wb_workfn is flushing !WQ_MEM_RECLAIM events_unbound:func"
struct FlushDependency {
    uint64_t line = 0;
    std::string waiter;  // "wq:func", or a task with PF_MEMALLOC
    bool waiter_is_task = false;
    std::string flushed;
};

// "Freezing of tasks failed after 20.005 seconds (0 tasks refusing to freeze, wq_busy=1):"
struct RefusedFreeze {
    uint64_t line = 0;
    std::string what;
    uint64_t tasks = 0;
    bool is_workqueue_busy = false;
};

// "INFO: task kworker/0:1:123 blocked for more than 120 seconds."
struct HungTask {
    uint64_t line = 0;
    std::string command;
    int pid = 0;
    uint64_t seconds = 0;
    // "INFO: task bash:12 is blocked on a mutex likely owned by task kworker/0:1:123." of 6.16 and newer; of a
    // semaphore who likely held it last
    std::string owner;
    int owner_pid = 0;
};

// "workqueue foo: drain_workqueue() isn't complete after 10 tries", "destroy_workqueue: foo has the following busy pwq"
struct Unfinished {
    uint64_t line = 0;
    std::string workqueue;
    std::string call;
};

struct Log {
    std::vector<Dump> dumps;
    std::vector<Hog> hogs;
    std::vector<FlushDependency> flush_dependencies;
    std::vector<RefusedFreeze> refused_freezes;
    std::vector<HungTask> hung_tasks;
    std::vector<Unfinished> unfinished;
    std::vector<SoftLockup> soft_lockups;
    std::vector<Stack> stacks;  // of workers, of who was on a CPU, and of who waits for a workqueue
    std::map<std::pair<int, std::string>, unsigned> executions;  // in how many dumps a worker is at a function
    std::multimap<int, size_t> stacks_of;                        // by pid: which of them
    uint64_t lines = 0;
    // What stood in a dump and was not understood, with its line; no more than some hundreds are kept.
    std::vector<std::pair<uint64_t, std::string>> not_understood;
    uint64_t not_understood_count = 0;
};

}  // namespace wqctl::klog
