// SPDX-License-Identifier: GPL-2.0
// What happened to items, workers and workqueues: events, one after another, and who takes them. A recording makes
// them, and so does a file; writers, stories and sums are sinks of either.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "text/patterns.hh"

namespace wqctl {

// Indices into Tables. Names: of functions, callers, tasks, and words; 0 is none.
using NameId = uint32_t;
// 0 is none: nobody saw of which workqueue an item is.
using WorkqueueId = uint32_t;
inline constexpr int32_t kNoPool = -1;

enum class EventKind : uint8_t {
    // Of an item. In the task that queues (or the interrupt over it):
    kQueue,     // value: the CPU that was asked for, or kAnyCpu. held_back: it does not count for max_active yet
    kActivate,  // it was held back, and counts from here on. (The kernel tells it of every item: see activations.hh)
    kCancel,    // it does not wait any more
    // In the worker:
    kStart,  // other: of a flush's barrier the pid of who waits, if that is known
    kEnd,
    kSleep,  // value: the task's state, as the kernel's TASK_* (1: interruptible, 2: not)
    kWake,
    // Of workers and pools.
    kWorkerMade,
    kWorkerGone,
    kManagerBegins,
    kManagerEnds,
    kMayday,  // the pool calls the rescuer of `workqueue`
    kRescueBegins,
    kRescueEnds,
    // Of workqueues.
    kAttributes,   // changed; detail: how they are now
    kFlushBegins,  // item: the barrier, which runs when what is waited for has ended, or 0; other: what is waited for,
                   // or 0: all of the workqueue. detail: what waits ("flush_work"). pid, comm: who waits
    kFlushEnds,    // pid: who has waited
    // Of the recording.
    kLost,       // from `time` to `other`, CPU `cpu` had `value` more events
    kCondition,  // what the recording waited for has come: `item`; detail: the condition
};
inline constexpr size_t kEventKinds = static_cast<size_t>(EventKind::kCondition) + 1;

enum class EventContext : uint8_t { kTask, kSoftirq, kHardirq, kNmi, kTimer };
inline constexpr size_t kEventContexts = static_cast<size_t>(EventContext::kTimer) + 1;

inline constexpr uint32_t kAnyCpu = UINT32_MAX;

// One, decoded. What does not apply to its kind is 0.
struct Event {
    uint64_t time = 0;   // ns since the recording began; in order, but for what Head says of the clocks
    uint64_t item = 0;   // identity, as `wqctl dump` shows it
    uint64_t other = 0;  // see the kinds
    EventKind kind = EventKind::kQueue;
    EventContext context = EventContext::kTask;
    bool likely_caller = false;  // the caller is not certain
    bool held_back = false;
    uint16_t cpu = 0;  // on which it happened
    WorkqueueId workqueue = 0;
    int32_t pool = kNoPool;
    int32_t pid = 0;  // who queues, flushes or cancels (as far as context is kTask: else whom the interrupt hit); of
                      // other kinds the worker, 0 for one that is no task (BH)
    uint32_t value = 0;
    NameId comm = 0;  // of pid
    NameId function = 0;
    NameId caller = 0;  // the function that called queue_work() or the like
    NameId detail = 0;

    bool operator==(const Event&) const = default;
};

struct TracedWorkqueue {
    std::string name;
    std::string label = {};  // what to call it where others have that name, too; Tables::add() gives it one
    uint64_t identity = 0;
    bool unbound = false;
    bool bh = false;
    bool ordered = false;
    uint32_t max_active = 0;  // 0: not known

    bool operator==(const TracedWorkqueue&) const = default;
};

struct TracedPool {
    int32_t cpu = -1;  // -1: unbound
    std::string cpus;  // "0-3": where its workers may run
    int32_t nice = 0;
    bool bh = false;

    bool operator==(const TracedPool&) const = default;
};

// What ids in events stand for. It grows while events come, before the first event that uses what is new.
class Tables {
public:
    // The same for the same text. Tasks may call themselves anything, again and again: of too many all further ones
    // are one.
    NameId name(std::string_view text);
    // What dump calls a workqueue that there was before the first event.
    void call(uint64_t identity, const std::string& name, std::string label);
    // One without a label gets that, or if it was made since its name, and its identity, too, where others had that
    // name: labels differ, and readers of a file go by them.
    WorkqueueId add(TracedWorkqueue workqueue);
    void add(int32_t id, TracedPool pool) { pools_[id] = std::move(pool); }

    // "" for what is not there.
    const std::string& text(NameId id) const { return names_[id < names_.size() ? id : 0]; }
    // One without a name for what is not there.
    const TracedWorkqueue& workqueue(WorkqueueId id) const { return workqueues_[id < workqueues_.size() ? id : 0]; }
    // By its name or its label.
    bool is_meant(WorkqueueId id, const Patterns& patterns) const;
    // nullptr for what is not there.
    const TracedPool* pool(int32_t id) const;

    size_t names() const { return names_.size(); }
    size_t workqueues() const { return workqueues_.size(); }
    const std::map<int32_t, TracedPool>& pools() const { return pools_; }

    static constexpr size_t kMostNames = 200'000;

private:
    std::string label_of(const TracedWorkqueue& workqueue);

    std::map<std::pair<uint64_t, std::string>, std::string> labels_;  // by identity and name, until they are given
    std::set<std::string> known_names_;                               // of workqueues
    std::deque<std::string> names_{1};  // a deque: its elements stay where they are, and ids_ looks at them
    std::unordered_map<std::string_view, NameId> ids_;
    std::deque<TracedWorkqueue> workqueues_{1};
    std::map<int32_t, TracedPool> pools_;
};

// What is known of a recording before its first event.
struct Head {
    std::string version;  // wqctl's
    std::string kernel;   // "6.12.0-1-amd64"
    std::string machine;  // its host name
    std::string command;  // "wqctl trace -d 5s events"
    uint32_t cpus = 0;
    std::string clock;                 // "monotonic"
    uint64_t clock_error_ns = 0;       // by how much the order of two CPUs' events may be wrong
    uint64_t buffer_bytes = 0;         // of all CPUs
    uint64_t begun_boot_ns = 0;        // event.time + this is CLOCK_BOOTTIME
    uint64_t begun_wall_ns = 0;        // and this CLOCK_REALTIME
    std::vector<std::string> only;     // patterns of workqueues; none: all
    std::vector<std::string> missing;  // what this kernel cannot tell, in words

    bool operator==(const Head&) const = default;
};

struct CpuLoss {
    uint32_t cpu = 0;
    uint64_t events = 0;

    bool operator==(const CpuLoss&) const = default;
};

// Calls that a probe should have told of, and did not.
struct PassedOver {
    std::string what;  // they tell, as Head::missing has it
    uint64_t calls = 0;

    bool operator==(const PassedOver&) const = default;
};

// What is known after its last one.
struct Tail {
    uint64_t elapsed_ns = 0;
    uint64_t events = 0;        // recorded, without those lost
    std::vector<CpuLoss> lost;  // CPUs that lost some
    std::vector<PassedOver> passed_over;
    double ns_per_event = 0;     // what recording one took on average; 0: not measured
    std::string ended_by;        // "time", "interrupt", "condition", or who has gone: "reader", "module"
    bool clocks_differ = false;  // the kernel has found so, and what Head says of them is not so

    bool operator==(const Tail&) const = default;
    uint64_t lost_events() const;
    uint64_t calls_passed_over() const;
};

// Tables outlive the sink.
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void begin(const Head& head, const Tables& tables) = 0;
    virtual void event(const Event& event) = 0;
    virtual void end(const Tail& tail) = 0;
};

}  // namespace wqctl
