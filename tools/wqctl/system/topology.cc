// SPDX-License-Identifier: GPL-2.0
#include "system/topology.hh"

#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

#include <fmt/core.h>

#include "system/files.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

// The first CPU of a list in a file that is online; cpu itself when there is none.
uint32_t first_online(const std::string& path, uint32_t cpu, const std::map<uint32_t, Topology::Cpu>& online)
{
    const auto line = read_line(path);
    if (!line || line->empty())
        return cpu;
    for (uint32_t other : parse_cpu_list(*line))
        if (online.contains(other))
            return other;
    return cpu;
}

uint32_t first_of_cache(const std::string& cpu_dir, uint32_t cpu, const std::map<uint32_t, Topology::Cpu>& online)
{
    int best_level = -1;
    std::string best;
    for (int index = 0; index < 16; index++) {
        const std::string dir = fmt::format("{}/cache/index{}", cpu_dir, index);
        const auto level = read_line(dir + "/level");
        if (!level)
            continue;
        if (std::atoi(level->c_str()) > best_level) {
            best_level = std::atoi(level->c_str());
            best = dir + "/shared_cpu_list";
        }
    }
    // Guests may hide their caches; then the scheduler takes the package.
    return first_online(best.empty() ? cpu_dir + "/topology/package_cpus_list" : best, cpu, online);
}

// Of two files, one of which says "(null)" for none.
CpuList isolated_cpus(const std::string& dir)
{
    std::set<uint32_t> cpus;
    for (const char* name : {"/isolated", "/nohz_full"})
        if (const auto line = read_line(dir + name); line && line->find_first_of("0123456789") == 0)
            for (const uint32_t cpu : parse_cpu_list(*line))
                cpus.insert(cpu);
    return {cpus.begin(), cpus.end()};
}

CpuList list_of(const std::string& path)
{
    const auto line = read_line(path);
    return line && !line->empty() ? parse_cpu_list(*line) : CpuList{};
}

// The kernel splits the cores of a last-level cache evenly into as many shards
// as bring each nearest to the size it was told.
uint32_t shard_of(const Topology& topology, const Topology::Cpu& cpu)
{
    std::vector<uint32_t> cores;
    for (const auto& [number, other] : topology.online)
        if (other.cache == cpu.cache && other.core == number)
            cores.push_back(number);
    const size_t size = topology.cache_shard_size;
    const size_t shards = std::max<size_t>(1, (cores.size() + size / 2) / size);
    const size_t each = cores.size() / shards;
    const size_t larger = cores.size() % shards;
    size_t first = 0;
    for (size_t shard = 0; shard < shards; shard++) {
        const size_t end = first + each + (shard < larger ? 1 : 0);
        for (size_t i = first; i < end; i++)
            if (cores[i] == cpu.core)
                return cores[first];
        first = end;
    }
    return cpu.cache;
}

}  // namespace

std::string Topology::online_list() const
{
    CpuList cpus;
    for (const auto& [cpu, where] : online)
        cpus.push_back(cpu);
    return format_cpu_list(cpus);
}

std::optional<uint32_t> Topology::pod(uint32_t cpu, std::string_view scope) const
{
    const auto found = online.find(cpu);
    if (found == online.end())
        return {};
    if (scope == "cpu")
        return cpu;
    if (scope == "smt")
        return found->second.core;
    if (scope == "cache")
        return found->second.cache;
    if (scope == "cache_shard" && cache_shard_size)
        return shard_of(*this, found->second);
    if (scope == "numa")
        return found->second.node;
    if (scope == "system")
        return 0;
    return {};
}

Topology Topology::read(const std::string& root)
{
    Topology topology;
    const std::string cpus = root + "/sys/devices/system/cpu";
    CpuList online = list_of(cpus + "/online");
    if (online.empty())
        throw Error(kUnavailable, fmt::format("cannot read the online CPUs from {}/online", cpus), "is /sys mounted?");
    topology.present = list_of(cpus + "/present");
    topology.isolated = isolated_cpus(cpus);
    for (uint32_t cpu : online)
        topology.online[cpu];
    for (auto& [cpu, where] : topology.online) {
        const std::string dir = fmt::format("{}/cpu{}", cpus, cpu);
        where.core = first_online(dir + "/topology/thread_siblings_list", cpu, topology.online);
        where.cache = first_of_cache(dir, cpu, topology.online);
    }
    topology.nodes = list_of(root + "/sys/devices/system/node/online");
    for (uint32_t node : topology.nodes)
        for (uint32_t cpu : list_of(fmt::format("{}/sys/devices/system/node/node{}/cpulist", root, node)))
            if (const auto found = topology.online.find(cpu); found != topology.online.end())
                found->second.node = node;
    if (topology.nodes.empty())
        topology.nodes.push_back(0);

    const std::string parameters = root + "/sys/module/workqueue/parameters";
    if (const auto scope = read_line(parameters + "/default_affinity_scope"))
        topology.default_scope = *scope;
    else if (const auto disabled = read_line(parameters + "/disable_numa"))
        topology.default_scope = *disabled == "Y" ? "system" : "numa";  // the pods of kernels without scopes, until 6.5
    if (const auto efficient = read_line(parameters + "/power_efficient"))
        topology.power_efficient = *efficient == "Y" || *efficient == "1";
    if (const auto size = read_line(parameters + "/cache_shard_size"))
        topology.cache_shard_size = static_cast<unsigned>(std::max(0, std::atoi(size->c_str())));
    return topology;
}

}  // namespace wqctl
