// SPDX-License-Identifier: GPL-2.0
#include "commands/compare/comparable.hh"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "text/error.hh"
#include "text/printable.hh"
#include "text/split.hh"

namespace wqctl {

namespace {

using Facts = std::map<std::string, std::string>;

std::set<std::string> rows_of(const Document& document)
{
    std::set<std::string> rows;
    for (const Series& series : document.series)
        rows.insert(series.row);
    return rows;
}

// "scope=cpu: issuers[0].item.spin" is about the row before the colon.
std::string row_of(const std::string& path)
{
    const size_t colon = path.find(": ");
    return colon == std::string::npos ? "" : path.substr(0, colon);
}

// "issuers[0].item.spin" is named by spin, item and issuers.
std::vector<std::string> names_of_path(const std::string& path)
{
    const size_t colon = path.find(": ");
    std::vector<std::string> names;
    for (const std::string_view part :
         split(std::string_view(path).substr(colon == std::string::npos ? 0 : colon + 2), "."))
        names.emplace_back(part.substr(0, part.find('[')));
    return names;
}

bool is_ignored(const std::string& path, const std::vector<std::string>& ignored)
{
    const std::vector<std::string> names = names_of_path(path);
    return std::any_of(ignored.begin(), ignored.end(), [&](const std::string& one) {
        return one == path || std::find(names.begin(), names.end(), one) != names.end();
    });
}

[[noreturn]] void refuse(const std::string& path, const std::string& left, const Document& left_document,
                         const std::string& right, const Document& right_document)
{
    const std::string key = one_line(names_of_path(path).back());
    throw Error::usage(fmt::format("these can't be compared: {} is {} in {} and {} in {}", one_line(path),
                                   one_line(left), left_document.file, one_line(right), right_document.file),
                       fmt::format("--ignore {} compares them nevertheless", key));
}

void check_pair(const Document& first, const Document& second, const std::vector<std::string>& ignored)
{
    if (first.schema != second.schema)
        throw Error::usage(fmt::format("these can't be compared: schema is {} in {} and {} in {}", first.schema,
                                       first.file, second.schema, second.file));
    const Facts left(first.facts.begin(), first.facts.end());
    const Facts right(second.facts.begin(), second.facts.end());
    const auto one_way = [&](const Facts& here, const Document& here_of, const Facts& there, const Document& there_of) {
        const std::set<std::string> rows = rows_of(there_of);
        for (const auto& [path, value] : here) {
            // What one side does not have at all is not compared.
            if (const std::string row = row_of(path); !row.empty() && !rows.contains(row))
                continue;
            const auto found = there.find(path);
            if ((found == there.end() || found->second != value) && !is_ignored(path, ignored))
                refuse(path, value, here_of, found == there.end() ? "absent" : found->second, there_of);
        }
    };
    one_way(left, first, right, second);
    one_way(right, second, left, first);
}

}  // namespace

void check_comparable(const std::vector<Document>& a, const std::vector<Document>& b,
                      const std::vector<std::string>& ignored)
{
    for (const auto* side : {&a, &b})
        for (const Document& document : *side)
            if (&document != &a.front())
                check_pair(a.front(), document, ignored);
}

void match_single_rows(std::vector<Document>& a, std::vector<Document>& b)
{
    for (const auto* side : {&a, &b})
        for (const Document& document : *side)
            if (rows_of(document).size() != 1 || !document.failed.empty())
                return;
    const std::string row = a.front().series.front().row;
    for (auto* side : {&a, &b})
        for (Document& document : *side) {
            for (Series& series : document.series)
                series.row = row;
            // What is said of the row is said of the same row.
            for (auto& [path, value] : document.facts)
                if (const std::string before = row_of(path); !before.empty())
                    path.replace(0, before.size(), row);
        }
}

}  // namespace wqctl
