// SPDX-License-Identifier: GPL-2.0
#include "term/table.hh"

#include <algorithm>

namespace wqctl {

namespace {

constexpr size_t kGap = 2;

std::string trim_right(std::string text)
{
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

}  // namespace

void Table::column(std::string title, Align align, std::string group)
{
    const size_t width = display_width(title);
    columns_.push_back({std::move(title), align, std::move(group), width});
}

void Table::row(std::vector<std::string> cells)
{
    cells.resize(columns_.size());
    for (size_t i = 0; i < cells.size(); i++) {
        columns_[i].width = std::max(columns_[i].width, display_width(cells[i]));
        columns_[i].is_empty &= cells[i].empty();
    }
    rows_.push_back(std::move(cells));
}

// The columns of each part. The first column leads every part; groups move as
// a whole unless one alone is too wide.
std::vector<std::vector<size_t>> Table::fold(size_t width) const
{
    std::vector<std::vector<size_t>> parts = {{0}};
    size_t used = columns_[0].width;
    const auto place = [&](const std::vector<size_t>& columns, size_t needed) {
        if (used + needed > width && parts.back().size() > 1) {
            parts.push_back({0});
            used = columns_[0].width;
        }
        parts.back().insert(parts.back().end(), columns.begin(), columns.end());
        used += needed;
    };
    for (size_t i = 1; i < columns_.size();) {
        std::vector<size_t> group;
        size_t needed = 0;
        size_t next = i;
        do {
            if (!columns_[next].is_empty) {
                group.push_back(next);
                needed += kGap + columns_[next].width;
            }
            next++;
        } while (next < columns_.size() && !columns_[i].group.empty() && columns_[next].group == columns_[i].group);
        if (columns_[0].width + needed <= width) {
            if (!group.empty())
                place(group, needed);
        } else {
            for (size_t column : group)
                place({column}, kGap + columns_[column].width);
        }
        i = next;
    }
    return parts;
}

std::string Table::group_line(const std::vector<size_t>& part, const Style& style) const
{
    std::string line;
    bool any = false;
    for (size_t at = 0; at < part.size();) {
        const std::string& group = columns_[part[at]].group;
        size_t end = at + 1;
        size_t width = columns_[part[at]].width;
        while (!group.empty() && end < part.size() && columns_[part[end]].group == group)
            width += kGap + columns_[part[end++]].width;
        if (at)
            line += std::string(kGap, ' ');
        std::string text = group;
        if (!group.empty() && end - at > 1 && display_width(group) + 2 <= width) {
            // "---- wait ----"
            const size_t rule = width - display_width(group) - 2;
            const auto dashes = [&style](size_t n) {
                std::string result;
                for (size_t i = 0; i < n; i++)
                    result += style.utf8() ? "\u2500" : "-";
                return result;
            };
            text = dashes(rule / 2) + " " + group + " " + dashes(rule - rule / 2);
        }
        any |= !group.empty();
        line += columns_[part[at]].align == Align::kLeft && end - at == 1 ? pad_right(text, width)
                                                                          : pad_left(text, width);
        at = end;
    }
    return any ? style.dim(trim_right(line)) + "\n" : std::string();
}

// A further table repeats the first column only where it has something to say.
std::string Table::render_part(const std::vector<size_t>& part, bool is_first, const Style& style) const
{
    std::string text = group_line(part, style);
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string result;
        for (size_t at = 0; at < part.size(); at++) {
            const size_t column = part[at];
            result += at ? std::string(kGap, ' ') : "";
            result += columns_[column].align == Align::kLeft ? pad_right(cells[column], columns_[column].width)
                                                             : pad_left(cells[column], columns_[column].width);
        }
        return trim_right(result);
    };
    std::vector<std::string> titles;
    for (const Column& column : columns_)
        titles.push_back(column.title);
    text += style.bold(line(titles)) + "\n";
    for (const auto& row : rows_)
        if (is_first || std::any_of(part.begin() + 1, part.end(), [&](size_t column) { return !row[column].empty(); }))
            text += line(row) + "\n";
    return text;
}

std::string Table::render(const Style& style) const
{
    std::string text;
    for (const auto& part : fold(style.width))
        text += (text.empty() ? "" : "\n") + render_part(part, text.empty(), style);
    return text;
}

}  // namespace wqctl
