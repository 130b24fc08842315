// SPDX-License-Identifier: GPL-2.0
// What somebody lacks who may not look into the kernel, in a line, with the remedy.
#pragma once

#include <string>
#include <string_view>

#include "text/error.hh"

namespace wqctl {

// What of this process and this kernel decides.
struct Rights {
    bool may_read_memory = false;     // CAP_SYS_RAWIO
    bool may_read_addresses = false;  // CAP_SYSLOG
    std::string lockdown;             // "none", "integrity", "confidentiality"; empty: not known
    std::string kptr_restrict;        // "0", "1", "2"; empty: not known

    static Rights of_this_process();
};

// The chosen word of "none [integrity] confidentiality".
std::string chosen_word(std::string_view line);
// Of a line such as "CapEff:\t000001ffffffffff".
bool has_capability(std::string_view line, unsigned capability);

// For an errno of open().
Error why_no_kcore(const std::string& path, int error, const Rights& rights = Rights::of_this_process());
// For /proc/kallsyms, all of whose addresses are 0.
Error why_no_addresses(const Rights& rights = Rights::of_this_process());

}  // namespace wqctl
