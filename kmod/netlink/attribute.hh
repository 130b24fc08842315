// SPDX-License-Identifier: GPL-2.0
// Reading netlink attributes. The kernel has checked them against the policy;
// what is left is to walk them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wqlab {

// struct nlattr of the netlink ABI, and its payload.
class Attribute {
public:
    uint32_t type() const { return type_ & 0x3fff; }  // NLA_TYPE_MASK
    size_t size() const { return length_ - sizeof(Attribute); }
    const void* payload() const { return this + 1; }

    uint32_t u32() const { return read<uint32_t>(); }
    uint64_t u64() const { return read<uint64_t>(); }

    template <typename T>
    T read(size_t index = 0) const
    {
        T value;  // payloads are aligned to four bytes only
        __builtin_memcpy(&value, static_cast<const char*>(payload()) + index * sizeof(T), sizeof(T));
        return value;
    }

    // The policy has seen to its NUL.
    const char* text() const { return static_cast<const char*>(payload()); }

    // Into a member, by the type that the spec has for the attribute.
    void u32_to(uint32_t& to) const { to = u32(); }
    void u64_to(uint64_t& to) const { to = u64(); }
    void flag_to(bool& to) const { to = true; }
    template <size_t N>
    void string_to(char (&to)[N]) const
    {
        const char* from = static_cast<const char*>(payload());
        size_t i = 0;
        for (; i < N - 1 && i < size() && from[i]; i++)
            to[i] = from[i];
        to[i] = '\0';
    }

private:
    uint16_t length_;
    uint16_t type_;
};

// A stream of attributes, such as a nest's payload.
class AttributeStream {
public:
    AttributeStream(const void* bytes, size_t size) : bytes_(static_cast<const char*>(bytes)), size_(size) {}
    explicit AttributeStream(const Attribute& nest) : AttributeStream(nest.payload(), nest.size()) {}

    template <typename Visit>
    void for_each(Visit visit) const
    {
        for (size_t at = 0; at + sizeof(Attribute) <= size_;) {
            const auto& attribute = *reinterpret_cast<const Attribute*>(bytes_ + at);
            const size_t length = sizeof(Attribute) + attribute.size();
            if (length < sizeof(Attribute) || length > size_ - at)
                return;
            visit(attribute);
            at += (length + 3) & ~size_t{3};
        }
    }

    uint32_t count(uint32_t type) const
    {
        uint32_t n = 0;
        for_each([&](const Attribute& attribute) { n += attribute.type() == type; });
        return n;
    }

private:
    const char* bytes_;
    size_t size_;
};

}  // namespace wqlab
