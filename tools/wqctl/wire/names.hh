// SPDX-License-Identifier: GPL-2.0
// What commands and the attributes of their requests are called, for refusals.
#pragma once

#include <cstdint>
#include <span>

namespace wqctl {

struct AttributeName {
    uint16_t type;
    const char* name;  // as a scenario has it
    std::span<const AttributeName> nested;
    bool multi;  // there may be several
};

struct CommandName {
    uint8_t command;
    const char* name;
    std::span<const AttributeName> request;
};

// Of the wqlab family; in names.cc, which is generated.
std::span<const CommandName> command_names();
// One that it does not have is "?".
CommandName command_name(uint8_t command);

}  // namespace wqctl
