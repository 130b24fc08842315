// SPDX-License-Identifier: GPL-2.0
// kmod/core/btf_member.cc: where a struct has a member.
#include <catch2/catch.hpp>

#include "unit/core/btf_builder.hh"
#include "unit/core/btf_fixture.hh"

using wqlab::BtfMember;
using wqlab::Errno;
using Kind = wqlab::BtfKind;

namespace {

BtfMember found(const OpenBtf& btf, const char* in, const char* path)
{
    INFO(in << "." << path);
    auto member = btf.member(in, path);
    REQUIRE(member.ok());
    return member.take();
}

// The error of a struct "s" with one member "m" of this type.
Errno error_of(BtfBuilder builder, uint32_t type, uint32_t size = 64, uint32_t bit = 0, uint32_t bits = 0)
{
    builder.structure("s", size, {{"m", type, bit, bits}});
    const OpenBtf btf(builder.bytes());
    REQUIRE(btf.problem() == "");
    auto member = btf.member("s", "m");
    REQUIRE(!member.ok());
    return member.error();
}

}  // namespace

TEST_CASE("members are found by their paths")
{
    BtfBuilder builder;
    const uint32_t number = builder.integer("int", 4, true);
    const uint32_t list = builder.next_id();
    builder.structure("list_head", 16, {{"next", list + 1, 0}, {"prev", list + 1, 64}});
    builder.pointer(list);
    const uint32_t inner = builder.structure("inner", 24, {{"x", number, 0}, {"links", list, 64}});
    builder.structure("outer", 40, {{"a", number, 0}, {"in", inner, 64}, {"to", builder.next_id() + 1, 256}});
    builder.pointer(inner);
    const OpenBtf btf(builder.bytes());

    const BtfMember a = found(btf, "outer", "a");
    CHECK(a.offset == 0);
    CHECK(a.size == 4);
    CHECK(a.element_size == 4);
    CHECK(a.is_signed);
    CHECK(a.pointers == 0);
    CHECK(a.type == std::string("int"));
    CHECK(found(btf, "outer", "in").offset == 8);
    CHECK(found(btf, "outer", "in").size == 24);
    CHECK(found(btf, "outer", "in").type == std::string("inner"));
    CHECK(found(btf, "outer", "in.links").offset == 16);
    CHECK(found(btf, "outer", "in.links.prev").offset == 24);
    CHECK(found(btf, "outer", "in.links.prev").type == std::string("list_head"));
    CHECK(found(btf, "outer", "in.links.prev").pointers == 1);

    const BtfMember whole = found(btf, "outer", "");
    CHECK(whole.offset == 0);
    CHECK(whole.size == 40);
    CHECK(whole.type == std::string("outer"));

    for (const char* path : {"b", "aa", "in.a", "a.x", "to.x", "in.links.prev.next", ".", ".a", "a..x"})
        CHECK(btf.member("outer", path).error() == Errno::kNoEntry);
    CHECK(btf.member("color", "a").error() == Errno::kInvalid);
}

TEST_CASE("anonymous structs and unions are looked into")
{
    BtfBuilder builder;
    const uint32_t number = builder.integer("unsigned int", 4);
    const uint32_t pair = builder.structure("", 8, {{"low", number, 0}, {"high", number, 32}});
    const uint32_t either = builder.united("", 8, {{"word", number, 0}, {"", builder.modified(Kind::kConst, pair), 0}});
    builder.structure("s", 24, {{"first", number, 0}, {"", either, 64}, {"last", number, 128}, {"", number, 160}});
    const OpenBtf btf(builder.bytes());
    CHECK(found(btf, "s", "word").offset == 8);
    CHECK(found(btf, "s", "low").offset == 8);
    CHECK(found(btf, "s", "high").offset == 12);
    CHECK(found(btf, "s", "last").offset == 16);
    CHECK(btf.member("s", "none").error() == Errno::kNoEntry);
}

