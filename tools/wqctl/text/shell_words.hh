// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

namespace wqctl {

// A command as it can be given to a shell.
std::string shell_words(const std::vector<std::string>& words);

}  // namespace wqctl
