// SPDX-License-Identifier: GPL-2.0
// What pages of a compressed dump are compressed with. Which of the libraries are linked CMakeLists.txt finds out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace wqctl {

// As a page's flags name it (DUMP_DH_COMPRESSED_* of makedumpfile's diskdump_mod.h).
enum class Compression : uint32_t { kNone = 0, kZlib = 0x1, kLzo = 0x2, kSnappy = 0x4, kZstd = 0x20 };

const char* name_of(Compression compression);
// Of those that this program can undo; for errors.
bool can_decompress(Compression compression);
// All that it can, by name; for info.
std::vector<std::string> decompressors();
// False: it is damaged, or not as long as the page.
bool decompress(Compression compression, std::span<const char> from, std::span<char> to);

}  // namespace wqctl
