// SPDX-License-Identifier: GPL-2.0
// The tracks of a file: described when first used.
//
//   recording
//   pools          pool 2: CPU 1          kworker/1:0 (61), …       active, pending, inactive
//   workqueues     events                 queued, held back         active, pending, inactive
//   flushes        kworker/1:0 (61), …
//   lost events    CPU 1, …
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "trace/perfetto/packets.hh"

namespace wqctl::perfetto {

enum Level : uint32_t { kActive, kPendingLevel, kInactive, kLevels };

// Of a pool or a workqueue: the kernel's nr_active, and of them those without a worker; and who is held back.
struct Levels {
    std::array<uint64_t, kLevels> tracks{};
    std::array<int64_t, kLevels> values{};
};

struct PoolTracks {
    uint64_t uuid = 0;
    Levels levels;
};

// Slices of one track nest, and items that wait do not: each is on a lane of its own. Perfetto shows lanes of one name
// as one track.
struct Lanes {
    std::vector<uint64_t> tracks;
    std::vector<uint64_t> ends;  // of what was on them last
    std::vector<uint32_t> free;
};

struct WorkqueueTracks {
    uint64_t uuid = 0;
    Levels levels;
    Lanes queued, held;
};

class Tracks {
public:
    explicit Tracks(Packets& packets) : packets_(packets) {}

    void begin(const Tables& tables);
    uint64_t recording() const { return kRecording; }
    PoolTracks& pool(int32_t id, uint64_t time);
    WorkqueueTracks& workqueue(WorkqueueId id, uint64_t time);
    // pid 0: of BH, where one item is at a time on each CPU.
    uint64_t worker(int32_t pool, int32_t pid, NameId comm, uint32_t cpu, uint64_t time);
    uint64_t flusher(int32_t pid, NameId comm);
    uint64_t lost(uint32_t cpu);

    // A lane for who begins to wait: its number. What comes late gets one that was free then.
    uint32_t take_lane(const WorkqueueTracks& of, Lanes& lanes, uint64_t time, const char* name, int32_t rank);
    static void give_lane(Lanes& lanes, uint32_t lane, uint64_t time);

private:
    enum Root : uint64_t { kRecording = 1, kPools, kWorkqueues, kFlushes, kLost, kRoots };

    uint64_t describe(std::string name, uint64_t parent, int32_t rank = 0,
                      ChildOrdering children = ChildOrdering::kLexicographic);
    void describe_levels(Levels& levels, uint64_t parent);

    Packets& packets_;
    const Tables* tables_ = nullptr;
    uint64_t last_ = kRoots;
    std::unordered_map<int32_t, PoolTracks> pools_;
    std::vector<WorkqueueTracks> workqueues_;
    std::unordered_map<uint64_t, uint64_t> workers_;  // by pool, and pid or CPU
    std::map<int32_t, uint64_t> flushers_;
    std::map<uint32_t, uint64_t> lost_;
};

}  // namespace wqctl::perfetto
