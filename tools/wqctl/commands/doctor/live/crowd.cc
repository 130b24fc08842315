// SPDX-License-Identifier: GPL-2.0
// Many workers that wait for one thing.
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/words.hh"
#include "text/frames.hh"

namespace wqctl::live {

namespace {

// A few may wait for the same thing by chance, and soon have it.
constexpr size_t kMany = 8;

using Group = std::vector<const Busy*>;

// By the whole stack: where two sleep in one place on behalf of different callers, it may be two locks.
std::map<Frames, Group> by_stack(const Case& at, const Group& workers)
{
    std::map<Frames, Group> groups;
    for (const Busy* worker : workers)
        if (const TaskStack* stack = at.stack(worker->row->pid))
            groups[stack->frames].push_back(worker);
    return groups;
}

// Those few of the same workqueue that stay, too, but elsewhere: one of them may hold what the others want.
Group odd_ones(const Case& at, const Group& crowd)
{
    Group odd;
    for (const Busy& worker : at.busy())
        if (worker.is_old() && worker.row->workqueue == crowd[0]->row->workqueue &&
            std::ranges::find(crowd, &worker) == crowd.end())
            odd.push_back(&worker);
    constexpr size_t kFew = 4;
    return odd.size() * kFew <= crowd.size() ? odd : Group();
}

}  // namespace

std::string lacks_stacks(const Case& at) { return at.no_stacks(); }

void find_crowds(const Case& at, Findings& findings)
{
    std::map<std::string, Group> by_function;
    for (const Busy& worker : at.busy())
        if (const TaskStack* stack = at.stack(worker.row->pid); stack && worker.is_old())
            by_function[function_of(at, worker)].push_back(&worker);
    for (const auto& [function, workers] : by_function) {
        const auto groups = by_stack(at, workers);
        const auto largest = std::ranges::max_element(groups, {}, [](const auto& one) { return one.second.size(); });
        if (largest == groups.end() || largest->second.size() < kMany ||
            at.stack(largest->second[0]->row->pid)->state != 'D')
            continue;
        const Group& crowd = largest->second;
        uint64_t youngest = UINT64_MAX;
        for (const Busy* worker : crowd)
            youngest = std::min(youngest, worker->age_ns);
        Finding& finding = findings.add("crowd " + function);
        finding.certainty = Certainty::kLikely;
        finding.weight = 600 + by_age(youngest);
        finding.sentence = fmt::format(
            "{} workers of {} have been at {} for {} and more, and all sleep in {}: one lock, one device or one event",
            crowd.size(), workqueue_of(at, *crowd[0]), function, lasting(youngest), place_of(largest->first));
        for (const Busy* odd : odd_ones(at, crowd)) {
            finding.suspects.push_back(suspect_of(at, *odd));
            finding.suspects.back().doing += ", where the others are not";
        }
        const bool has_odd = !finding.suspects.empty();
        constexpr size_t kShown = 3;
        for (size_t i = 0; i < std::min(kShown, crowd.size()); i++) {
            if (!has_odd)
                finding.suspects.push_back(suspect_of(at, *crowd[i]));
            finding.evidence.push_back(seen(at, *crowd[i]));
        }
        finding.next = has_odd ? "The one that is elsewhere may hold what the others want: see what it waits for"
                               : fmt::format("See who holds what {} waits for, or whether the device still answers",
                                             place_of(largest->first));
    }
}

}  // namespace wqctl::live
