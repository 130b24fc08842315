// SPDX-License-Identifier: GPL-2.0
// A run-start request as a RunSpec.
#pragma once

#include "../load/spec.hh"
#include "../load/validate.hh"
#include "attribute.hh"

namespace wqlab {

// Points into the request for refusals: use its origins no longer than that. refusal: has a format if that is why it
// fails.
Result<RunSpec> parse_run(const AttributeStream& request, Refusal& refusal);

}  // namespace wqlab
