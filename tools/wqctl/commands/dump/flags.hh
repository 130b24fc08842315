// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl dump`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "args/args.hh"
#include "source/flags.hh"

namespace wqctl {

enum class DumpFormat { kTable, kJson, kWqDump };

struct DumpFlags {
    std::vector<std::string> sections;
    std::vector<std::string> workqueues;  // regular expressions
    std::optional<std::string> pool;
    std::optional<std::string> cpu;
    bool busy = false;
    std::optional<std::string> stuck;
    bool stacks = false;
    bool json = false;
    DumpFormat format = DumpFormat::kTable;
    std::optional<std::string> save;
    SourceFlags source;

    void declare(Args& args);
};

}  // namespace wqctl
