// SPDX-License-Identifier: GPL-2.0
// What is read from BTF that others wrote: this machine's compiler and its kernel.
#include <cstring>
#include <elf.h>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "unit/core/btf_fixture.hh"
#include "unit/core/btf_truth.h"
#include "core/layout.hh"

using namespace wqlab;

namespace {

std::vector<uint8_t> contents(const char* name)
{
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

template <typename T>
T at(const std::vector<uint8_t>& bytes, uint64_t offset)
{
    T value;
    REQUIRE(offset + sizeof(T) <= bytes.size());
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

std::vector<uint8_t> section(const std::vector<uint8_t>& elf, const std::string& name)
{
    const auto header = at<Elf64_Ehdr>(elf, 0);
    const auto names = at<Elf64_Shdr>(elf, header.e_shoff + header.e_shstrndx * sizeof(Elf64_Shdr));
    for (unsigned i = 0; i < header.e_shnum; i++) {
        const auto found = at<Elf64_Shdr>(elf, header.e_shoff + i * sizeof(Elf64_Shdr));
        if (name == reinterpret_cast<const char*>(elf.data()) + names.sh_offset + found.sh_name)
            return {elf.begin() + found.sh_offset, elf.begin() + found.sh_offset + found.sh_size};
    }
    return {};
}

}  // namespace

#ifdef WQLAB_BTF_TRUTH

TEST_CASE("the compiler's BTF is read as the compiler means it")
{
    const OpenBtf btf(section(contents(WQLAB_BTF_TRUTH), ".BTF"), 4);
    REQUIRE(btf.problem() == "");

    for (const truth_member& truth : std::vector(truth_members, truth_members + truth_members_number)) {
        INFO(truth.in << "." << truth.path);
        auto member = btf.member(truth.in, truth.path);
        REQUIRE(member.ok());
        const BtfMember found = member.take();
        CHECK(found.offset == truth.offset);
        CHECK(found.size == truth.size);
        CHECK(found.bits == 0);
    }
    for (const truth_bitfield& truth : std::vector(truth_bitfields, truth_bitfields + truth_bitfields_number)) {
        INFO(truth.in << "." << truth.path);
        auto member = btf.member(truth.in, truth.path);
        REQUIRE(member.ok());
        const BtfMember found = member.take();
        uint64_t bytes = 0;
        std::memcpy(&bytes, static_cast<const char*>(truth.bytes) + found.offset, found.size);
        CHECK(found.bits != 0);
        CHECK(static_cast<int64_t>(found.extract(bytes)) == truth.value);
    }
    for (const truth_constant& truth : std::vector(truth_constants, truth_constants + truth_constants_number)) {
        INFO(truth.name);
        const FieldSpec spec[] = {field::constant(truth.name)};
        FieldLocation locations[1];
        REQUIRE(locate(*btf, spec, locations).ok());
        CHECK(locations[0].found == FieldLocation::Found::kYes);
        CHECK(locations[0].value == truth.value);
    }
}

TEST_CASE("the compiler's BTF has more to say than offsets")
{
    const OpenBtf btf(section(contents(WQLAB_BTF_TRUTH), ".BTF"));
    const auto found = [&](const char* path) { return btf.member("pool_like", path).take(); };
    CHECK(found("works").elements == 12);
    CHECK(found("works").type == std::string("work_like"));
    CHECK(found("stats").element_size == 8);
    CHECK(found("cpu").is_signed);
    CHECK(!found("node").is_signed);
    CHECK(found("current").pointers == 1);
    CHECK(found("array_of").pointers == 2);
    CHECK(found("array_of").type == std::string("work_like"));
    CHECK(found("anything").type == std::string(""));
    CHECK(found("flexible").elements == 0);
    CHECK(found("last").type == std::string("stat_like"));
}

#endif

TEST_CASE("the running kernel's BTF is read, if it has any")
{
    const std::vector<uint8_t> bytes = contents("/sys/kernel/btf/vmlinux");
    if (bytes.empty()) {
        WARN("there is no /sys/kernel/btf/vmlinux");
        return;
    }
    const OpenBtf btf(bytes, 1024);
    REQUIRE(btf.problem() == "");
    CHECK(btf.member("list_head", "prev").take().offset == sizeof(void*));
    CHECK(btf.member("work_struct", "entry.prev").take().type == std::string("list_head"));

    uint32_t members = 0, unreadable = 0;
    btf->for_each_type([&](const BtfType& type) {
        for (uint32_t i = 0; type.is_struct() && i < type.count; i++) {
            uint32_t steps = OpenBtf::kSteps;
            members++;
            unreadable += !btf->member(type, btf->member_name(type, i), steps).ok();
        }
        return true;
    });
    CHECK(members > 1000);
    CHECK(unreadable == 0);
}
