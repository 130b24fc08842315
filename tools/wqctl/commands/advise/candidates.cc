// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/candidates.hh"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "text/cpu_list.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

constexpr uint32_t kKinds = WQLAB_WQ_BH | WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED | WQLAB_WQ_PERCPU;
constexpr uint32_t kChoices = WQLAB_WQ_HIGHPRI | WQLAB_WQ_CPU_INTENSIVE;
// Of what it is for, not of how it runs: these stay.
constexpr uint32_t kKept = WQLAB_WQ_MEM_RECLAIM | WQLAB_WQ_FREEZABLE;
constexpr uint64_t kLongForSoftirq = 1'000'000;  // the kernel gives all softirqs together 2 ms before it defers them

uint32_t kind_of(const Subject& subject)
{
    if (subject.is(WQLAB_WQ_ORDERED))
        return WQLAB_WQ_ORDERED;
    return subject.flags & (WQLAB_WQ_BH | WQLAB_WQ_UNBOUND);
}

std::string_view kind_name(uint32_t flags)
{
    if (flags & WQLAB_WQ_BH)
        return "BH";
    if (flags & WQLAB_WQ_ORDERED)
        return "ordered";
    return flags & WQLAB_WQ_UNBOUND ? "unbound" : "per-CPU";
}

std::string name_of(const WorkqueueSpec& spec)
{
    std::string name(kind_name(spec.flags));
    if (spec.scope)
        name += " " + *spec.scope;
    if (spec.strict)
        name += " strict";
    if (spec.cpumask)
        name += " on CPUs " + format_cpu_list(*spec.cpumask);
    if (spec.flags & WQLAB_WQ_HIGHPRI)
        name += " highpri";
    if (spec.flags & WQLAB_WQ_CPU_INTENSIVE)
        name += " cpu_intensive";
    if (spec.max_active)
        name += fmt::format(" max_active {}", *spec.max_active);
    return name;
}

WorkqueueSpec of_flags(uint32_t flags, std::optional<uint32_t> max_active = {})
{
    WorkqueueSpec spec;
    spec.flags = flags;
    spec.max_active = max_active;
    return spec;
}

class Search {
public:
    Search(const Profile& profile, const Info& info, const Topology& topology)
        : profile_(profile), subject_(profile.subject), info_(info), topology_(topology)
    {
        as_it_is();
    }

    Candidates run()
    {
        flags_of_its_kind();
        if (!subject_.is_serial()) {
            if (subject_.is_unbound())
                scopes();
            other_kinds();
            more_active();
        } else {
            serial();
        }
        always();
        return std::move(result_);
    }

private:
    WorkqueueSpec now() const { return result_.tried.front().spec; }

    void as_it_is()
    {
        WorkqueueSpec spec;
        spec.flags = kind_of(subject_) | (subject_.flags & (kChoices | kKept | WQLAB_WQ_POWER_EFFICIENT));
        spec.max_active = subject_.limit();
        if (subject_.is(WQLAB_WQ_UNBOUND) && !subject_.is(WQLAB_WQ_ORDERED)) {
            if (!subject_.scope.empty() && subject_.scope != topology_.default_scope)
                spec.scope = subject_.scope;
            spec.strict = subject_.strict;
            if (subject_.nice != (subject_.is(WQLAB_WQ_HIGHPRI) ? -20 : 0))
                spec.nice = subject_.nice;
            if (subject_.cpumask)
                spec.cpumask = online(*subject_.cpumask);
        }
        std::string name = "as it is: " + name_of(spec);
        result_.tried.push_back({std::move(name), std::move(spec), 0});
    }

    std::optional<CpuList> online(const CpuList& cpus) const
    {
        CpuList some;
        for (const uint32_t cpu : cpus)
            if (topology_.is_online(cpu))
                some.push_back(cpu);
        return some.empty() ? std::nullopt : std::optional(std::move(some));
    }

    // max_active of a per-CPU workqueue is of each CPU, that of an unbound one of all: so many in all as may be now.
    std::optional<uint32_t> unbound_limit() const
    {
        const auto limit = now().max_active;
        if (!limit || subject_.is_unbound())
            return limit;
        const size_t cpus = std::max(topology_.online.size(), topology_.present.size());
        return static_cast<uint32_t>(std::min<size_t>(*limit * cpus, WQLAB_LIMIT_MAX_ACTIVE));
    }

    void add(WorkqueueSpec spec, unsigned changes)
    {
        std::string name = name_of(spec);
        result_.tried.push_back({std::move(name), std::move(spec), changes});
    }
    void leave(std::string name, std::string reason)
    {
        result_.not_tried.push_back({std::move(name), std::move(reason)});
    }

    void flags_of_its_kind()
    {
        WorkqueueSpec spec = now();
        spec.flags ^= WQLAB_WQ_HIGHPRI;
        add(spec, 1);
        if (subject_.is_percpu()) {
            spec = now();
            spec.flags ^= WQLAB_WQ_CPU_INTENSIVE;
            add(spec, 1);
        }
    }

