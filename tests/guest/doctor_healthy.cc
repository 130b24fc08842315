// SPDX-License-Identifier: GPL-2.0
// wqctl doctor on a machine that is well: at rest, and under every preset. It finds nothing, or it is no good.
#include <catch2/catch.hpp>

#include "dump_lab.hh"
#include "stuck.hh"

namespace {

// How often each is looked at: once in scripts/test, 50 times for who wants to know.
uint64_t times() { return from_environment("WQLAB_DOCTOR_TIMES", 1); }

void is_well(const std::string& when)
{
    for (uint64_t i = 0; i < times(); i++) {
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
        Detached run({"--preset", name});
        const auto executed = [&] { return run.state()["executed"].get<uint64_t>(); };
        REQUIRE(eventually([&] { return executed() > 0; }));
        const uint64_t before = executed();
        is_well("under " + name);
        CHECK(eventually([&] { return executed() > before; }));
        CHECK(run.state()["state"] == "running");
        const Outcome ended = run.end();
        INFO(ended.err);
        CHECK(ended.status == 0);
    }
}
