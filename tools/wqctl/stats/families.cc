// SPDX-License-Identifier: GPL-2.0
#include "stats/families.hh"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <numeric>
#include <string_view>

namespace wqctl {

namespace {

// Who is in it. The first one is the highest bit, so that groups are ordered by their first members.
class Group {
public:
    explicit Group(size_t n) : words_((n + 63) / 64)
    {
        for (size_t i = 0; i < n; i++)
            words_[i / 64] |= bit(i);
    }

    bool has(size_t i) const { return words_[i / 64] & bit(i); }
    Group without(size_t i) const
    {
        Group rest = *this;
        rest.words_[i / 64] &= ~bit(i);
        return rest;
    }
    bool is_within(const Group& large) const
    {
        for (size_t i = 0; i < words_.size(); i++)
            if (words_[i] & ~large.words_[i])
                return false;
        return true;
    }
    auto operator<=>(const Group&) const = default;

private:
    static uint64_t bit(size_t i) { return uint64_t{1} << (63 - i % 64); }

    std::vector<uint64_t> words_;
};

// None of `groups` holds another one, and that stays so: x and y are in no group together afterwards.
void part(std::vector<Group>& groups, size_t x, size_t y)
{
    std::vector<Group> kept, halves;
    for (Group& group : groups) {
        if (group.has(x) && group.has(y)) {
            halves.push_back(group.without(x));
            halves.push_back(group.without(y));
        } else {
            kept.push_back(std::move(group));
        }
    }
    // A half can hold no kept one, which its whole would have held. And a half without x holds none that has x.
    const size_t untouched = kept.size();
    for (size_t i = 0; i < halves.size(); i++) {
        bool is_held = false;
        for (size_t j = 0; j < untouched && !is_held; j++)
            is_held = halves[i].is_within(kept[j]);
        for (size_t j = i % 2; j < halves.size() && !is_held; j += 2)
            is_held = i != j && halves[i].is_within(halves[j]) && (halves[i] != halves[j] || i > j);
        if (!is_held)
            kept.push_back(halves[i]);
    }
    groups = std::move(kept);
}

// "a" to "z", "A" to "Z", ".a" to ".Z", "..a", …: where one ends is seen in a word of several.
std::string letter(size_t place)
{
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return std::string(place / kLetters.size(), '.') + kLetters[place % kLetters.size()];
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
    std::vector<Group> groups = {Group(n)};
    for (size_t x = 0; x < n && groups.size() < kMostGroups; x++)
        for (size_t y = x + 1; y < n && groups.size() < kMostGroups; y++)
            if (apart(x, y))
                part(groups, x, y);
    std::sort(groups.begin(), groups.end(), std::greater<>());
    std::vector<std::string> words(n);
    for (size_t i = 0; i < groups.size(); i++)
        for (size_t member = 0; member < n; member++)
            if (groups[i].has(member))
                words[member] += letter(i);
    return words;
}

}  // namespace wqctl
