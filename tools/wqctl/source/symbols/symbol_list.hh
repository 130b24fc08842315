// SPDX-License-Identifier: GPL-2.0
// Functions and their names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wqctl {

class SymbolList {
public:
    void reserve(size_t symbols);
    // In the kernel's order: of several at one address the first is its name, as %ps has it.
    void add(std::string_view name, uint64_t address);
    // Once, when all are in it.
    void sort();

    size_t size() const { return addresses_.size(); }
    std::string name_of(uint64_t address) const;

private:
    std::string_view name(size_t i) const
    {
        return std::string_view(names_).substr(begins_[i], begins_[i + 1] - begins_[i]);
    }

    std::string names_;
    std::vector<uint32_t> begins_ = {0};
    std::vector<uint64_t> addresses_;
    std::vector<uint32_t> by_address_;  // empty: they are in that order
};

}  // namespace wqctl
