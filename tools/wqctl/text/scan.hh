// SPDX-License-Identifier: GPL-2.0
// Takes text apart from its front. What does not fit is left as it was.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wqctl {

class Scan {
public:
    explicit Scan(std::string_view text) : left_(text) {}

    std::string_view left() const { return left_; }
    bool at_end() const { return left_.empty(); }
    char peek(size_t at = 0) const { return at < left_.size() ? left_[at] : '\0'; }
    void skip(size_t count) { left_.remove_prefix(count < left_.size() ? count : left_.size()); }
    void skip_spaces()
    {
        while (peek() == ' ')
            skip(1);
    }
    bool take(std::string_view word)
    {
        if (!left_.starts_with(word))
            return false;
        skip(word.size());
        return true;
    }
    // Decimal.
    template <typename T>
    std::optional<T> number()
    {
        T value{};
        const auto [behind, error] = std::from_chars(left_.data(), left_.data() + left_.size(), value);
        if (error != std::errc())
            return {};
        skip(static_cast<size_t>(behind - left_.data()));
        return value;
    }
    // "0x1f"
    std::optional<uint64_t> hex()
    {
        Scan ahead = *this;
        uint64_t value{};
        if (!ahead.take("0x"))
            return {};
        const auto [behind, error] = std::from_chars(ahead.left_.data(), ahead.left_.data() + ahead.left_.size(), value,
                                                     16);
        if (error != std::errc())
            return {};
        ahead.skip(static_cast<size_t>(behind - ahead.left_.data()));
        *this = ahead;
        return value;
    }
    // Up to one of these, or to the end.
    std::string_view until(std::string_view ends)
    {
        const std::string_view word = left_.substr(0, left_.find_first_of(ends));
        skip(word.size());
        return word;
    }
    std::string_view digits() { return until_not("0123456789"); }
    // As long as it is made of these.
    std::string_view until_not(std::string_view of)
    {
        const std::string_view word = left_.substr(0, left_.find_first_not_of(of));
        skip(word.size());
        return word;
    }

private:
    std::string_view left_;
};

}  // namespace wqctl
