// SPDX-License-Identifier: GPL-2.0
// Makes BTF, right or wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/btf.hh"

class BtfBuilder {
public:
    using Kind = wqlab::BtfKind;

    struct Member {
        std::string name;  // empty: anonymous
        uint32_t type;
        uint32_t bit;
        uint32_t bits = 0;  // of a bitfield
    };
    struct Constant {
        std::string name;
        int64_t value;
    };

    BtfBuilder() : strings_(1, '\0') {}

    // Each returns the new type's id.
    uint32_t integer(std::string_view name, uint32_t size, bool is_signed = false);
    // As old compilers describe a bitfield: an int with fewer bits.
    uint32_t narrow_integer(std::string_view name, uint32_t size, uint32_t shift, uint32_t bits);
    uint32_t pointer(uint32_t to) { return record("", Kind::kPointer, 0, to); }
    uint32_t array(uint32_t of, uint32_t elements) { return record("", Kind::kArray, 0, 0, {of, 0, elements}); }
    uint32_t structure(std::string_view name, uint32_t size, const std::vector<Member>& members)
    {
        return composite(Kind::kStruct, name, size, members);
    }
    uint32_t united(std::string_view name, uint32_t size, const std::vector<Member>& members)
    {
        return composite(Kind::kUnion, name, size, members);
    }
    uint32_t enumeration(std::string_view name, const std::vector<Constant>& constants, bool is_signed = false,
                         uint32_t size = 4);
    uint32_t enumeration64(std::string_view name, const std::vector<Constant>& constants, bool is_signed = false);
    uint32_t type_definition(std::string_view name, uint32_t of) { return record(name, Kind::kTypedef, 0, of); }
    uint32_t modified(Kind kind, uint32_t type) { return record("", kind, 0, type); }
    uint32_t forward(std::string_view name) { return record(name, Kind::kForward, 0, 0); }
    // One of each kind that has nothing to do with structs.
    void bystanders();

    // Any record, right or wrong; the words follow it.
    uint32_t record(std::string_view name, Kind kind, uint32_t count, uint32_t word,
                    const std::vector<uint32_t>& more = {}, bool flag = false);
    uint32_t next_id() const { return types_ + 1; }

    // Adds the section that says how large each kind's records are; kind n's are sizes[n].
    void declare_sizes(const std::vector<std::pair<uint8_t, uint8_t>>& sizes) { sizes_ = sizes; }
    // As Linux has it today.
    static std::vector<std::pair<uint8_t, uint8_t>> usual_sizes();

    std::vector<uint8_t> bytes() const;

private:
    uint32_t composite(Kind kind, std::string_view name, uint32_t size, const std::vector<Member>& members);
    uint32_t string(std::string_view text);

    std::vector<uint32_t> records_;
    std::string strings_;
    std::vector<std::pair<uint8_t, uint8_t>> sizes_;
    uint32_t types_ = 0;
};
