// SPDX-License-Identifier: GPL-2.0
#include "scenario/shape.hh"

#include <algorithm>

#include "scenario/keys.hh"
#include "text/names.hh"
#include "uapi/wqlab.h"

namespace wqctl {

wqlab::WorkqueueShape shape_of(const WorkqueueSpec& workqueue)
{
    // What is set through sysfs needs the files.
    return {.flags = workqueue.flags | (workqueue.wants_sysfs() ? WQLAB_WQ_SYSFS : 0),
            .max_active = workqueue.max_active.value_or(0)};
}

namespace {

// What nobody has said stays as the shape has it by itself.
void take_over(const Key<IssuerSpec>& key, const IssuerSpec& issuer, wqlab::IssuerShape& shape)
{
    std::visit(
        [&](auto from, auto to) {
            if constexpr (!std::is_same_v<decltype(to), std::monostate>) {
                using Kept = std::remove_cvref_t<decltype(issuer.*from)>;
                using Wanted = std::remove_cvref_t<decltype(shape.*to)>;
                if constexpr (std::is_same_v<Kept, Wanted>)
                    shape.*to = issuer.*from;
                else if constexpr (std::is_same_v<Kept, std::optional<Wanted>>)
                    shape.*to = (issuer.*from).value_or(shape.*to);
                else
                    throw std::logic_error("the rules look for the key as something else");
            }
        },
        key.slot, key.shape);
}

}  // namespace

wqlab::IssuerShape shape_of(const IssuerSpec& issuer)
{
    wqlab::IssuerShape shape;
    for (const Key<IssuerSpec>& key : issuer_keys())
        take_over(key, issuer, shape);
    // Of a rate that is beyond all limits it may round to 0, which would be none.
    if (issuer.rate || issuer.every)
        shape.interval = std::max<uint64_t>(1, issue_interval_ns(issuer));
    shape.body = {.kind = issuer.body,
                  .bytes = issuer.bytes,
                  .time = {.kind = issuer.time.kind, .low = issuer.time.ns, .high = issuer.time.max_ns}};
    for (const uint64_t ns : issuer.time.quantiles)
        shape.body.time.add_quantile(ns);
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
