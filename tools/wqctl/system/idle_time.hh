// SPDX-License-Identifier: GPL-2.0
// How long all CPUs together have done nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace wqctl {

// Since the boot, in steps of 10 ms. The kernel notes when a CPU begins and ends to idle, so it is right to that,
// though its other columns are samples. Nothing if the file can't be read.
std::optional<uint64_t> idle_ns(const std::string& root = "/");

}  // namespace wqctl
