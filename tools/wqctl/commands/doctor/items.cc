// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/items.hh"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "text/names.hh"

namespace wqctl {

std::string describe_items(const std::map<std::string, uint64_t>& functions)
{
    constexpr size_t kShown = 4;
    std::vector<std::pair<std::string, uint64_t>> most(functions.begin(), functions.end());
    std::ranges::stable_sort(most, [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<std::string> words;
    uint64_t count = 0;
    for (const auto& [function, times] : most) {
        count += times;
        if (words.size() < kShown)
            words.push_back(times == 1 ? function : fmt::format("{} of {}", times, function));
    }
    if (!count)
        return "";
    if (const size_t others = most.size() - words.size())
        words.push_back(fmt::format("{} other function{}", others, others == 1 ? "" : "s"));
    return fmt::format("{} item{}: {}", count, count == 1 ? "" : "s", enumerate(words));
}

}  // namespace wqctl
