// SPDX-License-Identifier: GPL-2.0
// Where a struct has a member. Types may refer to each other in any way, so
// whatever follows them counts its steps.
#include "btf.hh"

namespace wqlab {

namespace {

struct BtfLimit {
    static constexpr unsigned kModifiers = 32;
    static constexpr unsigned kDimensions = 8;
    static constexpr unsigned kPointers = 8;
    static constexpr unsigned kAnonymous = 8;
};

// What is behind the record of an int: encoding, first bit, bits.
struct BtfInt {
    static constexpr uint32_t kWord = 12;
    static constexpr bool is_signed(uint32_t word) { return word >> 24 & 1; }
    static constexpr uint8_t shift(uint32_t word) { return word >> 16 & 0xff; }
    static constexpr uint8_t bits(uint32_t word) { return word & 0xff; }
};

// Of an array: its elements' type, its index's, their number.
struct BtfArray {
    static constexpr uint32_t kType = 12;
    static constexpr uint32_t kNumber = 20;
};

// A member: its name, its type, its offset in bits. If the struct's flag is set,
// a bitfield's width is in the upper byte of that.
struct BtfElement {
    static constexpr uint32_t kType = 4;
    static constexpr uint32_t kOffset = 8;
    static constexpr uint32_t kOffsetBits = 24;
};

}  // namespace

// A member before its type is looked at.
struct Btf::Spot {
    uint32_t type;
    uint64_t bit;
    uint8_t bits;  // of a bitfield; 0: it is none
};

// A type without typedefs and qualifiers.
Result<BtfType> Btf::bare(uint32_t id, uint32_t& steps) const
{
    for (unsigned hops = 0; hops <= BtfLimit::kModifiers && steps; hops++) {
        steps--;
        const BtfType found = TRY(type(id));
        if (!found.is_modifier())
            return found;
        id = found.word;
    }
    return Errno::kInvalid;
}

Result<Btf::Spot> Btf::find(const BtfType& in, Slice name, unsigned depth, uint32_t& steps) const
{
    if (depth > BtfLimit::kAnonymous)
        return Errno::kInvalid;
    for (uint32_t i = 0; i < in.count; i++) {
        if (!steps)
            return Errno::kInvalid;
        steps--;

        const uint8_t* at = element(in, i);
        const uint32_t offset = load(at + BtfElement::kOffset);
        Spot spot = {load(at + BtfElement::kType), offset, 0};
        if (in.flag) {
            spot.bit = offset & ((1u << BtfElement::kOffsetBits) - 1);
            spot.bits = static_cast<uint8_t>(offset >> BtfElement::kOffsetBits);
        }
        if (*text(at)) {
            if (name.is(text(at)))
                return spot;
            continue;
        }
        const BtfType anonymous = TRY(bare(spot.type, steps));
        if (!anonymous.is_struct())
            continue;
        auto inner = find(anonymous, name, depth + 1, steps);
        if (inner.ok()) {
            Spot found = inner.take();
            found.bit += spot.bit;
            return found;
        }
        if (inner.error() != Errno::kNoEntry)
            return inner.error();
    }
    return Errno::kNoEntry;
}

Result<BtfMember> Btf::member(const BtfType& type, Slice path, uint32_t& steps) const
{
    if (!type.is_struct())
        return Errno::kInvalid;
    BtfMember member = {.size = type.word, .element_size = type.word, .type = type.name};
    BtfType scope = type;
    for (uint32_t outer = 0; !path.empty(); outer = member.offset) {
        // Only a struct by itself has members of its own, neither an array nor a pointer.
        if (!scope.is_struct())
            return Errno::kNoEntry;
        const Spot spot = TRY(find(scope, path.take('.'), 0, steps));
        member = TRY(measure(spot, steps));
        if (uint64_t{member.offset} + member.size > scope.word)
            return Errno::kInvalid;
        member.offset += outer;
        scope = TRY(bare(spot.type, steps));
    }
    return member;
}

Result<BtfMember> Btf::variable(const BtfType& type, uint32_t& steps) const
{
    if (type.kind != BtfKind::kVariable)
        return Errno::kInvalid;
    return measure({type.word, 0, 0}, steps);
}

Result<BtfMember> Btf::measure(const Spot& spot, uint32_t& steps) const
{
    BtfMember member;
    BtfType type = TRY(bare(spot.type, steps));
    uint64_t elements = 1;
    for (unsigned dimensions = 0; type.kind == BtfKind::kArray; dimensions++) {
        if (dimensions == BtfLimit::kDimensions)
            return Errno::kInvalid;
        const uint8_t* record = records_.data() + type.at;
        elements *= load(record + BtfArray::kNumber);
        if (elements > UINT32_MAX)
            return Errno::kInvalid;
        member.is_array = true;
        type = TRY(bare(load(record + BtfArray::kType), steps));
    }

    switch (type.kind) {
    case BtfKind::kInt:
        member.is_signed = BtfInt::is_signed(load(records_.data() + type.at + BtfInt::kWord));
        member.element_size = type.word;
        break;
    case BtfKind::kEnum:
    case BtfKind::kEnum64:
        member.is_signed = type.flag;
        member.element_size = type.word;
        break;
    case BtfKind::kStruct:
    case BtfKind::kUnion:
    case BtfKind::kFloat: member.element_size = type.word; break;
    case BtfKind::kPointer: member.element_size = sizeof(void*); break;
    default: return Errno::kInvalid;  // nothing that a struct can have
    }
    TRY(see_target(type, member, steps));

    const uint64_t size = elements * member.element_size;
    if (size > UINT32_MAX || spot.bit / 8 > UINT32_MAX)
        return Errno::kInvalid;
    member.size = static_cast<uint32_t>(size);
    member.elements = static_cast<uint32_t>(elements);
    member.offset = static_cast<uint32_t>(spot.bit / 8);
    return measure_bits(spot, type, member);
}

// Bitfields are either marked as such or, by old compilers, of an int that is not as wide as its size.
Result<BtfMember> Btf::measure_bits(const Spot& spot, const BtfType& type, BtfMember member) const
{
    uint64_t bit = spot.bit;
    uint32_t bits = spot.bits;
    if (!bits && type.kind == BtfKind::kInt) {
        const uint32_t word = load(records_.data() + type.at + BtfInt::kWord);
        if (BtfInt::bits(word) != uint64_t{type.word} * 8) {
            bit += BtfInt::shift(word);
            bits = BtfInt::bits(word);
            if (!bits)
                return Errno::kInvalid;
        }
    }
    if (!bits)
        return bit % 8 ? Result<BtfMember>(Errno::kInvalid) : member;

    const auto shift = static_cast<uint32_t>(bit % 8);
    if (member.is_array || (type.kind != BtfKind::kInt && !type.is_enum()) || bits > uint64_t{type.word} * 8 ||
        shift + bits > 64)
        return Errno::kInvalid;
    member.offset = static_cast<uint32_t>(bit / 8);
    member.size = member.element_size = (shift + bits + 7) / 8;
    member.shift = static_cast<uint8_t>(shift);
    member.bits = static_cast<uint8_t>(bits);
    return member;
}

// What a member points to in the end, or is.
Result<void> Btf::see_target(BtfType type, BtfMember& member, uint32_t& steps) const
{
    while (type.kind == BtfKind::kPointer) {
        if (member.pointers++ == BtfLimit::kPointers)
            return Errno::kInvalid;
        type = TRY(bare(type.word, steps));
    }
    member.type = type.name;
    return {};
}

}  // namespace wqlab
