// SPDX-License-Identifier: GPL-2.0
// Shell completion, from the declarations of the commands.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "args/args.hh"

namespace wqctl {

// shell: "bash", "zsh" or "fish".
std::string render_completion(std::string_view shell, std::span<const Args* const> commands);

}  // namespace wqctl
