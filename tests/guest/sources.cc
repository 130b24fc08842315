// SPDX-License-Identifier: GPL-2.0
// Looking without the module. dump_states.cc compares the sources in the states that it makes.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "dump_lab.hh"
#include "one_truth.hh"

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
