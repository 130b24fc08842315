// SPDX-License-Identifier: GPL-2.0
// Which names are meant: any of several regular expressions, each of which
// may match anywhere.
#pragma once

#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace wqctl {

class Patterns {
public:
    Patterns() = default;
    // Refuses what is no regular expression, with the reason.
    explicit Patterns(const std::vector<std::string>& patterns);

    bool empty() const { return patterns_.empty(); }
    // Without patterns, everything does.
    bool match(std::string_view text) const;

private:
    std::vector<std::regex> patterns_;
};

}  // namespace wqctl
