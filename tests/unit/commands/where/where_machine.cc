// SPDX-License-Identifier: GPL-2.0
#include "unit/commands/where/where_machine.hh"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "commands/where/parts.hh"

using namespace wqctl;

namespace {

uint32_t pod_number(uint32_t scope, uint32_t cpu)
{
    switch (scope) {
    case WhereMachine::kCpu: return cpu;
    case WhereMachine::kSmt: return cpu / 2;
    case WhereMachine::kSystem: return 0;
    default: return cpu / 4;
    }
}

constexpr uint32_t kPods[] = {0, 8, 4, 2, 2, 1};

}  // namespace

WhereMachine::WhereMachine(const CpuList& online, const CpuList& possible) : online_(online), possible_(possible)
{
    wqlab_snap_head& head = snapshot.head;
    snapshot.sections = WQLAB_SECTIONS_ALL;
    head.nr_cpu_ids = 8;
    head.mask_words = 1;
    head.cpu_intensive_thresh_us = 10000;
    head.possible_cpus = mask(possible);
    head.online_cpus = mask(online);
    head.unbound_cpus = mask(possible);
    const char* names[] = {"default", "cpu", "smt", "cache", "numa", "system"};
    for (uint32_t type = kCpu; type <= kSystem; type++) {
        snapshot.scopes.push_back({type, string(names[type]), type == kCache, kPods[type]});
        for (uint32_t pod = 0; pod < kPods[type]; pod++) {
            CpuList cpus;
            for (const uint32_t cpu : possible)
                if (pod_number(type, cpu) == pod)
                    cpus.push_back(cpu);
            snapshot.pods.push_back({type, pod, -1, mask(cpus)});
        }
        for (const uint32_t cpu : possible)
            snapshot.cpu_pods.push_back({type, cpu, static_cast<int32_t>(pod_number(type, cpu)), 0});
    }
    for (uint32_t node = 0; node < 2; node++)
        snapshot.nodes.push_back({node, node ? mask({4, 5, 6, 7}) : mask({0, 1, 2, 3})});
    for (const uint32_t cpu : possible)
        for (int high = 0; high < 2; high++) {
            const bool is_online = contains(online, cpu);
            const int nice = high ? -20 : 0;
            bound_pools_[high][cpu] = add_pool(static_cast<int32_t>(cpu), nice,
                                               is_online ? 0 : WQLAB_POOL_DISASSOCIATED);
            bh_pools_[high][cpu] = add_pool(static_cast<int32_t>(cpu), nice, WQLAB_POOL_BH | WQLAB_POOL_DISASSOCIATED);
            add_idle(bh_pools_[high][cpu], 0).flags |= WQLAB_WORKER_BH;
        }
}

uint32_t WhereMachine::mask(const CpuList& cpus)
{
    uint64_t word = 0;
    for (const uint32_t cpu : cpus)
        word |= uint64_t{1} << cpu;
    snapshot.mask_words.push_back(word);
    return static_cast<uint32_t>(snapshot.mask_words.size() - 1);
}

uint32_t WhereMachine::string(const std::string& text)
{
    snapshot.strings.push_back(text);
    return static_cast<uint32_t>(snapshot.strings.size() - 1);
}

int32_t WhereMachine::add_pool(int32_t cpu, int nice, uint32_t flags)
{
    wqlab_snap_pool pool{};
    pool.id = static_cast<int32_t>(snapshot.pools.size());
    pool.cpu = cpu;
    pool.node = cpu < 0 ? -1 : cpu / 4;
    pool.nice = nice;
    pool.flags = flags;
    pool.cpus = pool.pod_cpus = cpu < 0 ? 0 : mask({static_cast<uint32_t>(cpu)});
    snapshot.pools.push_back(pool);
    return pool.id;
}

