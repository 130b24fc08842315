// SPDX-License-Identifier: GPL-2.0
#include "scenario/encode.hh"

#include "scenario/keys.hh"
#include "scenario/shape.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

template <typename Spec>
void put_keys(Message& message, std::span<const Key<Spec>> keys, const Spec& spec)
{
    for (const Key<Spec>& key : keys) {
        if (!key.attribute || !is_given(key, spec))
            continue;
        if (key.kind == Kind::kCpus)
            message.put_u32_array(key.attribute, *(spec.*std::get<std::optional<CpuList> Spec::*>(key.slot)));
        else if (key.kind == Kind::kSwitch || key.kind == Kind::kArrival)
            message.put_flag(key.attribute);
        else if (is_kept_as<uint64_t>(key))
            message.put_u64(key.attribute, *number_of(key, spec));
        else
            message.put_u32(key.attribute, static_cast<uint32_t>(*number_of(key, spec)));
    }
}

void put_workqueue(Message& message, const WorkqueueSpec& workqueue)
{
    Message::Nest nest(message, WQLAB_A_RUN_WORKQUEUE);
    message.put_string(WQLAB_A_WQ_NAME, workqueue.name);
    if (!workqueue.system.empty()) {
        message.put_string(WQLAB_A_WQ_SYSTEM, workqueue.system);
        return;
    }
    message.put_u32(WQLAB_A_WQ_FLAGS, shape_of(workqueue).flags);
    if (workqueue.max_active)
        message.put_u32(WQLAB_A_WQ_MAX_ACTIVE, *workqueue.max_active);
}

void put_body(Message& message, const IssuerSpec& issuer)
{
    message.put_u32(WQLAB_A_ISSUER_ITEM, issuer.body);
    const ItemKey* key = item_key(issuer.body);
    if (!key)
        return;
    if (!key->timed) {
        message.put_u64(WQLAB_A_ISSUER_SIZE, issuer.bytes);
        return;
    }
    message.put_u32(WQLAB_A_ISSUER_TIME_DIST, issuer.time.kind);
    message.put_u64(WQLAB_A_ISSUER_TIME, issuer.time.ns);
    if (issuer.time.kind == WQLAB_DIST_UNIFORM)
        message.put_u64(WQLAB_A_ISSUER_TIME_MAX, issuer.time.max_ns);
    if (issuer.time.kind == WQLAB_DIST_QUANTILES)
        message.put_u64_array(WQLAB_A_ISSUER_TIME_QUANTILES, issuer.time.quantiles);
}

void put_issuer(Message& message, const IssuerSpec& issuer, uint32_t workqueue)
{
    Message::Nest nest(message, WQLAB_A_RUN_ISSUER);
    message.put_u32(WQLAB_A_ISSUER_WORKQUEUE, workqueue);
    put_keys(message, issuer_keys(), issuer);
    if (const uint64_t interval = issue_interval_ns(issuer))
        message.put_u64(WQLAB_A_ISSUER_INTERVAL, interval);
    put_body(message, issuer);
}

}  // namespace

Message encode_run(const Scenario& scenario, const StartOptions& options)
{
    Message message;
    if (!options.label.empty())
        message.put_string(WQLAB_A_RUN_LABEL, options.label);
    put_keys(message, run_keys(), scenario);
    if (options.detached)
        message.put_flag(WQLAB_A_RUN_DETACHED);
    message.put_flag(WQLAB_A_RUN_HELD);
    for (const WorkqueueSpec& workqueue : scenario.workqueues)
        put_workqueue(message, workqueue);
    for (const IssuerSpec& issuer : scenario.issuers)
        for (uint32_t index : targets(scenario, issuer))
            put_issuer(message, issuer, index);
    return message;
}

}  // namespace wqctl
