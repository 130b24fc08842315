// SPDX-License-Identifier: GPL-2.0
#include "snapshot/sampling.hh"

#include <fmt/format.h>

#include "text/error.hh"
#include "text/names.hh"

namespace wqctl {

Snapshot take_snapshot(Lab& lab, uint32_t sections)
{
    Snapshot snapshot = lab.snapshot(sections);
    if (snapshot.has(WQLAB_SECTION_WORKQUEUES))
        return snapshot;
    std::vector<std::string> lacks;
    for (const View& view : lab.info().views)
        if (view.section == WQLAB_SECTION_WORKQUEUES)
            lacks = view.lacks;
    throw Error(kUnavailable, fmt::format("this kernel's workqueues cannot be read{}",
                                          lacks.empty() ? "" : ": it lacks " + enumerate(lacks)));
}

}  // namespace wqctl
