// SPDX-License-Identifier: GPL-2.0
// Fills what a row shows as the kernel has it, and what is worked out of fields of one object: SHOWN and WORKED of
// fields.def.
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

template <typename... Fields>
bool has_all(const Kernel& kernel, Fields... fields)
{
    return (kernel.has(fields) && ...);
}

// The words of WORKED, of one object.
template <typename Object>
class Worked {
public:
    Worked(const Kernel& kernel, const Object& object, uint64_t jiffies)
        : kernel_(kernel), object_(object), jiffies_(jiffies)
    {
    }

    int32_t s32(Field field) const { return object_.template get<int32_t>(field); }
    uint32_t u32(Field field) const { return object_.template get<uint32_t>(field); }
    uint64_t u64(Field field) const { return object_.template get<uint64_t>(field); }
    // Whether there is something on a list.
    bool has_any(Field list) const { return object_.template get<Address>(list) != object_.at(list); }
    // In ns: since a moment in jiffies,
    uint64_t since(Field moment) const
    {
        const uint64_t then = u64(moment), now = jiffies();
        return now > then ? kernel_.jiffies_to_ns(now - then) : 0;
    }
    // and until a timer is due, which is armed if something points at its entry.
    uint64_t until(Field timer) const
    {
        if (!object_.template get<Address>(timer, Field::kTimerEntryPprev))
            return WQLAB_NEVER;
        const uint64_t due = object_.template get<uint64_t>(timer, Field::kTimerExpires) - jiffies();
        return static_cast<int64_t>(due) > 0 ? kernel_.jiffies_to_ns(due) : 0;
    }

private:
    uint64_t jiffies() const { return jiffies_ ? jiffies_ : kernel_.jiffies(); }

    const Kernel& kernel_;
    const Object& object_;
    const uint64_t jiffies_;
};

}  // namespace shown

// Under the lock that keeps the object: it is loads and stores. Jiffies: that times are told from; 0: now's.
template <typename Row, typename Object>
void copy_shown(const Kernel& kernel, uint32_t sections, const Object& object, Row& row, uint64_t jiffies = 0)
{
    using namespace shown;
    [[maybe_unused]] const Worked of(kernel, object, jiffies);
#define FIELD(...)
#define WHOLE(...)
#define VARIABLE(...)
#define CONSTANT(...)
#define SHOWN(table, member, absent, id, need, views, in, path, bytes)                              \
    if constexpr (std::is_same_v<Row, wqlab_snap_##table>) {                                        \
        using Member = decltype(row.member);                                                        \
        static_assert(sizeof(Member) == (bytes));                                                   \
        copy<Member>(kernel, sections, object, Field::id, need, views, Member(absent), row.member); \
    }
#define WORKED(table, member, absent, value, ...)                                                \
    if constexpr (std::is_same_v<Row, wqlab_snap_##table>) {                                     \
        using enum Field;                                                                        \
        using Member = decltype(row.member);                                                     \
        row.member = has_all(kernel, __VA_ARGS__) ? static_cast<Member>(value) : Member(absent); \
    }
#include "fields.def"
}

}  // namespace wqlab
