// SPDX-License-Identifier: GPL-2.0
// What the module would refuse, and what it can't know: names, files of sysfs,
// ranges of single values and the modes that look at them, by the table of keys.
#include "scenario/validate.hh"

#include <algorithm>
#include <cmath>
#include <set>

#include "scenario/keys.hh"
#include "scenario/shape.hh"
#include "scenario/wording.hh"
#include "text/names.hh"
#include "text/nearest.hh"

namespace wqctl {

namespace {

wqlab::RunLimits limits_of(const Info* info)
{
    wqlab::RunLimits limits;
    if (!info)
        return limits;
    const auto set = [info](uint64_t& limit, std::string_view name) { limit = info->limit(name).value_or(limit); };
    set(limits.workqueues, "workqueues");
    set(limits.issuers, "issuers");
    set(limits.threads, "threads");
    set(limits.items_in_flight, "items_in_flight");
    set(limits.touch_bytes, "touch_bytes");
    set(limits.alloc_bytes, "alloc_bytes");
    set(limits.sleep_ns, "sleep_ns");
    set(limits.spin_ns, "spin_ns");
    set(limits.bh_spin_ns, "bh_spin_ns");
    set(limits.flush_wait_ns, "flush_wait_ns");
    limits.wq_flags = info->wq_flags | WQLAB_WQ_ORDERED;
    limits.features = info->features;
    return limits;
}

// Ranges of single values.
template <typename Spec>
void check_numbers(std::span<const Key<Spec>> keys, const Spec& spec, const Info* info)
{
    for (const Key<Spec>& key : keys)
        if (!key.zero.empty() && number_of(key, spec) == 0u)
            refuse(spec, key.name, key.zero);
    // From the last, because a depth that was not given follows from a burst.
    for (const Key<Spec>& key : std::vector(keys.rbegin(), keys.rend())) {
        const std::optional<uint64_t> value = number_of(key, spec);
        const std::optional<uint64_t> most = info && !key.limit.empty() ? info->limit(key.limit) : std::nullopt;
        if (value && most && *value > *most)
            refuse_beyond(
                spec, key.name, *value, key.limit, *most,
                key.kind == Kind::kTime ? exact_time : +[](uint64_t number) { return std::to_string(number); });
        if (value && key.kind == Kind::kPercent && *value > 100)
            refuse(spec, key.name, fmt::format("is {} percent", *value), "use 100 at most");
    }
}

template <typename Spec>
void check_cpus(const Spec& spec, std::string_view key, const CpuList& cpus, const Topology& topology)
{
    if (cpus.empty())
        refuse(spec, key, "has no CPU", fmt::format("the CPUs online are {}", topology.online_list()));
    for (const uint32_t cpu : cpus)
        if (!topology.is_online(cpu))
            refuse_cpu(spec, key, cpu, topology);
}

// ---- workqueues

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == ':' || c == '+' || c == '=';
}

void check_name(const WorkqueueSpec& wq)
{
    constexpr size_t most = WQLAB_NAME_LEN - 1;
    if (wq.name.empty())
        refuse(wq, "name", "is empty", "give it a name");
    if (wq.name.size() > most)
        refuse(wq, "name", fmt::format("has {} characters", wq.name.size()), fmt::format("use {} at most", most));
    if (!std::all_of(wq.name.begin(), wq.name.end(), is_name_character))
        refuse(wq, "name", "has a character that a name cannot have", "use letters, digits and _ - . : + =");
}

void check_system(const WorkqueueSpec& wq, const Info* info)
{
    for (const Key<WorkqueueSpec>& key : workqueue_keys())
        if (key.name != "name" && key.name != "system" && is_given(key, wq))
            refuse(wq, key.name,
                   fmt::format("does not go with the system workqueue {}, which is shared as it is", wq.system),
                   fmt::format("leave {} out, or make an own workqueue", wq.origin.name(key.name)));
    const bool known = !info || std::count(info->system_workqueues.begin(), info->system_workqueues.end(), wq.system);
    refuse_if(wqlab::judge_system(shape_of(wq), known), wq, info);
}

// What is written to the workqueue's files.
void check_attributes(const WorkqueueSpec& wq, const Topology& topology, const Info* info)
{
    if (info && info->lacks & WQLAB_LACK_SCOPES && (wq.scope || wq.strict))
        refuse(wq, wq.scope ? "scope" : "strict",
               "needs affinity scopes, which this kernel does not have: they came with Linux 6.6", "leave it out");
    const bool is_bh = wq.flags & WQLAB_WQ_BH;
    const bool unbound = !is_bh && (wq.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED) ||
                                    (wq.flags & WQLAB_WQ_POWER_EFFICIENT && topology.power_efficient));
    for (const Key<WorkqueueSpec>& key : workqueue_keys())
        if (key.sysfs && !unbound && is_given(key, wq))
            refuse(wq, key.name, fmt::format("has no meaning for a {} workqueue", is_bh ? "BH" : "per-CPU"),
                   "make it unbound, or leave it out");
    if (wq.scope == "cache_shard" && topology.cache_shard_size == 0)
        refuse(wq, "scope", "is cache_shard, which this kernel does not have",
               "use default, cpu, smt, cache, numa or system");
    if (wq.nice && (*wq.nice < -20 || *wq.nice > 19))
        refuse(wq, "nice", fmt::format("is {}", *wq.nice), "use -20 (first) to 19 (last)");
    if (wq.cpumask)
        check_cpus(wq, "cpumask", *wq.cpumask, topology);
}

