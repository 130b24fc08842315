// SPDX-License-Identifier: GPL-2.0
// The manual page, wqctl(8): args/manual.8 is its frame, each room's manual.8 what is to be said of its command, and
// the rest comes from the declarations.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "args/args.hh"

namespace wqctl {

// In roff.
std::string render_manual(std::span<const Args* const> commands);

// The files, compiled in: of a command, or "" for the frame.
std::string_view manual_text(std::string_view command);

}  // namespace wqctl
