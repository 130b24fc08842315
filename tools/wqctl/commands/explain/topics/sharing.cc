// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

// A workqueue's only pool of the scope "system"; -1: it has more than one.
int32_t pool_of(const Snapshot& snapshot, uint32_t workqueue)
{
    const Ids pools = pools_of(snapshot, workqueue);
    return pools.size() == 1 ? *pools.begin() : -1;
}

int32_t users(const Snapshot& snapshot, int32_t pool)
{
    return static_cast<int32_t>(std::count_if(snapshot.pwqs.begin(), snapshot.pwqs.end(),
                                              [pool](const wqlab_snap_pwq& pwq) { return pwq.pool == pool; }));
}

}  // namespace

void explain_sharing(Bench& bench, Explanation& e)
{
    e.answer =
        "A pool is shared by all unbound workqueues whose attributes are equal: the nice value, whether the affinity "
        "is "
        "strict, the CPUs of the pod and, unless strict, those of the workqueue. If one of these differs, another pool "
        "is "
        "found or made. Each pool_workqueue holds a reference; with the last one the pool goes, its workers at once "
        "and its "
        "memory after an RCU grace period.";
    e.because = {
        {"wqattrs_equal", "compares nice, affn_strict, __pod_cpumask and, unless strict, cpumask"},
        {"get_unbound_pool", "finds an equal pool in unbound_pool_hash and takes a reference, or makes one"},
        {"put_unbound_pool", "at refcnt 0 unhashes the pool, lets its workers die and frees it by call_rcu()"},
    };

    const int nice = bench.private_nice();
    const auto of_nice = [](int value) {
        return [value](const wqlab_snap_pool& pool) { return is_unbound(pool) && pool.nice == value; };
    };
    Ids pools;
    {
        const Load first(bench, {unbound("first", nice)});
        const auto settled = [&](const Snapshot& s, int32_t id) {
            return id >= 0 && s.pool(id)->refcnt == users(s, id);
        };
        const Snapshot alone = bench.await([&](const Snapshot& s) { return settled(s, pool_of(s, first.in(s))); });
        const int32_t pool = pool_of(alone, first.in(alone));
        const int32_t refcnt = pool >= 0 ? alone.pool(pool)->refcnt : 0;
        e.done.push_back(fmt::format("Created the unbound workqueue \"first\" with nice {}, which no pool had.", nice));
        {
            const int other_nice = bench.private_nice();
            std::vector<WorkqueueSpec> specs = {unbound("equal", nice), unbound("nicer", other_nice),
                                                unbound("strict", nice), unbound("narrow", nice)};
            specs[2].strict = true;
            specs[3].cpumask = CpuList{alone.cpus(alone.head.online_cpus).front()};
            const bool several = alone.cpus(alone.workqueues[first.in(alone)].effective_cpus).size() > 1;
            if (!several)
                specs.pop_back();
            const Load more(bench, specs);
            const Snapshot both = bench.await([&](const Snapshot& s) {
                return settled(s, pool_of(s, first.in(s))) && pool_of(s, more.in(s, 0)) == pool &&
                       s.pool(pool)->refcnt == 2 * refcnt;
            });
            e.done.push_back("Created \"equal\" with the same attributes, and others that differ from it in one.");
            e.see("pool of first", pool, pool_of(both, first.in(both)));
            e.see("its refcnt, as equal comes", refcnt, both.pool(pool) ? both.pool(pool)->refcnt : 0);
            e.state(pool_of(both, more.in(both, 0)) == pool, "Equal attributes: the pool is shared.");
            e.state(settled(both, pool) && both.pool(pool)->refcnt == 2 * refcnt,
                    "Its refcnt is the number of pool_workqueues that use it, and has doubled.");
            const char* const differs[] = {"", "Another nice value: another pool.", "Strict: another pool.",
                                           "Other CPUs: another pool."};
            for (size_t i = 1; i < specs.size(); i++) {
                const int32_t its = pool_of(both, more.in(both, i));
                e.see(fmt::format("pool of {}", specs[i].name), its);
                e.state(its >= 0 && its != pool, differs[i]);
            }
            pools = pool_ids(both, of_nice(nice));
            pools.merge(pool_ids(both, of_nice(other_nice)));
        }
        e.done.push_back("Destroyed them, \"first\" last.");
        const Snapshot left = bench.await(
            [&](const Snapshot& s) { return s.pool(pool) && s.pool(pool)->refcnt == refcnt; });
        e.see("refcnt of first's pool, as equal goes", 2 * refcnt, left.pool(pool) ? left.pool(pool)->refcnt : 0);
        e.state(left.pool(pool) && left.pool(pool)->refcnt == refcnt, "It stays while first uses it.");
    }
    const auto still = [&](const Snapshot& s) { return pools.size() - minus(pools, pool_ids(s)).size(); };
    const Snapshot gone = bench.await([&](const Snapshot& s) { return still(s) == 0; });
    e.see("pools of this experiment, as first goes", pools.size(), still(gone));
    e.state(!pools.empty() && still(gone) == 0, "With its last user each pool goes.");
}

}  // namespace wqctl
