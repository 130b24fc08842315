// SPDX-License-Identifier: GPL-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "commands/trace/out_file.hh"
#include "term/output.hh"
#include "text/error.hh"

using namespace wqctl;

namespace {

struct Directory {
    Directory() { REQUIRE(mkdtemp(path.data())); }
    ~Directory() { std::filesystem::remove_all(path); }
    std::string path = "/tmp/wqlab-out-XXXXXX";
};

std::string contents(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("a file keeps what is in it until something is written")
{
    const Directory directory;
    const std::string path = directory.path + "/file";
    Output output;
    std::ofstream(path) << "yesterday's, which is longer";
    {
        const OutFile file(path, output);
    }
    CHECK(contents(path) == "yesterday's, which is longer");
    OutFile file(path, output);
    file.write("to");
    file.write("day's");
    file.finish();
    CHECK(contents(path) == "today's");
}

TEST_CASE("a file that was made for nothing is gone")
{
    const Directory directory;
    const std::string path = directory.path + "/file";
    Output output;
    {
        const OutFile file(path, output);
        CHECK(std::filesystem::exists(path));
    }
    CHECK(!std::filesystem::exists(path));
}

TEST_CASE("what can't be written is refused at once, and a full disk when it is full")
{
    Output output;
    CHECK_THROWS_AS(OutFile("/nonexistent/file", output), Error);
    CHECK_THROWS_AS(OutFile("/", output), Error);
    if (!std::filesystem::exists("/dev/full"))
        return;
    OutFile full("/dev/full", output);
    CHECK_THROWS_AS(full.write("more than fits"), Error);
}
