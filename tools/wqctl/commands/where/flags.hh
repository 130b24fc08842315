// SPDX-License-Identifier: GPL-2.0
// What was said behind `wqctl where`.
#pragma once

#include <optional>
#include <string>

namespace wqctl {

struct WhereFlags {
    using Text = std::optional<std::string>;

    std::string workqueue;
    Text cpu;
    Text work_on;
    Text node;
    Text work;
    Text function;
};

}  // namespace wqctl
