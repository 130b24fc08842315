// SPDX-License-Identifier: GPL-2.0
#include "soak_books.hh"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>
#include <unistd.h>

#include "dump_lab.hh"

namespace {

// Of one workqueue in one pool.
struct Counts {
    int64_t active = 0;
    int64_t inactive = 0;
    int64_t in_flight = 0;  // these, and barriers

    bool operator==(const Counts&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Counts& counts)
{
    return out << counts.active << " active, " << counts.inactive << " inactive, " << counts.in_flight << " in flight";
}

using Place = std::pair<std::string, int>;  // workqueue and pool

bool is_whole(const json& pool)
{
    for (const char* cut : {"pending_cut", "busy_cut", "split"})
        for (const json& flag : pool["flags"])
            if (flag == cut)
                return false;
    return true;
}

std::map<Place, Counts> counted(const json& document)
{
    std::map<Place, Counts> places;
    for (const json& wq : document["workqueues"])
        for (const json& pwq : wq["pwqs"]) {
            Counts& counts = places[{wq["identity"].dump(), pwq["pool"]}];
            counts.active += pwq["nr_active"].get<int>();
            counts.inactive += pwq["nr_inactive"].get<int>();
            for (const json& of_color : pwq["in_flight"])
                counts.in_flight += of_color.get<int>();
        }
    return places;
}

std::map<Place, Counts> listed(const json& document)
{
    std::map<Place, Counts> places;
    for (const json& worker : document["work"]["workers"]) {
        if (worker["item"].is_null())
            continue;
        Counts& counts = places[{worker["workqueue_identity"].dump(), worker["pool"]}];
        counts.in_flight++;
        counts.active += worker["function"] != "wq_barrier_func";
    }
    for (const json& item : document["work"]["items"]) {
        Counts& counts = places[{item["workqueue_identity"].dump(), item["pool"]}];
        counts.in_flight++;
        if (item["barrier"] == false)
            (item["state"] == "inactive" ? counts.inactive : counts.active)++;
    }
    return places;
}

// When an item of an unbound workqueue is done, the kernel may let go of its pool's lock to start
// another one elsewhere (workqueue.c: pwq_dec_nr_in_flight()): the item is on no list, but in
// flight. On each CPU one at most can be, for interrupts are off.
int64_t leaving(const json& document, const Place& place, int64_t surplus)
{
    for (const json& wq : document["workqueues"])
        if (wq["identity"].dump() == place.first && has_flag(wq, "unbound"))
            return std::clamp<int64_t>(surplus, 0, sysconf(_SC_NPROCESSORS_CONF));
    return 0;
}

// For who has to find out what was wrong.
std::string rows_of(const json& document, int pool)
{
    std::string text;
    for (const char* list : {"workers", "items"})
        for (const json& row : document["work"][list])
            if (row["pool"] == pool)
                text += "\n" + row.dump();
    for (const json& wq : document["workqueues"])
        for (const json& pwq : wq["pwqs"])
            if (pwq["pool"] == pool && pwq["refcnt"] > 1)
                text += "\n" + wq["name"].dump() + wq["identity"].dump() + pwq.dump();
    return text;
}

void check_workers(const json& pool, const json& workers)
{
    int idle = 0, busy = 0, rescuers = 0;
    for (const json& worker : workers) {
        if (worker["pool"] != pool["id"])
            continue;
        (worker["item"].is_null() ? idle : busy)++;
        for (const json& flag : worker["flags"])
            rescuers += flag == "rescuer";
    }
    CHECK(pool["idle"] == idle);
    CHECK(pool["busy"] == busy);
    CHECK(pool["workers"].get<int>() >= idle + busy - rescuers);
}

}  // namespace

void check_dump(const json& document)
{
    std::set<int> whole;
    for (const json& pool : document["pools"])
        if (is_whole(pool)) {
            INFO("pool " << pool["id"]);
            whole.insert(pool["id"].get<int>());
            check_workers(pool, document["work"]["workers"]);
        }
    auto expected = counted(document);
    const auto found = listed(document);
    for (const auto& [place, counts] : found)
        expected.try_emplace(place);
    for (const auto& [place, counts] : expected)
        if (whole.contains(place.second)) {
            INFO("workqueue " << place.first << " in pool " << place.second << ":" << rows_of(document, place.second));
            const auto here = found.find(place);
            Counts there = here == found.end() ? Counts{} : here->second;
            there.in_flight += leaving(document, place, counts.in_flight - there.in_flight);
            CHECK(counts == there);
        }
}

size_t check_unlocked_dump(const json& document)
{
    std::set<int> in_motion, known;
    for (const std::string trouble : document["troubles"]) {
        INFO(trouble);
        int pool;
        if (const size_t at = trouble.find("pool "); at != std::string::npos && sscanf(&trouble[at], "pool %d", &pool))
            in_motion.insert(pool);
    }
    for (const json& pool : document["pools"])
        known.insert(pool["id"].get<int>());
    const auto is_a_function = [](const json& name) { return !name.get<std::string>().starts_with("0x"); };
    for (const json& worker : document["work"]["workers"]) {
        INFO(worker);
        CHECK((worker["pool"].is_null() || known.contains(worker["pool"])));
        if (worker["pool"].is_null() || in_motion.contains(worker["pool"]))
            continue;
        CHECK((worker["pid"].is_null() || worker["command"].get<std::string>().starts_with("kworker/")));
        if (!worker["item"].is_null())
            CHECK((worker["function"].is_null() || is_a_function(worker["function"])));
    }
    for (const json& item : document["work"]["items"]) {
        INFO(item);
        CHECK(known.contains(item["pool"]));
        if (!in_motion.contains(item["pool"]))
            CHECK(is_a_function(item["function"]));
    }
    return document["troubles"].size();
}

void check_monitor(const std::string& text)
{
    std::map<std::string, json> before;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const json sample = json::parse(line);
        for (const json& wq : sample["workqueues"]) {
            if (wq["started"].is_null())
                continue;  // a kernel that does not count
            const std::string name = wq["name"];
            const auto [last, is_new] = before.try_emplace(name + " " + wq["identity"].dump(), wq);
            INFO(last->first);
            CHECK(wq["started"].get<uint64_t>() >= last->second["started"].get<uint64_t>());
            CHECK(wq["in_flight"].get<int64_t>() >= 0);
            CHECK(wq["inactive"].get<int64_t>() >= 0);
            last->second = wq;
        }
    }
    CHECK((kernel_lacks("counters") || !before.empty()));
}

void check_latency(const json& document)
{
    CHECK(document["lost_items"] == 0);
    CHECK(document["lost_keys"] == 0);
    for (const json& row : document["rows"]) {
        INFO(row["workqueue"] << " " << row["function"]);
        const json& stages = row["stages_ns"];
        CHECK(stages["run"]["count"] == row["executed"]);
        CHECK(stages["pending"]["count"] == stages["inactive"]["count"]);
        CHECK(stages["pending"]["count"].get<uint64_t>() <= row["executed"].get<uint64_t>());
        for (const auto& [name, stage] : stages.items()) {
            uint64_t count = 0;
            for (const json& bucket : stage["buckets"])
                count += bucket["count"].get<uint64_t>();
            CHECK(count == stage["count"]);
        }
    }
}
