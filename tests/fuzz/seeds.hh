// SPDX-License-Identifier: GPL-2.0
// BTF to begin with: what kernels have, and what is made to take long.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct Seed {
    std::string name;
    std::vector<uint8_t> bytes;
};

std::vector<Seed> btf_seeds();
