// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "text/choose.hh"
#include "text/error.hh"

using namespace wqctl;

namespace {

enum class Tint { kRed, kGreen };
constexpr std::array<Named<Tint>, 2> kTints = {{{"red", Tint::kRed}, {"green", Tint::kGreen}}};

std::string refusal(std::string_view word, std::string_view what)
{
    try {
        choose(word, kTints, what);
    } catch (const Error& error) {
        CHECK(error.exit_code == kUsage);
        return error.message;
    }
    return "none";
}

}  // namespace

TEST_CASE("a word is chosen, or the nearest are said, or all")
{
    CHECK(choose("red", kTints, "tint") == Tint::kRed);
    CHECK(choose("green", kTints, "tint") == Tint::kGreen);
    CHECK(refusal("gren", "tint") == "there is no tint \"gren\"; did you mean \"green\"?");
    CHECK(refusal("xyzzy", "tint") == "there is no tint \"xyzzy\"; the tints are red and green");
    CHECK(refusal("xyzzy", "paler class") == "there is no paler class \"xyzzy\"; the classes are red and green");
    CHECK(refusal("", "tint") == "there is no tint \"\"; the tints are red and green");
    CHECK(name_of(Tint::kGreen, kTints) == "green");
    CHECK(name_of(static_cast<Tint>(7), kTints) == "unknown");
}
