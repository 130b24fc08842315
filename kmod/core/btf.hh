// SPDX-License-Identifier: GPL-2.0
// Reads BTF, by which a kernel describes its own types: where a struct has a
// member, what an enum's constant is. Nothing in it is trusted.
#pragma once

#include <cstddef>
#include <cstdint>

#include "result.hh"
#include "span.hh"
#include "text.hh"

namespace wqlab {

enum class BtfKind : uint8_t {
    kVoid,
    kInt,
    kPointer,
    kArray,
    kStruct,
    kUnion,
    kEnum,
    kForward,
    kTypedef,
    kVolatile,
    kConst,
    kRestrict,
    kFunction,
    kPrototype,
    kVariable,
    kSection,
    kFloat,
    kDeclTag,
    kTypeTag,
    kEnum64,
    kKnown,  // those above; later kernels have more
};

struct BtfType {
    uint32_t id = 0;
    uint32_t at = 0;  // its record, in the section of types
    BtfKind kind = BtfKind::kVoid;
    bool flag = false;
    uint32_t count = 0;  // of its members or constants
    uint32_t word = 0;   // its size or the type that it refers to, as its kind has it
    const char* name = "";

    bool is_struct() const { return kind == BtfKind::kStruct || kind == BtfKind::kUnion; }
    bool is_enum() const { return kind == BtfKind::kEnum || kind == BtfKind::kEnum64; }
    // What C calls a qualifier, and what BTF treats like one.
    bool is_modifier() const
    {
        return (kind >= BtfKind::kTypedef && kind <= BtfKind::kRestrict) || kind == BtfKind::kTypeTag;
    }
};

// Where a struct has a member and what that is. It lies within the struct.
struct BtfMember {
    uint32_t offset = 0;        // bytes
    uint32_t size = 0;          // bytes: of the whole array; of those that a bitfield is in
    uint32_t elements = 1;      // of an array in all its dimensions; 0: a flexible one
    uint32_t element_size = 0;  // bytes; of anything but an array its size
    uint8_t bits = 0;           // of a bitfield; 0: it is none
    uint8_t shift = 0;          // of a bitfield in its bytes, which are at most eight
    uint8_t pointers = 0;       // 0: by value, 1: T*, 2: T**, …
    bool is_array = false;
    bool is_signed = false;
    const char* type = "";  // T's name: the tag of a struct or enum, or "unsigned int"; typedefs are looked through

    // A bitfield's value, of its bytes as little-endian number.
    uint64_t extract(uint64_t bytes) const
    {
        const uint64_t value = bytes >> shift << (64 - bits);
        return is_signed ? static_cast<uint64_t>(static_cast<int64_t>(value) >> (64 - bits)) : value >> (64 - bits);
    }
    bool operator==(const BtfMember& other) const
    {
        return offset == other.offset && size == other.size && elements == other.elements &&
               element_size == other.element_size && bits == other.bits && shift == other.shift &&
               pointers == other.pointers && is_array == other.is_array && is_signed == other.is_signed;
    }
};

struct BtfConstant {
    const char* name;
    int64_t value;
};

// Why bytes are no BTF that can be read.
struct BtfProblem {
    static constexpr uint64_t kNoNumber = UINT64_MAX;

    const char* text = "";
    uint64_t number = kNoNumber;
    uint32_t type = 0;  // 0: it is in the header

    Errno set(const char* what, uint64_t which = kNoNumber, uint32_t of_type = 0)
    {
        *this = {what, which, of_type};
        return Errno::kInvalid;
    }
    void describe(Text& out) const
    {
        if (type)
            out.add("type ").add(type).add(": ");
        out.add(text);
        if (number != kNoNumber)
            out.add(" ").add(static_cast<uint32_t>(number));
    }
};

// The bytes, and a few places noted in them, both of which belong to the caller
// and must stay as they are. Opening and for_each_type() take time linear in
// the bytes, type() as long as types per mark.
class Btf {
public:
    // Any number of marks will do; a thousand make a kernel's 130 000 types quick enough.
    static Result<Btf> open(Span<const uint8_t> bytes, Span<uint32_t> marks, BtfProblem& problem);

    // Types are numbered from 1 to this; 0 is void.
    uint32_t types() const { return types_; }
    Result<BtfType> type(uint32_t id) const;

    // In their order, those of which wants(kind, name) says so. The visitor returns whether to go on.
    template <typename Wants, typename Visit>
    void for_each_type(Wants wants, Visit visit) const
    {
        uint32_t at = 0;
        for (uint32_t id = 1; id <= types_; id++) {
            const uint8_t* record = records_.data() + at;
            const uint32_t info = load(record + Record::kInfo);
            if (wants(static_cast<BtfKind>(Record::kind(info)), text(record)) && !visit(decode(id, at)))
                return;
            uint64_t size = Record::kSize;
            size_of_record(info, size);
            at += static_cast<uint32_t>(size);
        }
    }

    template <typename Visit>
    void for_each_type(Visit visit) const
    {
        for_each_type([](BtfKind, const char*) { return true; }, visit);
    }

