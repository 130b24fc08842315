// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl report`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "args/args.hh"

namespace wqctl {

enum class ReportFormat { kHtml, kMarkdown };

struct ReportFlags {
    std::vector<std::string> files;
    std::optional<std::string> output;
    std::optional<std::string> title;
    ReportFormat format = ReportFormat::kHtml;

    void declare(Args& args);
    // Refuses what is missing.
    void check(bool is_terminal) const;
    // The command that says this.
    std::vector<std::string> words() const;
};

}  // namespace wqctl
