// SPDX-License-Identifier: GPL-2.0
// A table that never cuts a cell: columns that do not fit go to a further
// table below, which begins with the first column again, and leaves rows out
// that are empty there.
#pragma once

#include <string>
#include <vector>

#include "term/style.hh"

namespace wqctl {

class Table {
public:
    enum class Align { kLeft, kRight };

    // Columns of one group have its title above them, and stay together when
    // the table folds.
    void column(std::string title, Align align = Align::kRight, std::string group = {});
    void row(std::vector<std::string> cells);

    std::string render(const Style& style) const;

private:
    struct Column {
        std::string title;
        Align align;
        std::string group;
        size_t width = 0;  // of the widest cell, title and all
        bool is_empty = true;
    };

    std::vector<std::vector<size_t>> fold(size_t width) const;
    std::string render_part(const std::vector<size_t>& part, bool is_first, const Style& style) const;
    std::string group_line(const std::vector<size_t>& part, const Style& style) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace wqctl
