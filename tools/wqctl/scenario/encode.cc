// SPDX-License-Identifier: GPL-2.0
#include "scenario/encode.hh"

#include "uapi/wqlab.h"

namespace wqctl {

namespace {

void put_workqueue(Message& message, const WorkqueueSpec& workqueue)
{
    Message::Nest nest(message, WQLAB_A_RUN_WORKQUEUE);
    message.put_string(WQLAB_A_WQ_NAME, workqueue.name);
    if (!workqueue.system.empty()) {
        message.put_string(WQLAB_A_WQ_SYSTEM, workqueue.system);
        return;
    }
    // What is set through sysfs needs the files.
    message.put_u32(WQLAB_A_WQ_FLAGS, workqueue.flags | (workqueue.wants_sysfs() ? WQLAB_WQ_SYSFS : 0));
    if (workqueue.max_active)
        message.put_u32(WQLAB_A_WQ_MAX_ACTIVE, *workqueue.max_active);
}

void put_body(Message& message, const IssuerSpec& issuer)
{
    message.put_u32(WQLAB_A_ISSUER_ITEM, issuer.body);
    switch (issuer.body) {
    case WQLAB_BODY_TOUCH:
    case WQLAB_BODY_ALLOC: message.put_u64(WQLAB_A_ISSUER_SIZE, issuer.bytes); break;
    case WQLAB_BODY_SPIN:
    case WQLAB_BODY_SLEEP:
    case WQLAB_BODY_MUTEX:
        message.put_u32(WQLAB_A_ISSUER_TIME_DIST, issuer.time.kind);
        message.put_u64(WQLAB_A_ISSUER_TIME, issuer.time.ns);
        if (issuer.time.kind == WQLAB_DIST_UNIFORM)
            message.put_u64(WQLAB_A_ISSUER_TIME_MAX, issuer.time.max_ns);
        break;
    default: break;
    }
}

void put_issuer(Message& message, const IssuerSpec& issuer, uint32_t workqueue)
{
    Message::Nest nest(message, WQLAB_A_RUN_ISSUER);
    const auto put = [&message](int type, const auto& value) {
        if (value)
            message.put_u32(type, *value);
    };
    message.put_u32(WQLAB_A_ISSUER_WORKQUEUE, workqueue);
    message.put_u32(WQLAB_A_ISSUER_THREADS, issuer.threads);
    if (issuer.cpus)
        message.put_u32_array(WQLAB_A_ISSUER_CPUS, *issuer.cpus);
    message.put_u32(WQLAB_A_ISSUER_MODE, issuer.mode);
    put(WQLAB_A_ISSUER_DEPTH, issuer.depth);
    if (const uint64_t interval = issue_interval_ns(issuer))
        message.put_u64(WQLAB_A_ISSUER_INTERVAL, interval);
    if (issuer.poisson)
        message.put_flag(WQLAB_A_ISSUER_POISSON);
    put(WQLAB_A_ISSUER_BURST, issuer.burst);
    put(WQLAB_A_ISSUER_LINKS, issuer.links);
    if (issuer.delay)
        message.put_u64(WQLAB_A_ISSUER_DELAY, *issuer.delay);
    put(WQLAB_A_ISSUER_MOD_PERCENT, issuer.mod_percent);
    put(WQLAB_A_ISSUER_CANCEL_PERCENT, issuer.cancel_percent);
    put(WQLAB_A_ISSUER_FLUSH_PERCENT, issuer.flush_percent);
    if (issuer.coalesce)
        message.put_flag(WQLAB_A_ISSUER_COALESCE);
    put(WQLAB_A_ISSUER_QUEUE_ON, issuer.queue_on);
    put(WQLAB_A_ISSUER_QUEUE_NODE, issuer.queue_node);
    put_body(message, issuer);
}

}  // namespace

Message encode_run(const Scenario& scenario, const StartOptions& options)
{
    Message message;
    if (!options.label.empty())
        message.put_string(WQLAB_A_RUN_LABEL, options.label);
    if (scenario.items)
        message.put_u64(WQLAB_A_RUN_ITEMS, *scenario.items);
    if (scenario.duration)
        message.put_u64(WQLAB_A_RUN_DURATION, *scenario.duration);
    message.put_u32(WQLAB_A_RUN_SAMPLE, scenario.sample);
    if (scenario.seed)
        message.put_u64(WQLAB_A_RUN_SEED, *scenario.seed);
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
