// SPDX-License-Identifier: GPL-2.0
// Of what a load's workqueue could be.
#pragma once

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string_view>

#include "commands/advise/candidates.hh"
#include "unit/commands/advise/made_up.hh"
#include "unit/report/fixtures.hh"

inline wqctl::Candidates candidates(const wqctl::Profile& profile)
{
    return wqctl::candidates_for(profile, info_612(), two_sockets());
}

inline bool any(const wqctl::Candidates& all, const std::function<bool(const wqctl::Candidate&)>& is)
{
    return std::any_of(all.tried.begin(), all.tried.end(), is);
}

inline bool is_softirq(const wqctl::Candidate& candidate) { return candidate.is(WQLAB_WQ_BH); }

inline std::string reason(const wqctl::Candidates& all, const std::string& name)
{
    for (const wqctl::NotTried& one : all.not_tried)
        if (one.name == name)
            return one.reason;
    return {};
}

inline const wqctl::Candidate& named(const wqctl::Candidates& all, std::string_view name)
{
    for (const wqctl::Candidate& one : all.tried)
        if (one.name == name)
            return one;
    throw std::runtime_error("no candidate " + std::string(name));
}

inline std::string conditions(const wqctl::Profile& profile, const wqctl::Candidate& candidate)
{
    std::string text;
    for (const std::string& one : wqctl::conditions_for(profile, candidate))
        text += one + "\n";
    return text;
}