TEST_CASE("typedefs and qualifiers are looked through")
{
    BtfBuilder builder;
    uint32_t type = builder.structure("tag", 4, {{"x", builder.integer("int", 4, true), 0}});
    type = builder.type_definition("tag_t", type);
    for (Kind kind : {Kind::kConst, Kind::kVolatile, Kind::kRestrict, Kind::kTypeTag})
        type = builder.modified(kind, type);
    const uint32_t pointer = builder.modified(Kind::kConst, builder.pointer(builder.pointer(type)));
    builder.structure("s", 16, {{"value", type, 0}, {"to", pointer, 64}});
    const OpenBtf btf(builder.bytes());
    CHECK(found(btf, "s", "value.x").size == 4);
    CHECK(found(btf, "s", "value").type == std::string("tag"));
    CHECK(found(btf, "s", "to").size == sizeof(void*));
    CHECK(found(btf, "s", "to").pointers == 2);
    CHECK(found(btf, "s", "to").type == std::string("tag"));
}

TEST_CASE("arrays are measured in all their dimensions")
{
    BtfBuilder builder;
    const uint32_t character = builder.integer("char", 1, true);
    const uint32_t inner = builder.structure("inner", 4, {{"c", character, 0}});
    const uint32_t grid = builder.array(builder.type_definition("row_t", builder.array(inner, 3)), 5);
    builder.structure("s", 92,
                      {{"name", builder.array(character, 32), 0},
                       {"grid", grid, 256},
                       {"rest", builder.array(builder.pointer(inner), 0), 736}});
    const OpenBtf btf(builder.bytes());
    const BtfMember name = found(btf, "s", "name");
    CHECK(name.is_array);
    CHECK(name.elements == 32);
    CHECK(name.element_size == 1);
    CHECK(name.size == 32);
    CHECK(found(btf, "s", "grid").elements == 15);
    CHECK(found(btf, "s", "grid").size == 60);
    CHECK(found(btf, "s", "grid").type == std::string("inner"));
    const BtfMember rest = found(btf, "s", "rest");
    CHECK(rest.offset == 92);
    CHECK(rest.elements == 0);
    CHECK(rest.size == 0);
    CHECK(rest.element_size == sizeof(void*));
    CHECK(btf.member("s", "grid.c").error() == Errno::kNoEntry);
}

