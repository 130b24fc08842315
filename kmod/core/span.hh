// SPDX-License-Identifier: GPL-2.0
// Elements that somebody else owns, side by side.
#pragma once

#include <cstddef>

namespace wqlab {

template <typename T>
class Span {
public:
    constexpr Span() = default;
    constexpr Span(T* first, size_t size) : first_(first), size_(size) {}
    template <size_t N>
    constexpr Span(T (&array)[N]) : first_(array), size_(N)
    {
    }

    constexpr size_t size() const { return size_; }
    constexpr T* data() const { return first_; }
    constexpr T& operator[](size_t i) const { return first_[i]; }
    constexpr T* begin() const { return first_; }
    constexpr T* end() const { return first_ + size_; }

private:
    T* first_ = nullptr;
    size_t size_ = 0;
};

}  // namespace wqlab
