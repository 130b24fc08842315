// SPDX-License-Identifier: GPL-2.0
// What the numbers of a snapshot are called.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wqctl {

struct SectionName {
    uint32_t section;              // enum wqlab_section
    std::string_view name;         // "pools"
    std::string_view description;  // for help
};

std::span<const SectionName> section_names();
std::string_view section_name(uint32_t section);  // of one bit; 0 is "latency"
std::vector<std::string> sections_to_names(uint32_t sections);
uint32_t parse_sections(std::string_view list);  // "pools,work"; refuses with the nearest names

using Words = std::vector<std::string_view>;

Words pool_flag_words(uint32_t flags);    // enum wqlab_pool_flag
Words wq_flag_words(uint32_t flags);      // enum wqlab_wq_flag, enum wqlab_snap_wq_flag
Words pwq_flag_words(uint32_t flags);     // enum wqlab_pwq_flag
Words worker_flag_words(uint32_t flags);  // enum wqlab_worker_flag
Words task_flag_words(uint32_t flags);    // enum wqlab_task_flag
Words cpu_flag_words(uint32_t flags);     // enum wqlab_rq_flag

// "percpu", "unbound", "ordered" or "bh", of enum wqlab_wq_flag.
std::string_view wq_type_name(uint32_t flags);
// The flags that the type does not say already.
Words wq_further_words(uint32_t flags);

std::string_view work_state_name(uint32_t state);     // enum wqlab_work_state
std::string_view flusher_state_name(uint32_t state);  // enum wqlab_flusher_state
std::string_view pwq_stat_name(uint32_t stat);        // enum wqlab_pwq_stat

std::string join(const Words& words, std::string_view between = " ");

}  // namespace wqctl
