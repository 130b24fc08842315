// SPDX-License-Identifier: GPL-2.0
// What the attributes of a request are called, for refusals.
#pragma once

#include <cstdint>
#include <string>

#include "wire/attributes.hh"

namespace wqctl {

// The path of the attribute whose header is at an offset of a run request's
// attributes, such as "issuer[1] depth"; "" when there is none.
std::string attribute_at(Bytes stream, uint32_t offset);

// The name of an attribute that is missing from the nest at an offset (or
// from the top level: no nest).
std::string missing_attribute(Bytes stream, unsigned type, const uint32_t* nest_offset);

}  // namespace wqctl
