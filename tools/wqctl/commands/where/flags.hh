// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl where`.
#pragma once

#include <optional>
#include <string>

#include "args/args.hh"
#include "source/flags.hh"

namespace wqctl {

struct WhereFlags {
    std::string workqueue;
    std::optional<std::string> cpu;
    std::optional<std::string> work_on;
    std::optional<std::string> node;
    std::optional<std::string> work;
    std::optional<std::string> function;
    bool json = false;
    SourceFlags source;

    void declare(Args& args);
};

}  // namespace wqctl
