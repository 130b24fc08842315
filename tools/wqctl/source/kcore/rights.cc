// SPDX-License-Identifier: GPL-2.0
#include "source/kcore/rights.hh"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include <fmt/core.h>
#include <linux/capability.h>

#include "system/files.hh"

namespace wqctl {

namespace {

std::string capabilities()
{
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("CapEff:"))
            return line;
    return "";
}

}  // namespace

std::string chosen_word(std::string_view line)
{
    const size_t begin = line.find('['), end = line.find(']');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
        return "";
    return std::string(line.substr(begin + 1, end - begin - 1));
}

bool has_capability(std::string_view line, unsigned capability)
{
    const size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
    uint64_t bits = 0;
    if (begin != std::string_view::npos)
        std::from_chars(line.data() + begin, line.data() + line.size(), bits, 16);
    return bits >> capability & 1;
}

Rights Rights::of_this_process()
{
    const std::string caps = capabilities();
    return {.may_read_memory = has_capability(caps, CAP_SYS_RAWIO),
            .may_read_addresses = has_capability(caps, CAP_SYSLOG),
            .lockdown = chosen_word(read_line("/sys/kernel/security/lockdown").value_or("")),
            .kptr_restrict = read_line("/proc/sys/kernel/kptr_restrict").value_or("")};
}

Error why_no_kcore(const std::string& path, int error, const Rights& rights)
{
    constexpr const char* kOtherwise = "a dump of the machine can be looked into: -c FILE";
    if (error == ENOENT)
        return {kUnavailable, "this kernel has no " + path + " (CONFIG_PROC_KCORE)", kOtherwise};
    if (error == EACCES)
        return {kUnavailable, "only root may read " + path, "run wqctl as root, or with sudo"};
    if (error == EPERM && rights.may_read_memory)
        return {kUnavailable, path + " is closed: this kernel is locked down to confidentiality",
                rights.lockdown == "confidentiality" || rights.lockdown.empty()
                    ? "boot it without lockdown=confidentiality (integrity, as with Secure Boot, leaves it open)"
                    : kOtherwise};
    if (error == EPERM)
        return {kUnavailable, "CAP_SYS_RAWIO is missing, without which nobody may read " + path,
                "run wqctl as root outside of containers, or give it CAP_SYS_RAWIO"};
    return {kUnavailable, fmt::format("{} cannot be opened: {}", path, std::strerror(error))};
}

Error why_no_addresses(const Rights& rights)
{
    if (!rights.may_read_addresses)
        return {kUnavailable, "CAP_SYSLOG is missing, without which /proc/kallsyms shows no addresses",
                "run wqctl as root outside of containers, or give it CAP_SYS_RAWIO and CAP_SYSLOG"};
    return {kUnavailable,
            fmt::format("/proc/kallsyms shows no addresses (kernel.kptr_restrict is {})", rights.kptr_restrict),
            "sysctl kernel.kptr_restrict=1 shows them to root"};
}

}  // namespace wqctl
