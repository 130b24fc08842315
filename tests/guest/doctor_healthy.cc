// SPDX-License-Identifier: GPL-2.0
// wqctl doctor on a machine that is well: at rest, and under every preset. It finds nothing, or it is no good.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "stuck.hh"

namespace {

// How often each is looked at: once in scripts/test, 50 times for who wants to know.
int times()
{
    const char* text = std::getenv("WQLAB_DOCTOR_TIMES");
    return text ? std::atoi(text) : 1;
}

void is_well(const std::string& when)
{
    for (int i = 0; i < times(); i++) {
        const json found = findings({});
        INFO(when << ", look " << i + 1 << ": " << found.dump(2));
        CHECK(found.empty());
    }
}

}  // namespace

TEST_CASE("doctor: a machine at rest is well", "[doctor-healthy]") { is_well("at rest"); }

TEST_CASE("doctor: a machine under any preset is well", "[doctor-healthy]")
{
    const json presets = json::parse(tool({"presets", "--json"}).out)["presets"];
    for (const json& preset : presets) {
        const std::string name = preset["name"];
        if (!kernel_runs({"run", name, name == "bh" ? "bh" : ""}))
            continue;
        INFO(name);
        const Outcome started = tool({"run", "--preset", name, "--detach", "--json", "--duration", "60m"});
        INFO(started.err);
        REQUIRE(started.status == 0);
        const std::string id = std::to_string(json::parse(started.out)["id"].get<unsigned>());
        is_well("under " + name);
        tool({"stop", "--no-progress", id});
    }
}
