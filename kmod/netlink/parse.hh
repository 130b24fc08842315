// SPDX-License-Identifier: GPL-2.0
// A run-start request as a RunSpec.
#pragma once

#include "../load/spec.hh"
#include "attribute.hh"

namespace wqlab {

// Points into the request for refusals: use its origins no longer than that.
Result<RunSpec> parse_run(const AttributeStream& request);

}  // namespace wqlab
