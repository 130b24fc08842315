// SPDX-License-Identifier: GPL-2.0
#include "scenario/shape.hh"

#include <algorithm>

#include "text/names.hh"
#include "uapi/wqlab.h"

namespace wqctl {

wqlab::WorkqueueShape shape_of(const WorkqueueSpec& workqueue)
{
    // What is set through sysfs needs the files.
    return {.flags = workqueue.flags | (workqueue.wants_sysfs() ? WQLAB_WQ_SYSFS : 0),
            .max_active = workqueue.max_active.value_or(0)};
}

wqlab::IssuerShape shape_of(const IssuerSpec& issuer)
{
    wqlab::IssuerShape shape;
    shape.threads = issuer.threads;
    shape.mode = issuer.mode;
    shape.depth = issuer.depth.value_or(shape.depth);
    // Of a rate that is beyond all limits it may round to 0, which would be none.
    if (issuer.rate || issuer.every)
        shape.interval = std::max<uint64_t>(1, issue_interval_ns(issuer));
    shape.poisson = issuer.poisson;
    shape.burst = issuer.burst.value_or(shape.burst);
    shape.links = issuer.links.value_or(0);
    shape.delay = issuer.delay.value_or(0);
    shape.mod_percent = issuer.mod_percent.value_or(0);
    shape.cancel_percent = issuer.cancel_percent.value_or(0);
    shape.flush_percent = issuer.flush_percent.value_or(0);
    shape.coalesce = issuer.coalesce;
    shape.queue_on = issuer.queue_on.value_or(shape.queue_on);
    shape.queue_node = issuer.queue_node.value_or(shape.queue_node);
    shape.body = {
        .kind = issuer.body, .bytes = issuer.bytes, .time = {issuer.time.kind, issuer.time.ns, issuer.time.max_ns}};
    return shape;
}

uint32_t flags_of(const WorkqueueSpec& workqueue)
{
    for (const SystemWorkqueue& system : system_workqueues())
        if (system.name == workqueue.system)
            return system.flags;
    return workqueue.flags;
}

}  // namespace wqctl
