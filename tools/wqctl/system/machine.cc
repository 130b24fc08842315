// SPDX-License-Identifier: GPL-2.0
#include "system/machine.hh"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "system/files.hh"
#include "system/topology.hh"

namespace wqctl {

namespace {

// "model name\t: Some CPU": what stands behind the first line that begins so.
std::string value_of(const std::string& path, std::string_view key)
{
    std::ifstream stream(path);
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with(key))
            if (const size_t value = line.find(": "); value != std::string::npos)
                return line.substr(value + 2);
    return {};
}

bool has_word(const std::string& words, std::string_view word)
{
    return (" " + words + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

}  // namespace

Machine Machine::read(const std::string& root)
{
    Machine machine;
    const std::string cpuinfo = root + "/proc/cpuinfo";
    machine.model = value_of(cpuinfo, "model name");
    machine.is_a_guest = has_word(value_of(cpuinfo, "flags"), "hypervisor");
    const Topology topology = Topology::read(root);
    machine.cpus = topology.online_list();
    std::set<uint32_t> cores, caches;
    for (const auto& [number, cpu] : topology.online) {
        cores.insert(cpu.core);
        caches.insert(cpu.cache);
    }
    machine.cores = cores.size();
    machine.caches = caches.size();
    machine.nodes = topology.nodes.size();
    const std::string parameters = root + "/sys/module/workqueue/parameters";
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(parameters, error))
        if (const auto line = read_line(entry.path()))
            machine.parameters.emplace_back(entry.path().filename(), *line);
    std::sort(machine.parameters.begin(), machine.parameters.end());
    return machine;
}

}  // namespace wqctl
