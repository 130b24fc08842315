// SPDX-License-Identifier: GPL-2.0
// A file's bytes as gzip has them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wqctl {

bool is_gzip(std::string_view bytes);
std::string gzip(std::string_view bytes);
// Nothing: it is damaged, is cut short, or holds more than `most`.
std::optional<std::string> gunzip(std::string_view bytes, size_t most);

}  // namespace wqctl
