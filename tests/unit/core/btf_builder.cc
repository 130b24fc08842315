// SPDX-License-Identifier: GPL-2.0
#include "unit/core/btf_builder.hh"

#include <algorithm>
#include <cstring>

namespace {

void put(std::vector<uint8_t>& out, const void* data, size_t size)
{
    const auto* bytes = static_cast<const uint8_t*>(data);
    out.insert(out.end(), bytes, bytes + size);
}

}  // namespace

uint32_t BtfBuilder::string(std::string_view text)
{
    if (text.empty())
        return 0;
    const std::string whole = '\0' + std::string(text) + '\0';
    const size_t known = strings_.find(whole);
    if (known != std::string::npos)
        return static_cast<uint32_t>(known) + 1;
    const auto at = static_cast<uint32_t>(strings_.size());
    strings_.append(text).push_back('\0');
    return at;
}

uint32_t BtfBuilder::record(std::string_view name, Kind kind, uint32_t count, uint32_t word,
                            const std::vector<uint32_t>& more, bool flag)
{
    records_.push_back(string(name));
    records_.push_back(uint32_t{flag} << 31 | static_cast<uint32_t>(kind) << 24 | count);
    records_.push_back(word);
    records_.insert(records_.end(), more.begin(), more.end());
    return ++types_;
}

uint32_t BtfBuilder::integer(std::string_view name, uint32_t size, bool is_signed)
{
    return record(name, Kind::kInt, 0, size, {uint32_t{is_signed} << 24 | size * 8});
}

uint32_t BtfBuilder::narrow_integer(std::string_view name, uint32_t size, uint32_t shift, uint32_t bits)
{
    return record(name, Kind::kInt, 0, size, {shift << 16 | bits});
}

uint32_t BtfBuilder::composite(Kind kind, std::string_view name, uint32_t size, const std::vector<Member>& members)
{
    const bool flag = std::any_of(members.begin(), members.end(), [](const Member& m) { return m.bits != 0; });
    std::vector<uint32_t> words;
    for (const Member& member : members) {
        words.push_back(string(member.name));
        words.push_back(member.type);
        words.push_back(member.bits << 24 | member.bit);
    }
    return record(name, kind, static_cast<uint32_t>(members.size()), size, words, flag);
}

uint32_t BtfBuilder::enumeration(std::string_view name, const std::vector<Constant>& constants, bool is_signed,
                                 uint32_t size)
{
    std::vector<uint32_t> words;
    for (const Constant& constant : constants) {
        words.push_back(string(constant.name));
        words.push_back(static_cast<uint32_t>(constant.value));
    }
    return record(name, Kind::kEnum, static_cast<uint32_t>(constants.size()), size, words, is_signed);
}

uint32_t BtfBuilder::enumeration64(std::string_view name, const std::vector<Constant>& constants, bool is_signed)
{
    std::vector<uint32_t> words;
    for (const Constant& constant : constants) {
        words.push_back(string(constant.name));
        words.push_back(static_cast<uint32_t>(constant.value));
        words.push_back(static_cast<uint32_t>(static_cast<uint64_t>(constant.value) >> 32));
    }
    return record(name, Kind::kEnum64, static_cast<uint32_t>(constants.size()), 8, words, is_signed);
}

void BtfBuilder::bystanders()
{
    const uint32_t number = integer("bystander", 4, true);
    const uint32_t prototype = record("", Kind::kPrototype, 2, number, {string("one"), number, string("two"), number});
    const uint32_t function = record("act", Kind::kFunction, 1, prototype);
    const uint32_t variable = record("state", Kind::kVariable, 0, number, {1});
    record(".data", Kind::kSection, 1, 4, {variable, 0, 4});
    record("real", Kind::kFloat, 0, 8);
    record("remark", Kind::kDeclTag, 0, function, {UINT32_MAX});
    record("elsewhere", Kind::kForward, 0, 0);
}

std::vector<std::pair<uint8_t, uint8_t>> BtfBuilder::usual_sizes()
{
    return {{0, 0}, {4, 0}, {0, 0}, {12, 0}, {0, 12}, {0, 12}, {0, 8}, {0, 0}, {0, 0}, {0, 0},
            {0, 0}, {0, 0}, {0, 0}, {0, 8},  {4, 0},  {0, 12}, {0, 0}, {4, 0}, {0, 0}, {0, 12}};
}

std::vector<uint8_t> BtfBuilder::bytes() const
{
    const auto records = static_cast<uint32_t>(records_.size() * 4);
    const auto sizes = static_cast<uint32_t>(sizes_.size() * 4);
    const auto strings = static_cast<uint32_t>(strings_.size());
    std::vector<uint32_t> header = {0x1eb9f, 24, 0, records, records + sizes, strings};
    if (sizes) {
        header[1] = 32;
        header.insert(header.end(), {records, sizes});
    }

    std::vector<uint8_t> out;
    put(out, header.data(), header.size() * 4);
    put(out, records_.data(), records);
    for (const auto& [fixed, each] : sizes_) {
        const uint8_t entry[4] = {fixed, each, 0, 0};
        put(out, entry, sizeof(entry));
    }
    put(out, strings_.data(), strings);
    return out;
}