    // An enum's.
    BtfConstant constant(const BtfType& type, uint32_t index) const;
    const char* constant_name(const BtfType& type, uint32_t index) const { return text(element(type, index)); }
    // A struct's or union's; an anonymous one has an empty name.
    const char* member_name(const BtfType& type, uint32_t index) const { return text(element(type, index)); }

    // A struct's member by its path, "attrs.nice", which goes through anonymous
    // structs and unions unseen and not through pointers and arrays. The empty
    // path is the struct itself. Each member and each type looked at is a step;
    // to run out of them is an error.
    Result<BtfMember> member(const BtfType& type, Slice path, uint32_t& steps) const;
    // What a variable is, by itself: a kernel's BTF has those that are per CPU.
    Result<BtfMember> variable(const BtfType& type, uint32_t& steps) const;

private:
    struct Spot;
    struct RecordSize {
        uint8_t fixed, each;
    };

    // Of a known kind: bytes behind the record, and for each of its count.
    static constexpr RecordSize kSizes[] = {
        {0, 0},   // void, which has no record
        {4, 0},   // int
        {0, 0},   // pointer
        {12, 0},  // array
        {0, 12},  // struct
        {0, 12},  // union
        {0, 8},   // enum
        {0, 0},   // forward declaration
        {0, 0},   // typedef
        {0, 0},   // volatile
        {0, 0},   // const
        {0, 0},   // restrict
        {0, 0},   // function; its count is its linkage
        {0, 8},   // prototype
        {4, 0},   // variable
        {0, 12},  // section
        {0, 0},   // float
        {4, 0},   // declaration tag
        {0, 0},   // type tag
        {0, 12},  // 64-bit enum
    };
    static_assert(sizeof(kSizes) / sizeof(*kSizes) == static_cast<size_t>(BtfKind::kKnown));

    // A record: name, info, size or type; then what its kind has.
    struct Record {
        static constexpr uint32_t kInfo = 4;
        static constexpr uint32_t kWord = 8;
        static constexpr uint32_t kSize = 12;

        // In Linux 6.12 a count had 16 bits and a kind 5; what became theirs was zero.
        static constexpr uint32_t kind(uint32_t info) { return info >> 24 & 0x7f; }
        static constexpr uint32_t count(uint32_t info) { return info & 0xffffff; }
        static constexpr bool flag(uint32_t info) { return info >> 31; }
    };

    Result<void> read_header(Span<const uint8_t> bytes, BtfProblem& problem);
    Result<void> read_types(Span<uint32_t> marks, BtfProblem& problem);
    const char* fault_of_elements(uint32_t kind, const uint8_t* record, uint32_t count) const;
    void mark(Span<uint32_t> marks, uint32_t at);

    // A hundred thousand records are gone through twice, so these are inline.
    BtfType decode(uint32_t id, uint32_t at) const
    {
        const uint8_t* record = records_.data() + at;
        const uint32_t info = load(record + Record::kInfo);
        return {
            .id = id,
            .at = at,
            .kind = static_cast<BtfKind>(Record::kind(info)),
            .flag = Record::flag(info),
            .count = Record::count(info),
            .word = load(record + Record::kWord),
            .name = text(record),
        };
    }
    // By its info; false: it is of a kind of which nothing is known. open() has seen that records end in bounds.
    bool size_of_record(uint32_t info, uint64_t& size) const
    {
        const uint32_t kind = Record::kind(info);
        RecordSize form = {};
        if (kind && kind < static_cast<uint32_t>(BtfKind::kKnown))
            form = kSizes[kind];
        else if (!find_form(kind, form))
            return false;
        size = Record::kSize + form.fixed + uint64_t{form.each} * Record::count(info);
        return true;
    }
    bool find_form(uint32_t kind, RecordSize& form) const;
    const uint8_t* element(const BtfType& type, uint32_t index) const
    {
        return records_.data() + type.at + Record::kSize +
               size_t{kSizes[static_cast<uint32_t>(type.kind)].each} * index;
    }
    const char* text(const uint8_t* name) const { return strings_ + load(name); }
    static uint32_t load(const uint8_t* at)
    {
        uint32_t word;
        __builtin_memcpy(&word, at, sizeof(word));
        return word;
    }

    Result<BtfType> bare(uint32_t id, uint32_t& steps) const;
    Result<Spot> find(const BtfType& in, Slice name, unsigned depth, uint32_t& steps) const;
    Result<BtfMember> measure(const Spot& spot, uint32_t& steps) const;
    Result<BtfMember> measure_bits(const Spot& spot, const BtfType& type, BtfMember member) const;
    Result<void> see_target(BtfType type, BtfMember& member, uint32_t& steps) const;

    Span<const uint8_t> records_;
    Span<const uint8_t> sizes_;  // how large the records of a kind are, for kinds that this file knows nothing of
    const char* strings_ = nullptr;
    uint32_t strings_size_ = 0;
    uint32_t types_ = 0;
    const uint32_t* marks_ = nullptr;  // each 2^mark_shift_-th record
    unsigned mark_shift_ = 0;
};

}  // namespace wqlab
