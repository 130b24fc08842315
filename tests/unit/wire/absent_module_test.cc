// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "wire/absent_module.hh"

using namespace wqctl;

TEST_CASE("why a kernel takes signed modules only is told from its files")
{
    CHECK(why_signed_only("", "").empty());
    CHECK(why_signed_only("[none] integrity confidentiality", "N").empty());
    CHECK_THAT(why_signed_only("none [integrity] confidentiality", "N"), Catch::Contains("lockdown is integrity"));
    CHECK_THAT(why_signed_only("none integrity [confidentiality]", ""), Catch::Contains("is confidentiality"));
    CHECK_THAT(why_signed_only("[none] integrity confidentiality", "Y"), Catch::Contains("sig_enforce"));
}
