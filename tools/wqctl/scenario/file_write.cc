// SPDX-License-Identifier: GPL-2.0
#include "scenario/file.hh"
#include "scenario/keys.hh"
#include "term/json_writer.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

void write_item(JsonWriter& json, const IssuerSpec& issuer)
{
    json.object([&] {
        if (const ItemKey* key = item_key(issuer.body))
            json.member(key->name(), key->timed ? exact_time_dist(issuer.time) : exact_size(issuer.bytes));
    });
}

// A string, a number or true, as it is.
template <typename Spec>
void write_plain(JsonWriter& json, const Key<Spec>& key, const Spec& spec)
{
    std::visit(
        [&](auto member) {
            // A CPU list is a string, see below.
            if constexpr (!std::is_same_v<decltype(member), std::optional<CpuList> Spec::*>)
                json.value(spec.*member);
        },
        key.slot);
}

template <typename Spec>
void write_value(JsonWriter& json, const Key<Spec>& key, const Spec& spec)
{
    switch (key.kind) {
    case Kind::kTime: return json.value(exact_time(*number_of(key, spec)));
    case Kind::kCpus: return json.value(format_cpu_list(*(spec.*std::get<std::optional<CpuList> Spec::*>(key.slot))));
    case Kind::kFlags: return json.value(flags_to_names(spec.*std::get<uint32_t Spec::*>(key.slot)));
    case Kind::kArrival: return json.value("poisson");
    case Kind::kMode: return json.value(mode_names()[*number_of(key, spec)]);
    case Kind::kNames: {
        const auto& names = spec.*std::get<std::vector<std::string> Spec::*>(key.slot);
        return names.size() == 1 ? json.value(names.front()) : json.value(names);
    }
    case Kind::kItem:
        if constexpr (std::is_same_v<Spec, IssuerSpec>)
            write_item(json, spec);
        return;
    default: return write_plain(json, key, spec);
    }
}

// An own workqueue has flags, be they none; that it is ordered is one of them.
bool is_written(const Key<WorkqueueSpec>& key, const WorkqueueSpec& workqueue)
{
    if (key.kind == Kind::kFlags)
        return workqueue.system.empty();
    return key.kind != Kind::kOrdered && is_given(key, workqueue);
}

template <typename Spec>
bool is_written(const Key<Spec>& key, const Spec& spec)
{
    return !key.name.empty() && is_given(key, spec);
}

template <typename Spec>
void write_keys(JsonWriter& json, std::span<const Key<Spec>> keys, const Spec& spec)
{
    for (const Key<Spec>& key : keys) {
        if (!is_written(key, spec))
            continue;
        json.key(key.name);
        write_value(json, key, spec);
    }
}

}  // namespace

void write_scenario(JsonWriter& json, const Scenario& scenario)
{
    json.object([&] {
        write_keys(json, run_keys(), scenario);
        json.objects("workqueues", scenario.workqueues,
                     [&](const WorkqueueSpec& workqueue) { write_keys(json, workqueue_keys(), workqueue); });
        json.objects("issuers", scenario.issuers,
                     [&](const IssuerSpec& issuer) { write_keys(json, issuer_keys(), issuer); });
    });
}

std::string scenario_to_json(const Scenario& scenario)
{
    JsonWriter json;
    write_scenario(json, scenario);
    return json.take();
}

}  // namespace wqctl
