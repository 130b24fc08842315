// SPDX-License-Identifier: GPL-2.0
// The machine suspends, as far as each level of pm_test goes (Documentation/power/basic-pm-debugging.rst), and resumes,
// in the middle of runs: no item is lost, and all go on.
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <signal.h>
#include <sstream>

#include "lab.hh"
#include "system/kept_value.hh"

using wqctl::KeptValue;

namespace {

const std::string kPower = "/sys/power/";
const std::string kDelay = "/sys/module/suspend/parameters/pm_test_delay";

// "[none] core processors platform devices freezer": from what does least to what takes the other CPUs away.
std::vector<std::string> levels()
{
    std::istringstream offered(read_file(kPower + "pm_test"));
    std::vector<std::string> found;
    for (std::string word; offered >> word;)
        if (word.find("none") == std::string::npos)
            found.insert(found.begin(), word);
    return found;
}

// What runs in one guest, each by its own wqctl: one workqueue freezes with the machine's processes, the other does
// not.
std::vector<std::unique_ptr<Process>> endless_runs()
{
    std::vector<std::unique_ptr<Process>> runs;
    for (const char* flags : {"freezable", "unbound,mem_reclaim"})
        runs.push_back(std::make_unique<Process>(Words{"wqctl", "run", "--json", "--no-progress", "--flags", flags,
                                                       "--depth", "4", "--sleep", "1us..1ms", "--duration", "1h"}));
    return runs;
}

std::vector<uint64_t> executed()
{
    std::vector<uint64_t> counts;
    const json list = json::parse(tool({"list", "--json"}).out);
    for (const json& run : list["runs"])
        counts.push_back(run["executed"]);
    return counts;
}

bool are_all_beyond(const std::vector<uint64_t>& now, const std::vector<uint64_t>& then)
{
    for (size_t i = 0; i < then.size(); i++)
        if (i >= now.size() || now[i] <= then[i] + 100)
            return false;
    return true;
}

}  // namespace

TEST_CASE("runs go on after the machine was suspended, and lose no item", "[lab]")
{
    const std::vector<std::string> known = levels();
    if (known.empty() || read_file(kPower + "state").find("mem") == std::string::npos) {
        WARN("SKIP this kernel does not suspend to memory, or has no /sys/power/pm_test");
        return;
    }
    std::unique_ptr<KeptValue> at_once;  // and not after five seconds at each level
    if (std::filesystem::exists(kDelay))
        at_once = std::make_unique<KeptValue>(kDelay, "0");
    const auto runs = endless_runs();
    REQUIRE(eventually([] { return are_all_beyond(executed(), {0, 0}); }));
    for (const std::string& level : known) {
        INFO(level);
        {
            const KeptValue test(kPower + "pm_test", level);
            const Outcome outcome = execute({"sh", "-c", "echo mem >" + kPower + "state"});
            INFO(outcome.err);
            CHECK(outcome.status == 0);
        }
        const std::vector<uint64_t> then = executed();
        CHECK(then.size() == 2);
        CHECK(eventually([&] { return are_all_beyond(executed(), then); }));
    }
    for (const auto& run : runs) {
        run->signal(SIGINT);
        const Outcome outcome = run->wait();
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        check_books(json::parse(outcome.out));
    }
}
