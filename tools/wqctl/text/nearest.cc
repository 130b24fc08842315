// SPDX-License-Identifier: GPL-2.0
#include "text/nearest.hh"

#include <algorithm>

#include <fmt/core.h>

namespace wqctl {

unsigned edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<unsigned>> d(a.size() + 1, std::vector<unsigned>(b.size() + 1));
    for (size_t i = 0; i <= a.size(); i++)
        d[i][0] = static_cast<unsigned>(i);
    for (size_t j = 0; j <= b.size(); j++)
        d[0][j] = static_cast<unsigned>(j);
    for (size_t i = 1; i <= a.size(); i++) {
        for (size_t j = 1; j <= b.size(); j++) {
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}

std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& known)
{
    std::vector<std::pair<unsigned, std::string>> ranked;
    for (const std::string& candidate : known) {
        const unsigned distance = edit_distance(word, candidate);
        const bool is_part = word.size() >= 3 && candidate.find(word) != std::string::npos;
        if (distance <= std::max<size_t>(1, std::max(word.size(), candidate.size()) / 3) || is_part)
            ranked.emplace_back(distance, candidate);
    }
    std::sort(ranked.begin(), ranked.end());
    std::vector<std::string> result;
    for (auto& [distance, candidate] : ranked)
        if (result.size() < 3 && std::find(result.begin(), result.end(), candidate) == result.end())
            result.push_back(candidate);
    return result;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known)
{
    const auto words = nearest(word, known);
    if (words.empty())
        return {};
    std::string list;
    for (size_t i = 0; i < words.size(); i++)
        list += fmt::format("{}\"{}\"", i == 0 ? "" : i + 1 == words.size() ? " or " : ", ", words[i]);
    return fmt::format("; did you mean {}?", list);
}

}  // namespace wqctl
