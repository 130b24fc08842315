// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/core.h>

#include "commands/doctor/live/limits.hh"
#include "commands/doctor/live/words.hh"

namespace wqctl::live {

std::vector<Group> groups(const Case& at)
{
    const Snapshot& now = at.now();
    std::map<std::pair<uint32_t, int32_t>, Group> found;
    const auto key_of_pwq = [&](const wqlab_snap_pwq& pwq) {
        const wqlab_snap_workqueue* workqueue = now.workqueue(pwq.workqueue);
        return std::pair(pwq.workqueue, workqueue && workqueue->flags & WQLAB_WQ_UNBOUND ? -1 : pwq.pool);
    };
    for (const wqlab_snap_work& work : now.works) {
        const wqlab_snap_pwq* pwq = now.pwq(work.pwq);
        const wqlab_snap_workqueue* workqueue = pwq ? now.workqueue(pwq->workqueue) : nullptr;
        if (work.state != WQLAB_WORK_INACTIVE || !workqueue || pwq->flags & WQLAB_PWQ_PLUGGED)
            continue;
        const auto key = key_of_pwq(*pwq);
        Group& group = found.try_emplace(key, Group{key.first, key.second, workqueue->max_active, 0, {}, {}, false})
                           .first->second;
        group.stays = group.stays || at.was_there(work);
        group.held.push_back(&work);
    }
    for (const wqlab_snap_pwq& pwq : now.pwqs)
        if (const auto group = found.find(key_of_pwq(pwq)); group != found.end())
            group->second.nr_active += pwq.nr_active;
    for (const Busy& worker : at.busy())
        if (const wqlab_snap_pwq* pwq = now.pwq(worker.row->pwq))
            if (const auto group = found.find(key_of_pwq(*pwq)); group != found.end())
                group->second.active.push_back(&worker);
    std::vector<Group> all;
    for (auto& [key, group] : found) {
        std::ranges::stable_sort(group.active, std::greater(), &Busy::age_ns);
        all.push_back(std::move(group));
    }
    return all;
}

std::string limit_text(const Case& at, const Group& group)
{
    return fmt::format("{}: {} active of max_active {}, {} held back", at.label(group.workqueue), group.nr_active,
                       group.limit, count_items(group.held));
}

std::string lower(std::string name)
{
    if (name.size() > 1 && std::islower(static_cast<unsigned char>(name[1])))
        name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    return name;
}

}  // namespace wqctl::live
