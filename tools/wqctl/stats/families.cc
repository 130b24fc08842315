// SPDX-License-Identifier: GPL-2.0
#include "stats/families.hh"

#include <algorithm>
#include <numeric>

namespace wqctl {

namespace {

using Group = std::vector<bool>;  // who is in it

bool is_within(const Group& small, const Group& large)
{
    for (size_t i = 0; i < small.size(); i++)
        if (small[i] && !large[i])
            return false;
    return true;
}

// Leaves out the group that another one holds.
void absorb(std::vector<Group>& groups)
{
    for (size_t i = 0; i < groups.size();) {
        bool held = false;
        for (size_t j = 0; j < groups.size() && !held; j++)
            held = i != j && is_within(groups[i], groups[j]) && (groups[i] != groups[j] || i > j);
        if (held)
            groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(i));
        else
            i++;
    }
}

// "a" to "z", "aa", …
std::string letter(size_t place)
{
    std::string word(1, static_cast<char>('a' + place % 26));
    return place < 26 ? word : letter(place / 26 - 1) + word;
}

}  // namespace

std::vector<double> corrected(const std::vector<double>& p)
{
    const size_t n = p.size();
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t x, size_t y) { return p[x] > p[y]; });
    std::vector<double> result(n);
    double least = 1;
    for (size_t i = 0; i < n; i++) {
        least = std::min(least, p[order[i]] * static_cast<double>(n) / static_cast<double>(n - i));
        result[order[i]] = least;
    }
    return result;
}

// Begins with all in one group; whoever are apart, each group that holds both becomes two, without the one and without
// the other (Piepho's insert and absorb).
std::vector<std::string> letters(size_t n, const std::function<bool(size_t, size_t)>& apart)
{
    // There may be very many groups where next to nothing is transitive. Then the rest stays together, which claims
    // less.
    constexpr size_t kMostGroups = 500;
    std::vector<Group> groups = {Group(n, true)};
    for (size_t x = 0; x < n && groups.size() < kMostGroups; x++)
        for (size_t y = x + 1; y < n && groups.size() < kMostGroups; y++) {
            if (!apart(x, y))
                continue;
            const size_t before = groups.size();
            for (size_t i = 0; i < before; i++) {
                if (!groups[i][x] || !groups[i][y])
                    continue;
                Group other = groups[i];
                groups[i][x] = false;
                other[y] = false;
                groups.push_back(std::move(other));
            }
            absorb(groups);
        }
    std::sort(groups.begin(), groups.end(), std::greater<>());
    std::vector<std::string> words(n);
    for (size_t i = 0; i < groups.size(); i++)
        for (size_t member = 0; member < n; member++)
            if (groups[i][member])
                words[member] += letter(i);
    return words;
}

}  // namespace wqctl
