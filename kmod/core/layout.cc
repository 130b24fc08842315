// SPDX-License-Identifier: GPL-2.0
#include "layout.hh"

namespace wqlab {

namespace {

// Tells most names apart from those that are wanted by four of their letters.
class NameFilter {
public:
    void add(Slice name)
    {
        const unsigned bit = hash(name[0], name[1], name[2], name[3]);
        bits_[bit / 64] |= uint64_t{1} << bit % 64;
    }
    bool may_have(const char* name) const
    {
        if (!name[0])
            return false;
        const bool has_more = name[1] && name[2];
        const unsigned bit = hash(name[0], name[1], name[1] ? name[2] : '\0', has_more ? name[3] : '\0');
        return bits_[bit / 64] >> bit % 64 & 1;
    }

private:
    static constexpr unsigned kBits = 1024;

    static unsigned hash(char first, char second, char third, char fourth)
    {
        const auto at = [](char c) { return static_cast<uint32_t>(static_cast<unsigned char>(c)); };
        return (at(first) | at(second) << 8 | at(third) << 16 | at(fourth) << 24) * 0x9e37'79b1u /
               (UINT32_MAX / kBits + 1);
    }

    uint64_t bits_[kBits / 64] = {};
};

class Locator {
public:
    using Found = FieldLocation::Found;
    using Kind = FieldSpec::Kind;

    Locator(const Btf& btf, Span<const FieldSpec> specs, Span<FieldLocation> locations)
        : btf_(btf), specs_(specs), locations_(locations)
    {
        for (size_t i = 0; i < specs_.size(); i++) {
            locations_[i] = {};
            if (specs_[i].kind == Kind::kMember)
                structs_.add(specs_[i].in);
            else if (specs_[i].kind == Kind::kVariable)
                variables_.add(specs_[i].name);
            for (Slice names = specs_[i].name; specs_[i].kind == Kind::kConstant && !names.empty();)
                constants_.add(names.take('|'));
        }
    }

    Result<void> run()
    {
        const auto wants = [this](BtfKind kind, const char* name) {
            switch (kind) {
            case BtfKind::kStruct:
            case BtfKind::kUnion: return structs_.may_have(name);
            case BtfKind::kEnum:
            case BtfKind::kEnum64: return true;
            case BtfKind::kVariable: return variables_.may_have(name);
            default: return false;
            }
        };
        btf_.for_each_type(wants, [this](const BtfType& type) {
            if (type.is_struct())
                see_struct(type);
            else if (type.is_enum())
                see_enum(type);
            else
                see_variable(type);
            return steps_ != 0;
        });
        if (!steps_)
            return Errno::kInvalid;
        return {};
    }

private:
    // For all fields together. In a kernel's BTF a field takes some 30.
    static constexpr uint32_t kSteps = 1u << 16;

    // The fields of this struct. In a table those of one mostly stand together, with one and the same text.
    template <typename Visit>
    void for_each_field(const char* name, Visit visit)
    {
        const char* last = nullptr;
        bool same = false;
        for (size_t i = 0; i < specs_.size(); i++) {
            if (specs_[i].kind != Kind::kMember)
                continue;
            if (specs_[i].in != last)
                same = same_text(last = specs_[i].in, name);
            if (same)
                visit(specs_[i], locations_[i]);
        }
    }

    // What one struct says of one field.
    FieldLocation look(const BtfType& type, const FieldSpec& spec)
    {
        FieldLocation location;
        location.found = Found::kNoMember;
        Slice names = spec.name;
        do {
            auto member = btf_.member(type, names.take('|'), steps_);
            if (member.ok()) {
                location.member = member.take();
                const uint32_t size = location.member.element_size;
                const bool fits = !spec.sizes || (spec.sizes & size && !(size & (size - 1)));
                location.found = fits ? Found::kYes : Found::kOtherSize;
                return location;
            }
            if (member.error() != Errno::kNoEntry) {
                location.found = Found::kDamaged;
                return location;
            }
            location.alternative++;
        } while (!names.empty());
        return location;
    }

    void see_struct(const BtfType& type)
    {
        Found before = Found::kYes;
        bool has_fields = false;
        for_each_field(type.name, [&](const FieldSpec&, const FieldLocation& had) {
            if (!has_fields)
                before = had.found;
            has_fields = true;
        });
        if (has_fields)
            before == Found::kNoType ? take(type) : compare(type, before);
    }

