// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/report/render.hh"
#include "term/style.hh"
#include "text/printable.hh"
#include "text/split.hh"

namespace wqctl::page {

namespace {

// How many backticks stand in a row.
size_t most_ticks(std::string_view text)
{
    size_t longest = 0, ticks = 0;
    for (const char c : text) {
        ticks = c == '`' ? ticks + 1 : 0;
        longest = std::max(longest, ticks);
    }
    return longest;
}

// Within a line, to be copied as it is.
std::string code(std::string_view text)
{
    const std::string fence(most_ticks(text) + 1, '`');
    // What begins or ends with one would make the fence longer.
    const char* space = text.starts_with('`') || text.ends_with('`') ? " " : "";
    return fence + space + one_line(text) + space + fence;
}

// As code, whatever is in it.
std::string fenced(std::string_view text)
{
    const std::string fence(std::max<size_t>(most_ticks(text), 2) + 1, '`');
    std::string result = fence + "\n";
    std::vector<std::string_view> lines = split(text, "\n");
    if (lines.back().empty())
        lines.pop_back();
    for (const std::string_view line : lines)
        result += one_line(line) + "\n";
    return result + fence + "\n";
}

// Padded: whoever reads it as it is, in a mail, sees a table, too.
std::string grid(const std::vector<Table::Column>& columns, const std::vector<std::vector<std::string>>& rows)
{
    std::vector<size_t> widths;
    for (size_t i = 0; i < columns.size(); i++) {
        size_t width = std::max<size_t>(display_width(escape_markdown(columns[i].title)), 3);
        for (const auto& row : rows)
            width = std::max(width, display_width(row[i]));
        widths.push_back(width);
    }
    const auto line = [&](const auto& cell) {
        std::string text = "|";
        for (size_t i = 0; i < columns.size(); i++)
            text += fmt::format(" {} |",
                                columns[i].is_text ? pad_right(cell(i), widths[i]) : pad_left(cell(i), widths[i]));
        return text + "\n";
    };
    std::string text = line([&](size_t i) { return escape_markdown(columns[i].title); });
    text += line([&](size_t i) { return std::string(widths[i] - 1, '-') + (columns[i].is_text ? "-" : ":"); });
    for (const auto& row : rows)
        text += line([&](size_t i) { return row[i]; });
    return text;
}

class Writer {
public:
    std::string take() { return std::move(text_); }

    void operator()(const Facts& block)
    {
        for (const auto& [name, value, is_code] : block.facts)
            text_ += fmt::format("- {}: {}\n", name, is_code ? code(value) : escape_markdown(value));
        text_ += "\n";
    }

    void operator()(const Note& block) { text_ += paragraph(block.text, block.mark); }

    void operator()(const Table& block)
    {
        std::vector<std::vector<std::string>> rows;
        for (const auto& row : block.rows) {
            auto& cells = rows.emplace_back();
            for (const Cell& cell : row) {
                const std::string detail = cell.detail.empty() ? "" : fmt::format(" ({})", cell.detail);
                const std::string text = escape_markdown(cell.text + detail);
                cells.push_back(cell.mark == Mark::kBad && !text.empty() ? "**" + text + "**" : text);
            }
        }
        const std::string table = grid(block.columns, rows);
        text_ += block.is_folded ? folded(block.title, table)
                                 : fmt::format("**{}**\n\n{}\n", escape_markdown(block.title), table);
    }

    void operator()(const HeatMaps& block)
    {
        for (const HeatMap& map : block.maps) {
            std::vector<Table::Column> columns = {{fmt::format("{} ↓ {} →", map.down, map.across), true}};
            for (const std::string& column : map.columns)
                columns.push_back({column});
            std::vector<std::vector<std::string>> rows;
            for (size_t row = 0; row < map.rows.size(); row++) {
                auto& cells = rows.emplace_back();
                cells.push_back(escape_markdown(map.rows[row]));
                for (const std::string& text : map.texts[row])
                    cells.push_back(escape_markdown(text));
            }
            text_ += fmt::format("**{}: {}**\n\n{}\n", escape_markdown(block.title), escape_markdown(map.title),
                                 grid(columns, rows));
        }
    }

    // Their figures are in tables that stand beside them.
    void operator()(const Intervals&) {}
    void operator()(const Lines&) {}
    void operator()(const Distributions& block) { (*this)(table_of(block)); }

    void operator()(const Story& block)
    {
        text_ += fmt::format("### {} ({})\n\n", escape_markdown(block.title), escape_markdown(block.badge));
        for (const auto& [title, lines] : block.paragraphs) {
            text_ += fmt::format("{}:\n", title);
            for (const std::string& line : lines)
                text_ += fmt::format("- {}\n", begun(line));
            text_ += "\n";
        }
        for (const auto& [title, lines] : block.texts)
            (*this)(Text{title, lines});
    }

    void operator()(const Text& block) { text_ += folded(block.title, fenced(block.text)); }

private:
    static std::string paragraph(const std::string& text, Mark mark)
    {
        return mark == Mark::kBad ? fmt::format("**{}**\n\n", escape_markdown(text)) : begun(text) + "\n\n";
    }

    // Where a line begins, these would be a heading, a quotation or a list.
    static std::string begun(const std::string& text)
    {
        const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        if (digits > 0 && digits < text.size() && (text[digits] == '.' || text[digits] == ')'))
            return text.substr(0, digits) + "\\" + escape_markdown(text.substr(digits));
        const bool is_markup = !text.empty() && std::string_view("#>-+=").find(text.front()) != std::string_view::npos;
        return (is_markup ? "\\" : "") + escape_markdown(text);
    }

    static std::string folded(const std::string& title, const std::string& inner)
    {
        return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", escape_html(title), inner);
    }

    std::string text_;
};

}  // namespace

std::string to_markdown(const Page& page, const std::string& command)
{
    std::string text = fmt::format("# {}\n\n", escape_markdown(page.title));
    for (const Section& section : page.sections) {
        text += fmt::format("## {}\n\n{}\n\n", escape_markdown(section.title), escape_markdown(section.what));
        Writer writer;
        for (const Block& block : section.blocks)
            std::visit(writer, block);
        text += writer.take();
    }
    return text + fmt::format("Made by {}\n", escape_markdown(command));
}

}  // namespace wqctl::page
