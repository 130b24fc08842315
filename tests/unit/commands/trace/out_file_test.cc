// SPDX-License-Identifier: GPL-2.0
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <unistd.h>

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

TEST_CASE("whoever writes to a pipe hears that nobody reads it")
{
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const auto handler = std::signal(SIGPIPE, SIG_IGN);
    std::fflush(stdout);
    const int before = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    Output output;
    OutFile file({}, output);
    file.write("somebody reads");
    const bool is_read = file.flush();
    close(ends[0]);
    const bool nothing_said = file.flush();
    file.write("nobody reads");
    const bool is_still_read = file.flush();
    dup2(before, STDOUT_FILENO);
    close(before);
    close(ends[1]);
    std::signal(SIGPIPE, handler);
    CHECK(is_read);
    CHECK(nothing_said);
    CHECK_FALSE(is_still_read);

    const Directory directory;
    CHECK(OutFile(directory.path + "/file", output).flush());
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
