// SPDX-License-Identifier: GPL-2.0
#include "snapshot/snapshot.hh"

#include <algorithm>

namespace wqctl {

namespace {

template <typename T>
const T* at(const std::vector<T>& table, uint32_t index)
{
    return index < table.size() ? &table[index] : nullptr;
}

}  // namespace

const std::string& Snapshot::string(uint32_t index) const
{
    static const std::string unknown = "?";
    const std::string* found = at(strings, index);
    return found ? *found : unknown;
}

bool Snapshot::has_mask(uint32_t mask) const
{
    return mask != WQLAB_NONE && head.mask_words && (uint64_t{mask} + 1) * head.mask_words <= mask_words.size();
}

CpuList Snapshot::cpus(uint32_t mask) const
{
    CpuList list;
    if (!has_mask(mask))
        return list;
    const uint64_t* words = &mask_words[size_t{mask} * head.mask_words];
    for (uint32_t cpu = 0; cpu < head.mask_words * 64; cpu++)
        if (words[cpu / 64] >> (cpu % 64) & 1)
            list.push_back(cpu);
    return list;
}

const wqlab_snap_pool* Snapshot::pool(int32_t id) const
{
    const auto found = std::lower_bound(pools.begin(), pools.end(), id,
                                        [](const wqlab_snap_pool& pool, int32_t wanted) { return pool.id < wanted; });
    return found != pools.end() && found->id == id ? &*found : nullptr;
}

const wqlab_snap_workqueue* Snapshot::workqueue(uint32_t index) const { return at(workqueues, index); }

const wqlab_snap_pwq* Snapshot::pwq(uint32_t index) const { return at(pwqs, index); }

const wqlab_snap_scope* Snapshot::scope(uint32_t type) const
{
    const auto found = std::find_if(scopes.begin(), scopes.end(),
                                    [&](const wqlab_snap_scope& s) { return s.type == type; });
    return found != scopes.end() ? &*found : nullptr;
}

const wqlab_snap_scope* Snapshot::default_scope() const
{
    const auto found = std::find_if(scopes.begin(), scopes.end(),
                                    [](const wqlab_snap_scope& s) { return s.is_default; });
    return found != scopes.end() ? &*found : nullptr;
}

const wqlab_snap_task* Snapshot::task(int32_t pid) const
{
    const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const wqlab_snap_task& t) { return t.pid == pid; });
    return found != tasks.end() && pid ? &*found : nullptr;
}

const wqlab_snap_runqueue* Snapshot::runqueue(uint32_t cpu) const
{
    const auto found = std::find_if(runqueues.begin(), runqueues.end(),
                                    [&](const wqlab_snap_runqueue& rq) { return rq.cpu == cpu; });
    return found != runqueues.end() ? &*found : nullptr;
}

uint32_t Snapshot::effective_cpus(const wqlab_snap_workqueue& workqueue) const
{
    const wqlab_snap_pwq* dfl = pwq(workqueue.dfl_pwq);
    const wqlab_snap_pool* target = dfl ? pool(dfl->pool) : nullptr;
    return target ? allowed_cpus(*target) : workqueue.effective_cpus;
}

std::span<const wqlab_snap_pwq> Snapshot::pwqs_of(const wqlab_snap_workqueue& workqueue) const
{
    const size_t first = std::min<size_t>(workqueue.first_pwq, pwqs.size());
    return {pwqs.data() + first, std::min<size_t>(workqueue.nr_pwqs, pwqs.size() - first)};
}

std::span<const wqlab_snap_cpu_pwq> Snapshot::cpu_pwqs_of(uint32_t workqueue) const
{
    const auto [first, last] = std::equal_range(
        cpu_pwqs.begin(), cpu_pwqs.end(), wqlab_snap_cpu_pwq{.workqueue = workqueue, .cpu = 0, .pwq = 0, .pool = 0},
        [](const wqlab_snap_cpu_pwq& a, const wqlab_snap_cpu_pwq& b) { return a.workqueue < b.workqueue; });
    return {first, last};
}

}  // namespace wqctl
