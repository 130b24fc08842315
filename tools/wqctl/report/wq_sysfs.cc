// SPDX-License-Identifier: GPL-2.0
#include "report/wq_sysfs.hh"

#include <cstring>

#include <fmt/core.h>

#include "system/files.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

std::string directory(const std::string& kernel_name, const std::string& root)
{
    return root + "/sys/devices/virtual/workqueue/" + kernel_name + "/";
}

}  // namespace

void write_attributes(const WorkqueueSpec& workqueue, const std::string& kernel_name, const std::string& root)
{
    const auto put = [&](const char* file, const std::string& value) {
        const std::string path = directory(kernel_name, root) + file;
        if (const int error = write_line(path, value))
            throw Error(kBad, fmt::format("workqueue \"{}\": the kernel refused \"{}\" for {}: {}", workqueue.name,
                                          value, path, std::strerror(error)));
    };
    if (workqueue.nice)
        put("nice", std::to_string(*workqueue.nice));
    if (workqueue.cpumask)
        put("cpumask", format_cpu_mask(*workqueue.cpumask));
    // Before 6.6: a pool for each node, or one for all CPUs.
    if (workqueue.scope == "system" && read_line(directory(kernel_name, root) + "numa"))
        put("numa", "0");
    else if (workqueue.scope)
        put("affinity_scope", *workqueue.scope);
    if (workqueue.strict)
        put("affinity_strict", "1");
}

WqAttributes read_attributes(const std::string& kernel_name, const std::string& root)
{
    WqAttributes attributes;
    const std::string base = directory(kernel_name, root);
    if (auto scope = read_line(base + "affinity_scope")) {
        // "cache", or "default (cache)".
        attributes.scope_is_default = scope->starts_with("default");
        const size_t open = scope->find('(');
        const size_t close = scope->find(')');
        if (open != std::string::npos && close != std::string::npos && close > open)
            scope = scope->substr(open + 1, close - open - 1);
        attributes.scope = *scope;
    }
    if (const auto strict = read_line(base + "affinity_strict"))
        attributes.strict = *strict != "0";
    if (const auto nice = read_line(base + "nice"))
        attributes.nice = std::atoi(nice->c_str());
    if (const auto mask = read_line(base + "cpumask"))
        attributes.cpumask = parse_cpu_mask(*mask);
    return attributes;
}

}  // namespace wqctl
