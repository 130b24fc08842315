// SPDX-License-Identifier: GPL-2.0
#include "one_truth.hh"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "hold.hh"

namespace {

// All that may differ. Without locks nothing is held for any time; and where it comes from. ("unlocked" says the same.)
const Words kOfLocks = {"longest_hold_ns", "longest_hold_pool", "lock_hold_ns", "source"};
// The clock goes on. That there is such a time is compared.
const Words kTimes = {"time_ns", "took_ns",    "since_progress_ns", "idle_timer_ns",     "mayday_timer_ns", "busy_ns",
                      "idle_ns", "due_ns",     "since_ns",          "runtime_ns",        "switches",        "stale_ns",
                      "irq_ns",  "softirq_ns", "steal_ns",          "ksoftirqd_since_ns"};
// Who looks has a CPU himself.
const Words kOfWhoRuns = {"pid", "command", "policy", "rt_priority", "nice", "since_ns", "running", "ksoftirqd_state"};

bool is_one(const std::string& key, const Words& of) { return std::find(of.begin(), of.end(), key) != of.end(); }

json comparable(const json& value)
{
    json result = value;
    if (value.is_object())
        for (auto& [key, member] : result.items())
            member = is_one(key, kOfLocks)                      ? json()
                     : is_one(key, kTimes) && !member.is_null() ? json("a time")
                                                                : comparable(member);
    if (value.is_array())
        for (json& element : result)
            element = comparable(element);
    if (value.is_object())
        result.erase("unlocked");
    if (value.is_object() && value.contains("ksoftirqd")) {
        for (const std::string& key : kOfWhoRuns)
            result.erase(key);
        std::erase(result["flags"].get_ref<json::array_t&>(), json("idle"));
    }
    // That of a pool_workqueue is not as %p prints it, but a hash with a key of the source's own.
    if (value.is_object() && value.contains("in_flight"))
        result["identity"] = json();
    return result;
}

json look(const Words& where, const Words& filters)
{
    Words words = {"dump", "--json"};
    words.insert(words.end(), where.begin(), where.end());
    words.insert(words.end(), filters.begin(), filters.end());
    return comparable(json::parse(tool_here(words)));
}

// Where the second differs from what the first and the third agree on.
void differences(const json& before, const json& between, const json& after, const std::string& path, Words& found)
{
    if (before.type() != after.type() || (before.is_array() && before.size() != after.size()))
        return;
    if (before.type() != between.type() || before.size() != between.size()) {
        found.push_back(path + ": " + before.dump() + ", " + between.dump());
    } else if (before.is_structured()) {
        for (const auto& [key, value] : before.items()) {
            if (before.is_array())
                differences(value, between[std::stoul(key)], after[std::stoul(key)], path + "/" + key, found);
            else if (between.contains(key) && after.contains(key))
                differences(value, between[key], after[key], path + "/" + key, found);
            else
                found.push_back(path + ": no " + key);
        }
    } else if (before == after && before != between) {
        found.push_back(path + ": " + before.dump() + ", " + between.dump());
    }
}

}  // namespace

std::string why_no_kcore_here()
{
    return std::filesystem::exists("/proc/kcore") ? "" : "this kernel has no /proc/kcore";
}

void check_all_sources(const Words& filters)
{
    const std::string file = "/tmp/one_truth.wqctl";
    const std::string why_not = why_no_kcore_here();
    const bool has_kcore = why_not.empty();
    if (!has_kcore)
        WARN("SKIP of the sources kcore: " << why_not);
    json differences;
    // What others do meanwhile, such as workers that go, is no difference: it is looked at again.
    const bool same = eventually([&] {
        const json module = look({"--source", "module"}, filters);
        tool_here({"dump", "--source", has_kcore ? "kcore" : "module", "--save", file});
        const json saved = look({"-c", file}, filters);
        differences = json::diff(module, saved);
        if (differences.empty() && has_kcore)
            differences = json::diff(module, look({"--source", "kcore"}, filters));
        return differences.empty();
    });
    std::filesystem::remove(file);
    INFO(differences.dump(2));
    CHECK(same);
}

void check_all_sources_of_what_stays()
{
    Words found;
    const bool same = eventually([&] {
        found.clear();
        const json before = look({"--source", "module"}, {});
        const json between = look({"--source", "kcore"}, {});
        differences(before, between, look({"--source", "module"}, {}), "", found);
        return found.empty();
    });
    for (const std::string& difference : found)
        UNSCOPED_INFO(difference);
    CHECK(same);
}
