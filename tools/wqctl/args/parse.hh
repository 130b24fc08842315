// SPDX-License-Identifier: GPL-2.0
// A command line, read by the declarations of the commands.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "args/args.hh"

namespace wqctl {

struct Spoken {
    std::string command;  // empty: there is only text to print
    std::string text;     // help or version
};

// Fills what the chosen command's arguments were declared into. Throws usage errors, with the nearest known word.
// version: what --version prints.
Spoken parse(std::span<const Args* const> commands, const std::vector<std::string>& words,
             const std::string& version = {});

}  // namespace wqctl
