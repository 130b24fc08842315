// SPDX-License-Identifier: GPL-2.0
// The copy of a struct that may be anywhere, so that it is looked at in one piece.
#pragma once

#include "kernel.hh"

namespace wqlab {

template <uint32_t Size>
class Copy {
public:
    explicit Copy(const Kernel& kernel) : kernel_(kernel) {}

    bool take(Address object, uint32_t size)
    {
        size_ = size;
        return size <= Size && kernel_.read(bytes_, object, size);
    }

    // Of what it holds; what is beyond it reads as zero.
    template <typename T>
    T get(Field field) const
    {
        T value{};
        const size_t offset = kernel_.offset(field);
        if (offset + sizeof(value) <= size_)
            __builtin_memcpy(&value, bytes_ + offset, sizeof(value));
        return value;
    }

    // Text in it, as far as there is room for it and a NUL.
    template <size_t N>
    void get_text(Field field, char (&to)[N]) const
    {
        const uint32_t offset = kernel_.offset(field), size = kernel_.size(field);
        for (uint32_t i = 0; i < N - 1 && i < size && offset + i < size_ && bytes_[offset + i]; i++)
            to[i] = static_cast<char>(bytes_[offset + i]);
    }

private:
    const Kernel& kernel_;
    uint32_t size_ = 0;
    alignas(8) unsigned char bytes_[Size];
};

}  // namespace wqlab
