// SPDX-License-Identifier: GPL-2.0
// kmod/core/btf.cc: the header, the records, what is refused.
#include <cstring>
#include <functional>

#include <catch2/catch.hpp>

#include "unit/core/btf_builder.hh"
#include "unit/core/btf_fixture.hh"

using Bytes = std::vector<uint8_t>;
using Kind = wqlab::BtfKind;

namespace {

// One of each kind, and a struct that there is more to say of.
BtfBuilder small()
{
    BtfBuilder builder;
    const uint32_t number = builder.integer("int", 4, true);
    builder.bystanders();
    builder.structure("pair", 8, {{"first", number, 0}, {"second", number, 32}});
    builder.enumeration("color", {{"RED", 1}, {"GREEN", 2}});
    builder.enumeration64("mask", {{"HIGH", int64_t{1} << 40}});
    return builder;
}

Bytes with_word(Bytes bytes, size_t at, uint32_t word)
{
    std::memcpy(bytes.data() + at, &word, sizeof(word));
    return bytes;
}

std::string problem_of(const Bytes& bytes) { return OpenBtf(bytes).problem(); }

}  // namespace

TEST_CASE("BTF is opened, and every type read with any number of marks")
{
    const BtfBuilder builder = small();
    for (size_t marks : {1, 2, 3, 5, 8, 1000}) {
        const OpenBtf btf(builder.bytes(), marks);
        REQUIRE(btf.problem() == "");
        REQUIRE(btf->types() == builder.next_id() - 1);
        uint32_t seen = 0;
        btf->for_each_type([&](const wqlab::BtfType& type) {
            REQUIRE(type.id == ++seen);
            auto again = btf->type(type.id);
            REQUIRE(again.ok());
            REQUIRE(again.take().at == type.at);
            return true;
        });
        REQUIRE(seen == btf->types());
        REQUIRE(btf->type(0).take().kind == Kind::kVoid);
        REQUIRE(!btf->type(btf->types() + 1).ok());
        REQUIRE(!btf->type(UINT32_MAX).ok());
    }
    REQUIRE(OpenBtf(builder.bytes(), 0).problem() == "no room for marks");
}

TEST_CASE("many types need no more marks than there are")
{
    BtfBuilder builder;
    for (uint32_t i = 0; i < 5000; i++)
        builder.pointer(i);
    for (size_t marks : {1, 7, 64, 4096}) {
        const OpenBtf btf(builder.bytes(), marks);
        for (uint32_t id = 1; id <= 5000; id += 7)
            REQUIRE(btf->type(id).take().word == id - 1);
    }
}

TEST_CASE("BTF without types is BTF")
{
    const OpenBtf btf(BtfBuilder().bytes());
    REQUIRE(btf.ok());
    REQUIRE(btf->types() == 0);
}

TEST_CASE("an unreadable header is refused with the reason")
{
    const Bytes good = small().bytes();
    REQUIRE(problem_of(good) == "");
    CHECK(problem_of({}) == "too short for BTF");
    CHECK(problem_of(Bytes(good.begin(), good.begin() + 23)) == "too short for BTF");
    CHECK(problem_of(with_word(good, 0, 0x01000000)) == "no BTF");
    CHECK(problem_of(with_word(good, 0, 0x00019feb)) == "BTF of the other byte order");
    CHECK(problem_of(with_word(good, 0, 0x0002eb9f)) == "unknown version of BTF: 2");
    CHECK(problem_of(with_word(good, 0, 0x0000eb9f)) == "unknown version of BTF: 0");
    CHECK(problem_of(with_word(good, 0, 0x0101eb9f)) == "unknown flags of BTF: 1");
    for (uint32_t length : {0u, 20u, 25u, 0x80000000u, UINT32_MAX})
        CHECK_THAT(problem_of(with_word(good, 4, length)), Catch::Contains("impossible length of the header"));
    for (uint32_t offset : {static_cast<uint32_t>(good.size()), UINT32_MAX}) {
        CHECK(problem_of(with_word(good, 8, offset)) == "the types are not within the BTF");
        CHECK(problem_of(with_word(good, 12, offset)) == "the types are not within the BTF");
        CHECK(problem_of(with_word(good, 16, offset)) == "the strings are not within the BTF");
        CHECK(problem_of(with_word(good, 20, offset)) == "the strings are not within the BTF");
    }
    const std::string open_ended = "the strings do not begin and end with a zero";
    CHECK(problem_of(with_word(good, 20, 0)) == open_ended);
    Bytes last = good;
    last.back() = 'x';
    CHECK(problem_of(last) == open_ended);
}

