// SPDX-License-Identifier: GPL-2.0
// VMCOREINFO: what a kernel says of itself to who reads its memory. Lines such as
// SYMBOL(init_top_pgt)=ffffffffaf02e000, NUMBER(phys_base)=-60817408, OSRELEASE=6.12.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace wqctl {

class Vmcoreinfo {
public:
    Vmcoreinfo() = default;
    explicit Vmcoreinfo(std::string text) : text_(std::move(text)) {}

    bool empty() const { return text_.empty(); }
    // "OSRELEASE"; empty: no such line.
    std::string line(const std::string& key) const;
    std::optional<uint64_t> symbol(const std::string& name) const;
    // Decimal and signed, or 0x and hexadecimal.
    std::optional<uint64_t> number(const std::string& name) const;

private:
    std::string text_;
};

}  // namespace wqctl