    // One of each division of the machine that scopes make, the present one left out.
    void scopes()
    {
        const std::string present = now().scope.value_or(topology_.default_scope);
        std::set<std::vector<uint32_t>> seen = {pods(present)};
        for (const std::string_view name : scope_names()) {
            if (name == "default" || name == present)
                continue;
            const std::vector<uint32_t> division = pods(name);
            if (division.empty())
                continue;
            if (!seen.insert(division).second) {
                same_division_.push_back(std::string(name));
                continue;
            }
            WorkqueueSpec spec = now();
            spec.flags = (spec.flags & ~kKinds) | WQLAB_WQ_UNBOUND;
            spec.flags &= ~uint32_t{WQLAB_WQ_CPU_INTENSIVE};
            spec.scope = std::string(name) == topology_.default_scope ? std::nullopt : std::optional(std::string(name));
            spec.max_active = unbound_limit();
            add(spec, 1 + !subject_.is_unbound());
        }
        if (!same_division_.empty()) {
            std::string names;
            for (const std::string& name : same_division_)
                names += (names.empty() ? "" : ", ") + name;
            leave("unbound " + names, "makes pods here that another scope makes, too");
        }
    }

    // By each online CPU; empty: there is no such scope. A pod is called by its place among these, because scopes call
    // the same ones differently.
    std::vector<uint32_t> pods(std::string_view scope) const
    {
        std::vector<uint32_t> names, places;
        for (const auto& [cpu, where] : topology_.online) {
            const auto pod = topology_.pod(cpu, scope);
            if (!pod)
                return {};
            const auto known = std::find(names.begin(), names.end(), *pod);
            places.push_back(static_cast<uint32_t>(known - names.begin()));
            if (known == names.end())
                names.push_back(*pod);
        }
        return places;
    }

    void other_kinds()
    {
        const uint32_t kept = subject_.flags & (kKept | WQLAB_WQ_HIGHPRI);
        if (subject_.is_unbound()) {
            add(of_flags(kept, now().max_active), 1);
            add(of_flags(kept | WQLAB_WQ_CPU_INTENSIVE, now().max_active), 2);
        } else {
            add(of_flags(kept | WQLAB_WQ_UNBOUND, unbound_limit()), 1);
            add(of_flags((kept ^ WQLAB_WQ_HIGHPRI) | WQLAB_WQ_UNBOUND, unbound_limit()), 2);
            scopes();
        }
        softirq(kept);
    }

    void softirq(uint32_t kept)
    {
        const std::string reason = against_softirq();
        if (!reason.empty())
            return leave("BH", reason);
        add(of_flags((kept & WQLAB_WQ_HIGHPRI) | WQLAB_WQ_BH), 1);
        add(of_flags((~kept & WQLAB_WQ_HIGHPRI) | WQLAB_WQ_BH), 2);
    }

    std::string against_softirq() const
    {
        if (!(info_.wq_flags & WQLAB_WQ_BH))
            return "this kernel has no WQ_BH";
        if (profile_.sleeps() == Sleeps::kSometimes)
            return "its items sleep";
        if (subject_.flags & kKept)
            return fmt::format("it is {}, and a BH workqueue can't be",
                               subject_.is(WQLAB_WQ_MEM_RECLAIM) ? "mem_reclaim" : "freezable");
        if (profile_.sleeps() == Sleeps::kUnknown)
            return "it is not known whether its items sleep: they were seen executing too seldom; --sleeps no says "
                   "that "
                   "they don't";
        if (profile_.run.quantile(0.999) > kLongForSoftirq)
            return fmt::format("its items take up to {}, and a softirq holds up its whole CPU",
                               human_time(profile_.run.percentile(0.999), Charset::kAscii));
        return {};
    }

    void more_active()
    {
        if (!now().max_active)
            return;
        if (!profile_.is_held_back())
            return leave("max_active above " + std::to_string(*now().max_active), "it holds hardly anything back");
        WorkqueueSpec spec = now();
        spec.max_active = std::min<uint32_t>(4 * *spec.max_active, WQLAB_LIMIT_MAX_ACTIVE);
        add(spec, 1);
        spec.max_active.reset();
        add(spec, 1);
    }

    void serial()
    {
        const std::string why = subject_.is(WQLAB_WQ_ORDERED) ? "it is ordered, and stays so"
                                : subject_.is(WQLAB_WQ_BH)    ? "a softirq has one of its items at a time, in order, "
                                                                "and items may rely on it"
                                                              : "its max_active is 1, and items may rely on it";
        if (subject_.is(WQLAB_WQ_BH)) {
            leave("unbound", why);
            add(of_flags(subject_.flags & WQLAB_WQ_HIGHPRI, 1), 1);
        } else if (!subject_.is_unbound()) {
            leave("unbound", why + ": of each CPU one at a time, in order");
            // A CPU's softirq executes them one after the other, too.
            softirq(subject_.flags & (kKept | WQLAB_WQ_HIGHPRI));
        } else {
            leave("per-CPU and BH", why);
        }
        leave("max_active above 1", why);
        if (subject_.is(WQLAB_WQ_UNBOUND) && !subject_.is(WQLAB_WQ_ORDERED))
            scopes();
        else if (subject_.is(WQLAB_WQ_ORDERED))
            leave("scopes", "an ordered workqueue has one pool, of all CPUs");
    }

    void always()
    {
        if (!subject_.is_serial())
            leave("a lower max_active", "its items may wait for one another");
        if (subject_.flags & kKept)
            leave(subject_.is(WQLAB_WQ_MEM_RECLAIM) ? "without mem_reclaim" : "without freezable",
                  "what it is for is not seen from outside");
        leave("strict scopes, cpumask, nice", "they are a matter of what else the machine is for");
    }

    const Profile& profile_;
    const Subject& subject_;
    const Info& info_;
    const Topology& topology_;
    Candidates result_;
    std::vector<std::string> same_division_;
};

}  // namespace

Candidates candidates_for(const Profile& profile, const Info& info, const Topology& topology)
{
    return Search(profile, info, topology).run();
}

}  // namespace wqctl
