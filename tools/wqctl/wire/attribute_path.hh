// SPDX-License-Identifier: GPL-2.0
// The attribute of a request that a refusal is about, in words.
#pragma once

#include <cstdint>
#include <string>

#include "wire/attributes.hh"
#include "wire/names.hh"

namespace wqctl {

// The path of the attribute whose header is at an offset of the request's
// attributes, such as "issuer[1] depth"; "" when there is none.
std::string attribute_at(std::span<const AttributeName> names, Bytes request, uint32_t offset);

// The path of an attribute that is missing from the nest at an offset (or
// from the top level: no nest).
std::string missing_attribute(std::span<const AttributeName> names, Bytes request, unsigned type,
                              const uint32_t* nest_offset);

}  // namespace wqctl
