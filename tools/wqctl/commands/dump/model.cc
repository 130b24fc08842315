// SPDX-License-Identifier: GPL-2.0
#include "commands/dump/model.hh"

#include <algorithm>

#include <fmt/core.h>

namespace wqctl {

Scope scope_of(const Snapshot& snapshot, const wqlab_snap_workqueue& wq)
{
    if (wq.scope == WQLAB_NONE || !(wq.flags & WQLAB_WQ_UNBOUND))
        return {};
    // The kernel's WQ_AFFN_DFL is 0.
    const bool is_default = wq.scope == 0;
    const wqlab_snap_scope* scope = is_default ? snapshot.default_scope() : snapshot.scope(wq.scope);
    return {scope ? snapshot.string(scope->name) : "?", is_default};
}

std::string scope_text(const Snapshot& snapshot, const wqlab_snap_workqueue& wq)
{
    const Scope scope = scope_of(snapshot, wq);
    return scope.is_default ? fmt::format("default ({})", scope.name) : scope.name;
}

uint32_t unusual_flags(const wqlab_snap_pool& pool)
{
    const bool bound_workers = pool.cpu >= 0 && !(pool.flags & WQLAB_POOL_BH);
    uint32_t usual = bound_workers ? 0 : WQLAB_POOL_DISASSOCIATED;  // no CPU to lose
    if (pool.cpu >= 0)
        usual |= WQLAB_POOL_STRICT;
    return pool.flags & ~usual;
}

std::vector<CpuList> cpus_of_pwqs(const Snapshot& snapshot)
{
    std::vector<CpuList> cpus(snapshot.pwqs.size());
    for (const wqlab_snap_cpu_pwq& entry : snapshot.cpu_pwqs)
        if (entry.pwq < cpus.size())
            cpus[entry.pwq].push_back(entry.cpu);
    return cpus;
}

namespace {

template <typename Row>
std::vector<const Row*> part_of(const std::vector<const Row*>& rows, uint32_t workqueue)
{
    const auto less = [](const Row* row, uint32_t wanted) { return row->workqueue < wanted; };
    const auto first = std::lower_bound(rows.begin(), rows.end(), workqueue, less);
    auto end = first;
    while (end != rows.end() && (*end)->workqueue == workqueue)
        ++end;
    return {first, end};
}

}  // namespace

std::vector<const wqlab_snap_cpu_pwq*> entries_of(const Selection& selection, uint32_t workqueue)
{
    return part_of(selection.cpu_pwqs, workqueue);
}

std::vector<const wqlab_snap_pwq*> pwqs_of(const Selection& selection, uint32_t workqueue)
{
    return part_of(selection.pwqs, workqueue);
}

std::vector<PoolRun> pool_runs(const std::vector<const wqlab_snap_cpu_pwq*>& entries)
{
    std::vector<PoolRun> runs;
    for (const wqlab_snap_cpu_pwq* entry : entries) {
        if (!runs.empty() && runs.back().pool == entry->pool && runs.back().last_cpu + 1 == entry->cpu)
            runs.back().last_cpu = entry->cpu;
        else
            runs.push_back({entry->cpu, entry->cpu, entry->pool});
    }
    return runs;
}

std::string pool_runs_text(const std::vector<PoolRun>& runs)
{
    std::string text;
    for (size_t i = 0; i < runs.size();) {
        // As many single CPUs in a row as there are, each with another pool.
        size_t end = i + 1;
        const auto single = [&](size_t at) { return runs[at].first_cpu == runs[at].last_cpu; };
        while (single(i) && end < runs.size() && single(end) && runs[end].first_cpu == runs[end - 1].last_cpu + 1)
            end++;
        text += text.empty() ? "" : ", ";
        text += runs[i].first_cpu == runs[end - 1].last_cpu
                    ? fmt::format("{}:", runs[i].first_cpu)
                    : fmt::format("{}-{}:", runs[i].first_cpu, runs[end - 1].last_cpu);
        while (i < end) {
            const int64_t step = i + 1 < end ? int64_t{runs[i + 1].pool} - runs[i].pool : 0;
            size_t last = i + 1;
            while (last < end && int64_t{runs[last].pool} - runs[last - 1].pool == step)
                last++;
            if (last - i > 3) {
                text += fmt::format(" {},{}..{}", runs[i].pool, runs[i + 1].pool, runs[last - 1].pool);
                i = last;
            } else {
                text += fmt::format(" {}", runs[i++].pool);
            }
        }
    }
    return text;
}

}  // namespace wqctl
