// SPDX-License-Identifier: GPL-2.0
// What a key's value is, by its kind and by how it is kept.
#include "scenario/keys.hh"
#include "text/names.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

template <typename T>
constexpr bool is_optional = false;
template <typename T>
constexpr bool is_optional<std::optional<T>> = true;

}  // namespace

template <typename Spec>
bool is_given(const Key<Spec>& key, const Spec& spec)
{
    if (key.kind == Kind::kFlags)
        return spec.*std::get<uint32_t Spec::*>(key.slot) & ~uint32_t{WQLAB_WQ_ORDERED};
    if (key.kind == Kind::kOrdered)
        return spec.*std::get<uint32_t Spec::*>(key.slot) & WQLAB_WQ_ORDERED;
    return std::visit(
        [&spec](auto member) {
            const auto& value = spec.*member;
            using T = std::remove_cvref_t<decltype(value)>;
            if constexpr (is_optional<T>)
                return value.has_value();
            else if constexpr (std::is_same_v<T, bool>)
                return value;
            else if constexpr (std::is_same_v<T, uint32_t>)
                return true;
            else
                return !value.empty();
        },
        key.slot);
}

template <typename Spec>
void set_from_text(const Key<Spec>& key, Spec& spec, std::string_view text)
{
    const auto set = [&](auto value) { set_value(key, spec, std::move(value)); };
    switch (key.kind) {
    case Kind::kText: return set(std::string(text));
    case Kind::kSystem: return set(full_system_name(text));
    case Kind::kScope: check_scope_name(text); return set(std::string(text));
    case Kind::kFlags: spec.*std::get<uint32_t Spec::*>(key.slot) |= parse_flag_list(text); return;
    case Kind::kOrdered: spec.*std::get<uint32_t Spec::*>(key.slot) |= WQLAB_WQ_ORDERED; return;
    case Kind::kSwitch:
    case Kind::kArrival: return set(true);
    case Kind::kInteger: return set(parse_int(text));
    case Kind::kCount:
        if (is_kept_as<uint64_t>(key))
            return set(parse_count(text));
        return set(parse_count32(text));
    case Kind::kPercent: return set(parse_percent(text));
    case Kind::kTime: return set(parse_time(text));
    case Kind::kRate: return set(parse_rate(text));
    case Kind::kCpus: return set(parse_cpu_list(text));
    case Kind::kMode:   // follows from others, but for --rcu
    case Kind::kNames:  // files only
    case Kind::kItem: return;
    }
}

template <typename Spec>
std::optional<uint64_t> number_of(const Key<Spec>& key, const Spec& spec)
{
    return std::visit(
        [&spec](auto member) -> std::optional<uint64_t> {
            using T = std::remove_cvref_t<decltype(spec.*member)>;
            if constexpr (std::is_same_v<T, uint32_t> || std::is_same_v<T, std::optional<uint32_t>> ||
                          std::is_same_v<T, std::optional<uint64_t>>)
                return spec.*member;
            else
                return {};
        },
        key.slot);
}

template bool is_given(const Key<Scenario>&, const Scenario&);
template bool is_given(const Key<WorkqueueSpec>&, const WorkqueueSpec&);
template bool is_given(const Key<IssuerSpec>&, const IssuerSpec&);
template void set_from_text(const Key<Scenario>&, Scenario&, std::string_view);
template void set_from_text(const Key<WorkqueueSpec>&, WorkqueueSpec&, std::string_view);
template void set_from_text(const Key<IssuerSpec>&, IssuerSpec&, std::string_view);
template std::optional<uint64_t> number_of(const Key<Scenario>&, const Scenario&);
template std::optional<uint64_t> number_of(const Key<WorkqueueSpec>&, const WorkqueueSpec&);
template std::optional<uint64_t> number_of(const Key<IssuerSpec>&, const IssuerSpec&);

}  // namespace wqctl
