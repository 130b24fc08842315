// SPDX-License-Identifier: GPL-2.0
#include "trace/perfetto/tracks.hh"

#include <fmt/core.h>

namespace wqctl::perfetto {

namespace {

// "pool 2: CPU 1, nice -20", as `wqctl dump` has it.
std::string pool_name(int32_t id, const TracedPool* pool)
{
    if (id == kNoPool)
        return "pool not seen";
    if (!pool)
        return fmt::format("pool {}", id);
    const std::string where = pool->cpu >= 0 ? fmt::format("CPU {}", pool->cpu) : "unbound, CPUs " + pool->cpus;
    const std::string nice = pool->nice && !pool->bh ? fmt::format(", nice {}", pool->nice) : "";
    return fmt::format("pool {}: {}{}{}", id, where, pool->bh ? pool->nice ? ", BH highpri" : ", BH" : "", nice);
}

std::string task_name(int32_t pid, const std::string& comm)
{
    return fmt::format("{} ({})", comm.empty() ? "?" : comm, pid);
}

}  // namespace

uint64_t Tracks::describe(std::string name, uint64_t parent, int32_t rank, ChildOrdering children)
{
    packets_.describe({.uuid = last_, .name = std::move(name), .parent = parent, .children = children, .rank = rank});
    return last_++;
}

void Tracks::begin(const Tables& tables)
{
    tables_ = &tables;
    const auto root = [&](Root uuid, const char* name) {
        const auto children = uuid == kPools ? ChildOrdering::kExplicit : ChildOrdering::kLexicographic;
        packets_.describe({.uuid = uuid, .name = name, .children = children, .rank = static_cast<int32_t>(uuid)});
    };
    root(kRecording, "wqlab recording");
    root(kPools, "worker pools");
    root(kWorkqueues, "workqueues");
    root(kFlushes, "flushes");
    root(kLost, "lost events");
}

void Tracks::describe_levels(Levels& levels, uint64_t parent)
{
    static constexpr std::array<const char*, kLevels> kNames = {"active", "pending", "inactive"};
    for (uint32_t i = 0; i < kLevels; i++) {
        levels.tracks[i] = last_++;
        packets_.describe({.uuid = levels.tracks[i],
                           .name = kNames[i],
                           .parent = parent,
                           .is_counter = true,
                           .rank = static_cast<int32_t>(i) + 1});
    }
}

PoolTracks& Tracks::pool(int32_t id, uint64_t time)
{
    PoolTracks& pool = pools_[id];
    if (pool.uuid)
        return pool;
    const TracedPool* traced = tables_->pool(id);
    pool.uuid = describe(pool_name(id, traced), kPools, id, ChildOrdering::kExplicit);
    describe_levels(pool.levels, pool.uuid);
    packets_.event(time, EventType::kInstant, Category::kPool, pool.uuid, [&](TrackEvent& event) {
        event.name(Category::kPool).note_int(Note::kPool, id);
        if (!traced)
            return;
        event.note_int(Note::kCpu, traced->cpu).note_text(Note::kCpus, traced->cpus);
        event.note_int(Note::kNice, traced->nice);
        if (traced->bh)
            event.note_true(Note::kBh);
    });
    return pool;
}

WorkqueueTracks& Tracks::workqueue(WorkqueueId id, uint64_t time)
{
    if (id >= workqueues_.size())
        workqueues_.resize(size_t{id} + 1);
    WorkqueueTracks& workqueue = workqueues_[id];
    if (workqueue.uuid)
        return workqueue;
    const TracedWorkqueue& traced = tables_->workqueue(id);
    workqueue.uuid = describe(id ? traced.label : "workqueue not seen", kWorkqueues, 0, ChildOrdering::kExplicit);
    describe_levels(workqueue.levels, workqueue.uuid);
    if (id)
        packets_.event(time, EventType::kInstant, Category::kWorkqueue, workqueue.uuid, [&](TrackEvent& event) {
            event.name(Category::kWorkqueue).note_workqueue(id).note_text(Note::kName, traced.name);
            event.note_pointer(Note::kIdentity, traced.identity).note(Note::kMaxActive, traced.max_active);
            if (traced.unbound)
                event.note_true(Note::kUnbound);
            if (traced.bh)
                event.note_true(Note::kBh);
            if (traced.ordered)
                event.note_true(Note::kOrdered);
        });
    return workqueue;
}

uint64_t Tracks::worker(int32_t pool_id, int32_t pid, NameId comm, uint32_t cpu, uint64_t time)
{
    const uint32_t who = pid ? static_cast<uint32_t>(pid) : UINT32_MAX - cpu;
    uint64_t& uuid = workers_[uint64_t{static_cast<uint32_t>(pool_id)} << 32 | who];
    if (uuid)
        return uuid;
    const uint64_t parent = pool(pool_id, time).uuid;
    // Behind the counters.
    uuid = describe(pid ? task_name(pid, tables_->text(comm)) : fmt::format("BH of CPU {}", cpu), parent, kLevels + 1);
    packets_.event(time, EventType::kInstant, Category::kWorker, uuid, [&](TrackEvent& event) {
        event.name(Category::kWorker).note_int(Note::kPid, pid).note_name(Note::kComm, comm);
    });
    return uuid;
}

uint64_t Tracks::flusher(int32_t pid, NameId comm)
{
    uint64_t& uuid = flushers_[pid];
    if (!uuid)
        uuid = describe(task_name(pid, tables_->text(comm)), kFlushes);
    return uuid;
}

uint64_t Tracks::lost(uint32_t cpu)
{
    uint64_t& uuid = lost_[cpu];
    if (!uuid)
        uuid = describe(fmt::format("CPU {}", cpu), kLost);
    return uuid;
}

uint32_t Tracks::take_lane(const WorkqueueTracks& of, Lanes& lanes, uint64_t time, const char* name, int32_t rank)
{
    for (size_t i = lanes.free.size(); i-- > 0;) {
        const uint32_t lane = lanes.free[i];
        if (lanes.ends[lane] > time)
            continue;
        lanes.free.erase(lanes.free.begin() + static_cast<std::ptrdiff_t>(i));
        return lane;
    }
    lanes.tracks.push_back(describe(name, of.uuid, rank));
    lanes.ends.push_back(0);
    return static_cast<uint32_t>(lanes.tracks.size() - 1);
}

void Tracks::give_lane(Lanes& lanes, uint32_t lane, uint64_t time)
{
    lanes.ends[lane] = time;
    lanes.free.push_back(lane);
}

}  // namespace wqctl::perfetto