// As get_unbound_pool(): those with the same attributes are one.
int32_t WhereMachine::unbound_pool(const CpuList& pod, const CpuList& cpus, bool strict)
{
    for (const wqlab_snap_pool& pool : snapshot.pools)
        if (pool.cpu < 0 && snapshot.cpus(pool.pod_cpus) == pod &&
            strict == static_cast<bool>(pool.flags & WQLAB_POOL_STRICT) && (strict || snapshot.cpus(pool.cpus) == cpus))
            return pool.id;
    const int32_t id = add_pool(-1, 0, strict ? WQLAB_POOL_STRICT : 0);
    snapshot.pools.back().pod_cpus = mask(pod);
    snapshot.pools.back().cpus = mask(strict ? possible_ : cpus);
    if (pod.back() < 4 || pod.front() >= 4)
        snapshot.pools.back().node = pod.front() / 4;
    return id;
}

wqlab_snap_workqueue& WhereMachine::add_workqueue(const std::string& name, uint32_t flags)
{
    wqlab_snap_workqueue wq{};
    wq.identity = 0x1000 + snapshot.workqueues.size();
    wq.name = string(name);
    wq.symbol = WQLAB_NONE;
    wq.flags = flags;
    wq.max_active = 256;
    wq.scope = wq.cpus = wq.dfl_pwq = WQLAB_NONE;
    wq.first_pwq = static_cast<uint32_t>(snapshot.pwqs.size());
    snapshot.workqueues.push_back(wq);
    return snapshot.workqueues.back();
}

uint32_t WhereMachine::add_pwq(uint32_t workqueue, int32_t pool)
{
    wqlab_snap_pwq pwq{};
    pwq.workqueue = workqueue;
    pwq.pool = pool;
    pwq.refcnt = 1;
    snapshot.pwqs.push_back(pwq);
    snapshot.workqueues[workqueue].nr_pwqs++;
    return static_cast<uint32_t>(snapshot.pwqs.size() - 1);
}

uint32_t WhereMachine::add_bound(const std::string& name, uint32_t flags)
{
    add_workqueue(name, flags);
    const auto index = static_cast<uint32_t>(snapshot.workqueues.size() - 1);
    const auto& pools = flags & WQLAB_WQ_BH ? bh_pools_ : bound_pools_;
    for (const uint32_t cpu : possible_) {
        const int32_t pool = pools[flags & WQLAB_WQ_HIGHPRI ? 1 : 0][cpu];
        snapshot.cpu_pwqs.push_back({index, cpu, add_pwq(index, pool), pool});
    }
    return index;
}

uint32_t WhereMachine::add_unbound(const std::string& name, const Unbound& attrs)
{
    wqlab_snap_workqueue& wq = add_workqueue(name, WQLAB_WQ_UNBOUND | attrs.flags |
                                                       (attrs.strict ? WQLAB_SNAP_WQ_STRICT : 0));
    const auto index = static_cast<uint32_t>(snapshot.workqueues.size() - 1);
    wq.scope = attrs.scope;
    wq.cpus = mask(attrs.cpus);
    wq.max_active = attrs.max_active;
    CpuList allowed = common(attrs.cpus, snapshot.cpus(snapshot.head.unbound_cpus));
    if (allowed.empty())
        allowed = snapshot.cpus(snapshot.head.unbound_cpus);
    const uint32_t scope = attrs.scope == kDefault ? static_cast<uint32_t>(kCache) : attrs.scope;
    const uint32_t whole = add_pwq(index, unbound_pool(allowed, allowed, attrs.strict));
    snapshot.workqueues[index].dfl_pwq = whole;
    for (const uint32_t cpu : possible_) {
        CpuList pod;
        for (const uint32_t other : allowed)
            if (pod_number(scope, other) == pod_number(scope, cpu))
                pod.push_back(other);
        if (common(pod, online_).empty())
            pod = allowed;
        const bool ordered = attrs.flags & WQLAB_WQ_ORDERED;
        const uint32_t pwq = ordered ? whole : add_pwq(index, unbound_pool(pod, allowed, attrs.strict));
        snapshot.cpu_pwqs.push_back({index, cpu, pwq, snapshot.pwqs[pwq].pool});
    }
    for (int node = -1; node < 2; node++)
        snapshot.node_active.push_back({index, node, attrs.nr_active, attrs.max_active, 0, 0});
    return index;
}

