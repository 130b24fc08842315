// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "core/random.hh"
#include "system/gzip.hh"

using namespace wqctl;

namespace {

constexpr size_t kMost = 1 << 20;

// Some of it is packed well, some not at all.
std::string text_of(size_t size)
{
    wqlab::Random random(size);
    std::string text(size, 'x');
    for (size_t at = 0; at < size; at += 1 + at / 2 % 3)
        text[at] = static_cast<char>(random.below(256));
    return text;
}

struct Unpacked {
    std::string text;
    bool is_sound, is_whole;
};

Unpacked unpack(std::string_view packed, size_t piece)
{
    Gunzip gunzip;
    Unpacked all{"", true, false};
    for (; !packed.empty() && all.is_sound; packed.remove_prefix(std::min(piece, packed.size())))
        all.is_sound = gunzip.take(packed.substr(0, piece), [&](std::string_view part) { all.text += part; });
    all.is_whole = gunzip.is_whole();
    return all;
}

}  // namespace

TEST_CASE("gzip: what was packed comes out, in pieces of any length")
{
    const size_t size = GENERATE(0u, 1u, 16383u, 16384u, 16385u, 100'000u);
    const std::string text = text_of(size), packed = gzip(text);
    CHECK(is_gzip(packed));
    CHECK(gunzip(packed, kMost) == text);
    for (const size_t piece : {size_t{1}, size_t{7}, size_t{4096}, packed.size()}) {
        const Unpacked all = unpack(packed, piece);
        CHECK(all.text == text);
        CHECK((all.is_sound && all.is_whole));
    }
    // Also where the packed bytes end long before the plain ones.
    CHECK(gunzip(gzip(std::string(size, 'x')), kMost) == std::string(size, 'x'));
}

TEST_CASE("gzip: several, one behind the other, are one text")
{
    const std::string packed = gzip("one ") + gzip("") + gzip(text_of(50'000)) + gzip(" last");
    for (const size_t piece : {size_t{1}, size_t{100}, packed.size()}) {
        const Unpacked all = unpack(packed, piece);
        CHECK(all.text == "one " + text_of(50'000) + " last");
        CHECK((all.is_sound && all.is_whole));
    }
    for (const size_t piece : {size_t{1}, size_t{100}, packed.size() + 1000}) {
        const Unpacked all = unpack(packed + std::string(1000, '\0'), piece);
        CHECK(all.text == "one " + text_of(50'000) + " last");
        CHECK((all.is_sound && all.is_whole));
    }
    // And the second of two may be cut short.
    const Unpacked cut = unpack(gzip("one") + gzip("two").substr(0, 12), 5);
    CHECK(cut.text.starts_with("one"));
    CHECK((cut.is_sound && !cut.is_whole));
}

TEST_CASE("gzip: of what is cut short comes what is there")
{
    const std::string text = text_of(40'000), packed = gzip(text);
    for (size_t size = 0; size < packed.size(); size += 997) {
        const Unpacked all = unpack(packed.substr(0, size), 64);
        CHECK((all.is_sound && !all.is_whole));
        CHECK(text.starts_with(all.text));
        CHECK_FALSE(gunzip(packed.substr(0, size), kMost));
    }
    // Without the sums behind it, all of it is there, and nobody knows whether it is right.
    CHECK(unpack(packed.substr(0, packed.size() - 1), 64).text == text);
}

TEST_CASE("gzip: damage is seen, at the latest by the sums behind it")
{
    const std::string packed = gzip(text_of(5000));
    for (size_t at = 10; at < packed.size(); at += 13) {
        std::string damaged = packed;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        const Unpacked all = unpack(damaged, 512);
        CHECK_FALSE((all.is_sound && all.is_whole));
        CHECK_FALSE(gunzip(damaged, kMost));
    }
    CHECK_FALSE(unpack("anything", 8).is_sound);
    CHECK_FALSE(unpack(packed + "garbage", 512).is_sound);
}

TEST_CASE("gzip: more than was asked for is refused before it fills memory")
{
    const std::string packed = gzip(std::string(kMost, 'x'));
    CHECK_FALSE(gunzip(packed, kMost - 1));
    CHECK(gunzip(packed, kMost));
}
