// SPDX-License-Identifier: GPL-2.0
// What a dump does while it holds wq_pool_mutex, for which CPU hotplug and every new workqueue wait.
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "dump_lab.hh"

namespace {

const std::string kTracing = "/sys/kernel/tracing/";
const std::string kGroup = kTracing + "events/wqlab_test/enable";

// What the module's own functions are called with, in order: "lock 0x…", "unlock 0x…", "name 0x…".
std::vector<std::string> calls_of_dump()
{
    write_file(kTracing + "trace", "");
    write_file(kTracing + "kprobe_events",
               "p:wqlab_test/lock wqlab:wqlab_lock_mutex_within at=$arg1\n"
               "p:wqlab_test/unlock wqlab:wqlab_unlock_mutex_at at=$arg1\n"
               "p:wqlab_test/name wqlab:wqlab_symbol_name at=$arg1\n");
    write_file(kGroup, "1");
    dump({});
    write_file(kGroup, "0");
    std::vector<std::string> calls;
    std::istringstream lines(read_file(kTracing + "trace"));
    for (std::string line; std::getline(lines, line);)
        // "  wqctl-88  [001] .....  12.345678: lock: (wqlab_lock_mutex_within+0x0/0x90 [wqlab]) at=0x…"
        if (const size_t name = line.find(": ", line.find('[')), at = line.find(" at=");
            line[0] != '#' && name != std::string::npos && at != std::string::npos)
            calls.push_back(line.substr(name + 2, line.find(':', name + 2) - name - 2) + " " + line.substr(at + 4));
    write_file(kTracing + "kprobe_events", "");
    write_file(kTracing + "trace", "");
    return calls;
}

}  // namespace

TEST_CASE("dump: no name is looked up under wq_pool_mutex", "[inspect]")
{
    if (!std::filesystem::exists(kTracing + "kprobe_events")) {
        WARN("SKIP there is no " << kTracing << "kprobe_events here");
        return;
    }
    const std::vector<std::string> calls = calls_of_dump();
    REQUIRE_FALSE(calls.empty());
    // Nothing is locked before it.
    REQUIRE(calls.front().rfind("lock ", 0) == 0);
    const std::string unlock = "un" + calls.front();
    size_t names_within = 0, names_after = 0;
    bool held = true;
    for (const std::string& call : calls) {
        held = held && call != unlock;
        if (call.rfind("name ", 0) == 0)
            ++(held ? names_within : names_after);
    }
    CHECK_FALSE(held);
    CHECK(names_within == 0);
    CHECK(names_after > 0);
}
