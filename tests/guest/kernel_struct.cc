// SPDX-License-Identifier: GPL-2.0
#include "kernel_struct.hh"

#include <array>
#include <catch2/catch.hpp>

#include "core/btf.hh"
#include "lab.hh"

bool has_member(const std::string& name, const std::string& member)
{
    const std::string bytes = read_file("/sys/kernel/btf/vmlinux");
    std::array<uint32_t, 1024> marks;
    wqlab::BtfProblem problem;
    auto opened = wqlab::Btf::open({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()},
                                   {marks.data(), marks.size()}, problem);
    INFO("the kernel's BTF, of " << bytes.size() << " bytes: " << problem.text);
    REQUIRE(opened.ok());
    const wqlab::Btf btf = opened.take();
    bool is_known = false, has_it = false;
    btf.for_each_type([&](const wqlab::BtfType& type) {
        if (type.kind != wqlab::BtfKind::kStruct || type.name != name)
            return true;
        is_known = true;
        for (uint32_t i = 0; i < type.count; i++)
            has_it |= btf.member_name(type, i) == member;
        return !has_it;
    });
    INFO("struct " << name);
    REQUIRE(is_known);
    return has_it;
}

bool left_out_without(const std::string& name, const std::string& member)
{
    if (has_member(name, member))
        return false;
    WARN("SKIP this kernel's struct " + name + " has no " + member);
    return true;
}
