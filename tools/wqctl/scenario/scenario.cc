// SPDX-License-Identifier: GPL-2.0
#include "scenario/scenario.hh"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "scenario/keys.hh"
#include "text/error.hh"
#include "text/names.hh"

namespace wqctl {

std::string Origin::place(std::string_view key) const
{
    if (file.empty())
        return {};
    const auto found = lines.find(key);
    return fmt::format("{}:{}: ", file, found == lines.end() ? line : found->second);
}

std::string Origin::name(std::string_view key) const
{
    if (!file.empty())
        return fmt::format("\"{}\"", key);
    return flag_of(key);
}

uint32_t implied_mode(const IssuerSpec& issuer)
{
    const Key<IssuerSpec>* chosen = nullptr;
    for (const Key<IssuerSpec>& key : issuer_keys()) {
        if (!key.implies || !is_given(key, issuer))
            continue;
        if (chosen)
            throw Error::usage(fmt::format("{}{} and {} exclude each other: one makes the issuer {}, the other {}",
                                           issuer.origin.place(key.name), issuer.origin.name(chosen->name),
                                           issuer.origin.name(key.name), mode_names()[*chosen->implies],
                                           mode_names()[*key.implies]));
        chosen = &key;
    }
    return chosen ? *chosen->implies : uint32_t{WQLAB_MODE_CLOSED};
}

uint64_t issue_interval_ns(const IssuerSpec& issuer)
{
    if (issuer.mode == WQLAB_MODE_BURST)
        return issuer.every.value_or(0);
    if (issuer.mode != WQLAB_MODE_OPEN || !issuer.rate || !(*issuer.rate > 0))
        return 0;
    const double ns = issuer.threads * 1e9 / *issuer.rate;
    return ns < 9e18 ? static_cast<uint64_t>(std::llround(ns)) : UINT64_MAX;
}

Scenario resolve(Scenario scenario)
{
    if (!scenario.duration && !scenario.items)
        scenario.duration = kDefaultDurationNs;
    if (!scenario.seed)
        scenario.seed = kDefaultSeed;
    for (IssuerSpec& issuer : scenario.issuers) {
        if (issuer.depth)
            continue;
        const bool open = issuer.mode == WQLAB_MODE_OPEN || issuer.mode == WQLAB_MODE_BURST;
        issuer.depth = open ? std::max(1024u, issuer.burst.value_or(0)) : 1u;
    }
    return scenario;
}

std::vector<uint32_t> targets(const Scenario& scenario, const IssuerSpec& issuer)
{
    std::vector<uint32_t> indices;
    for (uint32_t i = 0; i < scenario.workqueues.size(); i++) {
        const auto& names = issuer.workqueues;
        if (names.empty() || std::find(names.begin(), names.end(), scenario.workqueues[i].name) != names.end())
            indices.push_back(i);
    }
    return indices;
}

std::string default_name(const WorkqueueSpec& workqueue)
{
    constexpr size_t most = WQLAB_NAME_LEN - 1;
    std::string name;
    if (!workqueue.system.empty()) {
        name = short_system_name(workqueue.system);
        // "freezable_power_efficient" is longer than the wire's names.
        for (size_t at; name.size() > most && (at = name.find("power_efficient")) != std::string::npos;)
            name.replace(at, 15, "power_eff");
    } else {
        for (const std::string& flag : flags_to_names(workqueue.flags & ~uint32_t{WQLAB_WQ_SYSFS}))
            name += (name.empty() ? "" : "-") + flag;
        if (name.empty())
            name = "percpu";
    }
    return name.size() > most ? "wq" : name;
}

}  // namespace wqctl
