// SPDX-License-Identifier: GPL-2.0
// What is to be known of a kernel's types, as a table of fields, and what its BTF says of each.
#pragma once

#include "btf.hh"

namespace wqlab {

// How much a view depends on a field.
enum class Need : uint8_t {
    kNeeded,   // without it the view can't be shown
    kColumn,   // without it the view lacks a column
    kVariant,  // needed; and which of its names the kernel has says how it is to be read
};

// A member of a struct, a struct as a whole, a variable, or an enum's constant. Names may
// have alternatives, "attrs|unbound_attrs": the first that there is, is taken.
struct FieldSpec {
    enum class Kind : uint8_t { kNothing, kMember, kVariable, kConstant };

    Kind kind = Kind::kNothing;
    const char* in = nullptr;    // the struct or union; of a constant the enum, nullptr for any
    const char* name = nullptr;  // Btf::member()'s path, the variable or the constant
    uint32_t views = 0;          // that show it, a bit for each; 0: nobody lacks it if it is absent
    uint32_t sizes = 0;          // of one element: 4, or 4 | 8 for either; 0 for any
    Need need = Need::kNeeded;

    constexpr bool is_needed_by(uint32_t some_views) const { return need != Need::kColumn && (views & some_views); }
    constexpr bool is_needed() const { return is_needed_by(UINT32_MAX); }
    constexpr bool is_column_of(uint32_t some_views) const { return need == Need::kColumn && (views & some_views); }
};

namespace field {

constexpr FieldSpec member(const char* in, const char* path, uint32_t views = 0, uint32_t sizes = 0,
                           Need need = Need::kNeeded)
{
    return {FieldSpec::Kind::kMember, in, path, views, sizes, need};
}

// The size of a struct as a whole.
constexpr FieldSpec whole(const char* type, uint32_t views = 0, Need need = Need::kNeeded)
{
    return member(type, "", views, 0, need);
}

constexpr FieldSpec variable(const char* name, uint32_t views = 0, Need need = Need::kNeeded)
{
    return {FieldSpec::Kind::kVariable, nullptr, name, views, 0, need};
}

constexpr FieldSpec constant(const char* name, uint32_t views = 0, const char* of_enum = nullptr,
                             Need need = Need::kNeeded)
{
    return {FieldSpec::Kind::kConstant, of_enum, name, views, 0, need};
}

// No constant expression, so that a table which calls it does not compile.
void duplicate_field();

}  // namespace field

// Where a field was found, or why it was not.
struct FieldLocation {
    enum class Found : uint8_t {
        kNoType,      // there is no such struct, variable or constant
        kNoMember,    // not in the struct
        kOtherSize,   // it is there, with a size that nobody expects
        kDamaged,     // the BTF contradicts itself there
        kNoneFits,    // several structs have this name, and none has all that views need of it
        kSeveralFit,  // more than one has, and they differ; or the variables or constants do
        kYes,
    };

    Found found = Found::kNoType;
    uint8_t alternative = 0;  // which of its names it has here, from 0
    BtfMember member;         // a constant has none
    int64_t value = 0;        // a constant's
};

// Of several structs with one name, the one is meant that has all that views
// need of it. One pass over the BTF; an error is no absent field, but a BTF
// that takes unreasonably long.
Result<void> locate(const Btf& btf, Span<const FieldSpec> specs, Span<FieldLocation> locations);

// "worker_pool.last_progress_ts|watchdog_ts (no such member)"
void describe(const FieldSpec& spec, const FieldLocation& location, Text& out);

// A FieldSpec for each Field, in any order, none missing and none twice: else it does not compile.
template <typename Field>
class FieldTable {
public:
    static constexpr size_t kSize = static_cast<size_t>(Field::kCount);

    struct Row {
        Field field;
        FieldSpec spec;
    };

    template <size_t N>
    consteval FieldTable(const Row (&rows)[N]) : specs_{}
    {
        static_assert(N == kSize, "a row for each field");
        for (const Row& row : rows) {
            FieldSpec& spec = specs_[static_cast<size_t>(row.field)];
            if (spec.kind != FieldSpec::Kind::kNothing)
                field::duplicate_field();
            spec = row.spec;
        }
    }

    constexpr const FieldSpec& operator[](Field field) const { return specs_[static_cast<size_t>(field)]; }
    constexpr Span<const FieldSpec> all() const { return specs_; }

private:
    FieldSpec specs_[kSize];
};

// Where the fields are. The table must live as long.
template <typename Field>
class Layout {
public:
    static constexpr uint32_t kAbsent = UINT32_MAX;

    explicit constexpr Layout(const FieldTable<Field>& specs) : specs_(specs) {}

    Result<void> locate(const Btf& btf) { return wqlab::locate(btf, specs_.all(), locations_); }

    const FieldLocation& operator[](Field field) const { return locations_[static_cast<size_t>(field)]; }
    bool has(Field field) const { return (*this)[field].found == FieldLocation::Found::kYes; }

    // Bytes from the struct's beginning.
    uint32_t offset(Field field) const { return has(field) ? (*this)[field].member.offset : kAbsent; }
    uint32_t size(Field field) const { return has(field) ? (*this)[field].member.size : 0; }
    int64_t value(Field field) const { return (*this)[field].value; }

    // Each field that is not there, of those for which that holds, as text.
    template <typename Which, typename Visit>
    void for_each_absent(Which which, Visit visit) const
    {
        for (size_t i = 0; i < FieldTable<Field>::kSize; i++) {
            if (locations_[i].found == FieldLocation::Found::kYes || !which(specs_.all()[i]))
                continue;
            char text[96];
            Text out(text);
            describe(specs_.all()[i], locations_[i], out);
            visit(text);
        }
    }

private:
    const FieldTable<Field>& specs_;
    FieldLocation locations_[FieldTable<Field>::kSize];
};

}  // namespace wqlab