void check_workqueue(const WorkqueueSpec& wq, const Topology& topology, const Info* info)
{
    check_name(wq);
    if (!wq.system.empty())
        return check_system(wq, info);
    check_attributes(wq, topology, info);
    refuse_if(wqlab::judge(shape_of(wq), limits_of(info)), wq, info);
    check_numbers(workqueue_keys(), wq, info);
}

// ---- issuers

std::string modes_with(const IssuerSpec& issuer, uint32_t modes)
{
    std::vector<std::string> words;
    for (uint32_t mode = 0; mode < __WQLAB_MODE_MAX; mode++)
        if (modes >> mode & 1)
            words.push_back(how_to(issuer, mode));
    return "it goes with " + enumerate(words, "or");
}

// Keys that only some modes look at, or can't do without.
void check_mode(const IssuerSpec& issuer, const Topology& topology)
{
    const wqlab::IssuerShape shape = shape_of(issuer);
    const uint32_t mode = 1u << issuer.mode;
    for (const Key<IssuerSpec>& key : issuer_keys()) {
        // A share of nothing is none.
        const bool given = key.setting == wqlab::Setting::kCancelPercent ? shape.asks_for(*key.setting)
                                                                         : is_given(key, issuer);
        const uint32_t modes = modes_of(key);
        if (!modes || modes & mode || !given)
            continue;
        // It would wait for the item that is to be queued once more.
        const std::string waits = key.setting == wqlab::Setting::kCoalesce ? ", which waits for its items" : "";
        refuse(issuer, key.name, key.elsewhere.empty() ? in_mode(issuer) + waits : std::string(key.elsewhere),
               key.goes_with.empty() ? modes_with(issuer, modes) : std::string(key.goes_with));
    }
    for (const Key<IssuerSpec>& key : issuer_keys())
        if (!key.missing.empty() && modes_of(key) & mode && !is_given(key, issuer))
            refuse(issuer, key.name, fmt::format("is missing from an issuer in {} mode", mode_names()[issuer.mode]),
                   key.missing);
    refuse_if(wqlab::judge_mode(shape, [&](wqlab::Setting setting) { return shape.asks_for(setting); }), issuer,
              topology);
}

void check_rate(const IssuerSpec& issuer, const Info* info)
{
    if (!issuer.rate)
        return;
    if (!(*issuer.rate > 0) || !std::isfinite(*issuer.rate))
        refuse(issuer, "rate", "is not more than 0", "use items a second such as 50000");
    if (!info)
        return;
    const uint64_t interval = issue_interval_ns(issuer);
    const uint64_t least = std::max<uint64_t>(1, info->limit("interval_min_ns").value_or(1));
    if (interval < least)
        refuse(
            issuer, "rate",
            fmt::format("leaves each of {} threads {}ns from item to item, less than the limit interval_min_ns of {}",
                        issuer.threads, interval, exact_time(least)),
            "lower it, or use more threads");
    if (const auto most = info->limit("interval_ns"); most && interval > *most)
        refuse(issuer, "rate",
               fmt::format("leaves each of {} threads {} from item to item, beyond the limit interval_ns of {}",
                           issuer.threads, exact_time(interval), exact_time(*most)),
               "raise it, or use fewer threads");
}

