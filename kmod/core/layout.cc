// SPDX-License-Identifier: GPL-2.0
#include "layout.hh"

namespace wqlab {

namespace {

// Tells most names apart from those that are wanted by two of their letters.
class NameFilter {
public:
    void add(Slice name)
    {
        const unsigned bit = hash(name[0], name[1]);
        bits_[bit / 64] |= uint64_t{1} << bit % 64;
    }
    bool may_have(const char* name) const
    {
        if (!*name)
            return false;
        const unsigned bit = hash(name[0], name[1]);
        return bits_[bit / 64] >> bit % 64 & 1;
    }

private:
    static unsigned hash(char first, char second)
    {
        return (static_cast<unsigned char>(first) * 31u + static_cast<unsigned char>(second)) % 256;
    }

    uint64_t bits_[4] = {};
};

class Locator {
public:
    using Found = Place::Found;
    using Kind = Wanted::Kind;

    Locator(const Btf& btf, Span<const Wanted> wanted, Span<Place> places)
        : btf_(btf), wanted_(wanted), places_(places)
    {
        for (size_t i = 0; i < wanted_.size(); i++) {
            places_[i] = {};
            if (wanted_[i].kind == Kind::kMember)
                structs_.add(wanted_[i].in);
            for (Slice names = wanted_[i].name; wanted_[i].kind == Kind::kConstant && !names.empty();)
                constants_.add(names.take('|'));
        }
    }

    Result<void> run()
    {
        btf_.for_each_type([this](const BtfType& type) {
            if (type.is_struct() && structs_.may_have(type.name))
                see_struct(type);
            else if (type.is_enum())
                see_enum(type);
            return steps_ != 0;
        });
        if (!steps_)
            return Errno::kInvalid;
        return {};
    }

private:
    // For all fields together. In a kernel's BTF a field takes some 30.
    static constexpr uint32_t kSteps = 1u << 16;

    // The fields of this struct.
    template <typename Visit>
    void for_each_field(const char* name, Visit visit)
    {
        for (size_t i = 0; i < wanted_.size(); i++)
            if (wanted_[i].kind == Kind::kMember && same_text(wanted_[i].in, name))
                visit(wanted_[i], places_[i]);
    }

    // What one struct says to one wish.
    Place look(const BtfType& type, const Wanted& wanted)
    {
        Place place;
        place.found = Found::kNoMember;
        Slice names = wanted.name;
        do {
            auto member = btf_.member(type, names.take('|'), steps_);
            if (member.ok()) {
                place.member = member.take();
                const uint32_t size = place.member.element_size;
                const bool fits = !wanted.sizes || (wanted.sizes & size && !(size & (size - 1)));
                place.found = fits ? Found::kYes : Found::kOtherSize;
                return place;
            }
            if (member.error() != Errno::kNoEntry) {
                place.found = Found::kDamaged;
                return place;
            }
            place.alternative++;
        } while (!names.empty());
        return place;
    }

    void see_struct(const BtfType& type)
    {
        Found before = Found::kNoType;
        bool wished = false, had_all = true, has_all = true, same = true;
        for_each_field(type.name, [&](const Wanted& wanted, const Place& had) {
            if (!wished)
                before = had.found;
            wished = true;
            const Place has = look(type, wanted);
            had_all &= !wanted.views || had.found == Found::kYes;
            has_all &= !wanted.views || has.found == Found::kYes;
            same &= had.found == has.found && had.member == has.member;
        });
        if (!wished)
            return;
        if (before == Found::kNoType || (has_all && !had_all && before != Found::kSeveralFit))
            take(type);
        else if (!same && has_all == had_all)
            drop(type, has_all ? Found::kSeveralFit : Found::kNoneFits);
    }

    void take(const BtfType& type)
    {
        for_each_field(type.name, [&](const Wanted& wanted, Place& place) {
            place = look(type, wanted);
        });
    }

    void drop(const BtfType& type, Found why)
    {
        for_each_field(type.name, [&](const Wanted&, Place& place) {
            if (place.found == Found::kSeveralFit)
                return;
            place = {};
            place.found = why;
        });
    }

    void see_enum(const BtfType& type)
    {
        for (uint32_t i = 0; i < type.count; i++) {
            const BtfConstant constant = btf_.constant(type, i);
            if (!constants_.may_have(constant.name))
                continue;
            for (size_t j = 0; j < wanted_.size(); j++)
                if (wanted_[j].kind == Kind::kConstant && (!wanted_[j].in || same_text(wanted_[j].in, type.name)))
                    see_constant(constant, wanted_[j], places_[j]);
        }
    }

    void see_constant(const BtfConstant& constant, const Wanted& wanted, Place& place)
    {
        uint8_t alternative = 0;
        for (Slice names = wanted.name; !names.empty(); alternative++) {
            if (!names.take('|').is(constant.name))
                continue;
            if (place.found == Found::kNoType || alternative < place.alternative)
                place = {.found = Found::kYes, .alternative = alternative, .member = {}, .value = constant.value};
            else if (alternative == place.alternative && constant.value != place.value)
                place.found = Found::kSeveralFit;
        }
    }

    const Btf& btf_;
    Span<const Wanted> wanted_;
    Span<Place> places_;
    NameFilter structs_;
    NameFilter constants_;
    uint32_t steps_ = kSteps;
};

const char* why_absent(Wanted::Kind kind, Place::Found found)
{
    using Found = Place::Found;
    const bool constant = kind == Wanted::Kind::kConstant;
    switch (found) {
    case Found::kNoType:
        return constant ? "no such constant" : "no such struct";
    case Found::kNoMember:
        return "no such member";
    case Found::kOtherSize:
        return "another size";
    case Found::kDamaged:
        return "damaged";
    case Found::kNoneFits:
        return "several such structs, none with every member";
    case Found::kSeveralFit:
        return constant ? "several such constants" : "several such structs";
    case Found::kYes:
        break;
    }
    return "found";
}

}  // namespace

Result<void> locate(const Btf& btf, Span<const Wanted> wanted, Span<Place> places)
{
    return Locator(btf, wanted, places).run();
}

void describe(const Wanted& wanted, const Place& place, Text& out)
{
    if (wanted.in)
        out.add(wanted.in);
    if (wanted.in && *wanted.name)
        out.add(".");
    out.add(wanted.name).add(" (").add(why_absent(wanted.kind, place.found)).add(")");
}

}  // namespace wqlab
