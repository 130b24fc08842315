// SPDX-License-Identifier: GPL-2.0
// CPU lists ("0-3,8") and masks ("ff,ffffffff") as the kernel writes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wqctl {

// In the order given: thread i of an issuer runs on cpus[i % n].
using CpuList = std::vector<uint32_t>;

CpuList parse_cpu_list(std::string_view text);
std::string format_cpu_list(const CpuList& cpus);

CpuList parse_cpu_mask(std::string_view text);
std::string format_cpu_mask(const CpuList& cpus);

}  // namespace wqctl
