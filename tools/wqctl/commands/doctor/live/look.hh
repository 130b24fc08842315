// SPDX-License-Identifier: GPL-2.0
// Two looks at a machine, and what is between them.
#pragma once

#include <optional>
#include <string_view>

#include "source/source.hh"
#include "system/interrupts.hh"

namespace wqctl::live {

struct Looks {
    Snapshot before;
    std::optional<Snapshot> now;  // nothing: there was only one look, at what stands still
};

// "1s", or seconds.
uint64_t parse_between(std::string_view text);

// Nothing: it was interrupted.
std::optional<Looks> look(Source& source, uint64_t between_ns, Interrupts& interrupts);
Snapshot look_once(Source& source);

}  // namespace wqctl::live
