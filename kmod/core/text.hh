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

}  // namespace wqlab
