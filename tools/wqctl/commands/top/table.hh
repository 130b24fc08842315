// SPDX-License-Identifier: GPL-2.0
// The rows of one view of wqctl top: filtered, sorted, and as text.
#pragma once

#include <string>
#include <vector>

#include "commands/top/model.hh"
#include "commands/top/ui.hh"
#include "text/units.hh"

namespace wqctl {

enum class Look { kPlain, kBold, kDim, kTitle, kSortedTitle, kAlarm };

struct TopTable {
    struct Column {
        std::string title;
        bool is_text = false;  // to the left, and may be shown in part
        size_t width = 0;      // of its widest cell
    };
    struct Row {
        std::vector<std::string> cells;
        Look look = Look::kPlain;
    };

    std::vector<Column> columns;
    std::vector<Row> rows;
    size_t sorted = 0;
};

TopTable arrange(const TopData& data, const TopUi& ui, Charset charset);

}  // namespace wqctl