uint32_t WhereMachine::add_ordered(const std::string& name)
{
    return add_unbound(name, {.scope = kSystem, .flags = WQLAB_WQ_ORDERED, .max_active = 1});
}

void WhereMachine::become_old()
{
    snapshot.sections &= ~uint32_t{WQLAB_SECTION_NODES};
    snapshot.scopes.clear();
    snapshot.pods.clear();
    snapshot.cpu_pods.clear();
    snapshot.node_active.clear();
    for (wqlab_snap_pool& pool : snapshot.pools)
        pool.cpus = std::exchange(pool.pod_cpus, WQLAB_NONE);
    for (wqlab_snap_workqueue& wq : snapshot.workqueues) {
        wq.min_active = -1;
        wq.scope = WQLAB_NONE;
    }
}

wqlab_snap_worker& WhereMachine::add_idle(int32_t pool, int32_t pid)
{
    wqlab_snap_worker worker{};
    worker.pool = pool;
    worker.pid = pid;
    worker.flags = WQLAB_WORKER_IDLE;
    worker.command = string("kworker/" + std::to_string(pid));
    worker.function = worker.pwq = worker.workqueue = WQLAB_NONE;
    snapshot.workers.push_back(worker);
    snapshot.pools[static_cast<size_t>(pool)].nr_idle++;
    snapshot.pools[static_cast<size_t>(pool)].nr_workers++;
    return snapshot.workers.back();
}

wqlab_snap_worker& WhereMachine::add_busy(uint32_t workqueue, uint32_t cpu, int32_t pid, uint64_t work,
                                          const std::string& function)
{
    const int32_t pool = pwq_of(workqueue, cpu).pool;
    wqlab_snap_worker& worker = add_idle(pool, pid);
    snapshot.pools[static_cast<size_t>(pool)].nr_idle--;
    snapshot.pools[static_cast<size_t>(pool)].nr_busy++;
    worker.flags = 0;
    worker.work = work;
    worker.function = string(function);
    worker.workqueue = workqueue;
    worker.pwq = static_cast<uint32_t>(&pwq_of(workqueue, cpu) - snapshot.pwqs.data());
    return worker;
}

void WhereMachine::add_work(int32_t pool, uint64_t identity, uint32_t state)
{
    wqlab_snap_work work{};
    work.identity = identity;
    work.pool = pool;
    work.state = state;
    snapshot.works.push_back(work);
}

wqlab_snap_pwq& WhereMachine::pwq_of(uint32_t workqueue, uint32_t cpu)
{
    for (const wqlab_snap_cpu_pwq& slot : snapshot.cpu_pwqs)
        if (slot.workqueue == workqueue && slot.cpu == cpu)
            return snapshot.pwqs[slot.pwq];
    throw std::logic_error("no such slot");
}

wqlab_snap_pool& WhereMachine::pool_of(uint32_t workqueue, uint32_t cpu)
{
    return snapshot.pools[static_cast<size_t>(pwq_of(workqueue, cpu).pool)];
}

WhereAnswer WhereMachine::ask(WhereQuestion question, uint32_t from) const
{
    question.cpu = from;
    const std::vector<WhereAnswer> answers = where(snapshot, question);
    if (answers.size() != 1)
        throw std::logic_error("one answer was expected");
    return answers.front();
}

bool says(const WhereAnswer& answer, const std::string& function, const std::string& text)
{
    const auto in = [&](const std::vector<Reason>& reasons) {
        return std::any_of(reasons.begin(), reasons.end(), [&](const Reason& reason) {
            return reason.function == function && reason.text.find(text) != std::string::npos;
        });
    };
    return in(answer.reasons) || std::any_of(answer.places.begin(), answer.places.end(),
                                             [&](const WherePlace& place) { return in(place.reasons); });
}
