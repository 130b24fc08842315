// SPDX-License-Identifier: GPL-2.0
#include "commands/explain/judge.hh"

#include <algorithm>
#include <iterator>
#include <map>

#include "commands/explain/bench.hh"

namespace wqctl {

std::optional<uint32_t> find_workqueue(const Snapshot& snapshot, std::string_view name)
{
    for (const wqlab_snap_workqueue& workqueue : snapshot.workqueues)
        if (snapshot.string(workqueue.name) == name)
            return snapshot.index_of(workqueue);
    return {};
}

Ids pool_ids(const Snapshot& snapshot, const std::function<bool(const wqlab_snap_pool&)>& passes)
{
    Ids ids;
    for (const wqlab_snap_pool& pool : snapshot.pools)
        if (!passes || passes(pool))
            ids.insert(pool.id);
    return ids;
}

Ids pools_of(const Snapshot& snapshot, uint32_t workqueue)
{
    Ids ids;
    if (const auto* row = snapshot.workqueue(workqueue))
        for (const wqlab_snap_pwq& pwq : snapshot.pwqs_of(*row))
            ids.insert(pwq.pool);
    return ids;
}

Ids minus(const Ids& ids, const Ids& others)
{
    Ids left;
    std::set_difference(ids.begin(), ids.end(), others.begin(), others.end(), std::inserter(left, left.end()));
    return left;
}

const wqlab_snap_pool* pool_for(const Snapshot& snapshot, uint32_t workqueue, uint32_t cpu)
{
    for (const wqlab_snap_cpu_pwq& row : snapshot.cpu_pwqs_of(workqueue))
        if (row.cpu == cpu)
            return snapshot.pool(row.pool);
    return nullptr;
}

bool is_percpu(const wqlab_snap_pool& pool) { return pool.cpu >= 0 && !(pool.flags & WQLAB_POOL_BH); }
bool is_bh(const wqlab_snap_pool& pool) { return pool.flags & WQLAB_POOL_BH; }
bool is_unbound(const wqlab_snap_pool& pool) { return pool.cpu < 0; }

std::vector<wqlab_snap_worker> executing(const Snapshot& snapshot, uint32_t workqueue)
{
    std::vector<wqlab_snap_worker> workers;
    for (const wqlab_snap_worker& worker : snapshot.workers)
        if (worker.work && worker.workqueue == workqueue)
            workers.push_back(worker);
    return workers;
}

std::vector<wqlab_snap_worker> workers_in(const Snapshot& snapshot, int32_t pool)
{
    std::vector<wqlab_snap_worker> workers;
    for (const wqlab_snap_worker& worker : snapshot.workers)
        if (worker.pool == pool)
            workers.push_back(worker);
    return workers;
}

Ids worker_pids(const Snapshot& snapshot, const Ids& pools)
{
    Ids pids;
    for (const wqlab_snap_worker& worker : snapshot.workers)
        if (pools.contains(worker.pool))
            pids.insert(worker.pid);
    return pids;
}

size_t waiting(const Snapshot& snapshot, uint32_t workqueue, uint32_t state)
{
    return static_cast<size_t>(
        std::count_if(snapshot.works.begin(), snapshot.works.end(), [&](const wqlab_snap_work& work) {
            return work.workqueue == workqueue && work.state == state && !work.is_barrier;
        }));
}

namespace {

template <typename Number, typename Get>
Number sum(const Snapshot& snapshot, uint32_t workqueue, Get get)
{
    Number total = 0;
    if (const auto* row = snapshot.workqueue(workqueue))
        for (const wqlab_snap_pwq& pwq : snapshot.pwqs_of(*row))
            total += get(pwq);
    return total;
}

}  // namespace

uint64_t stat(const Snapshot& snapshot, uint32_t workqueue, wqlab_pwq_stat which)
{
    return sum<uint64_t>(snapshot, workqueue, [which](const wqlab_snap_pwq& pwq) {
        if (pwq.stats[which] == WQLAB_NEVER)
            throw Skip{"this kernel keeps no such counts, which came with Linux 6.5"};
        return pwq.stats[which];
    });
}

int64_t active(const Snapshot& snapshot, uint32_t workqueue)
{
    return sum<int64_t>(snapshot, workqueue, [](const wqlab_snap_pwq& pwq) { return pwq.nr_active; });
}

int64_t in_flight(const Snapshot& snapshot, uint32_t workqueue)
{
    return sum<int64_t>(snapshot, workqueue, [](const wqlab_snap_pwq& pwq) {
        int64_t total = 0;
        for (const int32_t color : pwq.in_flight)
            total += color;
        return total;
    });
}

std::optional<int> unused_nice(const Snapshot& snapshot)
{
    std::set<int32_t> used;
    for (const wqlab_snap_pool& pool : snapshot.pools)
        if (is_unbound(pool))
            used.insert(pool.nice);
    for (const wqlab_snap_workqueue& workqueue : snapshot.workqueues)
        if (workqueue.flags & WQLAB_WQ_UNBOUND)
            used.insert(workqueue.nice);
    // Near 0: on a busy machine nicer workers might wait for long.
    for (const int nice : {-1, -2, -3, -4, -5, -6, -7, 1, 2, 3, 4, 5, 6, 7})
        if (!used.contains(nice))
            return nice;
    return {};
}

bool too_many_workers(int32_t nr_workers, int32_t nr_idle)
{
    constexpr int32_t kMaxIdleRatio = 4;  // MAX_IDLE_WORKERS_RATIO
    return nr_idle > 2 && (nr_idle - 2) * kMaxIdleRatio >= nr_workers - nr_idle;
}

CpuList common(const CpuList& a, const CpuList& b)
{
    CpuList both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
}

std::set<CpuList> pool_masks(const Snapshot& snapshot, uint32_t scope, const CpuList& cpus)
{
    const CpuList online = snapshot.cpus(snapshot.head.online_cpus);
    std::map<int32_t, CpuList> pods;
    for (const wqlab_snap_pod& pod : snapshot.pods)
        if (pod.scope == scope)
            pods[static_cast<int32_t>(pod.pod)] = snapshot.cpus(pod.cpus);
    std::set<CpuList> masks = {cpus};
    for (const wqlab_snap_cpu_pod& row : snapshot.cpu_pods) {
        if (row.scope != scope)
            continue;
        const CpuList mask = common(pods[row.pod], cpus);
        // A pod of which no CPU is online makes do with all.
        masks.insert(common(mask, online).empty() ? cpus : mask);
    }
    return masks;
}

int32_t node_share(int32_t max_active, int32_t min_active, size_t node_cpus, size_t cpus)
{
    if (cpus == 0)
        return min_active;
    const size_t share = (static_cast<size_t>(max_active) * node_cpus + cpus - 1) / cpus;
    return std::clamp(static_cast<int32_t>(share), min_active, max_active);
}

}  // namespace wqctl
