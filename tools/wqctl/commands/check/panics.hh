// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

namespace wqctl {

// The setting by which this kernel panics where it would only warn; empty: there is none.
std::string panics_on_warning();

}  // namespace wqctl
