// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "unit/commands/dump/dump_fixture.hh"
#include "unit/report/fixtures.hh"
#include "commands/dump/render.hh"
#include "term/json_writer.hh"
#include "term/lines.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"
#include "text/error.hh"
#include "unit/tree.hh"

using namespace wqctl;
using nlohmann::json;

namespace {

// A section of the busy machine, on a wide terminal.
std::string section(std::string (*render)(const Dump&, const Style&), const Filter& filter = {}, unsigned width = 200)
{
    const Snapshot s = busy_machine();
    const Selection chosen = select(s, filter);
    return render(dump_of(s, chosen), plain(width));
}

std::string squeezed(const std::string& text)
{
    std::string result;
    for (const char c : text)
        if (c != ' ' || (!result.empty() && result.back() != ' '))
            result += c;
    return result;
}

}  // namespace

TEST_CASE("a dump fits its width and cuts no name")
{
    const Snapshot s = busy_machine();
    const Selection all = select(s, {});
    for (const unsigned width : {80u, 100u, 120u, 250u})
        for (const Charset charset : {Charset::kUtf8, Charset::kAscii}) {
            INFO(width);
            const std::string text = render_dump(dump_of(s, all), plain(width, charset));
            CHECK(widest(text) <= width);
            for (const char* part : {"events_unbound", "slow_fn [driver]", "system_percpu_wq", "kworker/u33:2"})
                CHECK_THAT(text, Catch::Contains(part));
            CHECK(text.find('\x1b') == std::string::npos);
            if (charset == Charset::kAscii)
                CHECK(
                    std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
        }
    const std::string text = render_dump(dump_of(s, all), plain(200));
    CHECK_THAT(text, Catch::StartsWith(
                         "Linux 6.12.0-test CPUs 0-6 online of 0-7, 28 pools, 6 workqueues, watchdog after 30s\n"));
    CHECK_THAT(text,
               Catch::EndsWith(
                   "taken in 412\u00b5s; the longest that a pool's lock was held for it: 4.10\u00b5s, of pool 6\n"));
}

TEST_CASE("scopes show their pods, single CPUs in a row at once")
{
    const std::string text = section(render_scopes);
    CHECK_THAT(text, Catch::Contains("unbound cpumask 0-7, requested 0-7, isolated none\n"));
    CHECK_THAT(text,
               Catch::Contains("cpu                8 pods  node 0: [0-3] each of 0-3  node 1: [4-7] each of 4-7\n"));
    CHECK_THAT(text,
               Catch::Contains("smt                4 pods  node 0: [0] 0-1  [1] 2-3  node 1: [2] 4-5  [3] 6-7\n"));
    CHECK_THAT(text, Catch::Contains("cache (default)    2 pods  node 0: [0] 0-3  node 1: [1] 4-7\n"));
    CHECK_THAT(text, Catch::Contains("system             1 pod   [0] 0-7\n"));
    CHECK(text.find("shard") == std::string::npos);
    Snapshot s = busy_machine();
    s.head.shard_size = 8;
    s.cpu_pods.back().pod = 3;
    const Selection all = select(s, {});
    const std::string odd = render_scopes(dump_of(s, all), plain(200));
    CHECK_THAT(odd, Catch::Contains("a cache shard has 8 cores"));
    CHECK_THAT(odd, Catch::Contains("  but CPU 7 -> [3]\n"));
}

TEST_CASE("pools show what is not as usual")
{
    const std::string text = squeezed(section(render_pools));
    CHECK_THAT(text, Catch::Contains("6 3 percpu 0 1/2 0 1 1 1 2.31s\n"));
    CHECK_THAT(text, Catch::Contains("19 3 bh 0 1/1 0 1\n"));
    CHECK_THAT(text, Catch::Contains("26 0-7 unbound 0 2/2 - 3 4-7\n"));
    CHECK_THAT(text, Catch::Contains("27 0-3 unbound strict 7 2/2 - 1 3 56\n"));
    Filter none;
    none.workqueues = Patterns({"nosuch"});
    CHECK(section(render_pools, none) == "worker pools\n  none selected\n");
}

TEST_CASE("workqueues show their attributes, and which is which")
{
    const std::string text = squeezed(section(render_workqueues, {}, 250));
    // Two of one name are told apart wherever they are named.
    CHECK_THAT(text, Catch::Contains("events (system_wq) percpu 0 1024 0-7: 0,2..14\n"));
    CHECK_THAT(text, Catch::Contains("events (system_percpu_wq) percpu 0 1024 freezable 0-7: 0,2..14\n"));
    CHECK_THAT(text, Catch::Contains(
                         "events_unbound unbound default (cache) 0 1024 8 0-7 0-3: 25, 4-7: 26 24 system_unbound_wq"));
    CHECK_THAT(
        text, Catch::Contains("mine unbound numa 7 1 1 0-7 mem_reclaim sysfs strict in_sysfs 1 0-3: 27, 4-7: 24 24\n"));
    CHECK_THAT(text, Catch::Contains("single ordered default (cache)"));
}

TEST_CASE("rescuers, nodes, timers and hogs")
{
    const std::string rescuers = squeezed(section(render_rescuers));
    CHECK_THAT(rescuers, Catch::Contains("mine 77 0-7 idle pool 27 4\n"));
    CHECK(rescuers.find("events") == std::string::npos);

    const std::string nodes = squeezed(section(render_nodes));
    CHECK_THAT(nodes, Catch::Contains("CPUs node 0: 0-3 node 1: 4-7\n"));
    CHECK_THAT(nodes, Catch::Contains("mine 1 1 1/1 +1 waiting 0/1 0/1\n"));

    const std::string timers = squeezed(section(render_timers));
    CHECK_THAT(timers, Catch::Contains("overdue 8.00ms my_fn [mine] mine any CPU 2 27\n"));
    CHECK_THAT(timers, Catch::Contains("1.00ms soon_fn events_unbound any CPU 1, deferrable 25\n"));
    CHECK_THAT(timers, Catch::Contains("9.00s late_fn events (system_wq) 7 CPU 7, OFFLINE 14\n"));
    CHECK(timers.find("overdue") < timers.find("soon_fn"));

    const std::string hogs = squeezed(section(render_hogs));
    CHECK_THAT(hogs,
               Catch::StartsWith(
                   "functions that hogged a CPU for more than 10.0ms\ntimes function\n 128 other_fn\n 3 slow_fn"));
}

TEST_CASE("work is shown by pool, in the order in which it will be done")
{
    const std::string text = section(render_work, {}, 160);
    CHECK(text == R"(work
pool 6: CPU 3, nice 0, 2 workers, 1 idle, 0 running, 1 pending, no progress for 2.31s
  executing  slow_fn [driver]  events (system_wq)         kworker/3:1 103 for )"
                  "\u2265"
                  R"(2.31s, sleeping, last on CPU 3, "sda"
  scheduled  wq_barrier_func   events (system_wq)         )"
                  R"(a flush of item 00001067 that rmmod 312 waits for, next for 103
  pending    vmstat_update     events (system_percpu_wq)
  total                        events (system_wq)         1 active of 1024

pool 27: CPUs 0-3, nice 7, 2 workers, 2 idle, 0 pending, managed by 56, strict
  executing  my_fn [mine]  mine  kworker/u33:2 55 for 1.00ms, running on CPU 3
  inactive   my_fn [mine]  mine  )"
                  "\u00d7"
                  R"( 2
  total                    mine  of CPU 0-3: 1 active, 2 held back, plugged, waits for the rescuer

