// SPDX-License-Identifier: GPL-2.0
#include "wire/absent_module.hh"

#include <unistd.h>

#include "system/files.hh"

namespace wqctl {

std::string why_signed_only(std::string_view lockdown, std::string_view sig_enforce)
{
    for (const std::string_view level : {"integrity", "confidentiality"})
        if (lockdown.find("[" + std::string(level) + "]") != std::string_view::npos)
            return "lockdown is " + std::string(level) + ", as Secure Boot makes it";
    return sig_enforce.starts_with('Y') ? "module.sig_enforce is set" : "";
}

Error absent_module()
{
    // The kernel hides the family of a module elsewhere, and so says the same.
    if (access("/sys/module/wqlab", F_OK) == 0)
        return {
            kUnavailable, "the wqlab module is loaded, and does not answer here",
            "it answers in the host's network namespace only: nsenter --net=/proc/1/ns/net wqctl ...; if this is that "
            "one, the module comes or goes: once more"};
    constexpr const char* kLoad = "insmod wqlab.ko, or modprobe wqlab";
    const std::string why = why_signed_only(read_line("/sys/kernel/security/lockdown").value_or(""),
                                            read_line("/sys/module/module/parameters/sig_enforce").value_or(""));
    if (why.empty())
        return {kUnavailable, "the wqlab module is not loaded", kLoad};
    return {kUnavailable, "the wqlab module is not loaded, and this kernel loads signed modules only (" + why + ")",
            "let DKMS build and sign it, enrol its key once with mokutil --import /var/lib/dkms/mok.pub and a reboot, "
            "and modprobe wqlab; dump, monitor, top, where, doctor and info do without it: --source kcore"};
}

}  // namespace wqctl
