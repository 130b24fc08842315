// SPDX-License-Identifier: GPL-2.0
// Reading netlink attributes from bytes that nobody vouches for.
#pragma once

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
    bool flag(unsigned type) const { return find(type); }
    Attributes nest(unsigned type) const;

    // An array of plain structs or numbers.
    template <typename T>
    std::vector<T> array(unsigned type) const
    {
        static_assert(std::is_trivially_copyable_v<T>);
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
