// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>
#include <filesystem>

#include "system/files.hh"
#include "system/renewed_file.hh"
#include "unit/report/fixtures.hh"

using namespace wqctl;

TEST_CASE("a file whose directory is missing is told of once, until there is one")
{
    const FakeRoot root({});
    const std::string directory = root.path() + "/collector", path = directory + "/wqlab.prom";
    RenewedFile file(path);
    for (int missing = 0; missing < 2; missing++) {
        INFO(missing);
        REQUIRE_FALSE(std::filesystem::exists(directory));
        const std::string told = file.renew("lost");
        CHECK_THAT(told, Catch::Contains(directory) && Catch::Contains("No such file or directory; it is tried again"));
        CHECK(file.renew("lost").empty());
        std::filesystem::create_directory(directory);
        for (const char* text : {"one", "two"}) {
            CHECK(file.renew(text).empty());
            CHECK(read_line(path) == text);
        }
        std::filesystem::remove_all(directory);
    }
}

TEST_CASE("another reason why a file can't be renewed is told of, too")
{
    const FakeRoot root({});
    const std::string path = root.path() + "/a/b";
    RenewedFile file(path);
    CHECK_FALSE(file.renew("x").empty());
    std::filesystem::create_directories(path);
    CHECK_THAT(file.renew("x"), Catch::Contains("no regular file"));
    CHECK(file.renew("x").empty());
}
