// SPDX-License-Identifier: GPL-2.0
// What the rules of workqueues and of issuers share. Only validate*.cc include this.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "source/info.hh"
#include "scenario/scenario.hh"
#include "system/topology.hh"
#include "text/error.hh"

namespace wqctl::rules {

std::string describe(const WorkqueueSpec& workqueue);  // `workqueue "bh"`
std::string describe(const IssuerSpec& issuer);        // `issuer`
std::string describe(const Scenario& scenario);        // ``

// `a does`, `a and b do`
std::string does(const std::vector<std::string>& words);

// One line: place, whose, which setting, what is wrong; what would be right.
template <typename Spec>
[[noreturn]] void refuse(const Spec& spec, std::string_view key, std::string_view wrong, std::string_view right)
{
    const std::string whose = describe(spec);
    throw Error::usage(fmt::format("{}{}{}{} {}; {}", spec.origin.place(key), whose, whose.empty() ? "" : ": ",
                                   spec.origin.name(key), wrong, right));
}

template <typename Spec>
void check_limit(const Spec& spec, std::string_view key, uint64_t value, std::string_view limit, const Info* info,
                 std::string (*show)(uint64_t) = nullptr)
{
    const std::optional<uint64_t> most = info ? info->limit(limit) : std::nullopt;
    if (!most || value <= *most)
        return;
    const auto text = [show](uint64_t v) { return show ? show(v) : std::to_string(v); };
    refuse(spec, key, fmt::format("is {}, beyond the limit {} of {}", text(value), limit, text(*most)),
           fmt::format("use {} or less", text(*most)));
}

template <typename Spec>
void check_cpus(const Spec& spec, std::string_view key, const CpuList& cpus, const Topology& topology)
{
    if (cpus.empty())
        refuse(spec, key, "has no CPU", fmt::format("the CPUs online are {}", topology.online_list()));
    for (uint32_t cpu : cpus) {
        if (topology.is_online(cpu))
            continue;
        bool present = false;
        for (uint32_t other : topology.present)
            present |= other == cpu;
        refuse(spec, key, fmt::format("has CPU {}, which {}", cpu, present ? "is offline" : "does not exist"),
               fmt::format("the CPUs online are {}", topology.online_list()));
    }
}

void check_workqueue(const WorkqueueSpec& workqueue, const Topology& topology, const Info* info);

// The issuer alone, then the issuer on one of its workqueues.
void check_issuer(const IssuerSpec& issuer, const Topology& topology, const Info* info);
void check_issuer_on(const IssuerSpec& issuer, const WorkqueueSpec& workqueue, const Info* info);

}  // namespace wqctl::rules
