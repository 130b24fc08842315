// SPDX-License-Identifier: GPL-2.0
// A file that readers always find whole: the old one or the new one.
#pragma once

#include <string>
#include <string_view>

namespace wqctl {

// Writes it beside and renames it over what is there. Who may read that, or any new file (umask), may read it.
// Refuses to take the place of what is no regular file. The other's name does
// not end as this one's does, so that a collector of *.prom never sees it.
void replace_file(const std::string& path, std::string_view text);

}  // namespace wqctl
