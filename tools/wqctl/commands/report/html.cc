// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/report/assets.hh"
#include "commands/report/render.hh"

namespace wqctl::page {

namespace {

// The banner of the file names the licence; the licence wants to be there itself.
constexpr std::string_view kChartsLicence = R"(<!--
Chart.js and @kurkle/color, which draw the charts of this page, are under the MIT License:
Copyright (c) 2014-2022 Chart.js Contributors; Copyright (c) 2022 Jukka Kurkela

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER
DEALINGS IN THE SOFTWARE.
-->
)";

std::string_view class_of(Mark mark)
{
    switch (mark) {
    case Mark::kGood: return "good";
    case Mark::kBad: return "bad";
    case Mark::kDoubtful: return "doubtful";
    case Mark::kNone: break;
    }
    return "";
}

std::string with_class(std::string_view names) { return names.empty() ? "" : fmt::format(" class=\"{}\"", names); }

std::string beside(std::string_view detail)
{
    return detail.empty() ? "" : fmt::format(" <small>{}</small>", escape_html(detail));
}

// What may be wider than the page moves in itself, by keys, too.
std::string scrolling(std::string_view title, std::string_view inner)
{
    return fmt::format("<div class=\"scroll\" role=\"region\" aria-label=\"{}\" tabindex=\"0\">{}</div>\n",
                       escape_html(title), inner);
}

std::string folded(std::string_view title, std::string_view inner)
{
    return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escape_html(title), inner);
}

class Writer {
public:
    std::string take() { return std::move(text_); }

    void operator()(const Facts& block)
    {
        text_ += "<dl>\n";
        for (const auto& [name, value, is_code] : block.facts)
            text_ += fmt::format("<div><dt>{}</dt><dd{}>{}</dd></div>\n", escape_html(name),
                                 with_class(is_code ? "code" : ""), escape_html(value));
        text_ += "</dl>\n";
    }

    void operator()(const Note& block)
    {
        std::string names = "note ";
        text_ += fmt::format("<p{}>{}</p>\n", with_class(names.append(class_of(block.mark))), escape_html(block.text));
    }

    void operator()(const Table& block)
    {
        std::string table = "<table>\n";
        if (!block.is_folded && !block.title.empty())
            table += fmt::format("<caption><span>{}</span></caption>\n", escape_html(block.title));
        table += "<thead><tr>";
        for (const Table::Column& column : block.columns)
            table += fmt::format("<th scope=\"col\"{}>{}</th>", with_class(column.is_text ? "" : "n"),
                                 escape_html(column.title));
        table += "</tr></thead>\n<tbody>\n";
        for (const auto& row : block.rows) {
            table += "<tr>";
            for (size_t i = 0; i < row.size(); i++) {
                std::string names(i < block.columns.size() && !block.columns[i].is_text ? "n" : "");
                if (i == 0 && row[i].text.size() > 48)
                    names.append(names.empty() ? "long" : " long");
                if (row[i].mark != Mark::kNone)
                    names.append(names.empty() ? "" : " ").append(class_of(row[i].mark));
                // What is first and text names the row.
                const std::string_view tag = i == 0 && block.columns[0].is_text ? "th scope=\"row\"" : "td";
                table += fmt::format("<{}{}>{}{}</{}>", tag, with_class(names), escape_html(row[i].text),
                                     beside(row[i].detail), tag.substr(0, 2));
            }
            table += "</tr>\n";
        }
        table = scrolling(block.title, table + "</tbody>\n</table>");
        text_ += block.is_folded ? folded(fmt::format("{} ({})", block.title, block.rows.size()), table) : table;
    }

    void operator()(const HeatMaps& block)
    {
        text_ += fmt::format("<figure class=\"maps\">\n<figcaption>{}</figcaption>\n", escape_html(block.title));
        for (const HeatMap& map : block.maps)
            text_ += fmt::format(
                "<div class=\"map\" data-title=\"{}\">\n{}<p class=\"about\">The more, the stronger the shade{}.</p>"
                "</div>\n",
                escape_html(map.title), scrolling(map.title, heat_table(map)),
                map.is_logarithmic() ? ", by factors (logarithmic)" : "");
        text_ += "</figure>\n";
    }

    void operator()(const Intervals& block) { chart(block.title); }
    void operator()(const Lines& block) { chart(block.title); }
    void operator()(const Distributions& block)
    {
        chart(block.title);
        (*this)(table_of(block));
    }

