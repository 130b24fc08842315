// SPDX-License-Identifier: GPL-2.0
// Damages bytes in ways that formats made of 32-bit words get damaged, or attacked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/random.hh"

using Bytes = std::vector<uint8_t>;

// Some damage, to at most this many bytes; parts of other may get in.
Bytes mutated(Bytes bytes, const Bytes& other, wqlab::Random& random, size_t most);