    // With what a struct of the same name had.
    void compare(const BtfType& type, Found before)
    {
        bool had_all = true, has_all = true, same = true;
        for_each_field(type.name, [&](const FieldSpec& spec, const FieldLocation& had) {
            const FieldLocation has = look(type, spec);
            had_all &= !spec.is_needed() || had.found == Found::kYes;
            has_all &= !spec.is_needed() || has.found == Found::kYes;
            same &= had.found == has.found && had.member == has.member;
        });
        if (has_all && !had_all && before != Found::kSeveralFit)
            take(type);
        else if (!same && has_all == had_all)
            drop(type, has_all ? Found::kSeveralFit : Found::kNoneFits);
    }

    void take(const BtfType& type)
    {
        for_each_field(type.name, [&](const FieldSpec& spec, FieldLocation& location) { location = look(type, spec); });
    }

    void drop(const BtfType& type, Found why)
    {
        for_each_field(type.name, [&](const FieldSpec&, FieldLocation& location) {
            if (location.found == Found::kSeveralFit)
                return;
            location = {};
            location.found = why;
        });
    }

    void see_variable(const BtfType& type)
    {
        for (size_t i = 0; i < specs_.size(); i++) {
            if (specs_[i].kind != Kind::kVariable || !same_text(specs_[i].name, type.name))
                continue;
            FieldLocation& had = locations_[i];
            FieldLocation has;
            auto member = btf_.variable(type, steps_);
            has.found = member.ok() ? Found::kYes : Found::kDamaged;
            if (member.ok())
                has.member = member.take();
            if (had.found == Found::kNoType)
                had = has;
            else if (!(had.found == has.found && had.member == has.member))
                had = {.found = Found::kSeveralFit, .member = {}};
        }
    }

    void see_enum(const BtfType& type)
    {
        for (uint32_t i = 0; i < type.count; i++) {
            if (!constants_.may_have(btf_.constant_name(type, i)))
                continue;
            const BtfConstant constant = btf_.constant(type, i);
            for (size_t j = 0; j < specs_.size(); j++)
                if (specs_[j].kind == Kind::kConstant && (!specs_[j].in || same_text(specs_[j].in, type.name)))
                    see_constant(constant, specs_[j], locations_[j]);
        }
    }

    void see_constant(const BtfConstant& constant, const FieldSpec& spec, FieldLocation& location)
    {
        uint8_t alternative = 0;
        for (Slice names = spec.name; !names.empty(); alternative++) {
            if (!names.take('|').is(constant.name))
                continue;
            if (location.found == Found::kNoType || alternative < location.alternative)
                location = {.found = Found::kYes, .alternative = alternative, .member = {}, .value = constant.value};
            else if (alternative == location.alternative && constant.value != location.value)
                location.found = Found::kSeveralFit;
        }
    }

    const Btf& btf_;
    Span<const FieldSpec> specs_;
    Span<FieldLocation> locations_;
    NameFilter structs_;
    NameFilter variables_;
    NameFilter constants_;
    uint32_t steps_ = kSteps;
};

const char* why_absent(FieldSpec::Kind kind, FieldLocation::Found found)
{
    using Found = FieldLocation::Found;
    using Kind = FieldSpec::Kind;
    const bool constant = kind == Kind::kConstant, variable = kind == Kind::kVariable;
    switch (found) {
    case Found::kNoType: return constant ? "no such constant" : variable ? "no such variable" : "no such struct";
    case Found::kNoMember: return "no such member";
    case Found::kOtherSize: return "another size";
    case Found::kDamaged: return "damaged";
    case Found::kNoneFits: return "several such structs, none with every member";
    case Found::kSeveralFit:
        return constant ? "several such constants" : variable ? "several such variables" : "several such structs";
    case Found::kYes: break;
    }
    return "found";
}

}  // namespace

Result<void> locate(const Btf& btf, Span<const FieldSpec> specs, Span<FieldLocation> locations)
{
    return Locator(btf, specs, locations).run();
}

void describe(const FieldSpec& spec, const FieldLocation& location, Text& out)
{
    if (spec.in)
        out.add(spec.in);
    if (spec.in && *spec.name)
        out.add(".");
    out.add(spec.name).add(" (").add(why_absent(spec.kind, location.found)).add(")");
}

}  // namespace wqlab
