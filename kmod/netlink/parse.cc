// SPDX-License-Identifier: GPL-2.0
#include "parse.hh"

namespace wqlab {

static WorkqueueSpec parse_workqueue(const Attribute& nest)
{
    WorkqueueSpec spec;
    spec.origin = &nest;
    AttributeStream(nest).for_each([&](const Attribute& attribute) {
        switch (attribute.type()) {
        case WQLAB_A_WQ_NAME:
            attribute.copy_text(spec.name);
            break;
        case WQLAB_A_WQ_FLAGS:
            spec.flags = attribute.u32();
            break;
        case WQLAB_A_WQ_MAX_ACTIVE:
            spec.max_active = attribute.u32();
            break;
        case WQLAB_A_WQ_SYSTEM:
            attribute.copy_text(spec.system);
            break;
        }
    });
    return spec;
}

static Result<Array<uint32_t>> parse_cpus(const Attribute& list)
{
    if (list.size() == 0 || list.size() % sizeof(uint32_t))
        return Errno::kInvalid;
    Array<uint32_t> cpus = TRY(Array<uint32_t>::create(static_cast<uint32_t>(list.size() / sizeof(uint32_t))));
    for (uint32_t i = 0; i < cpus.size(); i++)
        cpus[i] = list.read<uint32_t>(i);
    return cpus;
}

static Result<void> parse_issuer(const Attribute& nest, IssuerSpec& spec)
{
    const Attribute* cpus = nullptr;
    spec.origin = &nest;
    AttributeStream(nest).for_each([&](const Attribute& attribute) {
        switch (attribute.type()) {
        case WQLAB_A_ISSUER_WQ:
            spec.workqueue = attribute.u32();
            break;
        case WQLAB_A_ISSUER_THREADS:
            spec.threads = attribute.u32();
            break;
        case WQLAB_A_ISSUER_CPUS:
            cpus = &attribute;
            break;
        case WQLAB_A_ISSUER_MODE:
            spec.mode = attribute.u32();
            break;
        case WQLAB_A_ISSUER_DEPTH:
            spec.depth = attribute.u32();
            break;
        case WQLAB_A_ISSUER_INTERVAL:
            spec.interval = attribute.u64();
            break;
        case WQLAB_A_ISSUER_POISSON:
            spec.poisson = true;
            break;
        case WQLAB_A_ISSUER_BURST:
            spec.burst = attribute.u32();
            break;
        case WQLAB_A_ISSUER_LINKS:
            spec.links = attribute.u32();
            break;
        case WQLAB_A_ISSUER_DELAY:
            spec.delay = attribute.u64();
            break;
        case WQLAB_A_ISSUER_MOD_PERCENT:
            spec.mod_percent = attribute.u32();
            break;
        case WQLAB_A_ISSUER_CANCEL_PERCENT:
            spec.cancel_percent = attribute.u32();
            break;
        case WQLAB_A_ISSUER_FLUSH_PERCENT:
            spec.flush_percent = attribute.u32();
            break;
        case WQLAB_A_ISSUER_COALESCE:
            spec.coalesce = true;
            break;
        case WQLAB_A_ISSUER_QUEUE_CPU:
            spec.queue_cpu = attribute.u32();
            break;
        case WQLAB_A_ISSUER_QUEUE_NODE:
            spec.queue_node = attribute.u32();
            break;
        case WQLAB_A_ISSUER_BODY:
            spec.body.kind = attribute.u32();
            break;
        case WQLAB_A_ISSUER_BYTES:
            spec.body.bytes = attribute.u64();
            break;
        case WQLAB_A_ISSUER_TIME_DIST:
            spec.body.time.kind = attribute.u32();
            break;
        case WQLAB_A_ISSUER_TIME:
            spec.body.time.low = attribute.u64();
            break;
        case WQLAB_A_ISSUER_TIME_MAX:
            spec.body.time.high = attribute.u64();
            break;
        }
    });
    if (cpus)
        spec.cpus = TRY(parse_cpus(*cpus));
    return {};
}

Result<RunSpec> parse_run(const AttributeStream& request)
{
    RunSpec spec;
    spec.workqueues = TRY(Array<WorkqueueSpec>::create(request.count(WQLAB_A_RUN_WORKQUEUE)));
    spec.issuers = TRY(Array<IssuerSpec>::create(request.count(WQLAB_A_RUN_ISSUER)));

    uint32_t workqueues = 0, issuers = 0;
    Result<void> parsed;
    request.for_each([&](const Attribute& attribute) {
        switch (attribute.type()) {
        case WQLAB_A_RUN_LABEL:
            attribute.copy_text(spec.label);
            break;
        case WQLAB_A_RUN_ITEMS:
            spec.items = attribute.u64();
            break;
        case WQLAB_A_RUN_DURATION:
            spec.duration = attribute.u64();
            break;
        case WQLAB_A_RUN_SAMPLE:
            spec.sample = attribute.u32();
            break;
        case WQLAB_A_RUN_SEED:
            spec.seed = attribute.u64();
            break;
        case WQLAB_A_RUN_DETACHED:
            spec.detached = true;
            break;
        case WQLAB_A_RUN_HELD:
            spec.held = true;
            break;
        case WQLAB_A_RUN_WORKQUEUE:
            spec.workqueues[workqueues++] = parse_workqueue(attribute);
            break;
        case WQLAB_A_RUN_ISSUER:
            if (parsed.ok())
                parsed = parse_issuer(attribute, spec.issuers[issuers++]);
            break;
        }
    });
    TRY(parsed);
    return spec;
}

}  // namespace wqlab
