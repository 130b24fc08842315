// SPDX-License-Identifier: GPL-2.0
// What somebody wants to know of the target's types, as a table, and what its BTF says.
#pragma once

#include "btf.hh"

namespace wqlab {

// One wish. Names may have alternatives, "attrs|unbound_attrs": the first that there is, is taken.
struct Wanted {
    enum class Kind : uint8_t { kNothing, kMember, kConstant };

    Kind kind = Kind::kNothing;
    const char* in = nullptr;    // the struct or union; of a constant the enum, nullptr for any
    const char* name = nullptr;  // Btf::member()'s path or the constant
    uint32_t views = 0;          // whose this is, a bit for each; 0: nobody lacks it if it is absent
    uint32_t sizes = 0;          // of one element: 4, or 4 | 8 for either; 0 for any
};

namespace want {

constexpr Wanted member(const char* in, const char* path, uint32_t views = 0, uint32_t sizes = 0)
{
    return {Wanted::Kind::kMember, in, path, views, sizes};
}

// The size of a struct as a whole.
constexpr Wanted whole(const char* type, uint32_t views = 0) { return member(type, "", views); }

constexpr Wanted constant(const char* name, uint32_t views = 0, const char* of_enum = nullptr)
{
    return {Wanted::Kind::kConstant, of_enum, name, views, 0};
}

// No constant expression, so that a table which calls it does not compile.
void a_field_is_there_twice();

}  // namespace want

// What became of a wish.
struct Place {
    enum class Found : uint8_t {
        kNoType,      // there is no such struct, or no such constant
        kNoMember,    // not in the struct
        kOtherSize,   // it is there, with a size that nobody expects
        kDamaged,     // the BTF contradicts itself there
        kNoneFits,    // several structs have this name, and none has all that views want of it
        kSeveralFit,  // more than one has, and they differ; or the constants do
        kYes,
    };

    Found found = Found::kNoType;
    uint8_t alternative = 0;  // which name it goes by
    BtfMember member;         // a constant has none
    int64_t value = 0;        // a constant's
};

// Of several structs with one name, the one is meant that has all that is
// wanted of it by views. One pass over the BTF; an error is no absent field,
// but a BTF that takes unreasonably long.
Result<void> locate(const Btf& btf, Span<const Wanted> wanted, Span<Place> places);

// "worker_pool.last_progress_ts|watchdog_ts (no such member)"
void describe(const Wanted& wanted, const Place& place, Text& out);

// A Wanted for each Field, in any order, none missing and none twice: else it does not compile.
template <typename Field>
class WantedTable {
public:
    static constexpr size_t kSize = static_cast<size_t>(Field::kCount);

    struct Row {
        Field field;
        Wanted wanted;
    };

    template <size_t N>
    consteval WantedTable(const Row (&rows)[N]) : wanted_{}
    {
        static_assert(N == kSize, "a row for each field");
        for (const Row& row : rows) {
            Wanted& wanted = wanted_[static_cast<size_t>(row.field)];
            if (wanted.kind != Wanted::Kind::kNothing)
                want::a_field_is_there_twice();
            wanted = row.wanted;
        }
    }

    constexpr const Wanted& operator[](Field field) const { return wanted_[static_cast<size_t>(field)]; }
    constexpr Span<const Wanted> all() const { return wanted_; }

private:
    Wanted wanted_[kSize];
};

// Where the fields are. The table must live as long.
template <typename Field>
class Layout {
public:
    static constexpr uint32_t kAbsent = UINT32_MAX;

    explicit constexpr Layout(const WantedTable<Field>& wanted) : wanted_(wanted) {}

    Result<void> locate(const Btf& btf) { return wqlab::locate(btf, wanted_.all(), places_); }

    const Place& operator[](Field field) const { return places_[static_cast<size_t>(field)]; }
    bool has(Field field) const { return (*this)[field].found == Place::Found::kYes; }

    // Bytes from the struct's beginning.
    uint32_t offset(Field field) const { return has(field) ? (*this)[field].member.offset : kAbsent; }
    uint32_t size(Field field) const { return has(field) ? (*this)[field].member.size : 0; }
    int64_t value(Field field) const { return (*this)[field].value; }

    // Whether any of these views lacks something; the first such thing is added to why.
    bool lacks(uint32_t views, Text& why) const
    {
        for (size_t i = 0; i < WantedTable<Field>::kSize; i++) {
            const Wanted& wanted = wanted_.all()[i];
            if (!(wanted.views & views) || places_[i].found == Place::Found::kYes)
                continue;
            describe(wanted, places_[i], why);
            return true;
        }
        return false;
    }

private:
    const WantedTable<Field>& wanted_;
    Place places_[WantedTable<Field>::kSize];
};

}  // namespace wqlab
