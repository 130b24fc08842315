// SPDX-License-Identifier: GPL-2.0
// The rules of runs (core/run_rules.hh) in the terms of flags and files, as the
// user wrote them. Only validate.cc and wording.cc include this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/run_rules.hh"
#include "scenario/scenario.hh"
#include "source/info.hh"
#include "system/topology.hh"
#include "text/error.hh"

namespace wqctl {

inline std::string describe(const WorkqueueSpec& workqueue)
{
    return fmt::format("workqueue \"{}\": ", workqueue.name);
}
inline std::string describe(const IssuerSpec&) { return {}; }
inline std::string describe(const Scenario&) { return {}; }

// One line: place, whose, which setting; and what is wrong; what would be right.
template <typename Spec>
[[noreturn]] void refuse(const Spec& spec, std::string_view key, std::string_view wrong_and_right)
{
    throw Error::usage(
        fmt::format("{}{}{} {}", spec.origin.place(key), describe(spec), spec.origin.name(key), wrong_and_right));
}

template <typename Spec>
[[noreturn]] void refuse(const Spec& spec, std::string_view key, std::string_view wrong, std::string_view right)
{
    refuse(spec, key, fmt::format("{}; {}", wrong, right));
}

// A value beyond a limit that `wqctl info` shows. show: how values are written.
template <typename Spec>
[[noreturn]] void refuse_beyond(const Spec& spec, std::string_view key, uint64_t value, std::string_view limit,
                                uint64_t most, std::string (*show)(uint64_t))
{
    refuse(spec, key, fmt::format("is {}, beyond the limit {} of {}", show(value), limit, show(most)),
           fmt::format("use {} or less", show(most)));
}

template <typename Spec>
[[noreturn]] void refuse_cpu(const Spec& spec, std::string_view key, uint32_t cpu, const Topology& topology)
{
    bool present = false;
    for (const uint32_t other : topology.present)
        present |= other == cpu;
    refuse(spec, key, fmt::format("has CPU {}, which {}", cpu, present ? "is offline" : "does not exist"),
           fmt::format("the CPUs online are {}", topology.online_list()));
}

// What turns a mode on, as the user would write it.
std::string how_to(const IssuerSpec& issuer, uint32_t mode);
// What a key does in a mode that does not look at it.
std::string in_mode(const IssuerSpec& issuer);

// Each throws if a rule is broken. info may be missing.
void refuse_if(const wqlab::Broken& broken, const Scenario& scenario);
void refuse_if(const wqlab::Broken& broken, const WorkqueueSpec& workqueue, const Info* info);
void refuse_if(const wqlab::Broken& broken, const IssuerSpec& issuer, const Topology& topology);
void refuse_if(const wqlab::Broken& broken, const IssuerSpec& issuer, const WorkqueueSpec& workqueue);

}  // namespace wqctl