flushing and draining
  mine is flushed by umount 400, colour 3
  mine is to be flushed by somebody, who waits for a colour
  mine is drained by 1
)");
    Filter none;
    none.workqueues = Patterns({"nosuch"});
    CHECK(section(render_work, none) == "work\n  nothing executes, is pending or is held back\n");
}

TEST_CASE("what a kernel can't show is said")
{
    const Snapshot s = busy_machine();
    const Selection all = select(s, {});
    Dump dump = dump_of(s, all);
    dump.sections = WQLAB_SECTION_HOGS;
    dump.lacking = {{WQLAB_SECTION_TIMERS, {"timer_bases", "timer_list.entry"}}, {WQLAB_SECTION_WORK, {}}};
    const std::string text = render_dump(dump, plain(80));
    CHECK_THAT(text, Catch::Contains("timers: this kernel lacks timer_bases and timer_list.entry\n"));
    CHECK_THAT(text, Catch::Contains("work: this kernel or module can't show it\n"));
    CHECK(text.find("worker pools") == std::string::npos);
    const json document = json::parse(dump_to_json(dump));
    CHECK(document["unavailable"][0] == json({{"section", "timers"}, {"lacks", {"timer_bases", "timer_list.entry"}}}));
    CHECK(document["sections"] == json({"hogs"}));
    CHECK_FALSE(document.contains("pools"));
    CHECK(violations(load_schema("dump"), document) == std::vector<std::string>{});
}