TEST_CASE("a longer header is a newer one")
{
    Bytes bytes = small().bytes();
    bytes.insert(bytes.begin() + 24, 16, 0);
    CHECK(problem_of(with_word(bytes, 4, 40)) == "");
}

TEST_CASE("unreadable types are refused with their number")
{
    const auto problem = [](const std::function<void(BtfBuilder&)>& add) {
        BtfBuilder builder = small();
        add(builder);
        builder.integer("behind", 4);
        return problem_of(builder.bytes());
    };
    const std::string id = "type " + std::to_string(small().next_id());
    CHECK(problem([](BtfBuilder& b) { b.record("new", Kind{20}, 0, 0); }) == id + ": it is of an unknown kind: 20");
    CHECK(problem([](BtfBuilder& b) { b.record("new", Kind{127}, 0, 0); }) == id + ": it is of an unknown kind: 127");
    CHECK(problem([](BtfBuilder& b) { b.record("none", Kind::kVoid, 0, 0); }) == id + ": it is of an unknown kind: 0");
    CHECK(problem([](BtfBuilder& b) { b.record("long", Kind::kStruct, 0xffffff, 4); }) == id + ": it is cut off");
    CHECK(problem([](BtfBuilder& b) { b.record("long", Kind::kEnum64, 3, 8); }) == id + ": it is cut off");
    CHECK(problem([](BtfBuilder& b) {
              b.record("s", Kind::kStruct, 1, 4, {99999, 1, 0});
          }) == id + ": a member's name is not within the strings");
    CHECK(problem([](BtfBuilder& b) {
              b.record("e", Kind::kEnum, 1, 4, {UINT32_MAX, 1});
          }) == id + ": a constant's name is not within the strings");
    CHECK(problem_of(with_word(small().bytes(), 24, 0x7fffffff)) == "type 1: its name is not within the strings");

    Bytes cut = small().bytes();
    uint32_t length;
    std::memcpy(&length, cut.data() + 12, sizeof(length));
    CHECK_THAT(problem_of(with_word(cut, 12, length - 4)), Catch::Contains("it is cut off"));
}

TEST_CASE("kinds of later kernels are skipped if the BTF says how large they are")
{
    BtfBuilder builder;
    const uint32_t number = builder.integer("int", 4);
    builder.record("news", Kind{20}, 3, 0, {1, 2, 3, 4, 5, 6, 7});
    builder.structure("s", 4, {{"m", number, 0}, {"odd", 2, 0}});

    REQUIRE(OpenBtf(builder.bytes()).problem() == "type 2: it is of an unknown kind: 20");
    auto sizes = BtfBuilder::usual_sizes();
    builder.declare_sizes(sizes);
    REQUIRE(OpenBtf(builder.bytes()).problem() == "type 2: it is of an unknown kind: 20");
    sizes.push_back({4, 8});
    builder.declare_sizes(sizes);
    const OpenBtf btf(builder.bytes());
    REQUIRE(btf.problem() == "");
    REQUIRE(btf->types() == 3);
    CHECK(btf.member("s", "m").take().size == 4);
    CHECK(btf.member("s", "odd").error() == wqlab::Errno::kInvalid);

    sizes.back() = {3, 8};
    builder.declare_sizes(sizes);
    CHECK(OpenBtf(builder.bytes()).problem() == "type 2: it is of an unknown kind: 20");
    sizes[4] = {0, 16};
    builder.declare_sizes(sizes);
    CHECK(OpenBtf(builder.bytes()).problem() == "records of an unknown form, kind 4");
    CHECK(problem_of(with_word(builder.bytes(), 28, UINT32_MAX)) == "the kinds' sizes are not within the BTF");
}

TEST_CASE("constants have their values")
{
    BtfBuilder builder;
    builder.enumeration("e", {{"NEGATIVE", -2}, {"SMALL", 3}}, true);
    builder.enumeration("u", {{"LARGE", 0xfffffffe}});
    builder.enumeration64("s64", {{"LOW", INT64_MIN}, {"MINUS", -1}}, true);
    builder.enumeration64("u64", {{"BIT", int64_t{1} << 40}});
    const OpenBtf btf(builder.bytes());
    const auto value = [&](const char* name, uint32_t index) { return btf->constant(btf.named(name), index).value; };
    CHECK(value("e", 0) == -2);
    CHECK(value("e", 1) == 3);
    CHECK(value("u", 0) == 0xfffffffe);
    CHECK(value("s64", 0) == INT64_MIN);
    CHECK(value("s64", 1) == -1);
    CHECK(value("u64", 0) == int64_t{1} << 40);
    CHECK(btf->constant(btf.named("e"), 1).name == std::string("SMALL"));
}
