// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "source/symbols/vmcoreinfo.hh"
#include "source/vmcore/physical_memory.hh"

namespace wqctl {

// A dump without the note has the text itself, in a page of its own. Looks at every page.
Vmcoreinfo search_vmcoreinfo(const PhysicalMemory& memory);

}  // namespace wqctl
