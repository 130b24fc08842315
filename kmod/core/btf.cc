// SPDX-License-Identifier: GPL-2.0
// BTF's header and its records; the kernel's Documentation/bpf/btf.rst has the format.
#include "btf.hh"

namespace wqlab {

namespace {

// The header: magic, version, flags, its own length, then offset and length of
// each section, counted from the header's end.
struct BtfHeader {
    static constexpr uint16_t kMagic = 0xeb9f;
    static constexpr uint16_t kMagicSwapped = 0x9feb;
    static constexpr uint8_t kVersion = 1;

    static constexpr uint32_t kLength = 4;
    static constexpr uint32_t kTypes = 8;
    static constexpr uint32_t kStrings = 16;
    static constexpr uint32_t kSizes = 24;
    static constexpr uint32_t kAtLeast = 24;
    static constexpr uint32_t kWithSizes = 32;
};

// What the section of sizes has for each kind: bytes behind the record, for each of its count, and flags.
constexpr uint32_t kBtfSizeEntry = 4;

}  // namespace

Result<Btf> Btf::open(Span<const uint8_t> bytes, Span<uint32_t> marks, BtfProblem& problem)
{
    Btf btf;
    TRY(btf.read_header(bytes, problem));
    TRY(btf.read_types(marks, problem));
    return btf;
}

Result<void> Btf::read_header(Span<const uint8_t> bytes, BtfProblem& problem)
{
    if (bytes.size() < BtfHeader::kAtLeast)
        return problem.set("too short for BTF");
    const auto magic = static_cast<uint16_t>(load(bytes.data()));
    if (magic == BtfHeader::kMagicSwapped)
        return problem.set("BTF of the other byte order");
    if (magic != BtfHeader::kMagic)
        return problem.set("no BTF");
    if (bytes[2] != BtfHeader::kVersion)
        return problem.set("unknown version of BTF:", bytes[2]);
    if (bytes[3])
        return problem.set("unknown flags of BTF:", bytes[3]);

    // A longer header is a newer one: what it has more need not be known to read the rest.
    const uint32_t header = load(bytes.data() + BtfHeader::kLength);
    if (header < BtfHeader::kAtLeast || header > bytes.size() || header % 4)
        return problem.set("impossible length of the header:", header);

    const auto section = [&](uint32_t where, Span<const uint8_t>& found) {
        const uint32_t offset = load(bytes.data() + where);
        const uint32_t length = load(bytes.data() + where + 4);
        if (uint64_t{header} + offset + length > bytes.size())
            return false;
        found = Span(bytes.data() + header + offset, length);
        return true;
    };
    Span<const uint8_t> strings;
    if (!section(BtfHeader::kTypes, records_))
        return problem.set("the types are not within the BTF");
    if (!section(BtfHeader::kStrings, strings))
        return problem.set("the strings are not within the BTF");
    if (header >= BtfHeader::kWithSizes && !section(BtfHeader::kSizes, sizes_))
        return problem.set("the kinds' sizes are not within the BTF");

    if (!strings.size() || strings[0] || strings[strings.size() - 1])
        return problem.set("the strings do not begin and end with a zero");
    strings_ = reinterpret_cast<const char*>(strings.data());
    strings_size_ = static_cast<uint32_t>(strings.size());

    // Were a known kind's records of another size, we would misread them.
    for (uint32_t kind = 1; kind < static_cast<uint32_t>(BtfKind::kKnown); kind++) {
        const size_t at = size_t{kind} * kBtfSizeEntry;
        if (at + kBtfSizeEntry <= sizes_.size() &&
            (sizes_[at] != kSizes[kind].fixed || sizes_[at + 1] != kSizes[kind].each))
            return problem.set("records of an unknown form, kind", kind);
    }
    return {};
}

Result<void> Btf::read_types(Span<uint32_t> marks, BtfProblem& problem)
{
    if (records_.size() && !marks.size())
        return problem.set("no room for marks");
    marks_ = marks.data();
    for (uint32_t at = 0; at < records_.size();) {
        const uint32_t id = types_ + 1;
        if (records_.size() - at < Record::kSize)
            return problem.set("it is cut off", BtfProblem::kNoNumber, id);
        const uint8_t* record = records_.data() + at;
        if (load(record) >= strings_size_)
            return problem.set("its name is not within the strings", BtfProblem::kNoNumber, id);
        const uint32_t info = load(record + Record::kInfo);
        uint64_t size;
        if (!size_of_record(info, size))
            return problem.set("it is of an unknown kind:", Record::kind(info), id);
        if (size > records_.size() - at)
            return problem.set("it is cut off", BtfProblem::kNoNumber, id);
        if (const char* fault = fault_of_elements(Record::kind(info), record, Record::count(info)))
            return problem.set(fault, BtfProblem::kNoNumber, id);
        if (types_ % (1u << mark_shift_) == 0)
            mark(marks, at);
        types_++;
        at += static_cast<uint32_t>(size);
    }
    return {};
}

const char* Btf::fault_of_elements(uint32_t kind, const uint8_t* record, uint32_t count) const
{
    const auto is = [kind](BtfKind one) { return kind == static_cast<uint32_t>(one); };
    const bool is_struct = is(BtfKind::kStruct) || is(BtfKind::kUnion);
    if (!is_struct && !is(BtfKind::kEnum) && !is(BtfKind::kEnum64))
        return nullptr;
    const uint8_t* at = record + Record::kSize;
    for (const size_t each = kSizes[kind].each; count; count--, at += each)
        if (load(at) >= strings_size_)
            return is_struct ? "a member's name is not within the strings"
                             : "a constant's name is not within the strings";
    return nullptr;
}

// When the marks are used up, every other one is given back.
void Btf::mark(Span<uint32_t> marks, uint32_t at)
{
    while (types_ % (1u << mark_shift_) == 0) {
        const uint32_t index = types_ >> mark_shift_;
        if (index < marks.size()) {
            marks[index] = at;
            break;
        }
        for (uint32_t i = 0; 2 * i < marks.size(); i++)
            marks[i] = marks[2 * i];
        mark_shift_++;
    }
}

// Of a kind that this file knows nothing of.
bool Btf::find_form(uint32_t kind, RecordSize& form) const
{
    const size_t at = size_t{kind} * kBtfSizeEntry;
    if (!kind || at + kBtfSizeEntry > sizes_.size())
        return false;
    form = {sizes_[at], sizes_[at + 1]};
    return form.fixed % 4 == 0 && form.each % 4 == 0;
}

Result<BtfType> Btf::type(uint32_t id) const
{
    if (id == 0)
        return BtfType{};
    if (id > types_)
        return Errno::kInvalid;
    const uint32_t marked = (id - 1) >> mark_shift_;
    uint32_t at = marks_[marked];
    for (uint32_t before = (marked << mark_shift_) + 1; before < id; before++) {
        uint64_t size = Record::kSize;
        size_of_record(load(records_.data() + at + Record::kInfo), size);
        at += static_cast<uint32_t>(size);
    }
    return decode(id, at);
}

BtfConstant Btf::constant(const BtfType& type, uint32_t index) const
{
    const uint8_t* at = element(type, index);
    const uint32_t low = load(at + 4);
    if (type.kind == BtfKind::kEnum64)
        return {text(at), static_cast<int64_t>(uint64_t{load(at + 8)} << 32 | low)};
    // The flag says that the enum is signed.
    return {text(at), type.flag ? static_cast<int32_t>(low) : static_cast<int64_t>(low)};
}

}  // namespace wqlab
