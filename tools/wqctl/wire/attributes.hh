// SPDX-License-Identifier: GPL-2.0
// Reading netlink attributes from bytes that nobody vouches for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace wqctl {

using Bytes = std::span<const std::byte>;

struct Attribute {
    uint16_t type = 0;
    uint32_t offset = 0;  // of its header, in the stream it was read from
    Bytes payload;
};

// One level of attributes. Those that are cut short end it.
class Attributes {
public:
    explicit Attributes(Bytes stream);

    const std::vector<Attribute>& all() const { return attributes_; }
    const Attribute* find(unsigned type) const;

    // 0, "" or empty when absent or of a wrong size.
    uint32_t u32(unsigned type) const { return number<uint32_t>(type); }
    uint64_t u64(unsigned type) const { return number<uint64_t>(type); }
    std::string string(unsigned type) const;
    // With its line ends and control characters: for a file or the kernel, never for a terminal.
    std::string exact_string(unsigned type) const;
    bool flag(unsigned type) const { return find(type); }
    Attributes nest(unsigned type) const;

    // Structs whose sender said how long a row is: of each what both know; what it lacks is 0. No size, no rows; nor of
    // one that no release had: a file with rows of one byte would take a hundred times its size.
    template <typename T>
    std::vector<T> rows(unsigned type, unsigned row_size_type) const
    {
        std::vector<T> result;
        const Attribute* attribute = find(type);
        const size_t size = u32(row_size_type);
        if (!attribute || size < sizeof(T) / 4)
            return result;
        result.resize(attribute->payload.size() / size);
        for (size_t i = 0; i < result.size(); i++)
            copy(attribute->payload.subspan(i * size, size), result[i]);
        return result;
    }
    // One such struct, which is as long as its attribute; nothing when absent.
    template <typename T>
    std::optional<T> row(unsigned type) const
    {
        const Attribute* attribute = find(type);
        if (!attribute)
            return {};
        T result{};
        copy(attribute->payload, result);
        return result;
    }

    // An array of numbers.
    template <typename T>
    std::vector<T> array(unsigned type) const
    {
        static_assert(std::is_integral_v<T>);
        std::vector<T> result;
        if (const Attribute* attribute = find(type)) {
            result.resize(attribute->payload.size() / sizeof(T));
            if (!result.empty())
                std::memcpy(result.data(), attribute->payload.data(), result.size() * sizeof(T));
        }
        return result;
    }

    static std::string to_string(Bytes payload);

private:
    template <typename T>
    static void copy(Bytes from, T& to)
    {
        static_assert(std::is_trivially_copyable_v<T>);
        std::memcpy(&to, from.data(), std::min(from.size(), sizeof to));
    }

    template <typename T>
    T number(unsigned type) const
    {
        T value{};
        const Attribute* attribute = find(type);
        if (attribute && attribute->payload.size() == sizeof value)
            std::memcpy(&value, attribute->payload.data(), sizeof value);
        return value;
    }

    std::vector<Attribute> attributes_;
};

}  // namespace wqctl
