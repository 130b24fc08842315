// SPDX-License-Identifier: GPL-2.0
// wqctl bench and compare, from flags to documents.
#include <catch2/catch.hpp>
#include <algorithm>
#include <csignal>

#include "lab.hh"

namespace {

json bench(Words words)
{
    words.insert(words.begin(), "bench");
    words.insert(words.end(), {"--json", "--no-progress"});
    const Outcome outcome = tool(words);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return json::parse(outcome.out);
}

}  // namespace

TEST_CASE("bench gives each cell its turn in each pass, and leaves out what this machine refuses", "[lab][bench]")
{
    const json document = bench(
        {"--vary", "depth=1,4", "--vary", "max_active=1,1000000", "--items", "300", "--rounds", "3"});
    CHECK(document["end"] == "rounds");
    CHECK(document["left_out"].size() == 2);
    REQUIRE(document["cells"].size() == 2);
    CHECK(document["cells"][1]["row"] == "depth=4 max_active=1");
    CHECK(document["cells"][1]["values"]["depth"] == "4");
    std::vector<uint64_t> began;
    for (const json& cell : document["cells"]) {
        REQUIRE(cell["rounds"].size() == 3);
        for (size_t pass = 0; pass < 3; pass++) {
            const json& round = cell["rounds"][pass];
            CHECK(round["pass"] == pass + 1);
            CHECK(round["items_per_s"].get<double>() > 0);
            CHECK(round["wait_p50_ns"].get<double>() > 0);
            began.push_back(round["started_ns"]);
        }
    }
    // A pass ends before the next begins.
    CHECK(std::max(began[0], began[3]) < std::min(began[1], began[4]));
    CHECK(std::max(began[1], began[4]) < std::min(began[2], began[5]));
    CHECK(json::parse(tool({"list", "--json"}).out)["runs"].empty());
}

TEST_CASE("an interrupted bench says what there is, of whole rounds", "[lab][bench]")
{
    Process interrupted({"wqctl", "bench", "--vary", "depth=1,4", "--duration", "50ms", "--budget", "1h", "--precision",
                         "0.001%", "--json", "--no-progress"});
    // After the warm-up and a pass.
    REQUIRE(eventually([first = uint64_t{0}]() mutable {
        const json runs = json::parse(tool({"list", "--json"}).out)["runs"];
        if (runs.empty())
            return false;
        const uint64_t id = runs[0]["id"];
        if (!first)
            first = id;
        return id >= first + 6;
    }));
    interrupted.signal(SIGINT);
    const Outcome outcome = interrupted.wait();
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    const json document = json::parse(outcome.out);
    CHECK(document["end"] == "interrupt");
    for (const json& cell : document["cells"])
        CHECK(cell["rounds"].size() >= document["passes"].get<size_t>());
    CHECK(document["passes"] >= 1);
    CHECK(json::parse(tool({"list", "--json"}).out)["runs"].empty());
}

TEST_CASE("documents of this machine can be compared, and are not when they are of different loads", "[lab][bench]")
{
    const Words words = {"--vary", "depth=1,4", "--items", "300", "--rounds", "8"};
    write_file("/tmp/a.json", bench(words).dump());
    write_file("/tmp/b.json", bench(words).dump());
    const Outcome same = tool({"compare", "/tmp/a.json", "--json", "--", "/tmp/b.json"});
    INFO(same.err);
    REQUIRE(same.status == 0);
    const json comparison = json::parse(same.out);
    CHECK(comparison["unit"] == "block");
    CHECK(comparison["rows"].size() == 10);
    CHECK(comparison["together"].size() == 5);

    write_file("/tmp/c.json",
               bench({"--vary", "depth=1,4", "--items", "300", "--rounds", "8", "--spin", "1us"}).dump());
    const Outcome other = tool({"compare", "/tmp/a.json", "--", "/tmp/c.json"});
    CHECK(other.status == 2);
    CHECK_THAT(other.err, Catch::Contains("spin is"));
}
