// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/ages.hh"

namespace wqctl::live {

void Ages::follow(Case& at)
{
    std::map<std::pair<int32_t, uint64_t>, uint64_t> now;
    for (const Busy& worker : at.busy()) {
        if (!worker.stays || !worker.row->pid)
            continue;
        const std::pair key(worker.row->pid, worker.row->work);
        const auto known = since_.find(key);
        const uint64_t since = known == since_.end() ? at.before().head.time_ns : known->second;
        now.emplace(key, since);
        if (at.now().head.time_ns > since)
            at.raise_age(worker, at.now().head.time_ns - since);
    }
    since_ = std::move(now);
}

}  // namespace wqctl::live
