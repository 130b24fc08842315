// SPDX-License-Identifier: GPL-2.0
#include "scenario/wording.hh"

#include "scenario/keys.hh"
#include "scenario/shape.hh"
#include "text/names.hh"

namespace wqctl {

using wqlab::Broken;
using wqlab::Rule;

namespace {

std::string does(const std::vector<std::string>& words)
{
    return fmt::format("{} {}", enumerate(words), words.size() == 1 ? "does" : "do");
}

// A rule of which a key of the scenario, judged before, leaves nothing to say.
template <typename Spec>
[[noreturn]] void refuse_bare(const Spec& spec, const Broken& broken)
{
    throw Error::usage(fmt::format("{}{}this run would break rule {} of the module", spec.origin.place(),
                                   describe(spec), static_cast<unsigned>(broken.rule)));
}

void refuse_size(const Scenario& scenario, const Broken& broken, std::string_view what, std::string_view limit)
{
    throw Error::usage(fmt::format("{}the scenario has {} {} in all, beyond the limit {} of {}; use {} or fewer",
                                   scenario.origin.place(), broken.a, what, limit, broken.b, broken.b));
}

// The first key that needs the workqueue's files.
std::string_view sysfs_key(const WorkqueueSpec& workqueue)
{
    for (const Key<WorkqueueSpec>& key : workqueue_keys())
        if (key.sysfs && is_given(key, workqueue))
            return key.name;
    return "flags";
}

}  // namespace

std::string how_to(const IssuerSpec& issuer, uint32_t mode)
{
    if (!issuer.origin.file.empty())
        return fmt::format("\"mode\": \"{}\"", mode_names()[mode]);
    for (const Key<IssuerSpec>& key : issuer_keys())
        if (key.implies == mode)
            return std::string(key.flag);
    return mode == WQLAB_MODE_RCU ? "--rcu" : "--depth";
}

std::string in_mode(const IssuerSpec& issuer)
{
    return fmt::format("has no effect on an issuer in {} mode", mode_names()[issuer.mode]);
}

void refuse_if(const Broken& broken, const Scenario& scenario)
{
    switch (broken.rule) {
    case Rule::kNone: return;
    case Rule::kNoWorkqueue:
        throw Error::usage(fmt::format("{}the scenario has no workqueue; list one or more in \"workqueues\"",
                                       scenario.origin.place()));
    case Rule::kNoIssuer:
        throw Error::usage(
            fmt::format("{}the scenario has no issuer; list one or more in \"issuers\"", scenario.origin.place()));
    case Rule::kWorkqueues: return refuse_size(scenario, broken, "workqueues", "workqueues");
    case Rule::kIssuers:
        return refuse_size(scenario, broken, "issuers (one for each workqueue that an issuer feeds)", "issuers");
    case Rule::kThreads: return refuse_size(scenario, broken, "issuer threads", "threads");
    case Rule::kItemsInFlight:
        return refuse_size(scenario, broken, "items in flight (threads times depth)", "items_in_flight");
    default: refuse_bare(scenario, broken);
    }
}

void refuse_if(const Broken& broken, const WorkqueueSpec& wq, const Info* info)
{
    const uint32_t flags = static_cast<uint32_t>(broken.a);
    const std::string leave_max_active_out = fmt::format("leave {} out", wq.origin.name("max_active"));
    switch (broken.rule) {
    case Rule::kNone: return;
    case Rule::kNoSuchSystem: {
        std::vector<std::string> names;
        for (const std::string& name : info->system_workqueues)
            names.push_back(short_system_name(name));
        refuse(wq, "system", fmt::format("names {}, which this kernel does not have", wq.system),
               fmt::format("it has {}", enumerate(names)));
    }
    case Rule::kBhMaxActive:
        refuse(wq, "max_active", "does not go with bh: a CPU runs its BH items one after the other",
               leave_max_active_out);
    case Rule::kBhFlags:
        // Whether percpu may stand beside it depends on the kernel.
        refuse(wq, "flags", fmt::format("{} not go with bh", does(flags_to_names(flags))),
               !info || info->has(WQLAB_FEATURE_BH_PERCPU) ? "only highpri and, where the kernel has it, percpu do"
                                                           : "on this kernel only highpri does");
    case Rule::kOrderedPercpu:
        refuse(wq, "flags", "make the workqueue both ordered and percpu, but an ordered one is unbound",
               "leave one of them out");
    case Rule::kOrderedMaxActive:
        refuse(wq, "max_active", fmt::format("is {}, but an ordered workqueue runs one item at a time", broken.a),
               leave_max_active_out);
    case Rule::kOrderedSysfs:
        refuse(wq, sysfs_key(wq), "needs WQ_SYSFS, which this kernel does not give to ordered workqueues",
               "leave it out, or use an unbound workqueue with max_active 1");
    case Rule::kUnboundPercpu: refuse(wq, "flags", "have both unbound and percpu", "leave one of them out");
    case Rule::kFlagsUnknown:
        refuse(wq, "flags",
               fmt::format("have {}, which this kernel does not have{}", enumerate(flags_to_names(flags)),
                           flags == WQLAB_WQ_BH ? ": BH workqueues came with Linux 6.9" : ""),
               fmt::format("it has {}", enumerate(flags_to_names(info->wq_flags))));
    default: refuse_bare(wq, broken);
    }
}

void refuse_if(const Broken& broken, const IssuerSpec& issuer, const Topology& topology)
{
    const ItemKey* const item = item_key(issuer.body);
    switch (broken.rule) {
    case Rule::kNone: return;
    case Rule::kBurstBeyondDepth:
        refuse(issuer, "depth", fmt::format("of {} cannot hold a burst of {}", broken.b, broken.a),
               fmt::format("use {} or more", broken.a));
    case Rule::kCpuAndNode:
        refuse(issuer, "queue_on", fmt::format("and {} exclude each other", issuer.origin.name("queue_node")),
               "give one of them");
    case Rule::kIssuerCpu: refuse_cpu(issuer, "cpus", static_cast<uint32_t>(broken.a), topology);
    case Rule::kQueueCpu: refuse_cpu(issuer, "queue_on", static_cast<uint32_t>(broken.a), topology);
    case Rule::kQueueNode:
        refuse(issuer, "queue_node", fmt::format("is node {}, which does not exist", broken.a),
               fmt::format("the nodes are {}", format_cpu_list(topology.nodes)));
    case Rule::kBytesOrNone:
    case Rule::kTimeOrNone: refuse(issuer, item->name(), "is 0, which does nothing", "say how much, or leave it out");
    case Rule::kBytes: refuse_beyond(issuer, item->name(), broken.a, item->limit, broken.b, exact_size);
    case Rule::kTime: refuse_beyond(issuer, item->name(), broken.a, item->limit, broken.b, exact_time);
    case Rule::kTimeEmpty:
        refuse(issuer, item->name(), fmt::format("goes from {} down to {}", exact_time(broken.a), exact_time(broken.b)),
               "say the shorter time first");
    default: refuse_bare(issuer, broken);
    }
}

void refuse_if(const Broken& broken, const IssuerSpec& issuer, const WorkqueueSpec& wq)
{
    const std::string_view item = body_name(issuer.body);
    switch (broken.rule) {
    case Rule::kNone: return;
    case Rule::kBhSleeps:
        refuse(issuer, item,
               fmt::format("does not go with the BH workqueue \"{}\": softirq context cannot sleep", wq.name),
               "use spin, touch or alloc, or a workqueue that is not BH");
    case Rule::kBhTime: refuse_beyond(issuer, item, broken.a, "bh_spin_ns", broken.b, exact_time);
    case Rule::kFlushWait:
        refuse(issuer, "depth",
               fmt::format("lets a flush wait for {} on workqueue \"{}\", beyond the limit flush_wait_ns of {}",
                           exact_time(broken.a), wq.name, exact_time(broken.b)),
               "lower it, the number of threads, or what an item takes");
    case Rule::kNodeNeedsUnbound:
        refuse(issuer, "queue_node",
               fmt::format("needs an unbound workqueue, and \"{}\" is {}", wq.name,
                           flags_of(wq) & WQLAB_WQ_BH ? "a BH one" : "a per-CPU one"),
               "leave it out, or make the workqueue unbound");
    default: refuse_bare(issuer, broken);
    }
}

}  // namespace wqctl
