// SPDX-License-Identifier: GPL-2.0
// Many items in a few words, of a machine and of a log alike.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace wqctl {

// How often each function is there: "3 items: 2 of func and other"; empty for none. The most frequent four by name.
std::string describe_items(const std::map<std::string, uint64_t>& functions);

}  // namespace wqctl