void check_issuer(const IssuerSpec& issuer, const Topology& topology, const Info* info)
{
    check_numbers(issuer_keys(), issuer, info);
    check_mode(issuer, topology);
    check_rate(issuer, info);
    const wqlab::IssuerShape shape = shape_of(issuer);
    refuse_if(wqlab::judge(shape.body, limits_of(info)), issuer, topology);
    if (issuer.cpus && issuer.cpus->empty())
        check_cpus(issuer, "cpus", *issuer.cpus, topology);
    const CpuList cpus = issuer.cpus.value_or(CpuList());
    const auto online = [&](uint32_t cpu) { return topology.is_online(cpu); };
    const auto node_online = [&](uint32_t node) {
        return std::find(topology.nodes.begin(), topology.nodes.end(), node) != topology.nodes.end();
    };
    refuse_if(wqlab::judge_places(shape, {cpus.data(), cpus.size()}, online, node_online), issuer, topology);
}

// ---- all of them

void check_names(const Scenario& scenario)
{
    std::set<std::string> names;
    for (const WorkqueueSpec& workqueue : scenario.workqueues)
        if (!names.insert(workqueue.name).second)
            refuse(workqueue, "name", "is taken by another workqueue of the scenario", "give each its own name");
    for (const IssuerSpec& issuer : scenario.issuers) {
        for (const std::string& name : issuer.workqueues) {
            if (names.contains(name))
                continue;
            const std::vector<std::string> known(names.begin(), names.end());
            std::string guess = did_you_mean(name, known);
            guess.erase(0, std::min<size_t>(guess.size(), 2));
            refuse(issuer, "workqueue", fmt::format("names \"{}\", which the scenario does not have", name),
                   guess.empty() ? fmt::format("it has {}", enumerate(known)) : guess);
        }
    }
    std::set<uint32_t> fed;
    for (const IssuerSpec& issuer : scenario.issuers)
        for (uint32_t index : targets(scenario, issuer))
            fed.insert(index);
    for (uint32_t index = 0; index < scenario.workqueues.size(); index++)
        if (!fed.contains(index))
            refuse(scenario.workqueues[index], "name", "is fed by no issuer", "name it in an issuer, or leave it out");
}

wqlab::IssuedOn issued_on(const Scenario& scenario, uint32_t workqueue, const wqlab::RunLimits& limits)
{
    const WorkqueueSpec& wq = scenario.workqueues[workqueue];
    wqlab::IssuedOn issued{.flags = flags_of(wq), .max_active = wq.max_active.value_or(0)};
    for (const IssuerSpec& issuer : scenario.issuers) {
        const wqlab::IssuerShape shape = shape_of(issuer);
        const std::vector<uint32_t> fed = targets(scenario, issuer);
        issued.line += static_cast<uint64_t>(std::ranges::count(fed, workqueue)) * line_of(shape, limits);
        if (shape.body.kind == WQLAB_BODY_MUTEX)
            issued.mutex_line += fed.size() * line_of(shape, limits);
    }
    return issued;
}

wqlab::RunSize size_of(const Scenario& scenario)
{
    wqlab::RunSize size{.workqueues = scenario.workqueues.size()};
    for (const IssuerSpec& issuer : scenario.issuers) {
        const uint64_t workqueues = targets(scenario, issuer).size();
        size.issuers += workqueues;
        size.threads += workqueues * issuer.threads;
        size.items_in_flight += workqueues * issuer.threads * issuer.depth.value_or(1);
    }
    return size;
}

}  // namespace

void validate(const Scenario& scenario, const Topology& topology, const Info* info)
{
    const wqlab::RunLimits limits = limits_of(info);
    const wqlab::RunSize parts{.workqueues = scenario.workqueues.size(), .issuers = scenario.issuers.size()};
    refuse_if(judge(parts, wqlab::RunLimits()), scenario);
    check_numbers(run_keys(), scenario, info);
    for (const WorkqueueSpec& workqueue : scenario.workqueues)
        check_workqueue(workqueue, topology, info);
    check_names(scenario);
    for (const IssuerSpec& issuer : scenario.issuers) {
        check_issuer(issuer, topology, info);
        for (uint32_t index : targets(scenario, issuer)) {
            const WorkqueueSpec& workqueue = scenario.workqueues[index];
            const size_t cpus = issuer.cpus ? issuer.cpus->size() : topology.online.size();
            refuse_if(wqlab::judge_on(shape_of(issuer), issued_on(scenario, index, limits), static_cast<uint32_t>(cpus),
                                      limits),
                      issuer, workqueue);
        }
    }
    refuse_if(judge(size_of(scenario), limits), scenario);
}

}  // namespace wqctl
