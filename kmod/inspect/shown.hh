// SPDX-License-Identifier: GPL-2.0
// Copies what a row shows as the kernel has it: SHOWN of fields.def.
#pragma once

#include "kernel.hh"
#include "views.hh"

namespace wqlab {

namespace shown {

using enum Need;
using namespace view;

// What a view needs is there if the view is. A column may be missing: then the row says what stands for it.
template <typename T, typename Object>
void copy(const Kernel& kernel, uint32_t sections, const Object& object, Field field, Need need, uint32_t views,
          T absent, T& to)
{
    if (need == kColumn ? kernel.has(field) : (sections & views) != 0)
        to = object.template get<T>(field);
    else if (need == kColumn)
        to = absent;
}

}  // namespace shown

// Under the lock that keeps the object: it is loads and stores.
template <typename Row, typename Object>
void copy_shown(const Kernel& kernel, uint32_t sections, const Object& object, Row& row)
{
    using namespace shown;
#define FIELD(...)
#define WHOLE(...)
#define VARIABLE(...)
#define CONSTANT(...)
#define SHOWN(of, member, absent, id, need, views, in, path, bytes)                                 \
    if constexpr (std::is_same_v<Row, wqlab_snap_##of>) {                                           \
        using Member = decltype(row.member);                                                        \
        static_assert(sizeof(Member) == (bytes));                                                   \
        copy<Member>(kernel, sections, object, Field::id, need, views, Member(absent), row.member); \
    }
#include "fields.def"
}

}  // namespace wqlab
