// SPDX-License-Identifier: GPL-2.0
// wqctl top as lines of styled text for a screen of a given size, and as
// plain text. Knows no terminal.
#pragma once

#include <string>
#include <vector>

#include "commands/top/model.hh"
#include "commands/top/ui.hh"
#include "commands/top/table.hh"

namespace wqctl {

struct Span {
    std::string text;
    Look look = Look::kPlain;
};
using ScreenLine = std::vector<Span>;

struct ScreenSize {
    size_t width = 80;
    size_t height = 24;
};

// Never more lines than the height nor wider than the width. Scrolls back what
// the ui has scrolled too far.
std::vector<ScreenLine> lay_out(const TopData& data, TopUi& ui, const std::string& clock, ScreenSize size,
                                Charset charset);

// Everything, whatever its width.
std::string render_top_text(const TopData& data, const TopUi& ui, const std::string& clock, size_t width,
                            Charset charset);

// What the keys and the columns are.
const std::vector<std::string>& top_help();

}  // namespace wqctl
