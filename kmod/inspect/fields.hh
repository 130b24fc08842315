// SPDX-License-Identifier: GPL-2.0
// The fields of the kernel's structs, and its constants, by their place in the
// kernel that is looked at. fields.def lists them.
#pragma once

#include "../core/layout.hh"

namespace wqlab {

enum class Field : uint32_t {
#define FIELD(id, ...) id,
#define WHOLE(id, ...) id,
#define VARIABLE(id, ...) id,
#define CONSTANT(id, ...) id,
#include "fields.def"
    kCount
};

// Says of each field where it is and which views show it.
extern const FieldTable<Field> kFields;

}  // namespace wqlab
