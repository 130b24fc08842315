// SPDX-License-Identifier: GPL-2.0
#include "scenario/rules.hh"

#include <algorithm>
#include <cmath>

#include "text/names.hh"

namespace wqctl::rules {

namespace {

std::string in_mode(const IssuerSpec& issuer)
{
    return fmt::format("has no effect on an issuer in {} mode", mode_names()[issuer.mode]);
}

bool is_paced(const IssuerSpec& issuer)
{
    return issuer.mode == WQLAB_MODE_OPEN || issuer.mode == WQLAB_MODE_BURST;
}

// What turns a mode on, as the user would write it.
std::string how_to(const IssuerSpec& issuer, uint32_t mode)
{
    if (!issuer.origin.file.empty())
        return fmt::format("\"mode\": \"{}\"", mode_names()[mode]);
    switch (mode) {
    case WQLAB_MODE_OPEN: return "--rate";
    case WQLAB_MODE_BURST: return "--burst";
    case WQLAB_MODE_CHAIN: return "--chain";
    case WQLAB_MODE_DELAYED: return "--delay";
    case WQLAB_MODE_RCU: return "--rcu";
    default: return "--depth";
    }
}

// Settings that only some modes look at.
void check_mode(const IssuerSpec& issuer)
{
    const auto only_in = [&](bool given, std::string_view key, uint32_t mode) {
        if (given && issuer.mode != mode)
            refuse(issuer, key, in_mode(issuer), fmt::format("it goes with {}", how_to(issuer, mode)));
    };
    const auto required = [&](bool given, std::string_view key, uint32_t mode, std::string_view why) {
        if (!given && issuer.mode == mode)
            refuse(issuer, key, fmt::format("is missing from an issuer in {} mode", mode_names()[mode]), why);
    };
    only_in(issuer.rate.has_value(), "rate", WQLAB_MODE_OPEN);
    only_in(issuer.burst.has_value(), "burst", WQLAB_MODE_BURST);
    only_in(issuer.every.has_value(), "every", WQLAB_MODE_BURST);
    only_in(issuer.links.has_value(), "links", WQLAB_MODE_CHAIN);
    only_in(issuer.delay.has_value(), "delay", WQLAB_MODE_DELAYED);
    only_in(issuer.mod_percent.has_value(), "mod_percent", WQLAB_MODE_DELAYED);
    required(issuer.rate.has_value(), "rate", WQLAB_MODE_OPEN, "say how many items a second");
    required(issuer.burst.has_value(), "burst", WQLAB_MODE_BURST, "say how many items a burst");
    required(issuer.every.has_value(), "every", WQLAB_MODE_BURST, "say how long from burst to burst, such as 10ms");
    required(issuer.links.has_value(), "links", WQLAB_MODE_CHAIN, "say how often an item requeues itself");
    required(issuer.delay.has_value(), "delay", WQLAB_MODE_DELAYED, "say how long, such as 1ms");
    const std::string paced = fmt::format("it goes with {} or {}", how_to(issuer, WQLAB_MODE_OPEN),
                                          how_to(issuer, WQLAB_MODE_BURST));
    only_in(issuer.poisson, issuer.origin.file.empty() ? "poisson" : "arrival", WQLAB_MODE_OPEN);
    if (issuer.coalesce && !is_paced(issuer))
        refuse(issuer, "coalesce", in_mode(issuer) + ", which waits for its items", paced);
}

void check_shares(const IssuerSpec& issuer)
{
    const auto share = [&](const std::optional<uint32_t>& percent, std::string_view key) {
        if (percent.value_or(0) > 100)
            refuse(issuer, key, fmt::format("is {} percent", *percent), "use 100 at most");
    };
    share(issuer.mod_percent, "mod_percent");
    share(issuer.cancel_percent, "cancel_percent");
    share(issuer.flush_percent, "flush_percent");
    if (issuer.cancel_percent.value_or(0) && issuer.mode == WQLAB_MODE_RCU)
        refuse(issuer, "cancel_percent", "does not go with rcu: the kernel cannot cancel an item that waits for RCU",
               "leave it out, or use another mode");
}

void check_numbers(const IssuerSpec& issuer, const Info* info)
{
    if (issuer.threads == 0)
        refuse(issuer, "threads", "is 0", "use 1 or more");
    if (issuer.depth == 0u)
        refuse(issuer, "depth", "is 0", "use 1 or more");
    if (issuer.burst == 0u)
        refuse(issuer, "burst", "is 0", "use 1 or more");
    if (issuer.links == 0u)
        refuse(issuer, "links", "is 0, which is no chain", "use 1 or more");
    if (issuer.every == 0u)
        refuse(issuer, "every", "is 0", "use a time such as 10ms");
    if (issuer.rate && (!(*issuer.rate > 0) || !std::isfinite(*issuer.rate)))
        refuse(issuer, "rate", "is not more than 0", "use items a second such as 50000");
    if (issuer.depth && issuer.burst && *issuer.depth < *issuer.burst)
        refuse(issuer, "depth", fmt::format("of {} cannot hold a burst of {}", *issuer.depth, *issuer.burst),
               fmt::format("use {} or more", *issuer.burst));
    // Before the depth, which follows from it unless it was given.
    if (issuer.burst)
        check_limit(issuer, "burst", *issuer.burst, "burst", info);
    if (issuer.depth)
        check_limit(issuer, "depth", *issuer.depth, "depth", info);
    if (issuer.links)
        check_limit(issuer, "links", *issuer.links, "links", info);
    if (issuer.delay)
        check_limit(issuer, "delay", *issuer.delay, "delay_ns", info, exact_time);
    if (issuer.every)
        check_limit(issuer, "every", *issuer.every, "interval_ns", info, exact_time);
    if (!issuer.rate || !info)
        return;
    const uint64_t interval = issue_interval_ns(issuer);
    const uint64_t least = std::max<uint64_t>(1, info->limit("interval_min_ns").value_or(1));
    if (interval < least)
        refuse(issuer, "rate",
               fmt::format("leaves each of {} threads {}ns from item to item, less than the limit interval_min_ns of {}",
                           issuer.threads, interval, exact_time(least)),
               "lower it, or use more threads");
    if (const auto most = info->limit("interval_ns"); most && interval > *most)
        refuse(issuer, "rate",
               fmt::format("leaves each of {} threads {} from item to item, beyond the limit interval_ns of {}",
                           issuer.threads, exact_time(interval), exact_time(*most)),
               "raise it, or use fewer threads");
}

void check_body(const IssuerSpec& issuer, const Info* info)
{
    // The longest that is asked for; the kernel cuts exponential ones off.
    const uint64_t longest = issuer.time.kind == WQLAB_DIST_UNIFORM ? issuer.time.max_ns : issuer.time.ns;
    switch (issuer.body) {
    case WQLAB_BODY_SPIN: check_limit(issuer, "spin", longest, "spin_ns", info, exact_time); break;
    case WQLAB_BODY_MUTEX: check_limit(issuer, "mutex", longest, "spin_ns", info, exact_time); break;
    case WQLAB_BODY_SLEEP: check_limit(issuer, "sleep", longest, "sleep_ns", info, exact_time); break;
    case WQLAB_BODY_TOUCH: check_limit(issuer, "touch", issuer.bytes, "touch_bytes", info, exact_size); break;
    case WQLAB_BODY_ALLOC: check_limit(issuer, "alloc", issuer.bytes, "alloc_bytes", info, exact_size); break;
    default: return;
    }
    const bool sized = issuer.body == WQLAB_BODY_TOUCH || issuer.body == WQLAB_BODY_ALLOC;
    if (sized ? issuer.bytes == 0 : longest == 0)
        refuse(issuer, body_name(issuer.body), "is 0, which does nothing", "say how much, or leave it out");
}

void check_places(const IssuerSpec& issuer, const Topology& topology)
{
    if (issuer.cpus)
        check_cpus(issuer, "cpus", *issuer.cpus, topology);
    if (issuer.queue_on)
        check_cpus(issuer, "queue_on", {*issuer.queue_on}, topology);
    if (issuer.queue_on && issuer.queue_node)
        refuse(issuer, "queue_on", fmt::format("and {} exclude each other", issuer.origin.name("queue_node")),
               "give one of them");
    const bool indirect = issuer.mode == WQLAB_MODE_DELAYED || issuer.mode == WQLAB_MODE_RCU;
    if (issuer.queue_on && indirect)
        refuse(issuer, "queue_on", in_mode(issuer), "it goes with items that are queued at once");
    if (!issuer.queue_node)
        return;
    if (indirect)
        refuse(issuer, "queue_node", in_mode(issuer), "it goes with items that are queued at once");
    if (std::find(topology.nodes.begin(), topology.nodes.end(), *issuer.queue_node) == topology.nodes.end())
        refuse(issuer, "queue_node", fmt::format("is node {}, which does not exist", *issuer.queue_node),
               fmt::format("the nodes are {}", format_cpu_list(topology.nodes)));
}

}  // namespace

void check_issuer(const IssuerSpec& issuer, const Topology& topology, const Info* info)
{
    check_mode(issuer);
    check_numbers(issuer, info);
    check_shares(issuer);
    check_body(issuer, info);
    check_places(issuer, topology);
}

void check_issuer_on(const IssuerSpec& issuer, const WorkqueueSpec& wq, const Info* info)
{
    const bool is_bh = wq.system.empty() ? wq.flags & WQLAB_WQ_BH
                                         : wq.system == "system_bh_wq" || wq.system == "system_bh_highpri_wq";
    const std::string whose = is_bh ? fmt::format("does not go with the BH workqueue \"{}\": softirq context cannot sleep",
                                                  wq.name)
                                    : std::string();
    if (is_bh && issuer.body == WQLAB_BODY_SLEEP)
        refuse(issuer, "sleep", whose, "use spin, touch or alloc, or a workqueue that is not BH");
    if (is_bh && issuer.body == WQLAB_BODY_MUTEX)
        refuse(issuer, "mutex", whose, "use spin, touch or alloc, or a workqueue that is not BH");
    if (is_bh && issuer.body == WQLAB_BODY_SPIN)
        check_limit(issuer, "spin", issuer.time.kind == WQLAB_DIST_UNIFORM ? issuer.time.max_ns : issuer.time.ns,
                    "bh_spin_ns", info, exact_time);
    const auto named = [&wq](std::string_view part) { return wq.system.find(part) != std::string::npos; };
    const bool unbound = wq.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED) || named("unbound") || named("dfl");
    if (issuer.queue_node && !unbound)
        refuse(issuer, "queue_node",
               fmt::format("needs an unbound workqueue, and \"{}\" is {}", wq.name, is_bh ? "a BH one" : "a per-CPU one"),
               "leave it out, or make the workqueue unbound");
}

}  // namespace wqctl::rules
