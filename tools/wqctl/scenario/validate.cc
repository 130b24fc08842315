// SPDX-License-Identifier: GPL-2.0
#include "scenario/validate.hh"

#include <algorithm>
#include <set>

#include "scenario/rules.hh"
#include "text/names.hh"
#include "text/nearest.hh"

namespace wqctl {

namespace rules {

std::string describe(const WorkqueueSpec& workqueue) { return fmt::format("workqueue \"{}\"", workqueue.name); }
std::string describe(const IssuerSpec&) { return {}; }
std::string describe(const Scenario&) { return {}; }

std::string does(const std::vector<std::string>& words)
{
    return fmt::format("{} {}", enumerate(words), words.size() == 1 ? "does" : "do");
}

}  // namespace rules

namespace {

using namespace rules;

void check_ends(const Scenario& scenario, const Info* info)
{
    if (scenario.duration == 0u)
        refuse(scenario, "duration", "is 0", "use a time such as 2s");
    if (scenario.items == 0u)
        refuse(scenario, "items", "is 0", "use 1 or more");
    if (scenario.sample == 0)
        refuse(scenario, "sample", "is 0", "use 1 to time every item, or N to time one in N");
    if (scenario.duration)
        check_limit(scenario, "duration", *scenario.duration, "duration_ns", info, exact_time);
    check_limit(scenario, "sample", scenario.sample, "sample", info);
}

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
            refuse(scenario.workqueues[index], "name", "is fed by no issuer",
                   "name it in an issuer, or leave it out");
}

void check_totals(const Scenario& scenario, const Info* info)
{
    uint64_t groups = 0;
    uint64_t threads = 0;
    uint64_t in_flight = 0;
    for (const IssuerSpec& issuer : scenario.issuers) {
        const uint64_t workqueues = targets(scenario, issuer).size();
        groups += workqueues;
        threads += workqueues * issuer.threads;
        in_flight += workqueues * issuer.threads * issuer.depth.value_or(1);
    }
    const auto total = [&](uint64_t value, std::string_view what, std::string_view limit) {
        const auto most = info ? info->limit(limit) : std::nullopt;
        if (most && value > *most)
            throw Error::usage(fmt::format("{}the scenario has {} {} in all, beyond the limit {} of {}; use {} or fewer",
                                           scenario.origin.place(), value, what, limit, *most, *most));
    };
    total(scenario.workqueues.size(), "workqueues", "workqueues");
    total(groups, "issuers (one for each workqueue that an issuer feeds)", "issuers");
    total(threads, "issuer threads", "threads");
    total(in_flight, "items in flight (threads times depth)", "items_in_flight");
}

}  // namespace

void validate(const Scenario& scenario, const Topology& topology, const Info* info)
{
    if (scenario.workqueues.empty())
        throw Error::usage(fmt::format("{}the scenario has no workqueue; list one or more in \"workqueues\"",
                                       scenario.origin.place()));
    if (scenario.issuers.empty())
        throw Error::usage(
            fmt::format("{}the scenario has no issuer; list one or more in \"issuers\"", scenario.origin.place()));
    check_ends(scenario, info);
    for (const WorkqueueSpec& workqueue : scenario.workqueues)
        check_workqueue(workqueue, topology, info);
    check_names(scenario);
    for (const IssuerSpec& issuer : scenario.issuers) {
        check_issuer(issuer, topology, info);
        for (uint32_t index : targets(scenario, issuer))
            check_issuer_on(issuer, scenario.workqueues[index], info);
    }
    check_totals(scenario, info);
}

}  // namespace wqctl
