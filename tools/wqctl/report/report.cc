// SPDX-License-Identifier: GPL-2.0
#include "report/report.hh"

#include <fmt/core.h>

namespace wqctl {

double WorkqueueReport::items_per_s() const
{
    return elapsed_ns ? static_cast<double>(executed) * 1e9 / static_cast<double>(elapsed_ns) : 0;
}

WorkqueueReport& RunReport::workqueue(uint32_t index)
{
    while (workqueues.size() <= index) {
        workqueues.emplace_back();
        workqueues.back().index = static_cast<uint32_t>(workqueues.size()) - 1;
    }
    return workqueues[index];
}

std::map<uint32_t, CpuCounts> by_cpu(const WorkqueueReport& workqueue)
{
    std::map<uint32_t, CpuCounts> cpus;
    for (const Flow& flow : workqueue.queued_at)
        cpus[flow.from].queued += flow.count;
    for (const Flow& flow : workqueue.flows)
        cpus[flow.to].executed += flow.count;
    return cpus;
}

std::map<int32_t, unsigned> by_nice(const WorkqueueReport& workqueue)
{
    std::map<int32_t, unsigned> nices;
    for (const Worker& worker : workqueue.workers)
        nices[worker.nice]++;
    return nices;
}

std::vector<std::string> broken_promises(const RunReport& report)
{
    std::vector<std::string> broken;
    if (!report.run.ended())
        return broken;
    for (const WorkqueueReport& wq : report.workqueues) {
        if (wq.queued != wq.executed + wq.cancelled)
            broken.push_back(
                fmt::format("workqueue \"{}\": {} items were queued, but {} executed and {} cancelled: {} {}", wq.name,
                            wq.queued, wq.executed, wq.cancelled,
                            wq.queued > wq.executed + wq.cancelled ? wq.queued - wq.executed - wq.cancelled
                                                                   : wq.executed + wq.cancelled - wq.queued,
                            wq.queued > wq.executed + wq.cancelled ? "are lost" : "too many"));
        if (wq.reordered)
            broken.push_back(fmt::format("workqueue \"{}\": it is ordered, but {} items started after a later one",
                                         wq.name, wq.reordered));
        uint64_t queued = 0;
        for (const Flow& flow : wq.queued_at)
            queued += flow.count;
        if (queued != wq.queued)
            broken.push_back(fmt::format("workqueue \"{}\": {} items were queued, but its CPUs add up to {}", wq.name,
                                         wq.queued, queued));
        uint64_t executed = 0;
        for (const Flow& flow : wq.flows)
            executed += flow.count;
        if (executed != wq.executed)
            broken.push_back(fmt::format("workqueue \"{}\": {} items executed, but its CPUs add up to {}", wq.name,
                                         wq.executed, executed));
    }
    return broken;
}

}  // namespace wqctl
