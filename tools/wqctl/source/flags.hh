// SPDX-License-Identifier: GPL-2.0
// What may be said of where a command shall look.
#pragma once

#include <optional>
#include <string>

#include "args/args.hh"

namespace wqctl {

struct SourceFlags {
    std::optional<std::string> source;
    std::optional<std::string> core;
    std::optional<std::string> symbols;
    std::optional<std::string> btf;

    void declare(Args& args);
};

}  // namespace wqctl
