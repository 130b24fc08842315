// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl top`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "args/args.hh"
#include "commands/top/ui.hh"
#include "source/flags.hh"

namespace wqctl {

struct TopFlags {
    std::string delay = "1";
    std::optional<std::string> count;
    TopView view = TopView::kWorkqueues;
    std::vector<std::string> patterns;
    bool batch = false;
    bool hides_quiet = false;
    SourceFlags source;

    void declare(Args& args);
};

}  // namespace wqctl
