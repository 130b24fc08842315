// SPDX-License-Identifier: GPL-2.0
// What to do where the module is not loaded, which is not everybody's to load, or does not answer.
#pragma once

#include <string>
#include <string_view>

#include "text/error.hh"

namespace wqctl {

// Why a kernel takes signed modules only; empty: it takes any. lockdown, sig_enforce: the files of these names.
std::string why_signed_only(std::string_view lockdown, std::string_view sig_enforce);

Error absent_module();

}  // namespace wqctl
