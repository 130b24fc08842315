// SPDX-License-Identifier: GPL-2.0
#include "parse.hh"

#include <concepts>

#include "../uapi/wqlab_lists.h"

namespace wqlab {

namespace {

// What the policy has one word for.
static_assert(WQLAB_CPU_LIST_BYTES == WQLAB_LIMIT_CPU_LIST * sizeof(uint32_t));
static_assert(WQLAB_QUANTILES_BYTES == WQLAB_LIMIT_QUANTILES * sizeof(uint64_t));
static_assert(WQLAB_LIMIT_TOUCH_BYTES >= WQLAB_LIMIT_ALLOC_BYTES);  // of sizes

template <int type>
using Of = std::integral_constant<int, type>;

// No members of their names: parse_run() and parse_issuer() see to these.
void parse(const Attribute&, IssuerSpec&, Of<WQLAB_A_ISSUER_CPUS>) {}
void parse(const Attribute&, IssuerSpec&, Of<WQLAB_A_ISSUER_TIME_QUANTILES>) {}
void parse(const Attribute&, RunSpec&, Of<WQLAB_A_RUN_WORKQUEUE>) {}
void parse(const Attribute&, RunSpec&, Of<WQLAB_A_RUN_ISSUER>) {}

// Each attribute goes to the spec's member of its name, or to the function above that knows better.
#define WQLAB_PARSE(kind, attribute, member)                  \
    case attribute:                                           \
        if constexpr (requires { a.kind##_to(spec.member); }) \
            a.kind##_to(spec.member);                         \
        else                                                  \
            parse(a, spec, Of<attribute>());                  \
        break;

template <std::same_as<Attribute> A, std::same_as<WorkqueueSpec> Spec>
void parse(const A& a, Spec& spec)
{
    switch (a.type()) {
        WQLAB_WQ(WQLAB_PARSE)
    }
}

template <std::same_as<Attribute> A, std::same_as<IssuerSpec> Spec>
void parse(const A& a, Spec& spec)
{
    switch (a.type()) {
        WQLAB_ISSUER(WQLAB_PARSE)
    }
}

template <std::same_as<Attribute> A, std::same_as<RunSpec> Spec>
void parse(const A& a, Spec& spec)
{
    switch (a.type()) {
        WQLAB_RUN_START(WQLAB_PARSE)
    }
}

#undef WQLAB_PARSE

WorkqueueSpec parse_workqueue(const Attribute& nest)
{
    WorkqueueSpec spec;
    spec.origin = &nest;
    AttributeStream(nest).for_each([&](const Attribute& attribute) { parse(attribute, spec); });
    return spec;
}

Result<Array<uint32_t>> parse_cpus(const Attribute& list, Refusal& refusal)
{
    if (list.size() == 0 || list.size() % sizeof(uint32_t)) {
        refusal = {Errno::kInvalid, &list, "an array of u32, of one CPU at least"};
        return refusal.error;
    }
    Array<uint32_t> cpus = TRY(Array<uint32_t>::create(static_cast<uint32_t>(list.size() / sizeof(uint32_t))));
    for (uint32_t i = 0; i < cpus.size(); i++)
        cpus[i] = list.read<uint32_t>(i);
    return cpus;
}

// times: of the issuer, or nullptr.
Result<void> parse_quantiles(const Attribute* times, const Attribute& issuer, Distribution& time, Refusal& refusal)
{
    if (time.kind != WQLAB_DIST_QUANTILES && times)
        refusal = {Errno::kInvalid, times, "quantiles want their distribution: time_dist of quantiles"};
    else if (time.kind == WQLAB_DIST_QUANTILES && !times)
        refusal = {Errno::kInvalid, &issuer, "a time_dist of quantiles wants time_quantiles"};
    else if (times && (times->size() % sizeof(uint64_t) || times->size() < 2 * sizeof(uint64_t)))
        refusal = {Errno::kInvalid, times, "an array of u64, of two times at least"};
    else {
        for (size_t i = 0; times && i < times->size() / sizeof(uint64_t); i++)
            time.add_quantile(times->read<uint64_t>(i));
        return {};
    }
    return refusal.error;
}

Result<void> parse_issuer(const Attribute& nest, IssuerSpec& spec, Refusal& refusal)
{
    const Attribute* cpus = nullptr;
    const Attribute* quantiles = nullptr;
    spec.origin = &nest;
    AttributeStream(nest).for_each([&](const Attribute& attribute) {
        parse(attribute, spec);
        if (attribute.type() == WQLAB_A_ISSUER_CPUS)
            cpus = &attribute;
        if (attribute.type() == WQLAB_A_ISSUER_TIME_QUANTILES)
            quantiles = &attribute;
    });
    spec.body = {spec.item, spec.size, {.kind = spec.time_dist, .low = spec.time, .high = spec.time_max}};
    TRY(parse_quantiles(quantiles, nest, spec.body.time, refusal));
    if (cpus)
        spec.cpus = TRY(parse_cpus(*cpus, refusal));
    return {};
}

}  // namespace

Result<RunSpec> parse_run(const AttributeStream& request, Refusal& refusal)
{
    RunSpec spec;
    spec.workqueues = TRY(Array<WorkqueueSpec>::create(request.count(WQLAB_A_RUN_WORKQUEUE)));
    spec.issuers = TRY(Array<IssuerSpec>::create(request.count(WQLAB_A_RUN_ISSUER)));

    uint32_t workqueues = 0, issuers = 0;
    Result<void> parsed;
    request.for_each([&](const Attribute& attribute) {
        parse(attribute, spec);
        if (attribute.type() == WQLAB_A_RUN_WORKQUEUE)
            spec.workqueues[workqueues++] = parse_workqueue(attribute);
        if (attribute.type() == WQLAB_A_RUN_ISSUER && parsed.ok())
            parsed = parse_issuer(attribute, spec.issuers[issuers++], refusal);
    });
    TRY(parsed);
    return spec;
}

}  // namespace wqlab
