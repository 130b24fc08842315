// SPDX-License-Identifier: GPL-2.0
// Where a document comes from: what it takes to measure the same again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "system/machine.hh"

namespace wqctl {

class JsonWriter;

struct Provenance {
    std::vector<std::string> command;  // its words
    Machine machine;

    // Of what this command measures here.
    static Provenance of(const std::vector<std::string>& command) { return {command, Machine::read()}; }
};

// The members "command" and "machine"; neither, where it is not known.
void write_provenance(JsonWriter& j, const std::optional<Provenance>& provenance);

}  // namespace wqctl