    void operator()(const Story& block)
    {
        text_ += fmt::format("<article class=\"story {}\">\n<h3>{} <span class=\"badge\">{}</span></h3>\n",
                             class_of(block.mark), escape_html(block.title), escape_html(block.badge));
        for (const auto& [title, lines] : block.paragraphs) {
            text_ += fmt::format("<h4>{}</h4>\n<ul>\n", escape_html(title));
            for (const std::string& line : lines)
                text_ += fmt::format("<li>{}</li>\n", escape_html(line));
            text_ += "</ul>\n";
        }
        for (const auto& [title, lines] : block.texts)
            (*this)(Text{title, lines});
        text_ += "</article>\n";
    }

    void operator()(const Text& block)
    {
        const std::string pre = fmt::format("<pre>{}</pre>", escape_html(block.text));
        text_ += folded(block.title, scrolling(block.title, pre));
    }

private:
    // page.js finds the charts by their order, which is that of their data.
    void chart(const std::string& title)
    {
        text_ += fmt::format(
            "<figure class=\"chart\">\n<figcaption>{0}</figcaption>\n<div class=\"controls\"></div>\n"
            "<div class=\"canvas\"><canvas role=\"img\" aria-label=\"Chart: {0}. The tables have its "
            "figures.\"></canvas></div>\n<div class=\"legend\"></div>\n</figure>\n",
            escape_html(title));
    }

    static std::string heat_table(const HeatMap& map)
    {
        std::string table = fmt::format(
            "<table class=\"heat\">\n<caption><span>{}</span></caption>\n<thead><tr><th scope=\"col\" "
            "class=\"corner\">{} ↓ {} "
            "→</th>",
            escape_html(map.title), escape_html(map.down), escape_html(map.across));
        for (const std::string& column : map.columns)
            table += fmt::format("<th scope=\"col\">{}</th>", escape_html(column));
        table += "</tr></thead>\n<tbody>\n";
        for (size_t row = 0; row < map.rows.size(); row++) {
            table += fmt::format("<tr><th scope=\"row\">{}</th>", escape_html(map.rows[row]));
            for (size_t column = 0; column < map.columns.size(); column++) {
                const auto& value = map.values[row][column];
                table += fmt::format("<td class=\"{}\">{}</td>", value ? fmt::format("h{}", map.level(*value)) : "none",
                                     escape_html(map.texts[row][column]));
            }
            table += "</tr>\n";
        }
        return table + "</tbody>\n</table>";
    }

    std::string text_;
};

std::string policy()
{
    std::string scripts = fmt::format("'{}'", csp_hash(kScript.sha256));
    if (!kCharts.text.empty())
        scripts += fmt::format(" '{}'", csp_hash(kCharts.sha256));
    return fmt::format("default-src 'none'; script-src {}; style-src '{}'; base-uri 'none'; form-action 'none'",
                       scripts, csp_hash(kStyle.sha256));
}

std::string contents(const Page& page)
{
    if (page.sections.size() < 3)
        return {};
    std::string text = "<nav aria-label=\"Contents\"><ul>\n";
    for (size_t i = 0; i < page.sections.size(); i++)
        text += fmt::format("<li><a href=\"#s{}\">{}</a></li>\n", i + 1, escape_html(page.sections[i].title));
    return text + "</ul></nav>\n";
}

std::string scripts(const Page& page)
{
    const std::string data = charts_to_json(page);
    if (kCharts.text.empty())
        return fmt::format("<script>{}</script>\n", kScript.text);
    return fmt::format(
        "{}<script>{}</script>\n<script type=\"application/json\" id=\"charts\">{}</script>\n"
        "<script>{}</script>\n",
        kChartsLicence, kCharts.text, data, kScript.text);
}

}  // namespace

std::string to_html(const Page& page, const std::string& command)
{
    std::string text = fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"wqctl report\">\n"
        "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n<p>{}</p>\n{}</"
        "header>\n<main>\n",
        policy(), escape_html(page.title), kStyle.text, escape_html(page.title), escape_html(page.subtitle),
        contents(page));
    text += kCharts.text.empty() ? "<p class=\"note doubtful\">Charts are left out: this wqctl was built without "
                                   "Chart.js. The tables have their figures.</p>\n"
                                 : "<noscript><p class=\"note doubtful\">Charts need JavaScript. The tables have their "
                                   "figures.</p></noscript>\n";
    for (size_t i = 0; i < page.sections.size(); i++) {
        const Section& section = page.sections[i];
        text += fmt::format("<section id=\"s{}\">\n<h2>{}</h2>\n<p class=\"what\">{}</p>\n", i + 1,
                            escape_html(section.title), escape_html(section.what));
        Writer writer;
        for (const Block& block : section.blocks)
            std::visit(writer, block);
        text += writer.take() + "</section>\n";
    }
    text += fmt::format(
        "</main>\n<footer><p>Made by <code>{}</code>; it asks for nothing from elsewhere.</p></footer>\n",
        escape_html(command));
    return text + scripts(page) + "</body>\n</html>\n";
}

}  // namespace wqctl::page