TEST_CASE("bitfields are cut out of their bytes")
{
    BtfBuilder builder;
    const uint32_t number = builder.integer("unsigned int", 4);
    const uint32_t sign = builder.integer("long", 8, true);
    const uint32_t mode = builder.enumeration("mode", {{"OFF", -1}}, true);
    const uint32_t inner = builder.structure("", 8, {{"a", number, 3, 5}, {"b", sign, 8, 50}, {"m", mode, 58, 3}});
    builder.structure("s", 16, {{"plain", sign, 0}, {"", inner, 64}});
    const OpenBtf btf(builder.bytes());
    CHECK(found(btf, "s", "plain").bits == 0);

    const BtfMember a = found(btf, "s", "a");
    CHECK(a.offset == 8);
    CHECK(a.size == 1);
    CHECK(a.shift == 3);
    CHECK(a.bits == 5);
    CHECK(a.extract(0b10110'111) == 0b10110);
    const BtfMember b = found(btf, "s", "b");
    CHECK(b.offset == 9);
    CHECK(b.size == 7);
    CHECK(b.bits == 50);
    CHECK(b.extract(uint64_t{1} << 49) == ~uint64_t{0} << 49);
    CHECK(b.extract((uint64_t{1} << 49) - 1) == (uint64_t{1} << 49) - 1);
    const BtfMember m = found(btf, "s", "m");
    CHECK(m.offset == 15);
    CHECK(m.shift == 2);
    CHECK(static_cast<int64_t>(m.extract(0b11100)) == -1);
}

TEST_CASE("old compilers' bitfields are ints of fewer bits")
{
    BtfBuilder builder;
    builder.structure("s", 4, {{"a", builder.narrow_integer("unsigned int", 4, 2, 7), 8}});
    const BtfMember a = found(OpenBtf(builder.bytes()), "s", "a");
    CHECK(a.offset == 1);
    CHECK(a.shift == 2);
    CHECK(a.bits == 7);
    CHECK(a.size == 2);
}

TEST_CASE("a member that cannot be is damage")
{
    BtfBuilder builder;
    const uint32_t number = builder.integer("int", 4);
    CHECK(error_of(builder, 0) == Errno::kInvalid);                             // void
    CHECK(error_of(builder, 1000) == Errno::kInvalid);                          // a type that is not there
    CHECK(error_of(builder, builder.forward("elsewhere")) == Errno::kInvalid);  // a struct of unknown size
    CHECK(error_of(builder, number, 3) == Errno::kInvalid);                     // larger than the struct
    CHECK(error_of(builder, number, 64, 61 * 8) == Errno::kInvalid);            // reaching over its end
    CHECK(error_of(builder, number, 64, 3) == Errno::kInvalid);                 // not in whole bytes, no bitfield
    CHECK(error_of(builder, number, 64, 0, 33) == Errno::kInvalid);             // more bits than its type has
    CHECK(error_of(builder, builder.pointer(number), 64, 0, 3) == Errno::kInvalid);
    CHECK(error_of(builder, builder.integer("wide", 16), 64, 0, 80) == Errno::kInvalid);
    CHECK(error_of(builder, builder.narrow_integer("none", 4, 0, 0)) == Errno::kInvalid);
    CHECK(error_of(builder, builder.array(number, UINT32_MAX)) == Errno::kInvalid);
    const uint32_t nothing = builder.structure("nothing", 0, {});
    CHECK(error_of(builder, builder.array(builder.array(nothing, 1 << 16), 1 << 16)) == Errno::kInvalid);
    uint32_t far = number;
    for (int i = 0; i < 9; i++)
        far = builder.pointer(far);
    CHECK(error_of(builder, far) == Errno::kInvalid);
    uint32_t cube = number;
    for (int i = 0; i < 9; i++)
        cube = builder.array(cube, 1);
    CHECK(error_of(builder, cube) == Errno::kInvalid);
}

TEST_CASE("types that go round in circles end")
{
    BtfBuilder builder;
    const uint32_t self = builder.next_id();
    builder.type_definition("self", self);
    CHECK(error_of(builder, self) == Errno::kInvalid);
    const uint32_t pointer = builder.next_id();
    builder.pointer(pointer);
    CHECK(error_of(builder, pointer) == Errno::kInvalid);
    const uint32_t array = builder.next_id();
    builder.array(array, 2);
    CHECK(error_of(builder, array) == Errno::kInvalid);

    const uint32_t holds_itself = builder.next_id();
    builder.structure("s", 8, {{"", holds_itself, 0}, {"in", holds_itself, 0}});
    const OpenBtf btf(builder.bytes());
    CHECK(btf.member("s", "none").error() == Errno::kInvalid);
}

TEST_CASE("a struct within itself by name has no more than its paths")
{
    BtfBuilder builder;
    const uint32_t holds_itself = builder.next_id();
    builder.structure("s", 8, {{"in", holds_itself, 0}});
    const OpenBtf btf(builder.bytes());
    CHECK(found(btf, "s", "in.in.in.in.in.in.in.in.in.in").size == 8);
    CHECK(btf.member("s", "in.in.out").error() == Errno::kNoEntry);
}

TEST_CASE("a search takes no more steps than it is given")
{
    // Each level has the one below it many times: 32^7 places.
    BtfBuilder builder;
    uint32_t level = builder.integer("int", 4);
    for (int depth = 0; depth < 7; depth++)
        level = builder.structure(depth == 6 ? "s" : "", 4, std::vector<BtfBuilder::Member>(32, {"", level, 0}));
    const OpenBtf btf(builder.bytes());
    uint32_t steps = 50'000;
    CHECK(btf->member(btf.named("s"), "none", steps).error() == Errno::kInvalid);
    CHECK(steps == 0);

    BtfBuilder plain;
    const uint32_t number = plain.integer("int", 4);
    plain.structure("s", 12, {{"a", number, 0}, {"b", number, 32}, {"c", number, 64}});
    const OpenBtf small(plain.bytes());
    CHECK(small.member("s", "c", 100).ok());
    CHECK(small.member("s", "c", 2).error() == Errno::kInvalid);
    CHECK(small.member("s", "c", 3).error() == Errno::kInvalid);
    CHECK(small.member("s", "a", 3).ok());
}
