// SPDX-License-Identifier: GPL-2.0
// This machine as sysfs shows it: which CPUs are online, and which pods each
// affinity scope makes of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "text/cpu_list.hh"

namespace wqctl {

struct Topology {
    struct Cpu {
        uint32_t core = 0;   // first CPU of its SMT siblings
        uint32_t cache = 0;  // first CPU that shares its last-level cache
        uint32_t node = 0;
    };

    std::map<uint32_t, Cpu> online;
    CpuList present;
    CpuList isolated;                     // by isolcpus= or nohz_full=
    CpuList nodes;                        // those with memory or CPUs
    std::string default_scope = "cache";  // of unbound workqueues
    bool power_efficient = false;         // WQ_POWER_EFFICIENT means unbound
    unsigned cache_shard_size = 0;        // cores; 0: this kernel has no such scope

    bool is_online(uint32_t cpu) const { return online.contains(cpu); }
    std::string online_list() const;

    // The pod of a CPU under a scope, named by the pod's first CPU; nothing
    // when the CPU or the scope is not known.
    std::optional<uint32_t> pod(uint32_t cpu, std::string_view scope) const;

    // root: "/" or a made-up tree.
    static Topology read(const std::string& root = "/");
};

}  // namespace wqctl
