// SPDX-License-Identifier: GPL-2.0
// Looking without the module. dump_states.cc compares the sources in the states that it makes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "dump_lab.hh"
#include "hold.hh"
#include "one_truth.hh"
#include "source/open.hh"
#include "system/kept_value.hh"

using namespace wqctl;

namespace {

// False, and said, where this kernel has no /proc/kcore.
bool can_look()
{
    if (const std::string why = why_no_kcore_here(); !why.empty()) {
        WARN("SKIP " << why);
        return false;
    }
    return true;
}

// Where a module is, as the last column but what taints says; "": it is not loaded.
std::string address_of_module(const std::string& module)
{
    std::ifstream file("/proc/modules");
    std::string name, size, users, by, state, address;
    for (std::string line; std::getline(file, line);) {
        std::istringstream columns(line);
        columns >> name >> size >> users >> by >> state >> address;
        if (name == module)
            return address;
    }
    return "";
}

// An item of Hold's that waits or is executed, by the name of its function.
bool shows_held_item(Source& source)
{
    const Snapshot now = source.snapshot(WQLAB_SECTIONS_ALL);
    const auto is_hold = [&](uint32_t function) { return now.string(function) == Hold::kFunction; };
    return std::ranges::any_of(now.workers,
                               [&](const auto& worker) { return worker.work && is_hold(worker.function); }) ||
           std::ranges::any_of(now.works, [&](const auto& work) { return is_hold(work.function); });
}

}  // namespace

TEST_CASE("sources: kcore and the module see one machine", "[inspect]")
{
    if (!can_look())
        return;
    const Detached later({"--flags", "unbound", "--name", "later", "--issuers", "2", "--depth", "2", "--delay", "1h"});
    const Detached gate({"--flags", "highpri", "--name", "gate", "--max-active", "1", "--issuers", "1", "--cpus", "2",
                         "--depth", "3", "--sleep", "1h"});
    check_all_sources_of_what_stays();
    check_all_sources({"--wq", "^" + later.workqueue("later") + "$"});
    check_all_sources({"--wq", "^" + gate.workqueue("gate") + "$"});
}

TEST_CASE("sources: without the module there is kcore, and it is said", "[inspect]")
{
    if (!can_look())
        return;
    unload_module();
    const Outcome dump = tool({"dump", "workqueues"}), asked = tool({"dump", "workqueues", "--source", "kcore"}),
                  run = tool({"run", "--items", "1"}), module = tool({"info", "--source", "module"}),
                  nobody = tool({"dump"}, Process::As::Nobody);
    load_module();
    CHECK(dump.status == 0);
    CHECK(dump.err == "wqctl: without the module: /proc/kcore, not locked\n");
    CHECK_THAT(dump.out, Catch::Contains("system_unbound_wq"));
    CHECK(asked.status == 0);
    CHECK(asked.err.empty());
    for (const Outcome* outcome : {&run, &module}) {
        CHECK(outcome->status == 3);
        CHECK_THAT(outcome->err, Catch::Contains("the wqlab module is not loaded\nhint: insmod wqlab.ko"));
    }
    CHECK(nobody.status == 3);
    CHECK_THAT(nobody.err, Catch::Contains("only root may read /proc/kcore"));
}

TEST_CASE("sources: in another network namespace a module that is loaded is not said to be absent", "[inspect]")
{
    if (!std::filesystem::exists("/proc/self/ns/net")) {
        WARN("SKIP this kernel has no network namespaces");
        return;
    }
    const Outcome run = execute({"unshare", "-n", "wqctl", "run", "--items", "1"});
    CHECK(run.status == 3);
    CHECK_THAT(run.err, Catch::Contains("the wqlab module is loaded, and does not answer here\nhint: it answers in the "
                                        "host's network namespace only"));
}

TEST_CASE("sources: functions of a module that is loaded again, elsewhere, have their names though it is hidden where",
          "[inspect]")
{
    if (!can_look())
        return;
    const auto hide = [](std::optional<KeptValue>& hidden) { hidden.emplace("/proc/sys/kernel/kptr_restrict", "2"); };
    std::optional<KeptValue> hidden;
    execute({"rmmod", "wqlab_stuck"});
    std::optional<Hold> hold(std::in_place);
    const std::string first = address_of_module(Hold::kName);
    hide(hidden);
    const std::string shown = address_of_module(Hold::kName);
    REQUIRE_FALSE(shown.empty());
    CHECK(shown.find_first_not_of("0x") == std::string::npos);
    std::unique_ptr<Source> source;
    // Of some kernels the names are in no place but the file that hides addresses.
    if (const std::string why = refusal([&] { source = open_kcore(); }); !source) {
        WARN("SKIP " << why);
        return;
    }
    hold->tell("queue 0");
    CHECK(shows_held_item(*source));
    hidden.reset();
    hold.reset();
    // Another module takes its place, until it has found one.
    execute({"insmod", "/tests/wqlab_stuck.ko"});
    hold.emplace();
    execute({"rmmod", "wqlab_stuck"});
    if (address_of_module(Hold::kName) == first) {
        WARN("SKIP the module was loaded to where it had been");
        return;
    }
    hide(hidden);
    hold->tell("queue 0");
    CHECK(shows_held_item(*source));
}

TEST_CASE("sources: a saved snapshot is shown by all that show, and damage is told", "[inspect]")
{
    const std::string file = "/tmp/saved.wqctl";
    const Outcome saved = tool({"dump", "--save", file});
    CHECK(saved.status == 0);
    CHECK_THAT(saved.out, Catch::Contains(file + ": "));
    for (const Words& words : std::vector<Words>{
             {"dump"}, {"info"}, {"monitor"}, {"top", "-b", "-n", "1", "-d", "0.1"}, {"where", "system_unbound_wq"}}) {
        Words command = words;
        command.insert(command.end(), {"-c", file});
        const Outcome outcome = tool(command);
        INFO(words[0] << ": " << outcome.err);
        CHECK(outcome.status == 0);
        CHECK_FALSE(outcome.out.empty());
    }
    const std::string bytes = read_file(file);
    write_file(file, bytes.substr(0, bytes.size() / 2));
    const Outcome cut = tool({"dump", "-c", file});
    CHECK(cut.status == 1);
    CHECK_THAT(cut.err, Catch::Contains("is damaged, cut short, or no saved snapshot"));
    std::filesystem::remove(file);
    CHECK_THAT(tool({"dump", "-c", file}).err, Catch::Contains(file + ": No such file"));
}