TEST_CASE("a dump says that it was read without locks, and only then")
{
    Snapshot s = busy_machine();
    const Selection all = select(s, {});
    const Dump dump = dump_of(s, all);
    CHECK_FALSE(json::parse(dump_to_json(dump)).contains("unlocked"));
    CHECK(render_dump(dump, plain(80)).find("without locks") == std::string::npos);
    s.head.flags |= WQLAB_STATE_UNLOCKED;
    const json document = json::parse(dump_to_json(dump));
    CHECK(document["unlocked"] == true);
    CHECK(violations(load_schema("dump"), document) == std::vector<std::string>{});
    CHECK_THAT(render_dump(dump, plain(200)), Catch::Contains("read without locks"));
}

TEST_CASE("a dump's JSON fits its schema and says what the snapshot does")
{
    Snapshot s = busy_machine();
    s.troubles = {"pools 3: an entry can't be read"};
    const Selection all = select(s, {});
    const std::string text = dump_to_json(dump_of(s, all));
    const json document = json::parse(text);
    CHECK(violations(load_schema("dump"), document) == std::vector<std::string>{});
    CHECK(document["schema"] == "wqlab/dump/1");
    CHECK(document["took_ns"] == 412000);
    CHECK(document["longest_hold_pool"] == 6);
    CHECK(document["online_cpus"] == "0-6");
    CHECK(document["isolated_cpus"] == "");
    CHECK(document["cache_shard_size"].is_null());
    CHECK(document["troubles"] == json(s.troubles));
    CHECK(document["scopes"].size() == 5);
    CHECK(document["scopes"][2]["default"] == true);
    CHECK(document["scopes"][1]["pods"][1] == json({{"pod", 1}, {"node", 0}, {"cpus", "2-3"}}));
    const json& six = document["pools"][6];
    CHECK(six["id"] == 6);
    CHECK(six["since_progress_ns"] == 2310000000);
    CHECK(six["mayday_timer_ns"].is_null());
    CHECK(document["pools"][27]["flags"] == json({"manager_active", "strict"}));
    const json& mine = document["workqueues"][4];
    CHECK(mine["flags"] == json({"unbound", "mem_reclaim", "sysfs", "strict", "in_sysfs"}));
    CHECK(mine["scope"] == "numa");
    CHECK(document["workqueues"][2]["scope"] == "cache");
    CHECK(document["workqueues"][2]["scope_is_default"] == true);
    CHECK(mine["cpu_pools"] == json({{{"cpus", "0-3"}, {"pool", 27}}, {{"cpus", "4-7"}, {"pool", 24}}}));
    CHECK(mine["default_pool"] == 24);
    CHECK(mine["effective_cpumask"] == "0-7");
    CHECK(mine["pwqs"][0]["cpus"] == "0-3");
    CHECK(document["pools"][27]["cpus"] == "0-7");
    CHECK(document["pools"][27]["allowed_cpus"] == "0-3");
    CHECK(mine["pwqs"][0]["flags"] == json({"plugged", "mayday"}));
    CHECK(mine["pwqs"][0]["in_flight"][3] == 3);
    CHECK(mine["pwqs"][0]["stats"]["rescued"] == 4);
    CHECK(document["workqueues"][0]["identity"] == "0000abc0");
    CHECK(document["workqueues"][0]["symbol"] == "system_wq");
    CHECK(document["workqueues"][0]["scope"].is_null());
    CHECK(document["rescuers"].size() == 1);
    CHECK(document["rescuers"][0]["mayday_pools"] == json({27}));
    CHECK(document["nodes"]["active"].size() == 9);
    const json& barrier = document["work"]["items"][0];
    CHECK(barrier["barrier"] == true);
    CHECK(barrier["waiter"] == 312);
    CHECK(barrier["waiter_command"] == "rmmod");
    CHECK(barrier["waits_for"] == document["work"]["workers"][0]["item"]);
    CHECK(document["work"]["workers"][0]["flags"] == json({"sleeping", "since_at_least"}));
    CHECK(document["work"]["workers"][1]["function"].is_null());
    CHECK(document["timers"][0]["due_ns"] == -8000000);
    CHECK(document["timers"][2]["cpu_online"] == false);
    CHECK(document["work"]["tasks"].size() == 1);
    CHECK(document["work"]["tasks"][0]["state"] == "D");
    const json& polled = document["cpus"][1];
    CHECK(polled["command"] == "poller");
    CHECK(polled["policy"] == "fifo");
    CHECK(polled["rt_priority"] == 50);
    CHECK(polled["ksoftirqd_state"] == "runnable");
    CHECK(polled["ksoftirqd_since_ns"] == 70'000'000);
    CHECK(polled["steal_ns"].is_null());
    CHECK(document["cpus"][0]["pid"].is_null());
    CHECK(document["cpus"][7]["flags"] == json({"idle"}));
    CHECK(document["hogs"][0] == json({{"function", "other_fn"}, {"count", 128}}));
    // A record a line, and nothing else.
    CHECK(std::count(text.begin(), text.end(), '\n') < 150);
}

