// SPDX-License-Identifier: GPL-2.0
// What the wire's numbers are called.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wqctl {

struct FlagName {
    uint32_t flag;
    std::string_view name;    // "unbound"
    std::string_view kernel;  // "WQ_UNBOUND"
};

std::span<const FlagName> flag_names();
std::vector<std::string> flags_to_names(uint32_t flags);
uint32_t parse_flag(std::string_view name);       // "unbound", "WQ_UNBOUND"; refuses with the nearest names
uint32_t parse_flag_list(std::string_view list);  // "unbound,highpri"

std::span<const std::string_view> scope_names();
void check_scope_name(std::string_view name);

std::span<const std::string_view> mode_names();  // by enum wqlab_mode
uint32_t parse_mode(std::string_view name);

std::string_view body_name(uint32_t body);  // by enum wqlab_body
std::string_view run_state_name(uint32_t state);
std::string_view end_reason_name(uint32_t reason);
std::string_view latency_name(uint32_t latency);            // "queue_call", ...
std::vector<std::string> feature_names(uint32_t features);  // of enum wqlab_feature

// All that any kernel exports; which of them this one has, Info says.
struct SystemWorkqueue {
    std::string_view name;  // "system_highpri_wq"
    uint32_t flags;         // enum wqlab_wq_flag
};
std::span<const SystemWorkqueue> system_workqueues();
std::vector<std::string> system_workqueue_names();

// "highpri" and "system_highpri_wq" are the same; this is the latter.
std::string full_system_name(std::string_view name);
std::string short_system_name(std::string_view name);

// "a, b and c"
std::string enumerate(const std::vector<std::string>& words, std::string_view last = "and");

}  // namespace wqctl
