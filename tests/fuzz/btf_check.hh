// SPDX-License-Identifier: GPL-2.0
// Reads all there is in BTF, and says what of the answers cannot be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

// Empty: the bytes were refused, or every answer makes sense.
std::string nonsense_in_btf(const uint8_t* bytes, size_t size);
