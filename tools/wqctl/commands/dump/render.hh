// SPDX-License-Identifier: GPL-2.0
// A dump for people, for programs, and for who knows the kernel's script.
#pragma once

#include <string>

#include "commands/dump/model.hh"
#include "term/style.hh"

namespace wqctl {

std::string render_dump(const Dump& dump, const Style& style);

// dump.schema.json is its shape, and columns.cc says what is in it.
constexpr const char* kDumpSchema = "wqlab/dump/1";
std::string dump_to_json(const Dump& dump);

// What tools/workqueue/wq_dump.py of Linux 7.3 prints, for the sections that it has.
std::string dump_to_wq_dump(const Dump& dump);
constexpr uint32_t kWqDumpSections = WQLAB_SECTION_SCOPES | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES |
                                     WQLAB_SECTION_RESCUERS | WQLAB_SECTION_NODES;

// The sections of the first, each with its title.
std::string render_scopes(const Dump& dump, const Style& style);
std::string render_pools(const Dump& dump, const Style& style);
std::string render_workqueues(const Dump& dump, const Style& style);
std::string render_rescuers(const Dump& dump, const Style& style);
std::string render_nodes(const Dump& dump, const Style& style);
std::string render_work(const Dump& dump, const Style& style);
std::string render_stacks(const Stacks& stacks, const Style& style);
std::string render_timers(const Dump& dump, const Style& style);
std::string render_hogs(const Dump& dump, const Style& style);
std::string render_cpus(const Dump& dump, const Style& style);

}  // namespace wqctl
