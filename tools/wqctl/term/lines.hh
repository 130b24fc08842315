// SPDX-License-Identifier: GPL-2.0
// Lines that are not tables: entries in a row that fold between entries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wqctl {

// `first`, then the entries with two spaces between them; what does not fit
// goes to further lines below the first entry.
std::string fold_entries(std::string_view first, const std::vector<std::string>& entries, size_t width);

// Text that folds at words, its further lines indented.
std::string hanging(std::string_view first, std::string_view text, size_t width);

// A line below a title that stands for nothing at all: "  none".
std::string none_line(std::string_view text = "none");

}  // namespace wqctl
