// SPDX-License-Identifier: GPL-2.0
#include "commands/top/screen.hh"

#include <algorithm>

#include <fmt/core.h>

#include "term/style.hh"

namespace wqctl {

namespace {

constexpr size_t kGap = 1;
constexpr size_t kLeastOfText = 8;  // of a column that is shown in part

// With a mark where something is missing.
std::string fit(std::string_view text, size_t width)
{
    if (display_width(text) <= width)
        return std::string(text);
    return width ? first_columns(text, width - 1) + ">" : "";
}

// Items side by side in as many lines as they need.
std::vector<std::string> flow(const std::vector<std::string>& items, size_t width)
{
    std::vector<std::string> lines;
    for (const std::string& item : items) {
        if (item.empty())
            continue;
        if (!lines.empty() && display_width(lines.back()) + 3 + display_width(item) <= width)
            lines.back() += "   " + item;
        else
            lines.push_back(fit(item, width));
    }
    return lines;
}

std::string plus(uint64_t count) { return count ? fmt::format(" (+{})", count) : ""; }

std::vector<std::string> numbers(const TopSummary& s, Charset charset)
{
    return {
        fmt::format("items/s {}", s.items_per_s ? human_count(*s.items_per_s) : "-"),
        fmt::format("CPU {}", s.cpus ? fmt::format("{:.1f}%", *s.cpus * 100) : "-"),
        fmt::format("workers {}: {} busy, {} idle", s.workers, s.busy, s.idle),
        fmt::format("pools {}", s.pools),
        fmt::format("pending {}", human_count(static_cast<double>(s.pending))),
        fmt::format("inactive {}", human_count(static_cast<double>(s.inactive))),
        fmt::format("wait {}", s.wait_ns ? human_time(*s.wait_ns, charset) : "-"),
        fmt::format("hogs {}{}", s.hogs, plus(s.new_hogs)),
        s.is_freezing ? "FREEZING" : "not freezing",
    };
}

std::string what_is_shown(const TopUi& ui, const TopTable& table)
{
    return fmt::format("{} by {}{}", name_of(ui.view, kTopViews), table.columns[table.sorted].title,
                       ui.order().is_reversed ? " reversed" : "");
}

std::vector<std::string> settings(const TopSummary& summary, const TopUi& ui, const TopTable& table,
                                  const std::string& clock)
{
    return {
        "wqctl top " + clock,
        ui.is_paused ? "PAUSED" : "every " + exact_time(ui.interval_ns),
        fmt::format("{} CPUs", summary.online_cpus),
        what_is_shown(ui, table),
        ui.filter.empty() ? "" : "filter " + ui.filter,
        ui.hides_quiet ? "idle hidden" : "",
    };
}

struct Part {
    size_t column;
    size_t width;
};

// The first column, and those from the chosen one on that there is room for;
// numbers are shown whole or not at all.
std::vector<Part> choose_columns(const TopTable& table, size_t first, size_t width)
{
    std::vector<Part> parts = {{0, std::min(table.columns[0].width, width)}};
    size_t used = parts[0].width;
    for (size_t i = 1 + first; i < table.columns.size(); i++) {
        const TopTable::Column& column = table.columns[i];
        const size_t left = width > used + kGap ? width - used - kGap : 0;
        if (column.width <= left) {
            parts.push_back({i, column.width});
            used += kGap + column.width;
            continue;
        }
        if (column.is_text && left >= kLeastOfText)
            parts.push_back({i, left});
        break;
    }
    return parts;
}

std::string cell(const TopTable& table, const Part& part, const std::string& text)
{
    const std::string shown = fit(text, part.width);
    return table.columns[part.column].is_text || part.column == 0 ? pad_right(shown, part.width)
                                                                  : pad_left(shown, part.width);
}

ScreenLine title_line(const TopTable& table, const std::vector<Part>& parts, size_t first_column, size_t width)
{
    ScreenLine line;
    size_t used = 0;
    for (size_t i = 0; i < parts.size(); i++) {
        // What is scrolled away to the left.
        const char* gap = i == 1 && first_column ? "<" : " ";
        if (i)
            line.push_back({gap, Look::kTitle});
        line.push_back({cell(table, parts[i], table.columns[parts[i].column].title),
                        parts[i].column == table.sorted ? Look::kSortedTitle : Look::kTitle});
        used += (i ? kGap : 0) + parts[i].width;
    }
    const bool has_more = parts.back().column + 1 < table.columns.size();
    if (used < width)
        line.push_back({pad_left(has_more ? ">" : "", width - used), Look::kTitle});
    return line;
}

ScreenLine row_line(const TopTable& table, const std::vector<Part>& parts, const TopTable::Row& row)
{
    std::string text;
    for (size_t i = 0; i < parts.size(); i++)
        text += std::string(i ? kGap : 0, ' ') + cell(table, parts[i], row.cells[parts[i].column]);
    return {{text, row.look}};
}

ScreenLine bottom_line(const TopData& data, const TopUi& ui, const TopTable& table, size_t shown, size_t width)
{
    if (ui.typing) {
        // The end, where the typing is.
        std::string text = "filter: " + *ui.typing + "_";
        if (text.size() > width)
            text.erase(0, text.size() - width);
        return {{text, Look::kBold}};
    }
    if (!ui.message.empty())
        return {{fit(ui.message, width), Look::kAlarm}};
    if (!data.summary.trouble.empty())
        return {{fit("incomplete: " + data.summary.trouble, width), Look::kAlarm}};
    const std::string place = table.rows.empty() ? "nothing to show"
                                                 : fmt::format("{}-{} of {}", ui.first_row + 1, ui.first_row + shown,
                                                               table.rows.size());
    const auto hints = flow({place, "h help", "q quit", "1-5 view", "/ filter", "space pause"}, width);
    return {{hints.front(), Look::kDim}};
}

std::vector<ScreenLine> lay_out_help(TopUi& ui, ScreenSize size)
{
    std::vector<std::string> text;
    for (const std::string& line : top_help()) {
        std::string rest = line;
        do {
            text.push_back(first_columns(rest, size.width));
            rest.erase(0, text.back().size());
        } while (!rest.empty() && !text.back().empty());
    }
    const size_t room = size.height > 1 ? size.height - 1 : 0;
    ui.page = std::max<size_t>(room, 1);
    ui.first_row = std::min(ui.first_row, text.size() - std::min(text.size(), room));
    std::vector<ScreenLine> lines;
    for (size_t i = ui.first_row; i < text.size() && lines.size() < room; i++)
        lines.push_back({{text[i], Look::kPlain}});
    lines.push_back({{fit("any key goes back", size.width), Look::kDim}});
    return lines;
}

}  // namespace

std::vector<ScreenLine> lay_out(const TopData& data, TopUi& ui, const std::string& clock, ScreenSize size,
                                Charset charset)
{
    if (!size.width || !size.height)
        return {};
    if (ui.shows_help)
        return lay_out_help(ui, size);
    const TopTable table = arrange(data, ui, charset);
    ui.first_column = std::min(ui.first_column, table.columns.size() - 2);

    std::vector<ScreenLine> lines;
    for (const std::string& text : flow(settings(data.summary, ui, table, clock), size.width))
        lines.push_back({{text, Look::kBold}});
    for (const std::string& text : flow(numbers(data.summary, charset), size.width))
        lines.push_back({{text, Look::kPlain}});
    // On a low screen rows come before what stands above them.
    constexpr size_t least = 3;
    lines.resize(std::min(lines.size(), size.height - std::min(size.height, least)));

    const size_t taken = lines.size() + 2;
    const size_t room = size.height > taken ? size.height - taken : 0;
    ui.page = std::max<size_t>(room, 1);
    ui.first_row = std::min(ui.first_row, table.rows.size() - std::min(table.rows.size(), room));
    const size_t shown = std::min(room, table.rows.size() - ui.first_row);

    const std::vector<Part> parts = choose_columns(table, ui.first_column, size.width);
    lines.push_back(title_line(table, parts, ui.first_column, size.width));
    for (size_t i = 0; i < shown; i++)
        lines.push_back(row_line(table, parts, table.rows[ui.first_row + i]));
    lines.resize(size.height - 1);
    lines.push_back(bottom_line(data, ui, table, shown, size.width));
    return lines;
}

std::string render_top_text(const TopData& data, const TopUi& ui, const std::string& clock, size_t width,
                            Charset charset)
{
    const TopTable table = arrange(data, ui, charset);
    std::string text;
    for (const std::string& line : flow(settings(data.summary, ui, table, clock), width))
        text += line + "\n";
    for (const std::string& line : flow(numbers(data.summary, charset), width))
        text += line + "\n";
    if (!data.summary.trouble.empty())
        text += "incomplete: " + data.summary.trouble + "\n";
    text += "\n";
    const std::vector<Part> parts = choose_columns(table, 0, SIZE_MAX);
    TopTable::Row titles;
    for (const TopTable::Column& column : table.columns)
        titles.cells.push_back(column.title);
    const auto add = [&](const TopTable::Row& row) {
        std::string line = row_line(table, parts, row).front().text;
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    };
    add(titles);
    std::for_each(table.rows.begin(), table.rows.end(), add);
    return text + "\n";
}

}  // namespace wqctl
