// SPDX-License-Identifier: GPL-2.0
// All checks, in the order of docs/guarantees.md: check/suite.cc lists them, above what runs them.
#pragma once

#include "../../core/span.hh"
#include "promise.hh"

namespace wqlab {

Span<const Group* const> suite();

}  // namespace wqlab
