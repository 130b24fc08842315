// SPDX-License-Identifier: GPL-2.0
#include "wire/attribute_names.hh"

#include <fmt/format.h>
#include <linux/netlink.h>

#include "uapi/wqlab.h"

namespace wqctl {

namespace {

std::string workqueue_name(unsigned type)
{
    switch (type) {
    case WQLAB_A_WQ_NAME: return "name";
    case WQLAB_A_WQ_FLAGS: return "flags";
    case WQLAB_A_WQ_MAX_ACTIVE: return "max_active";
    case WQLAB_A_WQ_SYSTEM: return "system";
    }
    return fmt::format("attribute {}", type);
}

std::string issuer_name(unsigned type)
{
    switch (type) {
    case WQLAB_A_ISSUER_WQ: return "workqueue";
    case WQLAB_A_ISSUER_THREADS: return "threads";
    case WQLAB_A_ISSUER_CPUS: return "cpus";
    case WQLAB_A_ISSUER_MODE: return "mode";
    case WQLAB_A_ISSUER_DEPTH: return "depth";
    case WQLAB_A_ISSUER_INTERVAL: return "interval";
    case WQLAB_A_ISSUER_POISSON: return "poisson";
    case WQLAB_A_ISSUER_BURST: return "burst";
    case WQLAB_A_ISSUER_LINKS: return "links";
    case WQLAB_A_ISSUER_DELAY: return "delay";
    case WQLAB_A_ISSUER_MOD_PERCENT: return "mod_percent";
    case WQLAB_A_ISSUER_CANCEL_PERCENT: return "cancel_percent";
    case WQLAB_A_ISSUER_FLUSH_PERCENT: return "flush_percent";
    case WQLAB_A_ISSUER_COALESCE: return "coalesce";
    case WQLAB_A_ISSUER_QUEUE_CPU: return "queue_on";
    case WQLAB_A_ISSUER_QUEUE_NODE: return "queue_node";
    case WQLAB_A_ISSUER_BODY: return "item";
    case WQLAB_A_ISSUER_BYTES: return "size";
    case WQLAB_A_ISSUER_TIME_DIST: return "time's distribution";
    case WQLAB_A_ISSUER_TIME: return "time";
    case WQLAB_A_ISSUER_TIME_MAX: return "time's upper bound";
    }
    return fmt::format("attribute {}", type);
}

std::string run_name(unsigned type)
{
    switch (type) {
    case WQLAB_A_RUN_ID: return "id";
    case WQLAB_A_RUN_LABEL: return "label";
    case WQLAB_A_RUN_ITEMS: return "items";
    case WQLAB_A_RUN_DURATION: return "duration";
    case WQLAB_A_RUN_SAMPLE: return "sample";
    case WQLAB_A_RUN_SEED: return "seed";
    case WQLAB_A_RUN_DETACHED: return "detached";
    case WQLAB_A_RUN_HELD: return "held";
    case WQLAB_A_RUN_WORKQUEUE: return "workqueue";
    case WQLAB_A_RUN_ISSUER: return "issuer";
    }
    return fmt::format("attribute {}", type);
}

std::string nested_name(unsigned nest, unsigned type)
{
    return nest == WQLAB_A_RUN_WORKQUEUE ? workqueue_name(type) : issuer_name(type);
}

// Calls visit(top-level attribute, its name with an index).
template <typename Visit>
void each_top_level(Bytes stream, Visit visit)
{
    unsigned workqueues = 0;
    unsigned issuers = 0;
    const Attributes attributes(stream);
    for (const Attribute& attribute : attributes.all()) {
        std::string name = run_name(attribute.type);
        if (attribute.type == WQLAB_A_RUN_WORKQUEUE)
            name += fmt::format("[{}]", workqueues++);
        else if (attribute.type == WQLAB_A_RUN_ISSUER)
            name += fmt::format("[{}]", issuers++);
        visit(attribute, name);
    }
}

}  // namespace

std::string attribute_at(Bytes stream, uint32_t offset)
{
    std::string result;
    each_top_level(stream, [&](const Attribute& attribute, const std::string& name) {
        if (attribute.offset == offset)
            result = name;
        if (attribute.type != WQLAB_A_RUN_WORKQUEUE && attribute.type != WQLAB_A_RUN_ISSUER)
            return;
        const Attributes nested(attribute.payload);
        for (const Attribute& inner : nested.all())
            if (attribute.offset + NLA_HDRLEN + inner.offset == offset)
                result = name + " " + nested_name(attribute.type, inner.type);
    });
    return result;
}

std::string missing_attribute(Bytes stream, unsigned type, const uint32_t* nest_offset)
{
    if (!nest_offset)
        return run_name(type);
    std::string result = fmt::format("attribute {}", type);
    each_top_level(stream, [&](const Attribute& attribute, const std::string& name) {
        if (attribute.offset == *nest_offset)
            result = name + " " + nested_name(attribute.type, type);
    });
    return result;
}

}  // namespace wqctl