TEST_CASE("JSON is written as a parser reads it")
{
    JsonWriter j(JsonLayout::kRecords);
    j.begin_object();
    j.member("text", "a \"b\" \\ \n\xff");
    j.member("number", -5);
    j.member("large", UINT64_MAX);
    j.member("truth", true);
    j.member("nothing", nullptr);
    j.key("list");
    j.begin_array();
    j.line();
    j.value(1);
    j.begin_array();
    j.end_array();
    j.end_array();
    j.end_object();
    const json document = json::parse(j.take());
    CHECK(document["text"] == "a \"b\" \\ \n\ufffd");
    CHECK(document["number"] == -5);
    CHECK(document["large"] == UINT64_MAX);
    CHECK(document["list"] == json::array({1, json::array()}));
}

TEST_CASE("the kernel script's format, to the letter")
{
    Snapshot s = busy_machine();
    s.head.shard_size = 8;  // of 7.x, whose script it was
    const Selection all = select(s, {});
    Dump dump = dump_of(s, all);
    dump.sections = kWqDumpSections;
    std::ifstream stream(in_tree("tests/unit/commands/dump/wq_dump.golden"));
    const std::string golden(std::istreambuf_iterator<char>(stream), {});
    CHECK(dump_to_wq_dump(dump) == golden);
    // One section is one block of it.
    dump.sections = WQLAB_SECTION_POOLS;
    const std::string pools = dump_to_wq_dump(dump);
    CHECK_THAT(pools,
               Catch::StartsWith(
                   "Worker Pools\n============\npool[00] flags=0x00 ref=1 nice=  0 idle/workers=  2/  2 cpu=  0\n"));
    CHECK_THAT(golden, Catch::Contains(pools));
}

TEST_CASE("the script's format is that of the kernel's generation")
{
    const Snapshot s = busy_machine();  // before 7.x: it has no cache shards
    const Selection all = select(s, {});
    Dump dump = dump_of(s, all);
    dump.sections = WQLAB_SECTION_NODES;
    // Typed in from what 6.12's script prints of such a machine.
    CHECK_THAT(dump_to_wq_dump(dump),
               Catch::EndsWith("[          workqueue           \\ min max  NODE 0       1     dfl ]\n\n"
                               "events_unbound                     8 1024   0/  1   0/  1   0/  1\n"
                               "mine                               1   1   1/  1   0/  1   0/  1\n"
                               "single                             8 1024   0/  1   0/  1   0/  1\n"));
}

TEST_CASE("the script's format on machines that the script does not know")
{
    Snapshot s = busy_machine();
    // More than 32 CPUs: the high word first, as the kernel writes masks.
    s.head.unbound_cpus = static_cast<uint32_t>(s.mask_words.size());
    s.mask_words.push_back(0x1200000003);
    // Without NUMA.
    s.nodes.clear();
    const Selection all = select(s, {});
    Dump dump = dump_of(s, all);
    dump.sections = WQLAB_SECTION_SCOPES | WQLAB_SECTION_RESCUERS | WQLAB_SECTION_NODES;
    const std::string text = dump_to_wq_dump(dump);
    CHECK_THAT(text, Catch::Contains("wq_unbound_cpumask=00000012,00000003\n"));
    CHECK_THAT(text, Catch::Contains("\\ unbound_cpus         pid rescuer_cpus      ]\n"));
    CHECK_THAT(text, Catch::EndsWith("node_to_cpumask_map not present, is NUMA enabled?\n"));
}

TEST_CASE("no snapshot, however wrong, does harm")
{
    for (unsigned seed = 0; seed < 300; seed++) {
        const Snapshot s = hostile(seed);
        Filter filters[5];
        filters[1].busy = true;
        filters[2].workqueues = Patterns({"m"});
        filters[3].pool = 6;
        filters[4].cpu = 3;
        for (const Filter& filter : filters) {
            try {
                const Selection chosen = select(s, filter);
                const Dump dump = dump_of(s, chosen);
                CHECK(json::accept(dump_to_json(dump)));
                CHECK_FALSE(render_dump(dump, plain(80)).empty());
                CHECK_FALSE(dump_to_wq_dump(dump).empty());
            } catch (const Error& error) {
                CHECK(error.exit_code == kUsage);
            }
        }
    }
    const Snapshot nothing;
    const Selection none = select(nothing, {});
    CHECK_FALSE(render_dump(dump_of(nothing, none), plain(80)).empty());
    CHECK(json::accept(dump_to_json(dump_of(nothing, none))));
    CHECK_FALSE(dump_to_wq_dump(dump_of(nothing, none)).empty());
}
