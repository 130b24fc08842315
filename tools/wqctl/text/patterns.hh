// SPDX-License-Identifier: GPL-2.0
// Which names are meant: any of several regular expressions, each of which
// may match anywhere.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wqctl {

class Patterns {
public:
    Patterns() = default;
    // Refuses what is no regular expression, with the reason.
    explicit Patterns(const std::vector<std::string>& patterns);

    bool empty() const { return !compiled_; }
    // Without patterns, everything does.
    bool match(std::string_view text) const;

private:
    // <regex> takes a compiler seconds, and only patterns.cc needs it.
    struct Compiled;
    std::shared_ptr<const Compiled> compiled_;
};

}  // namespace wqctl
