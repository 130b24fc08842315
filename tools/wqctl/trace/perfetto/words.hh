// SPDX-License-Identifier: GPL-2.0
// The categories of the track events in a file, and the names of their annotations: what a person sees in Perfetto, and
// what the reader goes by.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wqctl::perfetto {

// Of slices and instants. Their interned ids are their values.
enum class Category : uint32_t {
    kNone,
    kQueue,    // an item waits for a worker
    kHeld,     // it waits until it counts for max_active
    kPending,  // and then for a worker
    kRun,
    kSleep,
    kWorker,  // is described
    kWorkerMade,
    kWorkerGone,
    kManager,
    kMayday,
    kRescue,
    kPool,       // is described
    kWorkqueue,  // likewise
    kAttributes,
    kFlush,
    kLost,
    kRecording,  // begins, ends
    kCondition,
};
inline constexpr std::array<std::string_view, 19> kCategories = {
    "",       "queue",  "held", "pending",   "run",        "sleep", "worker", "worker made", "worker gone", "manager",
    "mayday", "rescue", "pool", "workqueue", "attributes", "flush", "lost",   "recording",   "condition"};

enum class Note : uint32_t {
    kNone,
    kItem,
    kCpu,
    kBy,
    kByPid,
    kContext,
    kCaller,
    kLikelyCaller,
    kAskedCpu,
    kWorkqueue,
    kPool,
    kBehind,
    kState,
    kStart,  // "not seen"
    kEnd,    // "not seen"
    kCancelled,
    kBarrier,
    kOf,  // what a flush waits for
    kPid,
    kComm,
    kDetail,
    kEvents,  // lost
    kUntil,
    kFunction,
    // Of what is described.
    kName,
    kIdentity,
    kUnbound,
    kBh,
    kOrdered,
    kMaxActive,
    kCpus,
    kNice,
    // Of the recording.
    kVersion,
    kKernel,
    kMachine,
    kCommand,
    kClock,
    kClockError,
    kBuffer,
    kBegunBoot,
    kBegunWall,
    kOnly,
    kMissing,
    kElapsed,
    kLost,
    kCost,
    kEndedBy,
    kClocksDiffer,
    kPassedOver,
};
inline constexpr std::array<std::string_view, 49> kNotes = {"",
                                                            "item",
                                                            "cpu",
                                                            "queued by",
                                                            "pid of queuer",
                                                            "context",
                                                            "caller",
                                                            "likely caller",
                                                            "asked cpu",
                                                            "workqueue",
                                                            "pool",
                                                            "behind",
                                                            "state",
                                                            "start",
                                                            "end",
                                                            "cancelled",
                                                            "barrier",
                                                            "waits for",
                                                            "pid",
                                                            "comm",
                                                            "detail",
                                                            "events",
                                                            "until",
                                                            "function",
                                                            "name",
                                                            "identity",
                                                            "unbound",
                                                            "bh",
                                                            "ordered",
                                                            "max_active",
                                                            "cpus",
                                                            "nice",
                                                            "wqlab",
                                                            "kernel",
                                                            "machine",
                                                            "command",
                                                            "clock",
                                                            "clock error",
                                                            "buffer",
                                                            "begun boottime",
                                                            "begun realtime",
                                                            "only",
                                                            "missing",
                                                            "elapsed",
                                                            "lost",
                                                            "ns per event",
                                                            "ended by",
                                                            "clocks differ",
                                                            "passed over"};
static_assert(static_cast<size_t>(Category::kCondition) + 1 == kCategories.size());
static_assert(static_cast<size_t>(Note::kPassedOver) + 1 == kNotes.size());

// A note of several: what is counted, and how many there are.
using Counts = std::vector<std::pair<std::string, uint64_t>>;

inline constexpr std::string_view kNotSeenWord = "not seen";
inline constexpr std::string_view kCpuWord = "CPU ";
inline constexpr std::string_view kNoName = "?";  // of an event, which must have one
inline constexpr std::array<std::string_view, 5> kContexts = {"task", "softirq", "hardirq", "nmi", "timer"};

}  // namespace wqctl::perfetto
