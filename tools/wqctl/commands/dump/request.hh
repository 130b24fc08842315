// SPDX-License-Identifier: GPL-2.0
// What the words behind `wqctl dump` mean.
#pragma once

#include "commands/dump/flags.hh"
#include "commands/dump/selection.hh"
#include "source/info.hh"

namespace wqctl {

// Refuses what makes no sense before anything is asked of the kernel.
struct DumpRequest {
    explicit DumpRequest(const DumpFlags& flags);

    DumpFormat format = DumpFormat::kTable;
    uint32_t sections = 0;     // enum wqlab_section to show
    bool is_explicit = false;  // they were named
    Filter filter;
    std::optional<uint64_t> stuck_ns;  // only what has not moved for so long

    // The sections to ask the kernel for: names, defaults and filters need
    // more than is shown.
    uint32_t needed() const;
};

// The views among the sections that this kernel does not have.
std::vector<View> lacking_of(const Info& info, uint32_t sections);

}  // namespace wqctl
