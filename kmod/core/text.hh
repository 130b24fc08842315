// SPDX-License-Identifier: GPL-2.0
// Builds a NUL-terminated string in a fixed array; what does not fit is cut.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wqlab {

class Text {
public:
    template <size_t N>
    explicit Text(char (&buffer)[N]) : at_(buffer), last_(buffer + N - 1)
    {
        *at_ = '\0';
    }

    Text& add(const char* text)
    {
        while (*text && at_ < last_)
            *at_++ = *text++;
        *at_ = '\0';
        return *this;
    }

    Text& add(uint32_t number)
    {
        char digits[11];
        char* first = digits + sizeof(digits) - 1;
        *first = '\0';
        do
            *--first = static_cast<char>('0' + number % 10);
        while (number /= 10);
        return add(first);
    }

private:
    char* at_;
    char* last_;
};

inline bool same_text(const char* a, const char* b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return *a == *b;
}

// What is left of somebody's string while it is taken apart.
class Slice {
public:
    constexpr Slice(const char* text) : at_(text), end_(text)
    {
        while (*end_)
            end_++;
    }

    constexpr bool empty() const { return at_ == end_; }

    // Takes what comes before the separator, and the separator; without one, all there is.
    constexpr Slice take(char separator)
    {
        const char* first = at_;
        while (at_ != end_ && *at_ != separator)
            at_++;
        const Slice taken(first, at_);
        if (at_ != end_)
            at_++;
        return taken;
    }

    constexpr bool is(const char* text) const
    {
        for (const char* c = at_; c != end_; c++, text++)
            if (*c != *text)
                return false;
        return *text == '\0';
    }

    // Zero behind the end, as a string has it.
    constexpr char operator[](size_t i) const { return i < static_cast<size_t>(end_ - at_) ? at_[i] : '\0'; }

private:
    constexpr Slice(const char* first, const char* end) : at_(first), end_(end) {}

    const char* at_;
    const char* end_;
};

}  // namespace wqlab
