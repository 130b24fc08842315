// SPDX-License-Identifier: GPL-2.0
// Messages as the module would send them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <linux/netlink.h>

#include "wire/attributes.hh"

namespace wqctl {

// Bytes as the kernel would send them.
class Wire {
public:
    template <typename T>
    Wire& value(uint16_t type, const T& v)
    {
        return raw(type, &v, sizeof v);
    }
    Wire& text(uint16_t type, const std::string& v) { return raw(type, v.c_str(), v.size() + 1); }
    Wire& nest(uint16_t type, const Wire& inner) { return raw(type, inner.bytes_.data(), inner.bytes_.size()); }
    Wire& raw(uint16_t type, const void* data, size_t size)
    {
        const nlattr header = {static_cast<uint16_t>(NLA_HDRLEN + size), type};
        append(&header, sizeof header);
        append(data, size);
        bytes_.resize(NLA_ALIGN(bytes_.size()));
        return *this;
    }
    template <typename T>
    Wire& rows(uint16_t type, uint16_t row_size_type, const T* rows, size_t count)
    {
        return value(row_size_type, static_cast<uint32_t>(sizeof(T))).raw(type, rows, count * sizeof(T));
    }
    void append(const void* data, size_t size)
    {
        const auto* start = static_cast<const std::byte*>(data);
        bytes_.insert(bytes_.end(), start, start + size);
    }
    Bytes bytes() const { return bytes_; }
    size_t size() const { return bytes_.size(); }

private:
    std::vector<std::byte> bytes_;
};

}  // namespace wqctl
