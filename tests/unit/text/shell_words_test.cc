// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "text/shell_words.hh"

using wqctl::shell_words;

TEST_CASE("words can be given to a shell again")
{
    CHECK(shell_words({"wqctl", "run", "--vary", "scope=cpu,numa"}) == "wqctl run --vary scope=cpu,numa");
    CHECK(shell_words({"a b", "", "it's", "$(x)", "*"}) == "'a b' '' 'it'\\''s' '$(x)' '*'");
}
