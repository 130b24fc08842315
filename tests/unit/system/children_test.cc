// SPDX-License-Identifier: GPL-2.0
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "system/children.hh"

using namespace wqctl;
namespace fs = std::filesystem;

namespace {

// What ends, fails; after a minute there is something wrong with the test.
std::vector<std::string> wait_for_failures(Children& children, size_t count)
{
    std::vector<std::string> all;
    for (int tries = 0; tries < 6000 && all.size() < count; tries++) {
        for (std::string& failure : children.failures())
            all.push_back(std::move(failure));
        usleep(10'000);
    }
    return all;
}

}  // namespace

TEST_CASE("a command has the document on its standard input, as it is and as long as it is")
{
    const fs::path file = fs::temp_directory_path() / ("wqctl-children-" + std::to_string(getpid()));
    std::string document = "{\"sentence\": \"$(touch /nowhere) `reboot` '; exit 9\"}\n";
    document.append(200'000, 'x');
    Children children;
    // The status says that it is done.
    REQUIRE(children.start("cat >" + file.string() + "; exit 3", document).empty());
    CHECK(wait_for_failures(children, 1) == std::vector<std::string>{"ended with status 3"});
    std::ifstream in(file);
    std::stringstream written;
    written << in.rdbuf();
    CHECK(written.str() == document);
    fs::remove(file);
}

TEST_CASE("a command that fails is told, one that does not read keeps nobody waiting")
{
    Children children;
    REQUIRE(children.start("no-such-command-as-this 2>&-", "").empty());
    CHECK(wait_for_failures(children, 1) == std::vector<std::string>{"ended with status 127"});
    REQUIRE(children.start("kill -9 $$", std::string(1'000'000, 'x')).empty());
    CHECK(wait_for_failures(children, 1) == std::vector<std::string>{"was ended by Killed"});
    CHECK(children.failures().empty());
}

TEST_CASE("a command ends by SIGPIPE, which wqctl itself ignores")
{
    const auto kept = std::signal(SIGPIPE, SIG_IGN);
    Children children;
    REQUIRE(children.start("kill -PIPE $$; exit 3", "").empty());
    CHECK(wait_for_failures(children, 1) == std::vector<std::string>{"was ended by Broken pipe"});
    std::signal(SIGPIPE, kept);
}

TEST_CASE("commands that do not end are not made more and more")
{
    const fs::path gate = fs::temp_directory_path() / ("wqctl-gate-" + std::to_string(getpid()));
    Children children;
    std::string refused;
    // Each ends when the gate is there.
    for (int i = 0; i < 17 && refused.empty(); i++)
        refused = children.start("until [ -e " + gate.string() + " ]; do sleep 0.1; done; exit 1", "");
    CHECK_THAT(refused, Catch::Contains("have not ended"));
    std::ofstream(gate) << "open";
    CHECK(wait_for_failures(children, 16).size() == 16);
    CHECK(children.start("exit 0", "").empty());
    fs::remove(gate);
}
