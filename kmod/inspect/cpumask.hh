// SPDX-License-Identifier: GPL-2.0
// cpumask_var_t is an array of one mask or, with CONFIG_CPUMASK_OFFSTACK, a pointer.
#pragma once

#include "../glue/inspect.h"
#include "kernel.hh"

namespace wqlab {

// The mask of a variable or element of that type; 0: it can't be read.
inline Address mask_of_variable(const Kernel& kernel, Address variable)
{
    if (!kernel.member(Field::kAttrsCpus).pointers)
        return variable;
    Address mask;
    return wqlab_peek(&mask, variable, sizeof(mask)) ? mask : 0;
}

inline Address mask_of_attrs(const Kernel& kernel, Address attrs, Field field)
{
    return mask_of_variable(kernel, kernel.address(attrs, field));
}

}  // namespace wqlab
