// SPDX-License-Identifier: GPL-2.0
// What stands in a document that anybody may have written: each look says what was wanted, and where it is not so.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/document.hh"

namespace wqctl {

class Fields {
public:
    // what: what a refusal calls it, as in "a cell has no \"name\"".
    Fields(const Node& node, std::string_view what, const std::string& file);

    // Null if it is absent, or null.
    const Node* find(std::string_view key) const;

    std::string text(std::string_view key) const;
    std::string text_or(std::string_view key, std::string_view otherwise) const;
    double number(std::string_view key) const;  // not negative
    // Nothing if it is absent, or null.
    std::optional<double> number_if_any(std::string_view key) const;
    const std::vector<Node>& list(std::string_view key) const;
    // Empty if it is absent, or null.
    const std::vector<Node>& list_if_any(std::string_view key) const;
    // Of strings, each is one; empty if it is absent.
    std::vector<std::string> texts(std::string_view key) const;
    Fields object(std::string_view key) const;

    const std::string& file() const { return file_; }

private:
    const Node& need(std::string_view key, std::string_view right) const;
    [[noreturn]] void refuse(std::string_view key, const Node& node, std::string_view right) const;

    const Node& node_;
    std::string what_;
    const std::string& file_;
};

}  // namespace wqctl
